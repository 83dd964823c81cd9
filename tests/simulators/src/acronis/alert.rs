//! An alert and its JSON.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::hierarchy::Hierarchy;
use super::id::{AlertId, TenantId};
use super::quirks::Quirks;

/// An alert of the alert manager.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// Stays when the alert is raised again.
    pub id: AlertId,
    /// Machine id of the type.
    pub alert_type: String,
    /// Category of the type.
    pub category: String,
    /// One of the documented severities, or any text that a test has chosen.
    pub severity: String,
    /// Where it was raised.
    pub tenant: TenantId,
    /// Client time of the last raise.
    pub created_at: Timestamp,
    /// Server time of the first reception.
    pub received_at: Timestamp,
    /// Server time of the last raise or dismissal.
    pub updated_at: Timestamp,
    /// Dismissal, by hand or because the cause is gone.
    pub deleted_at: Option<Timestamp>,
    /// Whatever the sender told; may be null.
    pub details: Value,
    /// Sender's grouping.
    pub affinity: String,
    /// Sender's system.
    pub source: Option<String>,
    /// Sender's time.
    pub source_time_stamp: Option<String>,
    /// Marked as a false alarm.
    pub false_positive: bool,
}

impl Alert {
    /// Native alerts carry ids in capitals, those of third-party applications in small letters.
    pub(super) fn written_id(&self, quirks: &Quirks) -> String {
        let id = self.id.to_string();
        if quirks.lower_case_alert_ids || self.alert_type.starts_with("cti.") { id } else { id.to_uppercase() }
    }

    /// A text of the details, under either spelling that senders use.
    pub(super) fn detail(&self, names: [&str; 2]) -> Option<&str> {
        names.into_iter().find_map(|name| self.details.get(name)).and_then(Value::as_str)
    }

    pub(super) fn plan_id(&self) -> Option<&str> {
        self.detail(["planId", "PlanID"])
    }

    pub(super) fn plan_name(&self) -> Option<&str> {
        self.detail(["planName", "PlanName"])
    }

    pub(super) fn resource_id(&self) -> Option<&str> {
        self.detail(["resourceId", "ResourceID"])
    }

    pub(super) fn resource_name(&self) -> Option<&str> {
        self.detail(["resourceName", "ResourceName"])
    }

    /// The alert as the API shows it.
    pub(super) fn to_json(&self, hierarchy: &Hierarchy, quirks: &Quirks) -> Value {
        let mut alert = json!({
            "id": self.written_id(quirks),
            "type": self.alert_type,
            "category": self.category,
            "severity": self.severity,
            "createdAt": self.created_at,
            "receivedAt": self.received_at,
            "updatedAt": self.updated_at,
            "affinity": self.affinity,
            "tenant": tenant_json(hierarchy, self.tenant, quirks),
            "details": self.details,
        });
        let mut add = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                alert[key] = value;
            }
        };
        add("deletedAt", self.deleted_at.map(|at| json!(at)));
        add("_source", self.source.as_ref().map(|source| json!(source)));
        add("_sourceTimeStamp", self.source_time_stamp.as_ref().map(|time| json!(time)));
        add("falsePositive", self.false_positive.then_some(Value::Bool(true)));
        alert
    }
}

/// A tenant as alerts name it: by the numbers of API v1, and mostly by its uuid too.
pub(super) fn tenant_json(hierarchy: &Hierarchy, id: TenantId, quirks: &Quirks) -> Value {
    let number = hierarchy.get(id).map(|tenant| tenant.number.to_string());
    let mut tenant = json!({ "id": number, "locator": hierarchy.locator(id) });
    if !quirks.no_tenant_uuid {
        tenant["uuid"] = json!(id);
    }
    tenant
}
