//! The tenants as a tree: who is below whom, and who sees whom.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::account_error::Refusal;
use super::id::TenantId;
use super::tenant::{Detail, PricingMode, SOFT_DELETED_DAYS, Tenant};

/// Numbers of the levels above the root partner, which the client of a partner never sees.
const LOCATOR_ABOVE: &str = "/1/310/";

/// All tenants, soft-deleted ones included.
#[derive(Default)]
pub(super) struct Hierarchy {
    tenants: BTreeMap<TenantId, Tenant>,
    last_number: u64,
}

impl Hierarchy {
    pub(super) fn insert(&mut self, tenant: Tenant) {
        self.last_number = self.last_number.max(tenant.number);
        self.tenants.insert(tenant.id, tenant);
    }

    pub(super) fn next_number(&self) -> u64 {
        self.last_number + 1
    }

    /// A tenant, deleted or not.
    pub(super) fn get(&self, id: TenantId) -> Option<&Tenant> {
        self.tenants.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: TenantId) -> Option<&mut Tenant> {
        self.tenants.get_mut(&id)
    }

    /// All tenants, oldest first.
    pub(super) fn all(&self) -> Vec<&Tenant> {
        let mut all: Vec<_> = self.tenants.values().collect();
        all.sort_by_key(|tenant| tenant.number);
        all
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
    pub(super) fn children(&self, id: TenantId) -> Vec<&Tenant> {
        let mut children = self.children_or_deleted(id);
        children.retain(|child| child.deleted_at.is_none());
        children
    }

    /// The direct children, soft-deleted ones included, oldest first.
    pub(super) fn children_or_deleted(&self, id: TenantId) -> Vec<&Tenant> {
        self.all().into_iter().filter(|tenant| tenant.parent == id && tenant.id != id).collect()
    }

    /// The tenant and everything below it, deleted or not.
    pub(super) fn subtree(&self, root: TenantId) -> Vec<TenantId> {
        self.tenants.keys().copied().filter(|id| self.is_within(*id, root)).collect()
    }

    /// The tenant's place as numbers of API v1.
    pub(super) fn locator(&self, id: TenantId) -> String {
        let mut numbers: Vec<_> = self.upward(id).map(|tenant| tenant.number.to_string()).collect();
        numbers.reverse();
        format!("{LOCATOR_ABOVE}{}/", numbers.join("/"))
    }

    /// These tenants as the API shows them.
    pub(super) fn json(&self, tenants: &[&Tenant], detail: Detail) -> Vec<Value> {
        let living = self.tenants.values().filter(|tenant| tenant.deleted_at.is_none());
        let parents: BTreeSet<TenantId> = living.map(|tenant| tenant.parent).collect();
        tenants.iter().map(|tenant| tenant.to_json(detail, parents.contains(&tenant.id))).collect()
    }

    /// Lets time pass: trials end, and soft-deleted tenants are gone for good. Answers those that are gone.
    pub(super) fn pass_time(&mut self, now: Timestamp) -> Vec<TenantId> {
        for tenant in self.tenants.values_mut() {
            if tenant.pricing.mode == PricingMode::Trial && tenant.pricing.production_start <= now {
                tenant.start_production(tenant.pricing.production_start);
            }
        }
        let kept = SignedDuration::from_hours(24 * SOFT_DELETED_DAYS);
        let is_over = |tenant: &Tenant| tenant.deleted_at.is_some_and(|at| now.duration_since(at) >= kept);
        let gone: Vec<_> = self.tenants.values().filter(|tenant| is_over(tenant)).map(|tenant| tenant.id).collect();
        for id in &gone {
            self.tenants.remove(id);
        }
        gone
    }
}
