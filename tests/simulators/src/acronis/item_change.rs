//! Changing offering items, with the account server's rules.

use jiff::Timestamp;

use super::account_error::Refusal;
use super::hierarchy::Hierarchy;
use super::id::TenantId;
use super::item::{Item, Items, Shelf};
use super::item_body::{ItemBody, QuotaBody};
use super::offer::{self, Offer, OfferId};
use super::quirks::Quirks;
use super::storage;
use super::tenant::{Kind, Tenant};
use super::tenant_body::bad;
use super::usage::Usages;

/// Who changes whose items and when: the same for every item of a request.
pub(super) struct ItemChanger<'a> {
    pub(super) items: &'a mut Items,
    pub(super) hierarchy: &'a Hierarchy,
    pub(super) usages: &'a Usages,
    pub(super) quirks: &'a Quirks,
    /// Tenant of the token.
    pub(super) caller: TenantId,
    /// Whose items they are.
    pub(super) tenant: TenantId,
    pub(super) check_usage: bool,
    pub(super) now: Timestamp,
}

impl ItemChanger<'_> {
    /// Changes all items or none, unless the quirk says that those before the first refusal stay changed.
    pub(super) fn write(&mut self, bodies: &[ItemBody]) -> Result<Vec<OfferId>, Refusal> {
        let tenant = self.hierarchy.visible(self.caller, self.tenant)?;
        self.check_right(tenant)?;
        let changes = bodies.iter().map(resolve).collect::<Result<Vec<_>, _>>()?;
        let offers: Vec<OfferId> = changes.iter().map(|(offer, _)| *offer).collect();
        if offers.iter().enumerate().any(|(at, offer)| offers[..at].contains(offer)) {
            return Err(bad("offering_items: the same item twice"));
        }
        if self.quirks.item_writes_stop_at_refusal {
            changes.chunks(1).try_for_each(|change| self.apply(tenant, change))?;
        } else {
            self.apply(tenant, &changes)?;
        }
        Ok(offers)
    }

    /// Nobody changes the own items, a locked tenant's, or those of one that manages itself.
    fn check_right(&self, tenant: &Tenant) -> Result<(), Refusal> {
        if tenant.id == self.caller || !self.hierarchy.sees_inside(self.caller, tenant.id) {
            return Err(Refusal::AccessDenied);
        }
        if tenant.locked_by.is_some_and(|owner| owner != self.caller) {
            return Err(Refusal::TenantLocked);
        }
        if self.hierarchy.is_active(tenant.parent) { Ok(()) } else { Err(Refusal::ParentDisabled) }
    }

    /// Applies these changes together: what they need of each other may come in any order.
    fn apply(&mut self, tenant: &Tenant, changes: &[(OfferId, &ItemBody)]) -> Result<(), Refusal> {
        let mut shelf: Shelf = self.items.of(tenant.id).map(|(offer, item)| (offer, item.clone())).collect();
        for (offer, body) in changes {
            let item = shelf.entry(*offer).or_insert_with(|| Item::untouched(self.now));
            self.change(tenant, *offer, item, body)?;
        }
        for (offer, _) in changes {
            check_company(tenant, *offer, &shelf, self.quirks)?;
        }
        *self.items.shelf_mut(tenant.id) = shelf;
        for (offer, _) in changes.iter().filter(|(_, body)| body.status == 0) {
            self.items.switch_off_below(self.hierarchy, tenant.id, *offer, self.now);
        }
        Ok(())
    }

    fn change(&self, tenant: &Tenant, id: OfferId, item: &mut Item, body: &ItemBody) -> Result<(), Refusal> {
        let (offer, on) = (id.offer(), body.status == 1);
        if item.is_locked && item.is_on != on {
            return Err(Refusal::BusinessRule("The status of the item is locked."));
        }
        if on && !self.items.available_to(self.hierarchy, tenant.id).any(|available| available == id) {
            return Err(Refusal::ItemUnavailable(offer.name.to_owned()));
        }
        if !on && item.is_on {
            self.check_switching_off(tenant, id, offer)?;
        }
        let quota = body.quota.filter(|_| !self.quirks.stray_quotas_ignored || (on && offer.has_quota()));
        if quota.is_some() && !(on && offer.has_quota()) {
            return Err(bad("quota: not allowed for a feature or an item that is off"));
        }
        if item.is_on != on {
            item.switch(on, self.now);
        }
        if let Some(quota) = quota {
            if quota.version != item.quota.version {
                return Err(self.stale());
            }
            item.quota = item.quota.changed(quota.value, quota.overage, self.now);
            self.check_quota(tenant, id, &quota)?;
        }
        item.updated_at = self.now;
        Ok(())
    }

    fn check_switching_off(&self, tenant: &Tenant, id: OfferId, offer: &Offer) -> Result<(), Refusal> {
        let storage = offer.infra.and_then(storage::find);
        if let Some(storage) = storage {
            if self.is_on_below(tenant.id, id) {
                return Err(Refusal::StorageUsedBelow);
            }
            let keeps_default = tenant.kind != Kind::Customer || self.quirks.default_storage_fixed_at_customers;
            if storage.is_default && keeps_default {
                return Err(Refusal::DefaultStorage);
            }
        }
        if self.check_usage && self.used(tenant.id, id) > 0.0 {
            return Err(self.in_use(offer));
        }
        Ok(())
    }

    fn check_quota(&self, tenant: &Tenant, id: OfferId, quota: &QuotaBody) -> Result<(), Refusal> {
        let Some(value) = quota.value else { return Ok(()) };
        let most = value + quota.overage.unwrap_or_default();
        let limits =
            self.hierarchy.upward(tenant.parent).filter_map(|above| self.items.get(above.id, id)?.quota.hard_limit());
        if limits.into_iter().any(|limit| most > limit) {
            return Err(Refusal::HardQuotaExceeded(id.offer().name.to_owned()));
        }
        if self.check_usage && quota.overage.is_some() && self.used(tenant.id, id) > most {
            return Err(self.in_use(id.offer()));
        }
        Ok(())
    }

    fn is_on_below(&self, tenant: TenantId, offer: OfferId) -> bool {
        self.hierarchy.subtree(tenant).into_iter().any(|below| below != tenant && self.items.is_on(below, offer))
    }

    fn used(&self, tenant: TenantId, offer: OfferId) -> f64 {
        self.usages.actual(&self.hierarchy.subtree(tenant), offer)
    }

    fn in_use(&self, offer: &Offer) -> Refusal {
        if self.quirks.usage_refused_as_business_rule {
            Refusal::BusinessRule("The item is in use.")
        } else {
            Refusal::HardQuotaExceeded(offer.name.to_owned())
        }
    }

    fn stale(&self) -> Refusal {
        if self.quirks.quota_conflict_is_426 { Refusal::ChangedElsewhere } else { Refusal::VersionMismatch }
    }
}

fn resolve(body: &ItemBody) -> Result<(OfferId, &ItemBody), Refusal> {
    let offer = offer::find(&body.name, body.infra_id);
    let of_application = |id: &OfferId| id.offer().application.id.eq_ignore_ascii_case(&body.application_id);
    match offer.filter(of_application) {
        Some(offer) => Ok((offer, body)),
        None => Err(Refusal::ItemUnavailable(body.name.clone())),
    }
}

/// Whether a changed item gets along with the others of its tenant: what it needs or is needed by, other storages, other editions.
fn check_company(tenant: &Tenant, id: OfferId, shelf: &Shelf, quirks: &Quirks) -> Result<(), Refusal> {
    let offer = id.offer();
    let is_on = shelf.get(&id).is_some_and(|item| item.is_on);
    let mut others = shelf.iter().filter(|(other, item)| **other != id && item.is_on).map(|(other, _)| other.offer());
    if !is_on {
        let is_needed = others.any(|other| other.needs == Some(offer.name) && other.edition == offer.edition);
        return if is_needed { Err(Refusal::ItemDependency(offer.name.to_owned())) } else { Ok(()) };
    }
    if offer.needs.is_some_and(|needed| !others.clone().any(|other| other.name == needed)) {
        return Err(Refusal::ItemDependency(offer.name.to_owned()));
    }
    if !matches!(tenant.kind, Kind::Customer | Kind::Unit) {
        return Ok(());
    }
    if others.clone().any(|other| other.is_twin_of(offer)) {
        return Err(Refusal::BusinessRule("A customer can have one storage of a kind."));
    }
    if !quirks.editions_may_be_mixed && others.any(|other| other.excludes(offer)) {
        return Err(Refusal::BusinessRule("Editions of one application cannot be mixed."));
    }
    Ok(())
}
