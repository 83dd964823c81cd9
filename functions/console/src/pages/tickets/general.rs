//! What holds for every ticket: between the settings and the form.

use bridge_core::settings::{PickLists, Tickets};

use crate::error::Error;
use crate::lists::is_internal;
use crate::pages::choices::{self, Listed, Pick};
use crate::pages::form::{Form, Reading, Refusal};

const SOURCE: Listed = Listed {
    field: "source",
    list: "source",
    label: "Source",
    none: "left to Autotask",
    hint: "Of all tickets that are created for alerts. Dashboards can be filtered by it.",
};
const NOTE_TYPE: Listed = Listed {
    field: "note_type",
    list: "noteType",
    label: "Note Type",
    none: "choose",
    hint: "Of all notes that are written on them.",
};
const NOTE_PUBLISH: Listed = Listed {
    field: "note_publish",
    list: PUBLISH,
    label: "Note Publish",
    none: "choose",
    hint: "Who reads the notes.",
};
const CLOSING: Listed = Listed {
    field: "auto_close_status",
    list: STATUS,
    label: "Status of a closed ticket",
    none: "choose",
    hint: "Complete is closed for everybody. Tickets in another status count as closed from then on, for good.",
};
const STATUS: &str = "status";
const PUBLISH: &str = "publish";
/// Dropped in silence, a value would be taken for saved.
const BOX_IS_OFF: &str = "this counts only with the box above it: tick the box, or take this back";

/// What was entered, but for accounts and types.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct General {
    enabled: bool,
    source: Option<i64>,
    note_type: Option<i64>,
    note_publish: Option<i64>,
    new_ticket_after_days: Option<u32>,
    auto_close_status: Option<i64>,
    note_when_cleared: bool,
    technician_safe: bool,
    backlog_age_hours: u32,
}

/// The form as the settings are. Where nobody has chosen yet who reads the notes, it begins with the own people.
pub(super) fn filled_in(tickets: &Tickets, partner_account: String, lists: &PickLists) -> Form {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let publish = tickets.note_publish.or_else(|| internal(lists));
    let mut pairs = vec![
        ("source", number(tickets.source)),
        ("note_type", number(tickets.note_type)),
        ("note_publish", number(publish)),
        ("new_ticket_after_days", number(tickets.new_ticket_after_days.map(i64::from))),
        ("auto_close_status", number(tickets.auto_close_status)),
        ("backlog_age_hours", tickets.backlog_age_hours.to_string()),
        ("partner_alerts_account", partner_account),
    ];
    for (name, is_ticked) in [
        ("enabled", tickets.enabled),
        ("new_ticket", tickets.new_ticket_after_days.is_some()),
        ("auto_close", tickets.auto_close_status.is_some()),
        ("note_when_cleared", tickets.note_when_cleared),
        ("technician_safe", tickets.technician_safe),
    ] {
        if is_ticked {
            pairs.push((name, "on".to_owned()));
        }
    }
    pairs.into_iter().collect()
}

fn internal(lists: &PickLists) -> Option<i64> {
    let values = lists.0.get(PUBLISH)?.iter();
    values.filter(|value| value.active && is_internal(&value.label)).map(|value| value.value).next()
}

/// What was entered, and the version that it edits.
pub(super) fn entered(form: &Form) -> Result<(u64, General), Error> {
    let mut reading = Reading::of(form);
    let version = reading.number("version").unwrap_or_default();
    let (days, status) = (reading.number("new_ticket_after_days"), reading.number("auto_close_status"));
    let general = General {
        enabled: form.is_ticked("enabled"),
        source: reading.number("source"),
        note_type: reading.number("note_type"),
        note_publish: reading.number("note_publish"),
        new_ticket_after_days: days.filter(|_| form.is_ticked("new_ticket")),
        auto_close_status: status.filter(|_| form.is_ticked("auto_close")),
        note_when_cleared: form.is_ticked("note_when_cleared"),
        technician_safe: form.is_ticked("technician_safe"),
        backlog_age_hours: reading.number("backlog_age_hours").unwrap_or_else(|| Tickets::default().backlog_age_hours),
    };
    for (is_wrong, field, message) in [
        (form.is_ticked("new_ticket") && days.is_none(), "new_ticket_after_days", "give the number of days"),
        (form.is_ticked("auto_close") && status.is_none(), "auto_close_status", "choose the status of a closed ticket"),
        (!form.is_ticked("new_ticket") && is_typed(form, "new_ticket_after_days"), "new_ticket_after_days", BOX_IS_OFF),
        (!form.is_ticked("auto_close") && is_typed(form, "auto_close_status"), "auto_close_status", BOX_IS_OFF),
    ] {
        if is_wrong {
            reading.say(field, message);
        }
    }
    reading.done((version, general))
}

/// Whether something was filled in that was not there when the form was shown.
fn is_typed(form: &Form, field: &str) -> bool {
    form.filled(field).is_some() && form.was().is_some_and(|was| was.text(field) != form.text(field))
}

impl General {
    pub(super) fn put(self, tickets: &mut Tickets) {
        tickets.enabled = self.enabled;
        tickets.source = self.source;
        tickets.note_type = self.note_type;
        tickets.note_publish = self.note_publish;
        tickets.new_ticket_after_days = self.new_ticket_after_days;
        tickets.auto_close_status = self.auto_close_status;
        tickets.note_when_cleared = self.note_when_cleared;
        tickets.technician_safe = self.technician_safe;
        tickets.backlog_age_hours = self.backlog_age_hours;
    }
}

/// Source, Note Type, Note Publish.
pub(super) fn picks(lists: &PickLists, form: &Form, refusal: Option<&Refusal>) -> Vec<Pick> {
    let mut publish = Pick::of(&NOTE_PUBLISH, lists, form, refusal);
    let is_read = lists.0.contains_key(PUBLISH);
    for option in publish.options.iter_mut().filter(|option| !option.value.is_empty()) {
        match is_read {
            true if is_internal(&option.label) => {}
            true => option.label.push_str(" – customers can read these"),
            // Only the label tells who reads them, and there is none.
            false => option.label.push_str(" – who reads these is not known now"),
        }
    }
    vec![Pick::of(&SOURCE, lists, form, refusal), Pick::of(&NOTE_TYPE, lists, form, refusal), publish]
}

/// What a field is called on the page, and what a value of it is.
pub(super) fn in_words(name: &str, value: &str, lists: &PickLists) -> (String, String) {
    let boxes = [
        ("enabled", "Enable"),
        ("new_ticket", "Create new ticket for an alert if the initial ticket is closed"),
        ("auto_close", "Enable auto-closing of tickets"),
        ("note_when_cleared", "Write a note when the last alert clears"),
        ("technician_safe", "Leave tickets open that a technician works on"),
    ];
    let typed = [
        ("new_ticket_after_days", "Number of days"),
        ("backlog_age_hours", "Alerts from before become tickets up to an age of, in hours"),
        ("partner_alerts_account", "Account for alerts of partners"),
    ];
    let picked = [&SOURCE, &NOTE_TYPE, &NOTE_PUBLISH, &CLOSING];
    choices::in_words(name, value, lists, &boxes, &typed, &picked)
}

/// The status of auto-closing.
pub(super) fn closing(lists: &PickLists, form: &Form, refusal: Option<&Refusal>) -> Pick {
    Pick::of(&CLOSING, lists, form, refusal)
}

/// Statuses that count as closed though nothing is closed with them any more, by name.
pub(super) fn formerly_closing(tickets: &Tickets, lists: &PickLists) -> Vec<String> {
    let former = tickets.only_formerly_closing().into_iter();
    former.map(|status| choices::label(lists, STATUS, Some(status))).collect()
}

#[cfg(test)]
mod tests {
    use bridge_core::settings::PickValue;

    use super::*;

    fn lists() -> PickLists {
        let value = |value, label: &str| PickValue { value, label: label.to_owned(), active: true, parent: None };
        PickLists(
            [(PUBLISH.to_owned(), vec![value(1, "All Autotask Users"), value(2, "Internal"), value(4, "Co-managed")])]
                .into(),
        )
    }

    #[test]
    fn t1_a_form_that_nobody_changed_is_what_is_there() {
        let chosen = Tickets {
            enabled: true,
            source: Some(-1),
            note_type: Some(3),
            note_publish: Some(1),
            new_ticket_after_days: Some(7),
            auto_close_status: Some(5),
            note_when_cleared: true,
            technician_safe: true,
            backlog_age_hours: 0,
            ..Tickets::default()
        };
        let off = Tickets { note_publish: Some(2), ..Tickets::default() };
        for tickets in [chosen, off] {
            let (_, general) = entered(&filled_in(&tickets, String::new(), &lists())).unwrap();
            let mut read = Tickets::default();
            general.put(&mut read);
            assert_eq!(read, tickets);
        }
    }

    #[test]
    fn t1_notes_begin_as_internal_and_other_values_say_that_customers_read_them() {
        let form = filled_in(&Tickets::default(), String::new(), &lists());
        assert_eq!(form.text("note_publish"), "2");
        let publish = picks(&lists(), &form, None).pop().unwrap();
        let warned: Vec<bool> = publish.options.iter().map(|option| option.label.contains("customers")).collect();
        assert_eq!(warned, [false, true, false, true]);
    }

    #[test]
    fn t1_of_a_value_that_could_not_be_read_nothing_is_said_that_is_not_known() {
        let form = filled_in(&Tickets { note_publish: Some(2), ..Tickets::default() }, String::new(), &lists());
        let publish = picks(&PickLists::default(), &form, None).pop().unwrap();
        let chosen = publish.options.iter().find(|option| option.is_chosen).unwrap();
        assert_eq!(chosen.label, "value 2 – who reads these is not known now");
    }

    #[test]
    fn t7_a_box_that_is_ticked_needs_its_value_and_one_that_is_not_has_none() {
        let form: Form = [("new_ticket_after_days", "7"), ("auto_close_status", "5")].into_iter().collect();
        let (_, general) = entered(&form).unwrap();
        assert_eq!((general.new_ticket_after_days, general.auto_close_status), (None, None));
        let form: Form = [("new_ticket", "on"), ("auto_close", "on"), ("backlog_age_hours", "x")].into_iter().collect();
        let fields: Vec<String> = entered(&form).unwrap_err().fields().into_iter().map(|at| at.field).collect();
        assert_eq!(fields, ["backlog_age_hours", "new_ticket_after_days", "auto_close_status"]);
    }

    #[test]
    fn b3_what_is_typed_beside_a_box_that_is_not_ticked_is_refused_and_what_was_there_is_not() {
        let sent = |was: &str, days: &str| -> Form {
            [("was", was), ("new_ticket_after_days", days), ("auto_close_status", "")].into_iter().collect()
        };
        let fields: Vec<String> = entered(&sent("new_ticket_after_days=", "7"))
            .unwrap_err()
            .fields()
            .into_iter()
            .map(|at| at.field)
            .collect();
        assert_eq!(fields, ["new_ticket_after_days"]);
        let (_, general) = entered(&sent("new_ticket_after_days=7&new_ticket=on", "7")).unwrap();
        assert_eq!(general.new_ticket_after_days, None, "the tick was taken away, and the number left");
    }
}
