//! The offering items that tenants have, with their quotas.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use super::hierarchy::Hierarchy;
use super::id::TenantId;
use super::offer::{self, OfferId};
use super::tenant::Tenant;

/// How much of an item a tenant may use.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quota {
    /// None is unlimited.
    pub value: Option<f64>,
    /// How far beyond the value one may go; none warns only.
    pub overage: Option<f64>,
    /// Changes with each change of the two; 0 while both are absent.
    pub version: i64,
}

impl Quota {
    pub(super) const UNLIMITED: Self = Self { value: None, overage: None, version: 0 };

    /// The amount at which the item stops working.
    pub(super) fn hard_limit(&self) -> Option<f64> {
        Some(self.value? + self.overage?)
    }

    /// A new quota in place of this one. Without a value there is neither overage nor version.
    pub(super) fn changed(&self, value: Option<f64>, overage: Option<f64>, now: Timestamp) -> Self {
        match value {
            None => Self::UNLIMITED,
            Some(_) => Self { value, overage, version: now.as_millisecond().max(self.version + 1) },
        }
    }
}

/// An item as one tenant has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Whether it is switched on.
    pub is_on: bool,
    /// Whether nobody may switch it.
    pub is_locked: bool,
    /// Kept while the item is off, though not shown then.
    pub quota: Quota,
    /// Last change.
    pub updated_at: Timestamp,
}

impl Item {
    /// An item nobody has touched.
    pub(super) fn untouched(since: Timestamp) -> Self {
        Self { is_on: false, is_locked: false, quota: Quota::UNLIMITED, updated_at: since }
    }

    pub(super) fn switch(&mut self, on: bool, now: Timestamp) {
        if !on {
            self.quota = Quota::UNLIMITED;
        }
        self.is_on = on;
        self.updated_at = now;
    }
}

/// The items of one tenant that were ever touched.
pub(super) type Shelf = BTreeMap<OfferId, Item>;

/// The items of all tenants.
#[derive(Clone, Default)]
pub(super) struct Items {
    shelves: HashMap<TenantId, Shelf>,
}

impl Items {
    pub(super) fn get(&self, tenant: TenantId, offer: OfferId) -> Option<&Item> {
        self.shelves.get(&tenant)?.get(&offer)
    }

    pub(super) fn is_on(&self, tenant: TenantId, offer: OfferId) -> bool {
        self.get(tenant, offer).is_some_and(|item| item.is_on)
    }

    /// The touched items of a tenant, in the order of the catalogue.
    pub(super) fn of(&self, tenant: TenantId) -> impl Iterator<Item = (OfferId, &Item)> {
        self.shelves.get(&tenant).into_iter().flatten().map(|(id, item)| (*id, item))
    }

    pub(super) fn shelf_mut(&mut self, tenant: TenantId) -> &mut Shelf {
        self.shelves.entry(tenant).or_default()
    }

    /// One item to change, made when nobody has touched it yet.
    pub(super) fn touch(&mut self, tenant: TenantId, offer: OfferId, now: Timestamp) -> &mut Item {
        self.shelf_mut(tenant).entry(offer).or_insert_with(|| Item::untouched(now))
    }

    /// Switches an item off wherever it is on below a tenant, as nobody can have what is not there above.
    pub(super) fn switch_off_below(&mut self, hierarchy: &Hierarchy, tenant: TenantId, offer: OfferId, now: Timestamp) {
        for below in hierarchy.subtree(tenant).into_iter().filter(|below| *below != tenant) {
            if let Some(item) = self.shelves.get_mut(&below).and_then(|shelf| shelf.get_mut(&offer))
                && item.is_on
            {
                item.switch(false, now);
            }
        }
    }

    /// Gives a tenant everything that is on at another, unlimited.
    pub(super) fn inherit(&mut self, from: TenantId, to: TenantId, now: Timestamp) {
        let on: Vec<OfferId> = self.of(from).filter(|(_, item)| item.is_on).map(|(offer, _)| offer).collect();
        for offer in on {
            self.touch(to, offer, now).switch(true, now);
        }
    }

    /// The offers that a tenant may have, as those above have them; the one above the root partner has everything.
    pub(super) fn available_to(&self, hierarchy: &Hierarchy, tenant: TenantId) -> impl Iterator<Item = OfferId> {
        let parent =
            hierarchy.get(tenant).map(|tenant| tenant.parent).filter(|parent| hierarchy.get(*parent).is_some());
        offer::all().map(|(id, _)| id).filter(move |id| parent.is_none_or(|parent| self.is_on(parent, *id)))
    }

    /// What a tenant has or could have, in the order of the catalogue; with `all`, also what was taken away from above.
    pub(super) fn listed(&self, hierarchy: &Hierarchy, tenant: &Tenant, all: bool) -> Vec<(OfferId, Item)> {
        let available: BTreeSet<OfferId> = self.available_to(hierarchy, tenant.id).collect();
        let item = |offer| self.get(tenant.id, offer).cloned();
        offer::all()
            .map(|(offer, _)| offer)
            .filter_map(|offer| match (available.contains(&offer), item(offer)) {
                (true, item) => Some((offer, item.unwrap_or_else(|| Item::untouched(tenant.created_at)))),
                (false, item) => Some((offer, item.filter(|_| all)?)),
            })
            .collect()
    }

    pub(super) fn forget(&mut self, tenant: TenantId) {
        self.shelves.remove(&tenant);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_without_a_value_has_neither_overage_nor_version() {
        let now: Timestamp = "2026-01-02T10:00:00Z".parse().unwrap();
        let limited = Quota::UNLIMITED.changed(Some(5.0), Some(2.0), now);
        assert_eq!((limited.hard_limit(), limited.version), (Some(7.0), now.as_millisecond()));
        assert_eq!(limited.changed(Some(6.0), None, now).version, limited.version + 1);
        assert_eq!(limited.changed(Some(6.0), None, now).hard_limit(), None);
        assert_eq!(limited.changed(None, Some(2.0), now), Quota::UNLIMITED);
    }
}
