//! What happens in the simulated world without a call of the client under test.

mod crowd;
mod items;
mod users;

use std::fmt;

use serde_json::Value;
use uuid::Uuid;

use super::Acronis;
use super::alert::Alert;
use super::id::{AlertId, TenantId};
use super::raise::Raise;
use super::seed::ROOT_PARTNER;
use super::tenant::{Kind, Tenant};

pub use items::ItemName;

/// A verb named something that the world does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(String);

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the simulated world holds no {}", self.0)
    }
}

impl std::error::Error for Unknown {}

impl From<AlertId> for Unknown {
    fn from(id: AlertId) -> Self {
        Self(format!("alert {id}"))
    }
}

impl From<TenantId> for Unknown {
    fn from(id: TenantId) -> Self {
        Self(format!("tenant {id}"))
    }
}

/// Agents and the platform: alerts come and go.
impl Acronis {
    /// An agent raises an alert.
    ///
    /// # Errors
    /// When the tenant does not exist.
    pub fn raise(&self, raise: Raise) -> Result<AlertId, Unknown> {
        let mut world = self.world();
        let tenant = raise.tenant.unwrap_or(ROOT_PARTNER);
        world.hierarchy.get(tenant).ok_or(tenant)?;
        Ok(world.raise(raise, tenant))
    }

    /// The same thing happens again: the alert keeps its id, its times move, and it is open even if it was dismissed.
    ///
    /// # Errors
    /// When there is no such alert.
    pub fn re_raise(&self, id: AlertId) -> Result<(), Unknown> {
        Ok(self.world().re_raise(id).ok_or(id)?)
    }

    /// The cause is gone and the alert clears by itself.
    ///
    /// # Errors
    /// When there is no such alert.
    pub fn clear(&self, id: AlertId) -> Result<(), Unknown> {
        Ok(self.world().clear(id).ok_or(id)?)
    }

    /// Somebody dismisses the alert in the vendor's console.
    ///
    /// # Errors
    /// When there is no such alert.
    pub fn dismiss(&self, id: AlertId) -> Result<(), Unknown> {
        self.world().dismiss(id).map(drop).ok_or(id)?;
        Ok(())
    }

    /// The alert vanishes without a trace.
    ///
    /// # Errors
    /// When there is no such alert.
    pub fn remove(&self, id: AlertId) -> Result<(), Unknown> {
        self.world().alerts.remove(&id).map(drop).ok_or(id)?;
        Ok(())
    }

    /// One alert, open or dismissed.
    pub fn alert(&self, id: AlertId) -> Option<Alert> {
        self.world().alerts.get(&id).cloned()
    }

    /// All alerts, open and dismissed, in the order of their first reception.
    pub fn alerts(&self) -> Vec<Alert> {
        let mut alerts: Vec<_> = self.world().alerts.values().cloned().collect();
        alerts.sort_by_key(|alert| (alert.received_at, alert.id));
        alerts
    }

    /// The alerts that clients have dismissed through the API, in order.
    pub fn dismissed_by_clients(&self) -> Vec<AlertId> {
        self.world().dismissals.clone()
    }
}

/// Administrators: tenants change.
impl Acronis {
    /// All tenants that live, oldest first.
    pub fn tenants(&self) -> Vec<Tenant> {
        self.world().hierarchy.all().filter(|tenant| tenant.deleted_at.is_none()).cloned().collect()
    }

    /// One tenant, soft-deleted or not.
    pub fn tenant(&self, id: TenantId) -> Option<Tenant> {
        self.world().hierarchy.get(id).cloned()
    }

    /// The living tenant of this name.
    pub fn tenant_named(&self, name: &str) -> Option<Tenant> {
        self.tenants().into_iter().find(|tenant| tenant.name == name)
    }

    /// The living tenants that carry this `internal_tag`, oldest first.
    pub fn tenants_tagged(&self, tag: &str) -> Vec<Tenant> {
        self.tenants().into_iter().filter(|tenant| tenant.internal_tag.as_deref() == Some(tag)).collect()
    }

    /// A tenant is created in the vendor's console; unlike the API this allows twins of the same name. A partner or folder may sell
    /// whatever its parent may.
    ///
    /// # Errors
    /// When the parent does not exist.
    pub fn add_tenant(&self, name: &str, kind: Kind, parent: TenantId) -> Result<TenantId, Unknown> {
        let mut world = self.world();
        let language = world.hierarchy.get(parent).ok_or(parent)?.language.clone();
        let (id, now) = (TenantId(world.new_uuid()), world.now);
        let number = world.hierarchy.next_number();
        world.hierarchy.insert(Tenant { language, ..Tenant::new(id, number, name, kind, parent, now) });
        if matches!(kind, Kind::Partner | Kind::Folder) {
            world.items.inherit(parent, id, now);
        }
        Ok(id)
    }

    /// Changes a tenant by hand; its version and time of change move.
    ///
    /// # Errors
    /// When there is no such tenant.
    pub fn change_tenant(&self, id: TenantId, change: impl FnOnce(&mut Tenant)) -> Result<(), Unknown> {
        let mut world = self.world();
        let now = world.now;
        let tenant = world.hierarchy.get_mut(id).ok_or(id)?;
        change(tenant);
        tenant.touch(now);
        Ok(())
    }

    /// Suspends a tenant; its alerts leave the lists.
    ///
    /// # Errors
    /// When there is no such tenant.
    pub fn disable_tenant(&self, id: TenantId) -> Result<(), Unknown> {
        self.change_tenant(id, |tenant| tenant.enabled = false)
    }

    /// Ends a suspension.
    ///
    /// # Errors
    /// When there is no such tenant.
    pub fn enable_tenant(&self, id: TenantId) -> Result<(), Unknown> {
        self.change_tenant(id, |tenant| tenant.enabled = true)
    }

    /// Gives a tenant another name.
    ///
    /// # Errors
    /// When there is no such tenant.
    pub fn rename_tenant(&self, id: TenantId, name: &str) -> Result<(), Unknown> {
        self.change_tenant(id, |tenant| tenant.name = name.to_owned())
    }

    /// Moves a tenant below another.
    ///
    /// # Errors
    /// When one of the two does not exist, or the parent is below the tenant itself.
    pub fn move_tenant(&self, id: TenantId, parent: TenantId) -> Result<(), Unknown> {
        if self.tenant(parent).is_none() || self.world().hierarchy.is_within(parent, id) {
            return Err(parent.into());
        }
        self.change_tenant(id, |tenant| tenant.parent = parent)
    }

    /// Soft-deletes a tenant and everything below it.
    ///
    /// # Errors
    /// When there is no such tenant.
    pub fn delete_tenant(&self, id: TenantId) -> Result<(), Unknown> {
        let below = self.world().hierarchy.subtree(id);
        let now = self.control().clock().now();
        self.change_tenant(id, |tenant| tenant.enabled = false)?;
        below.into_iter().try_for_each(|id| self.change_tenant(id, |tenant| tenant.deleted_at = Some(now)))
    }
}

/// The platform: clients and what they have reported.
impl Acronis {
    /// Creates an API client of a tenant.
    ///
    /// # Errors
    /// When the tenant does not exist.
    pub fn add_client(&self, id: &str, secret: &str, tenant: TenantId) -> Result<(), Unknown> {
        let mut world = self.world();
        world.hierarchy.get(tenant).ok_or(tenant)?;
        let now = world.now;
        world.access.add_client(id, secret, tenant, now);
        Ok(())
    }

    /// Switches an API client off or on; while off its tokens are useless.
    ///
    /// # Errors
    /// When there is no such client.
    pub fn enable_client(&self, id: &str, enabled: bool) -> Result<(), Unknown> {
        let mut world = self.world();
        world.access.client_mut(id).ok_or_else(|| Unknown(format!("client {id}")))?.enabled = enabled;
        Ok(())
    }

    /// Gives a client a new secret, which ends its tokens.
    ///
    /// # Errors
    /// When there is no such client.
    pub fn reset_secret(&self, id: &str, secret: &str) -> Result<(), Unknown> {
        let mut world = self.world();
        world.access.client_mut(id).ok_or_else(|| Unknown(format!("client {id}")))?.secret = secret.to_owned();
        world.access.revoke(id);
        Ok(())
    }

    /// Ends the tokens of a client; it can get new ones.
    pub fn revoke_tokens(&self, client: &str) {
        self.world().access.revoke(client);
    }

    /// Activation and deactivation reports, as received.
    pub fn activation_reports(&self) -> Vec<Value> {
        self.world().reports.clone()
    }

    /// An id that nothing in this world has.
    pub fn unused_id(&self) -> Uuid {
        self.world().new_uuid()
    }
}
