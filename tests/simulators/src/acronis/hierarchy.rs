//! The tenants as a tree: who is below whom, and who sees whom.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

use jiff::{SignedDuration, Timestamp};

use super::account_error::Refusal;
use super::id::TenantId;
use super::tenant::{PricingMode, SOFT_DELETED_DAYS, Tenant};
use super::tenant_row::{Detail, Row};

/// Numbers of the levels above the root partner, which the client of a partner never sees.
const LOCATOR_ABOVE: &str = "/1/310/";

/// All tenants, soft-deleted ones included.
#[derive(Clone)]
pub(super) struct Hierarchy {
    /// By number, which is the order of their creation.
    tenants: BTreeMap<u64, Tenant>,
    numbers: HashMap<TenantId, u64>,
    /// The direct children of each tenant, oldest first; worked out when asked for and thrown away by every change.
    below: OnceCell<HashMap<TenantId, Vec<u64>>>,
    /// Before this moment time alone changes nothing.
    next_event: Timestamp,
}

impl Default for Hierarchy {
    fn default() -> Self {
        Self { tenants: BTreeMap::new(), numbers: HashMap::new(), below: OnceCell::new(), next_event: Timestamp::MIN }
    }
}

impl Hierarchy {
    pub(super) fn insert(&mut self, tenant: Tenant) {
        self.expect_changes();
        self.numbers.insert(tenant.id, tenant.number);
        self.tenants.insert(tenant.number, tenant);
    }

    pub(super) fn next_number(&self) -> u64 {
        self.tenants.last_key_value().map_or(1, |(number, _)| number + 1)
    }

    /// A tenant, deleted or not.
    pub(super) fn get(&self, id: TenantId) -> Option<&Tenant> {
        self.tenants.get(self.numbers.get(&id)?)
    }

    pub(super) fn get_mut(&mut self, id: TenantId) -> Option<&mut Tenant> {
        self.expect_changes();
        self.tenants.get_mut(self.numbers.get(&id)?)
    }

    /// All tenants, oldest first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Tenant> {
        self.tenants.values()
    }

    /// All tenants from this number on, oldest first.
    pub(super) fn all_from(&self, number: u64) -> impl Iterator<Item = &Tenant> {
        self.tenants.range(number..).map(|(_, tenant)| tenant)
    }

    fn expect_changes(&mut self) {
        self.below.take();
        self.next_event = Timestamp::MIN;
    }

    /// The tenant itself and those above it, as far up as they are known.
    pub(super) fn upward(&self, id: TenantId) -> impl Iterator<Item = &Tenant> {
        std::iter::successors(self.get(id), |tenant| self.get(tenant.parent))
    }

    /// Whether `id` is `root` or somewhere below it.
    pub(super) fn is_within(&self, id: TenantId, root: TenantId) -> bool {
        self.upward(id).any(|tenant| tenant.id == root)
    }

    /// Whether the tenant and all above it are enabled and not deleted.
    pub(super) fn is_active(&self, id: TenantId) -> bool {
        self.get(id).is_some() && self.upward(id).all(|tenant| tenant.enabled && tenant.deleted_at.is_none())
    }

    /// Whether `caller` sees the tenant's own data: it is the caller's or below, and nobody between is self-managed.
    pub(super) fn sees(&self, caller: TenantId, id: TenantId) -> bool {
        id == caller
            || (self.is_within(id, caller)
                && self.get(id).is_some_and(|tenant| self.sees_inside(caller, tenant.parent)))
    }

    /// Whether `caller` sees what is inside the tenant: its children, its alerts.
    pub(super) fn sees_inside(&self, caller: TenantId, id: TenantId) -> bool {
        self.is_within(id, caller)
            && self.upward(id).take_while(|tenant| tenant.id != caller).all(|tenant| tenant.ancestral_access)
    }

    /// The tenant, if it lives and the caller may see it.
    pub(super) fn visible(&self, caller: TenantId, id: TenantId) -> Result<&Tenant, Refusal> {
        match self.visible_or_deleted(caller, id)? {
            tenant if tenant.deleted_at.is_some() => Err(Refusal::TenantNotFound),
            tenant => Ok(tenant),
        }
    }

    /// The tenant, soft-deleted or not, if the caller may see it.
    pub(super) fn visible_or_deleted(&self, caller: TenantId, id: TenantId) -> Result<&Tenant, Refusal> {
        let tenant = self.get(id).ok_or(Refusal::TenantNotFound)?;
        if self.sees(caller, id) { Ok(tenant) } else { Err(Refusal::AccessDenied) }
    }

    /// The direct children that live, oldest first.
    pub(super) fn children(&self, id: TenantId) -> impl Iterator<Item = &Tenant> {
        self.children_or_deleted(id).filter(|child| child.deleted_at.is_none())
    }

    /// The direct children, soft-deleted ones included, oldest first.
    pub(super) fn children_or_deleted(&self, id: TenantId) -> impl Iterator<Item = &Tenant> {
        let below = self.below.get_or_init(|| {
            let mut below: HashMap<_, Vec<_>> = HashMap::new();
            for tenant in self.tenants.values() {
                below.entry(tenant.parent).or_default().push(tenant.number);
            }
            below
        });
        below.get(&id).into_iter().flatten().filter_map(|number| self.tenants.get(number))
    }

    /// The tenant and everything below it, deleted or not.
    pub(super) fn subtree(&self, root: TenantId) -> Vec<TenantId> {
        let mut found: Vec<TenantId> = self.get(root).map(|tenant| tenant.id).into_iter().collect();
        let mut next = 0;
        while let Some(id) = found.get(next).copied() {
            found.extend(self.children_or_deleted(id).map(|child| child.id));
            next += 1;
        }
        found
    }

    /// The tenant's place as numbers of API v1.
    pub(super) fn locator(&self, id: TenantId) -> String {
        let mut numbers: Vec<_> = self.upward(id).map(|tenant| tenant.number.to_string()).collect();
        numbers.reverse();
        format!("{LOCATOR_ABOVE}{}/", numbers.join("/"))
    }

    /// A tenant as the API shows it.
    pub(super) fn row<'a>(&self, tenant: &'a Tenant, detail: Detail) -> Row<'a> {
        Row::new(tenant, detail, self.children(tenant.id).next().is_some())
    }

    /// Lets time pass: trials end, and soft-deleted tenants are gone for good. Answers those that are gone.
    pub(super) fn pass_time(&mut self, now: Timestamp) -> Vec<TenantId> {
        if now < self.next_event {
            return Vec::new();
        }
        self.expect_changes();
        for tenant in self.tenants.values_mut() {
            if tenant.pricing.mode == PricingMode::Trial && tenant.pricing.production_start <= now {
                tenant.start_production(tenant.pricing.production_start);
            }
        }
        let gone: Vec<_> =
            self.all().filter(|tenant| end(tenant).is_some_and(|end| end <= now)).map(|gone| gone.id).collect();
        for id in &gone {
            if let Some(number) = self.numbers.remove(id) {
                self.tenants.remove(&number);
            }
        }
        let trials = self.all().filter(|tenant| tenant.pricing.mode == PricingMode::Trial);
        let events = trials.map(|tenant| tenant.pricing.production_start).chain(self.all().filter_map(end));
        self.next_event = events.min().unwrap_or(Timestamp::MAX);
        gone
    }
}

/// When a soft-deleted tenant is gone for good.
fn end(tenant: &Tenant) -> Option<Timestamp> {
    let kept = SignedDuration::from_hours(24 * SOFT_DELETED_DAYS);
    Some(tenant.deleted_at?.saturating_add(kept).unwrap_or(Timestamp::MAX))
}
