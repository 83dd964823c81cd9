//! Users, their roles, and the log-in names that are taken.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::id::{TenantId, UserId};

/// Identity provider of users without one of their own.
const DEFAULT_IDP: &str = "11111111-1111-1111-1111-111111111111";
const SHORTEST_LOGIN: usize = 3;
const LOGIN_SIGNS: &str = ".@_-+:!#$%^*={}'`/?";

/// What a user may do at a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Id of the access policy.
    pub id: Uuid,
    /// Where the role holds.
    pub tenant: TenantId,
    /// Name of the role, such as `company_admin`.
    pub name: String,
    /// Changes with each change.
    pub version: u64,
}

/// A user of the platform.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    /// Its id.
    pub id: UserId,
    /// Grows by one with each change.
    pub version: u64,
    /// The tenant to which the user belongs.
    pub tenant: TenantId,
    /// Log-in name, unique on the platform whatever its case.
    pub login: String,
    /// Personal data, as sent.
    pub contact: Map<String, Value>,
    /// Language code.
    pub language: String,
    /// What the user is told by e-mail.
    pub notifications: Vec<String>,
    /// Business roles, such as `buyer`.
    pub business_types: Vec<String>,
    /// The integrator's id.
    pub external_id: Option<String>,
    /// `false`: cannot log in.
    pub enabled: bool,
    /// Whether a password was set.
    pub activated: bool,
    /// What the user may do, and where.
    pub roles: Vec<Role>,
    /// How many activation e-mails were sent to the user.
    pub activation_mails: u32,
    /// Creation.
    pub created_at: Timestamp,
    /// Last change, deletion included.
    pub updated_at: Timestamp,
    /// Soft deletion.
    pub deleted_at: Option<Timestamp>,
}

/// All users, oldest first, and log-in names of accounts elsewhere on the platform.
#[derive(Clone, Default)]
pub(super) struct Users {
    users: Vec<User>,
    taken_elsewhere: BTreeSet<String>,
}

impl Users {
    pub(super) fn insert(&mut self, user: User) {
        self.users.push(user);
    }

    pub(super) fn get(&self, id: UserId) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(super) fn get_mut(&mut self, id: UserId) -> Option<&mut User> {
        self.users.iter_mut().find(|user| user.id == id)
    }

    /// All users, oldest first, with their places.
    pub(super) fn all(&self) -> impl Iterator<Item = (usize, &User)> {
        self.users.iter().enumerate()
    }

    /// The users of one tenant that live.
    pub(super) fn of(&self, tenant: TenantId) -> impl Iterator<Item = &User> {
        self.users.iter().filter(move |user| user.tenant == tenant && user.deleted_at.is_none())
    }

    /// Somebody outside of what this client sees takes a log-in name.
    pub(super) fn take_login(&mut self, login: &str) {
        self.taken_elsewhere.insert(login.trim().to_lowercase());
    }

    /// Whether somebody has this log-in name. The users of a soft-deleted tenant keep theirs, as the tenant can come back.
    pub(super) fn is_taken(&self, login: &str) -> bool {
        let login = login.to_lowercase();
        let is_used = |user: &User| user.deleted_at.is_none() && user.login.to_lowercase() == login;
        self.taken_elsewhere.contains(&login) || self.users.iter().any(is_used)
    }

    pub(super) fn forget(&mut self, tenant: TenantId) {
        self.users.retain(|user| user.tenant != tenant);
    }
}

impl User {
    pub(super) fn to_json(&self) -> Value {
        json!({
            "id": self.id,
            "version": self.version,
            "tenant_id": self.tenant,
            "personal_tenant_id": null,
            "login": self.login,
            "external_id": self.external_id,
            "activated": self.activated,
            "enabled": self.enabled,
            "terms_accepted": false,
            "idp_id": DEFAULT_IDP,
            "mfa_status": "disabled",
            "business_types": self.business_types,
            "notifications": self.notifications,
            "created_at": user_time(self.created_at),
            "updated_at": user_time(self.updated_at),
            "deleted_at": self.deleted_at.map(user_time),
            "language": self.language,
            "contact": self.contact,
        })
    }

    /// The roles as access policies.
    pub(super) fn roles_json(&self) -> Vec<Value> {
        let policy = |role: &Role| {
            json!({
                "id": role.id, "issuer_id": "00000000-0000-0000-0000-000000000000", "version": role.version,
                "trustee_type": "user", "trustee_id": self.id, "tenant_id": role.tenant, "role_id": role.name,
            })
        };
        self.roles.iter().map(policy).collect()
    }

    pub(super) fn touch(&mut self, now: Timestamp) {
        self.version += 1;
        self.updated_at = now;
    }
}

/// Whether a text can be a log-in name; blanks around it do not count.
pub(super) fn is_login(text: &str) -> bool {
    let text = text.trim();
    text.len() >= SHORTEST_LOGIN && text.chars().all(|sign| sign.is_ascii_alphanumeric() || LOGIN_SIGNS.contains(sign))
}

/// Users carry their times with a zone and fractions, unlike tenants.
fn user_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S.%6f+00:00").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_three_or_more_plain_signs() {
        for good in ["ann", "ann@contoso.example", " a+b'c ", "x`/?"] {
            assert!(is_login(good), "{good}");
        }
        for bad in ["an", "ann lee", "anné", "", "a,b"] {
            assert!(!is_login(bad), "{bad}");
        }
    }
}
