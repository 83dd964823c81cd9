//! Items, quotas and usages as people and agents change them.

use super::super::Acronis;
use super::super::id::{InfraId, TenantId};
use super::super::item::Item;
use super::super::offer::{self, OfferId};
use super::super::world::World;
use super::Unknown;

/// An item of the catalogue: `"pw_base_servers"`, or `("pw_base_storage", FRANKFURT)` when it is bound to a storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ItemName {
    name: String,
    infra: Option<InfraId>,
}

impl From<&str> for ItemName {
    fn from(name: &str) -> Self {
        Self { name: name.to_owned(), infra: None }
    }
}

impl From<(&str, InfraId)> for ItemName {
    fn from((name, infra): (&str, InfraId)) -> Self {
        Self { name: name.to_owned(), infra: Some(infra) }
    }
}

/// Administrators: what a tenant may use.
impl Acronis {
    /// An item as a tenant has it; none when nobody has ever touched it there.
    pub fn item(&self, tenant: TenantId, item: impl Into<ItemName>) -> Option<Item> {
        let item = item.into();
        self.world().items.get(tenant, offer::find(&item.name, item.infra)?).cloned()
    }

    /// Somebody sets a quota by hand, and switches the item on if it was off. Without a value it is unlimited. At a partner this
    /// limits what can be given to those below.
    ///
    /// # Errors
    /// When the tenant or the item does not exist.
    pub fn set_quota(
        &self,
        tenant: TenantId,
        item: impl Into<ItemName>,
        value: Option<f64>,
        overage: Option<f64>,
    ) -> Result<(), Unknown> {
        self.change_item(tenant, &item.into(), |world, offer| {
            let now = world.now;
            let item = world.items.touch(tenant, offer, now);
            if !item.is_on {
                item.switch(true, now);
            }
            item.quota = item.quota.changed(value, overage, now);
            item.updated_at = now;
        })
    }

    /// Somebody switches an item on or off by hand. Off at a partner or folder is off everywhere below: it is withdrawn.
    ///
    /// # Errors
    /// When the tenant or the item does not exist.
    pub fn switch_item(&self, tenant: TenantId, item: impl Into<ItemName>, on: bool) -> Result<(), Unknown> {
        self.change_item(tenant, &item.into(), |world, offer| {
            let now = world.now;
            world.items.touch(tenant, offer, now).switch(on, now);
            if !on {
                world.items.switch_off_below(&world.hierarchy, tenant, offer, now);
            }
        })
    }

    /// The platform fixes the status of an item, or no longer does.
    ///
    /// # Errors
    /// When the tenant or the item does not exist.
    pub fn lock_item(&self, tenant: TenantId, item: impl Into<ItemName>, locked: bool) -> Result<(), Unknown> {
        self.change_item(tenant, &item.into(), |world, offer| {
            let now = world.now;
            let item = world.items.touch(tenant, offer, now);
            (item.is_locked, item.updated_at) = (locked, now);
        })
    }
}

/// Agents: what a tenant does use.
impl Acronis {
    /// A tenant uses so much from now on. The API tells it after the next measurement, hours later; a write with `check_usage`
    /// minds it at once.
    ///
    /// # Errors
    /// When the tenant or the item does not exist.
    pub fn set_usage(&self, tenant: TenantId, item: impl Into<ItemName>, amount: f64) -> Result<(), Unknown> {
        self.change_item(tenant, &item.into(), |world, offer| {
            let (now, period) = (world.now, world.quirks.usage_period_hours);
            world.usages.set(tenant, offer, amount, now, period);
        })
    }

    /// The platform measures now, for all tenants.
    pub fn measure_usage(&self) {
        self.world().usages.measure();
    }

    fn change_item(
        &self,
        tenant: TenantId,
        item: &ItemName,
        change: impl FnOnce(&mut World, OfferId),
    ) -> Result<(), Unknown> {
        let mut world = self.world();
        world.hierarchy.get(tenant).ok_or(tenant)?;
        let offer = offer::find(&item.name, item.infra).ok_or_else(|| Unknown(format!("item {}", item.name)))?;
        change(&mut world, offer);
        Ok(())
    }
}
