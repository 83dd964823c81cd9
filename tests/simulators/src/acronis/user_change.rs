//! Creating, changing and deleting users, with the account server's rules.

use uuid::Uuid;

use super::account_error::Refusal;
use super::id::{TenantId, UserId};
use super::tenant::Kind;
use super::tenant_body::bad;
use super::user::{Role, User, is_login};
use super::user_body::{PoliciesBody, PolicyBody, UserBody};
use super::world::World;

impl World {
    /// The living user, if the caller sees into its tenant.
    pub(super) fn visible_user(&self, caller: TenantId, id: UserId) -> Result<&User, Refusal> {
        let user = self.users.get(id).filter(|user| user.deleted_at.is_none()).ok_or(Refusal::NotFound)?;
        self.tenant_with_users(caller, user.tenant)?;
        Ok(user)
    }

    /// A tenant whose users the caller may handle: one that manages itself keeps them to itself.
    pub(super) fn tenant_with_users(&self, caller: TenantId, tenant: TenantId) -> Result<Kind, Refusal> {
        let found = self.hierarchy.visible(caller, tenant)?;
        if self.hierarchy.sees_inside(caller, tenant) { Ok(found.kind) } else { Err(Refusal::AccessDenied) }
    }

    pub(super) fn create_user(&mut self, caller: TenantId, mut body: UserBody) -> Result<UserId, Refusal> {
        let tenant = body.tenant_id.ok_or_else(|| bad("tenant_id: required"))?;
        self.tenant_with_users(caller, tenant)?;
        if !self.hierarchy.is_active(tenant) {
            return Err(Refusal::ParentDisabled);
        }
        let login = body.login.take().ok_or_else(|| bad("login: required"))?;
        let contact = body.contact_with_email()?;
        if !is_login(&login) {
            return Err(Refusal::InvalidLogin);
        }
        if self.users.is_taken(login.trim()) {
            return Err(Refusal::LoginTaken);
        }
        let id = UserId(self.new_uuid());
        self.users.insert(User {
            id,
            version: 1,
            tenant,
            login: login.trim().to_owned(),
            contact,
            language: body.language.unwrap_or_else(|| "en".to_owned()),
            notifications: body.notifications.unwrap_or_default(),
            business_types: body.business_types.unwrap_or_default(),
            external_id: body.external_id.flatten(),
            enabled: body.enabled.unwrap_or(true),
            activated: false,
            roles: Vec::new(),
            activation_mails: 0,
            created_at: self.now,
            updated_at: self.now,
            deleted_at: None,
        });
        Ok(id)
    }

    pub(super) fn update_user(&mut self, caller: TenantId, id: UserId, body: UserBody) -> Result<(), Refusal> {
        let old = self.changeable_user(caller, id, body.version)?;
        if let Some(login) = &body.login
            && !login.trim().eq_ignore_ascii_case(&old.login)
        {
            if !is_login(login) {
                return Err(Refusal::InvalidLogin);
            }
            if self.users.is_taken(login.trim()) {
                return Err(Refusal::LoginTaken);
            }
        }
        self.change_user(id, |user| {
            user.login = body.login.map_or_else(|| user.login.clone(), |login| login.trim().to_owned());
            user.contact.extend(body.contact.unwrap_or_default());
            user.language = body.language.unwrap_or_else(|| user.language.clone());
            user.notifications = body.notifications.unwrap_or_else(|| user.notifications.clone());
            user.business_types = body.business_types.unwrap_or_else(|| user.business_types.clone());
            user.external_id = body.external_id.unwrap_or_else(|| user.external_id.clone());
            user.enabled = body.enabled.unwrap_or(user.enabled);
        })
    }

    /// Deletes a user that is disabled.
    pub(super) fn delete_user(&mut self, caller: TenantId, id: UserId, version: Option<u64>) -> Result<(), Refusal> {
        if self.changeable_user(caller, id, version)?.enabled {
            return Err(Refusal::BusinessRule("A user must be disabled before it is deleted."));
        }
        let now = self.now;
        self.change_user(id, |user| user.deleted_at = Some(now))
    }

    /// Gives a user these roles and no others.
    pub(super) fn set_roles(&mut self, caller: TenantId, id: UserId, body: &PoliciesBody) -> Result<(), Refusal> {
        self.visible_user(caller, id)?;
        let mut roles = Vec::new();
        for policy in &body.items {
            roles.push(self.role(caller, id, policy)?);
        }
        self.change_user(id, |user| user.roles = roles)
    }

    /// Does something to a user, who counts it as a change.
    pub(super) fn change_user(&mut self, id: UserId, change: impl FnOnce(&mut User)) -> Result<(), Refusal> {
        let now = self.now;
        let user = self.users.get_mut(id).ok_or(Refusal::NotFound)?;
        change(user);
        user.touch(now);
        Ok(())
    }

    fn role(&mut self, caller: TenantId, user: UserId, policy: &PolicyBody) -> Result<Role, Refusal> {
        if policy.trustee_type != "user" || policy.trustee_id != user {
            return Err(bad("trustee_id: another user than the one in the path"));
        }
        let fits = match (policy.role_id.as_str(), self.tenant_with_users(caller, policy.tenant_id)?) {
            ("partner_admin", kind) => matches!(kind, Kind::Partner | Kind::Folder),
            ("company_admin", kind) => kind == Kind::Customer,
            ("unit_admin", kind) => kind == Kind::Unit,
            _ => true,
        };
        if !fits {
            return Err(Refusal::BusinessRule("The role does not fit this kind of tenant."));
        }
        let id: Uuid = self.new_uuid();
        Ok(Role { id, tenant: policy.tenant_id, name: policy.role_id.clone(), version: 1 })
    }

    fn changeable_user(&self, caller: TenantId, id: UserId, version: Option<u64>) -> Result<&User, Refusal> {
        let user = self.visible_user(caller, id)?;
        if version.ok_or_else(|| bad("version: required"))? == user.version {
            Ok(user)
        } else {
            Err(Refusal::VersionMismatch)
        }
    }
}
