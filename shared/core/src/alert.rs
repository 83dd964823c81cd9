//! Acronis alerts as this integration sees them, whichever way they arrived.

mod key;
mod title;

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use key::{Key, KeyParts, Reference};
pub use title::readable;

use crate::id::{AlertId, TenantId};

/// One alert, read from the Alert Manager API.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// Stays the same when the alert is raised again.
    pub id: AlertId,
    /// Machine name of the type, for example `BackupFailed` or a CTI identifier. Case is significant.
    pub kind: String,
    /// `None` when the reply carries a severity that the API document does not name; it then counts as the lowest.
    pub severity: Option<Severity>,
    /// Category as sent, for example `Backup` or `EDR`.
    pub category: Option<String>,
    /// When the cause occurred, by the sender's clock. A new value on an undeleted alert is a *raise*.
    pub created_at: Timestamp,
    /// Server time of the first reception.
    pub received_at: Option<Timestamp>,
    /// Server time of the last change.
    pub updated_at: Option<Timestamp>,
    /// Set once the alert was dismissed or has cleared by itself.
    pub deleted_at: Option<Timestamp>,
    /// Whose alert it is.
    pub tenant: Tenant,
    /// What the alert says; all of it optional.
    pub details: Details,
}

/// The tenant named by an alert. The API's own document omits the uuid, samples carry it; one of the two is needed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tenant {
    /// Account-management uuid.
    pub uuid: Option<TenantId>,
    /// Number of the older API, as text.
    pub number: Option<String>,
}

/// The parts of an alert's free-form details that a key or a ticket uses. Texts are as sent, untrusted and possibly long.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Details {
    /// Incident of endpoint detection and response.
    pub incident_id: Option<String>,
    /// Alert within such an incident.
    pub edr_alert_id: Option<String>,
    /// Protected workload's id.
    pub resource_id: Option<String>,
    /// Protected workload's name.
    pub resource_name: Option<String>,
    /// Protection plan's id.
    pub plan_id: Option<String>,
    /// Protection plan's name.
    pub plan_name: Option<String>,
    /// Title given by the sender (only application-defined types have one).
    pub title: Option<String>,
    /// Error texts from the outermost effect to the innermost cause, without repeats.
    pub error_texts: Vec<String>,
    /// Code of the innermost error.
    pub error_code: Option<String>,
    /// Symbolic reason, for example `LocationUnavailable`.
    pub reason: Option<String>,
    /// Code for the vendor's knowledge base.
    pub kb_code: Option<String>,
    /// Deep link to an incident, if the alert has one.
    pub link: Option<String>,
    /// What else the alert says in plain values, by the sender's own names; for people only.
    pub more: Vec<(String, String)>,
}

/// Severities of the Alert Manager API, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing is wrong (any more).
    Ok,
    /// For information.
    Information,
    /// Something deserves attention.
    Warning,
    /// Something failed.
    Error,
    /// Something failed that endangers data or service.
    Critical,
}

impl Severity {
    /// Reads a severity as the API writes it, in any case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "ok" => Some(Self::Ok),
            "information" => Some(Self::Information),
            "warning" => Some(Self::Warning),
            "error" => Some(Self::Error),
            "critical" => Some(Self::Critical),
            _ => None,
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ok => "ok",
            Self::Information => "information",
            Self::Warning => "warning",
            Self::Error => "error",
            Self::Critical => "critical",
        })
    }
}

impl Alert {
    /// Whether the alert is still open in Acronis.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.deleted_at.is_none()
    }

    /// When Acronis' server last learnt of this raise: the time to compare with Autotask's, as `created_at` is the clock of
    /// the sending machine.
    #[must_use]
    pub fn server_time(&self) -> Timestamp {
        self.updated_at.max(self.received_at).unwrap_or(self.created_at)
    }

    /// Server time of the raise, as well as an alert tells it that was not known before: its `updatedAt` may be that of a later
    /// change. A raise again moves `createdAt` past the first reception; the sender's clock is believed up to `updatedAt`.
    #[must_use]
    pub fn raise_time(&self) -> Timestamp {
        let raised = self.received_at.map_or(self.created_at, |received| received.max(self.created_at));
        self.updated_at.map_or(raised, |updated| raised.min(updated))
    }

    /// What tells one cause from another for rule T4: the innermost error code and the symbolic reason, never a text.
    #[must_use]
    pub fn cause(&self) -> Option<String> {
        match (&self.details.error_code, &self.details.reason) {
            (None, None) => None,
            (code, reason) => {
                Some(format!("{}/{}", code.as_deref().unwrap_or_default(), reason.as_deref().unwrap_or_default()))
            }
        }
    }

    /// Whether the type belongs to endpoint detection or malware protection, which rules T6 and T14 treat with more care.
    #[must_use]
    pub fn is_security(&self) -> bool {
        is_security(&self.kind, self.category.as_deref())
    }
}

/// See [`Alert::is_security`]; for the settings page, which knows types but no alert.
#[must_use]
pub fn is_security(kind: &str, category: Option<&str>) -> bool {
    let kind = kind.to_ascii_lowercase();
    let category = category.unwrap_or_default().to_ascii_lowercase();
    ["edr", "malware", "malicious", "activeprotection"].iter().any(|word| kind.contains(word))
        || ["edr", "malware", "antimalware"].iter().any(|word| category.contains(word))
}
