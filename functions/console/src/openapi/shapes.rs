//! The form of the core's settings, for the description: the core itself knows nothing of descriptions. The defaults are the
//! core's own, and a test holds every field against the types that are really read and written.
#![expect(dead_code, reason = "only their form is used")]

mod billing;

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::{mapping, settings};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

pub(crate) use billing::{Billing, Grant, ItemId, Kind, Managed, Pricing, Products, Unit};

/// Puts in what each field is when it is left out.
pub(super) fn set_defaults(schemas: &mut Map<String, Value>) {
    for (name, defaults) in defaults() {
        let properties = schemas.get_mut(name).and_then(|schema| schema["properties"].as_object_mut());
        for (field, schema) in properties.into_iter().flatten() {
            schema["default"] = defaults[field].clone();
        }
    }
}

/// The types that may be left out in parts, as they are when all is left out.
fn defaults() -> [(&'static str, Value); 9] {
    [
        ("Settings", json!(settings::Settings::default())),
        ("Tickets", json!(settings::Tickets::default())),
        ("Row", json!(settings::Row::default())),
        ("Notice", json!(settings::Notice::default())),
        ("Switches", json!(mapping::Switches::default())),
        ("Billing", json!(settings::Billing::default())),
        ("Guards", json!(settings::billing::Guards::default())),
        ("Provisioning", json!(settings::billing::Provisioning::default())),
        ("Deprovisioning", json!(settings::billing::Deprovisioning::default())),
    ]
}

/// All settings that are not tied to one connection or account.
#[derive(JsonSchema, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Settings {
    /// IANA name of the zone in which "today" is decided.
    time_zone: String,
    /// The *Ticket synchronization* tab.
    tickets: Tickets,
    /// The *Billing and provisioning* tab, but for the product mapping, which each connection has of its own.
    billing: Billing,
    /// The daily ticket about what waits for a person.
    notice: Notice,
}

/// What ticket synchronization does. Numbers are values of Autotask's pick lists.
#[derive(JsonSchema, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Tickets {
    /// Off: nothing is written to Autotask.
    enabled: bool,
    /// Source of every ticket.
    source: Option<i64>,
    /// Type of every note; needed while enabled.
    note_type: Option<i64>,
    /// Who sees our notes; needed while enabled.
    note_publish: Option<i64>,
    /// A row for each alert type.
    types: BTreeMap<String, Row>,
    /// For types without a row.
    default_row: Row,
    /// From so many days after closing, a new ticket instead of a reopened one; nothing: always reopened.
    new_ticket_after_days: Option<u32>,
    /// Status of a ticket whose last alert has cleared; nothing leaves it open.
    auto_close_status: Option<i64>,
    /// Kept by the integration: statuses that were once the closing one.
    former_closing_statuses: BTreeSet<i64>,
    /// A note when the last alert clears.
    note_when_cleared: bool,
    /// Only a note, instead of closing, where a person has worked on the ticket.
    technician_safe: bool,
    /// How old, in hours, an alert may be at a switching-on to become a ticket all the same.
    backlog_age_hours: u32,
    /// Account for alerts of partners; nothing holds them.
    partner_alerts_account: Option<i64>,
}

/// What happens with alerts of one type.
#[derive(JsonSchema, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Row {
    /// Whether they become tickets.
    create: bool,
    /// Status of a new ticket; needed while `create` is on.
    status: Option<i64>,
    /// Status of a reopened ticket; needed while `create` is on.
    reopened_status: Option<i64>,
    /// Needed while `create` is on.
    priority: Option<i64>,
    /// Queue.
    queue: Option<i64>,
    /// Ticket category.
    category: Option<i64>,
    /// Ticket type.
    ticket_type: Option<i64>,
    /// Issue type.
    issue_type: Option<i64>,
    /// Sub-issue type; belongs to the issue type.
    sub_issue_type: Option<i64>,
    /// Work type (a billing code).
    work_type: Option<i64>,
    /// Service level agreement.
    sla: Option<i64>,
    /// Due so many hours after creation.
    due_in_hours: Option<u32>,
    /// Seconds that an alert must stay active before it becomes a ticket.
    settle_s: u32,
    /// Whether an alert that cleared before its ticket existed still makes one; nothing: only security alerts.
    also_when_cleared: Option<bool>,
    /// Reopen once, so many days after a technician closed the ticket of an alert that is still active.
    remind_after_days: Option<u32>,
    /// Completing the ticket dismisses its alerts.
    two_way: bool,
}

/// The daily ticket about what waits for a person. Numbers are values of Autotask's pick lists.
#[derive(JsonSchema, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Notice {
    /// The account that it belongs to, 0 for the provider itself; nothing: there is no such ticket. It names customers.
    account: Option<i64>,
    /// Status of the new ticket; needed once an account is chosen.
    status: Option<i64>,
    /// Needed once an account is chosen.
    priority: Option<i64>,
    /// Queue.
    queue: Option<i64>,
    /// Source.
    source: Option<i64>,
    /// Ticket category.
    category: Option<i64>,
    /// Ticket type.
    ticket_type: Option<i64>,
    /// Issue type.
    issue_type: Option<i64>,
    /// Sub-issue type; belongs to the issue type.
    sub_issue_type: Option<i64>,
    /// Work type (a billing code).
    work_type: Option<i64>,
    /// Due so many hours after creation.
    due_in_hours: Option<u32>,
}

/// An account's own switches.
#[derive(JsonSchema, Default)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Switches {
    /// Whether quotas are written.
    quotas: bool,
    /// Whether tickets are written.
    tickets: bool,
    /// Queue instead of the alert type's.
    queue: Option<i64>,
    /// Priority instead of the alert type's.
    priority: Option<i64>,
    /// Nothing is written for now.
    pause: Option<Pause>,
    /// Nothing is ever written, and why.
    excluded: Option<String>,
}

/// A pause with its reason.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pause {
    /// Why.
    reason: String,
    /// When it ends by itself; nothing: when somebody ends it.
    until: Option<Timestamp>,
}

/// The state of an account.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AccountState {
    /// Something has to be settled by a person.
    Problem,
    /// A person has to answer a question.
    Asks,
    /// Its customer is being made.
    Creating,
    /// It has a tenant.
    Mapped,
    /// It has none, and one is suggested.
    Suggested,
    /// It has none.
    NotMapped,
    /// Nothing is done for it.
    Excluded,
}

/// Pick lists by Autotask's names of the fields.
#[derive(JsonSchema)]
#[serde(transparent)]
pub(crate) struct PickLists(BTreeMap<String, Vec<PickValue>>);

/// A value of a pick list.
#[derive(JsonSchema)]
pub(crate) struct PickValue {
    /// What settings carry.
    value: i64,
    /// What people see.
    label: String,
    /// Inactive values are refused on new tickets.
    active: bool,
    /// For dependent lists: the value of the field that this one depends on.
    parent: Option<i64>,
}

#[cfg(test)]
mod tests {
    use schemars::SchemaGenerator;

    use super::*;

    fn schemas() -> Map<String, Value> {
        let mut types = SchemaGenerator::default();
        types.subschema_for::<Settings>();
        types.subschema_for::<Switches>();
        types.subschema_for::<PickLists>();
        types.take_definitions(true)
    }

    fn names(fields: &Value) -> Vec<&String> {
        fields.as_object().unwrap().keys().collect()
    }

    #[test]
    fn the_forms_have_the_fields_of_the_types_that_they_stand_for() {
        let schemas = schemas();
        for (name, real) in defaults() {
            assert_eq!(names(&schemas[name]["properties"]), names(&real), "{name}");
            assert!(schemas[name].get("required").is_none(), "every field of {name} may be left out");
        }
        let pause = json!(mapping::Pause { reason: String::new(), until: None });
        assert_eq!(names(&schemas["Pause"]["properties"]), names(&pause));
        let value = json!(settings::PickValue { value: 1, label: String::new(), active: true, parent: None });
        assert_eq!(names(&schemas["PickValue"]["properties"]), names(&value));
    }

    #[test]
    fn defaults_are_the_cores_own() {
        let mut schemas = schemas();
        set_defaults(&mut schemas);
        assert_eq!(schemas["Tickets"]["properties"]["backlog_age_hours"]["default"], json!(24));
        assert_eq!(schemas["Row"]["properties"]["due_in_hours"]["default"], json!(24));
    }
}
