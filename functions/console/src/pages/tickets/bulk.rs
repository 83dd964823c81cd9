//! Setting values of several alert types at once.

use bridge_core::settings::{PickLists, Row, Tickets};

use crate::error::Error;
use crate::pages::choices::{Listed, Pick, PickOption};
use crate::pages::form::{Form, Reading};

const KEEP: &str = "as it is";

const FIELDS: [Listed; 7] = [
    Listed { field: "set_status", list: "status", label: "Status of a new ticket", none: KEEP, hint: "" },
    Listed { field: "set_reopened_status", list: "status", label: "Status of a reopened ticket", none: KEEP, hint: "" },
    Listed { field: "set_priority", list: "priority", label: "Priority", none: KEEP, hint: "" },
    Listed { field: "set_queue", list: "queueID", label: "Queue", none: KEEP, hint: "" },
    Listed { field: "set_category", list: "ticketCategory", label: "Category", none: KEEP, hint: "" },
    Listed { field: "set_ticket_type", list: "ticketType", label: "Ticket type", none: KEEP, hint: "" },
    Listed { field: "set_sla", list: "serviceLevelAgreementID", label: "SLA", none: KEEP, hint: "" },
];

/// Whether alerts of the types become tickets.
const CREATE: [(&str, &str); 4] =
    [("", KEEP), ("yes", "create tickets"), ("no", "no tickets"), ("other", "as all other types")];

/// What was entered for the ticked types; nothing for values that stay as they are.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Bulk {
    types: Vec<String>,
    create: Create,
    status: Option<i64>,
    reopened_status: Option<i64>,
    priority: Option<i64>,
    queue: Option<i64>,
    category: Option<i64>,
    ticket_type: Option<i64>,
    sla: Option<i64>,
    due_in_hours: Option<u32>,
    settle_s: Option<u32>,
}

#[derive(Debug, Default, PartialEq, Eq)]
enum Create {
    #[default]
    Keep,
    Set(bool),
    /// The row is taken away.
    AsOthers,
}

/// What was entered. Values without a ticked type are refused: they would be lost in silence. Ticked types with nothing to set
/// change nothing.
pub(super) fn entered(form: &Form) -> Result<Bulk, Error> {
    let mut reading = Reading::of(form);
    let bulk = Bulk {
        types: form.values("type").map(str::to_owned).collect(),
        create: match form.text("set_create") {
            "yes" => Create::Set(true),
            "no" => Create::Set(false),
            "other" => Create::AsOthers,
            _ => Create::Keep,
        },
        status: reading.number("set_status"),
        reopened_status: reading.number("set_reopened_status"),
        priority: reading.number("set_priority"),
        queue: reading.number("set_queue"),
        category: reading.number("set_category"),
        ticket_type: reading.number("set_ticket_type"),
        sla: reading.number("set_sla"),
        due_in_hours: reading.number("set_due_in_hours"),
        settle_s: reading.number("set_settle_s"),
    };
    let sets_something = bulk != Bulk { types: bulk.types.clone(), ..Bulk::default() };
    if sets_something && bulk.types.is_empty() {
        reading.say("type", "tick the alert types for which this is to be set");
    }
    reading.done(bulk)
}

impl Bulk {
    /// Sets the values. A type without a row of its own begins with what it followed so far.
    pub(super) fn put(self, tickets: &mut Tickets) {
        let sets_something = self != Self { types: self.types.clone(), ..Self::default() };
        if !sets_something {
            return;
        }
        for kind in &self.types {
            if self.create == Create::AsOthers {
                tickets.types.remove(kind);
                continue;
            }
            let default = &tickets.default_row;
            let row = tickets.types.entry(kind.clone()).or_insert_with(|| default.clone());
            self.set(row);
        }
    }

    fn set(&self, row: &mut Row) {
        if let Create::Set(create) = self.create {
            row.create = create;
        }
        for (value, of_row) in [
            (self.status, &mut row.status),
            (self.reopened_status, &mut row.reopened_status),
            (self.priority, &mut row.priority),
            (self.queue, &mut row.queue),
            (self.category, &mut row.category),
            (self.ticket_type, &mut row.ticket_type),
            (self.sla, &mut row.sla),
        ] {
            *of_row = value.or(*of_row);
        }
        row.due_in_hours = self.due_in_hours.or(row.due_in_hours);
        row.settle_s = self.settle_s.unwrap_or(row.settle_s);
    }
}

/// The fields as they were filled in.
pub(super) fn picks(lists: &PickLists, form: &Form) -> Vec<Pick> {
    let chosen = form.text("set_create");
    let create = Pick {
        name: "set_create".to_owned(),
        label: "Ticket",
        hint: "",
        options: CREATE.into_iter().map(|(value, label)| PickOption::of(value, label, chosen)).collect(),
        wrong: None,
    };
    [create].into_iter().chain(FIELDS.iter().map(|field| Pick::of(field, lists, form, None))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tickets() -> Tickets {
        let default_row = Row { priority: Some(3), queue: Some(5), settle_s: 60, ..Row::default() };
        let own = Row { create: true, priority: Some(1), sla: Some(2), ..Row::default() };
        Tickets { default_row, types: [("Own".to_owned(), own)].into(), ..Tickets::default() }
    }

    fn after(pairs: &[(&str, &str)]) -> Tickets {
        let mut tickets = tickets();
        entered(&pairs.iter().copied().collect()).unwrap().put(&mut tickets);
        tickets
    }

    #[test]
    fn t1_only_the_ticked_types_get_what_is_set_and_keep_the_rest() {
        let after = after(&[
            ("type", "Own"),
            ("type", "Other"),
            ("set_create", "yes"),
            ("set_priority", "2"),
            ("set_queue", ""),
        ]);
        let (own, other) = (&after.types["Own"], &after.types["Other"]);
        assert_eq!((own.create, own.priority, own.queue, own.sla), (true, Some(2), None, Some(2)));
        assert_eq!((other.create, other.priority, other.queue, other.settle_s), (true, Some(2), Some(5), 60));
        assert_eq!((after.types.len(), &after.default_row), (2, &tickets().default_row));
    }

    #[test]
    fn t1_a_type_that_follows_all_others_has_no_row_of_its_own() {
        assert!(after(&[("type", "Own"), ("set_create", "other"), ("set_queue", "8")]).types.is_empty());
    }

    #[test]
    fn t1_ticked_types_with_nothing_to_set_change_nothing() {
        assert_eq!(after(&[("type", "Own"), ("type", "Other")]), tickets());
        assert_eq!(after(&[]), tickets());
    }

    #[test]
    fn b3_values_without_a_ticked_type_are_refused() {
        let form: Form = [("set_queue", "8")].into_iter().collect();
        assert_eq!(entered(&form).unwrap_err().fields()[0].field, "type");
    }
}
