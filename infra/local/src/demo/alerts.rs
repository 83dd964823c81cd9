//! What goes wrong in the demonstration.

use serde_json::{Value, json};
use simulators::acronis::TenantId;
use simulators::acronis::seed::{ALDER, BIRCH_DENTAL, CEDAR_LOGISTICS, DOGWOOD_LAW, FIR_ARCHITECTS};

use super::outside::Outside;

struct Alert {
    number: u8,
    kind: &'static str,
    tenant: TenantId,
    workload: &'static str,
    plan: Option<&'static str>,
    more: fn() -> Value,
}

/// The fifth one is the first one's repeat: the same problem under another id, which adds no ticket.
const ALERTS: [Alert; 6] = [
    Alert {
        number: 1,
        kind: "BackupFailed",
        tenant: ALDER,
        workload: "SRV-FILES",
        plan: Some("Servers daily"),
        more: storage_is_silent,
    },
    Alert {
        number: 2,
        kind: "MachineOffline30",
        tenant: BIRCH_DENTAL,
        workload: "WS-FRONTDESK",
        plan: None,
        more: none,
    },
    Alert {
        number: 3,
        kind: "EDRIncidentDetected",
        tenant: CEDAR_LOGISTICS,
        workload: "WS-DISPATCH-2",
        plan: None,
        more: incident,
    },
    Alert {
        number: 4,
        kind: "BackupDidNotStart",
        tenant: DOGWOOD_LAW,
        workload: "SRV-MAIL",
        plan: Some("Mailboxes hourly"),
        more: none,
    },
    Alert {
        number: 5,
        kind: "BackupFailed",
        tenant: ALDER,
        workload: "SRV-FILES",
        plan: Some("Servers daily"),
        more: storage_is_silent,
    },
    Alert {
        number: 6,
        kind: "NoBackupForXDays",
        tenant: FIR_ARCHITECTS,
        workload: "NB-STUDIO-7",
        plan: Some("Notebooks weekly"),
        more: seven_days,
    },
];
/// This one ends, and its ticket with it.
const CLEARED: u8 = 4;

/// Lets everything go wrong that has not yet.
pub(super) async fn raise(outside: &Outside) -> anyhow::Result<()> {
    for alert in &ALERTS {
        outside.raise(&alert.to_json()).await?;
    }
    Ok(())
}

/// Lets one alert end.
pub(super) async fn clear(outside: &Outside) -> anyhow::Result<()> {
    outside.clear(&id(CLEARED)).await
}

impl Alert {
    fn to_json(&self) -> Value {
        let mut details = (self.more)();
        details["resourceId"] = json!(format!("{}-{}", self.tenant, self.workload));
        details["resourceName"] = json!(self.workload);
        if let Some(plan) = self.plan {
            details["planId"] = json!(format!("{}-{plan}", self.tenant));
            details["planName"] = json!(plan);
        }
        json!({ "id": id(self.number), "type": self.kind, "tenantID": self.tenant.to_string(), "details": details })
    }
}

/// An id that stays the same, so that an alert is not raised twice.
fn id(number: u8) -> String {
    format!("de300000-0000-4000-8000-{number:012}")
}

fn none() -> Value {
    json!({})
}

fn storage_is_silent() -> Value {
    json!({
        "error": {
            "code": 20_250_646,
            "text": "The backup could not be completed.",
            "suberror": { "code": 1060, "text": "The storage did not answer." },
        },
        "errorMessage": { "reason": "LocationUnavailable", "domain": "cloud_platform" },
    })
}

fn incident() -> Value {
    json!({
        "incidentId": "INC-2041",
        "incidentCategories": ["MALWARE_DETECTED"],
        "verdict": "MALICIOUS",
        "isMitigated": "false",
    })
}

fn seven_days() -> Value {
    json!({ "daysPassed": 7 })
}
