//! What clients send to create or change a user and its roles, checked for form.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::account_error::Refusal;
use super::id::{TenantId, UserId};
use super::tenant_body::{bad, present};

const NOTIFICATIONS: &[&str] = &[
    "maintenance",
    "quota",
    "reports",
    "backup_error",
    "backup_warning",
    "backup_info",
    "backup_critical",
    "backup_daily_report",
    "device_control_warning",
    "certificate_management_error",
    "certificate_management_warning",
    "certificate_management_info",
];

const ROLES: &[&str] = &[
    "partner_admin",
    "company_admin",
    "unit_admin",
    "readonly_admin",
    "backup_admin",
    "protection_admin",
    "protection_ro_admin",
    "restore_operator",
    "backup_user",
    "sync_share_admin",
    "sync_share_user",
    "sync_share_guest",
    "monitoring_admin",
    "hci_admin",
];

/// The properties of a user that a client can set; what is absent stays or takes its default.
#[derive(Debug, Deserialize)]
pub(super) struct UserBody {
    pub(super) version: Option<u64>,
    pub(super) tenant_id: Option<TenantId>,
    pub(super) login: Option<String>,
    pub(super) contact: Option<Map<String, Value>>,
    pub(super) language: Option<String>,
    pub(super) notifications: Option<Vec<String>>,
    pub(super) business_types: Option<Vec<String>>,
    #[serde(default, deserialize_with = "present")]
    pub(super) external_id: Option<Option<String>>,
    pub(super) enabled: Option<bool>,
}

/// The body of `PUT /users/{id}/access_policies`.
#[derive(Debug, Deserialize)]
pub(super) struct PoliciesBody {
    pub(super) items: Vec<PolicyBody>,
}

/// One role to give.
#[derive(Debug, Deserialize)]
pub(super) struct PolicyBody {
    pub(super) trustee_type: String,
    pub(super) trustee_id: UserId,
    pub(super) tenant_id: TenantId,
    pub(super) role_id: String,
}

impl UserBody {
    pub(super) fn read(body: Map<String, Value>) -> Result<Self, Refusal> {
        let body: Self =
            serde_json::from_value(Value::Object(body)).map_err(|error| Refusal::BadRequest(error.to_string()))?;
        let unknown = |text: &&String| !NOTIFICATIONS.contains(&text.as_str());
        match body.notifications.iter().flatten().find(unknown) {
            Some(unknown) => Err(Refusal::BadRequest(format!("notifications: {unknown} is not known"))),
            None => Ok(body),
        }
    }

    /// The contact with the e-mail address that every user must have.
    pub(super) fn contact_with_email(&mut self) -> Result<Map<String, Value>, Refusal> {
        let contact = self.contact.take().unwrap_or_default();
        match contact.get("email").and_then(Value::as_str) {
            Some(email) if email.contains('@') => Ok(contact),
            _ => Err(bad("contact.email: required")),
        }
    }
}

impl PoliciesBody {
    pub(super) fn read(body: Map<String, Value>) -> Result<Self, Refusal> {
        let body: Self =
            serde_json::from_value(Value::Object(body)).map_err(|error| Refusal::BadRequest(error.to_string()))?;
        match body.items.iter().find(|policy| !ROLES.contains(&policy.role_id.as_str())) {
            Some(policy) => Err(Refusal::BadRequest(format!("role_id: {} is not known", policy.role_id))),
            None => Ok(body),
        }
    }
}
