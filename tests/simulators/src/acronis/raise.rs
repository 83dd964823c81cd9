//! What an agent tells when something goes wrong on a workload.

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Builder;

use super::alert_type;
use super::id::{AlertId, TenantId};

/// An alert to raise. Everything that is not said follows from the type.
///
/// ```
/// use simulators::{Seed, acronis::{Acronis, Raise, seed}, control::{Clock, Control}};
///
/// let acronis = Acronis::new(Control::new(Clock::system()), Seed::Demo);
/// let id = acronis.raise(Raise::new("BackupFailed").at(seed::BIRCH_DENTAL).on("SRV-1").plan("Servers daily"))?;
/// assert_eq!(acronis.alert(id).map(|alert| alert.severity), Some("critical".to_owned()));
/// # Ok::<(), simulators::acronis::Unknown>(())
/// ```
#[derive(Clone, Debug)]
pub struct Raise {
    pub(super) id: Option<AlertId>,
    pub(super) alert_type: String,
    pub(super) category: Option<String>,
    pub(super) severity: Option<String>,
    pub(super) tenant: Option<TenantId>,
    pub(super) created_at: Option<Timestamp>,
    pub(super) affinity: Option<String>,
    pub(super) source: Option<String>,
    pub(super) source_time_stamp: Option<String>,
    pub(super) details: Details,
}

#[derive(Clone, Debug)]
pub(super) enum Details {
    /// Told in full by the sender.
    Told(Value),
    /// What an agent would write about this workload.
    Composed { resource: Option<String>, plan: Option<String>, more: Map<String, Value> },
}

impl Raise {
    /// An alert of this type, known to the catalogue or not, at the root partner.
    pub fn new(alert_type: &str) -> Self {
        Self {
            id: None,
            alert_type: alert_type.to_owned(),
            category: None,
            severity: None,
            tenant: None,
            created_at: None,
            affinity: None,
            source: None,
            source_time_stamp: None,
            details: Details::Composed { resource: None, plan: None, more: Map::new() },
        }
    }

    /// Where it is raised.
    pub fn at(mut self, tenant: TenantId) -> Self {
        self.tenant = Some(tenant);
        self
    }

    /// The workload concerned.
    pub fn on(mut self, workload: &str) -> Self {
        if let Details::Composed { resource, .. } = &mut self.details {
            *resource = Some(workload.to_owned());
        }
        self
    }

    /// The protection plan concerned.
    pub fn plan(mut self, name: &str) -> Self {
        if let Details::Composed { plan, .. } = &mut self.details {
            *plan = Some(name.to_owned());
        }
        self
    }

    /// One of the documented severities, or any other text to see what a client makes of it.
    pub fn severity(mut self, severity: &str) -> Self {
        self.severity = Some(severity.to_owned());
        self
    }

    /// A category other than the type's.
    pub fn category(mut self, category: &str) -> Self {
        self.category = Some(category.to_owned());
        self
    }

    /// One more key of the details.
    pub fn detail(mut self, key: &str, value: Value) -> Self {
        if let Details::Composed { more, .. } = &mut self.details {
            more.insert(key.to_owned(), value);
        }
        self
    }

    /// The whole details, null included; nothing is added to them.
    pub fn details(mut self, details: Value) -> Self {
        self.details = Details::Told(details);
        self
    }

    /// A chosen id. If such an alert exists it is raised again.
    pub fn id(mut self, id: AlertId) -> Self {
        self.id = Some(id);
        self
    }

    /// Client time, when it differs from the server's.
    pub fn created_at(mut self, at: Timestamp) -> Self {
        self.created_at = Some(at);
        self
    }

    pub(super) fn known_type(&self) -> Option<alert_type::AlertType> {
        alert_type::find(&self.alert_type)
    }

    /// The details as they are stored.
    pub(super) fn write_details(&self, category: &str, tenant: TenantId, now: Timestamp) -> Value {
        match &self.details {
            Details::Told(details) => details.clone(),
            Details::Composed { resource, plan, more } => {
                let mut details = Map::new();
                let mut name = |kind: &str, name: &Option<String>| {
                    if let Some(name) = name {
                        details.insert(format!("{kind}Id"), json!(stable_id(tenant, kind, name)));
                        details.insert(format!("{kind}Name"), json!(name));
                    }
                };
                name("resource", resource);
                name("plan", plan);
                details.extend(particulars(&self.alert_type, category, resource.as_deref(), now));
                details.extend(more.clone());
                Value::Object(details)
            }
        }
    }
}

/// What alerts of this kind usually carry beside workload and plan.
fn particulars(alert_type: &str, category: &str, resource: Option<&str>, now: Timestamp) -> Map<String, Value> {
    let particulars = match (alert_type, category) {
        ("BackupFailed", _) => json!({
            "backupLocations": [{ "name": "", "type": "cloud" }],
            "backupSourcesType": "machines",
            "startTime": now.as_second() - 300,
            "finishTime": now.as_second(),
            "error": {
                "code": 20_250_646, "text": "The backup could not be completed.", "fields": { "AgentName": resource },
                "suberror": { "code": 1060, "text": "The storage did not answer." },
            },
            "errorMessage": {
                "reason": "LocationUnavailable", "domain": "cloud_platform",
                "kbLink": { "product": "cloud", "serCode": "BackupFailed+0x01350016" },
            },
        }),
        ("NoBackupForXDays", _) => {
            json!({ "daysPassed": 7, "errorMessage": { "kbLink": { "serCode": "NoBackupForXDays" } } })
        }
        ("MachineOffline30", _) => json!({ "daysPassed": 31 }),
        (_, "Backup") => json!({
            "backupLocations": [{ "name": "", "type": "cloud" }],
            "backupSourcesType": "machines",
            "errorMessage": { "kbLink": { "serCode": alert_type } },
        }),
        // The sender of these writes switches as texts.
        ("EDRIncidentDetected", _) => json!({
            "incidentCategories": ["MALWARE_DETECTED"], "isMalicious": "true", "isMitigated": "false",
            "mitigationState": "NOT_MITIGATED", "verdict": "MALICIOUS", "osType": "windows",
        }),
        _ => json!({}),
    };
    match particulars {
        Value::Object(particulars) => particulars,
        _ => Map::new(),
    }
}

/// The same name at the same tenant always has the same id, written in capitals as agents do.
fn stable_id(tenant: TenantId, kind: &str, name: &str) -> String {
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    let text = format!("{tenant}/{kind}/{name}");
    let hash = text.bytes().fold(BASIS, |hash, byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME));
    Builder::from_random_bytes(hash.to_be_bytes()).into_uuid().to_string().to_uppercase()
}
