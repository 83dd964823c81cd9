//! Users as others on the platform create them.

use super::super::Acronis;
use super::super::id::TenantId;
use super::super::user::User;

/// People who can log in.
impl Acronis {
    /// The living users of a tenant, oldest first, with the roles they have and the activation e-mails they were sent.
    pub fn users_of(&self, tenant: TenantId) -> Vec<User> {
        self.world().users.of(tenant).cloned().collect()
    }

    /// The living users with this integrator's id, whatever their tenant.
    pub fn users_with_external_id(&self, external_id: &str) -> Vec<User> {
        let world = self.world();
        let all = world.users.all().map(|(_, user)| user);
        let is_meant = |user: &&User| user.deleted_at.is_none() && user.external_id.as_deref() == Some(external_id);
        all.filter(is_meant).cloned().collect()
    }

    /// Somebody elsewhere on the platform, whom no client here sees, takes a log-in name.
    pub fn take_login(&self, login: &str) {
        self.world().users.take_login(login);
    }
}
