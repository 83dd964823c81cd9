//! What happens with alerts of one type: between the settings and the form.

use bridge_core::settings::{PickLists, Row};

use crate::error::Error;
use crate::pages::choices::{self, Listed, Pick, PickOption};
use crate::pages::form::{Form, Reading, Refusal};

const LEFT: &str = "left to Autotask";

/// What a ticket cannot do without.
const NEEDED: [Listed; 4] = [
    Listed { field: "status", list: "status", label: "Status of a new ticket", none: "choose", hint: "" },
    Listed { field: "reopened_status", list: "status", label: "Status of a reopened ticket", none: "choose", hint: "" },
    Listed { field: "priority", list: "priority", label: "Priority", none: "choose", hint: "" },
    Listed {
        field: "queue",
        list: "queueID",
        label: "Queue",
        none: LEFT,
        hint: "Most ticket categories need one. An account may have its own.",
    },
];

const OPTIONAL: [Listed; 5] = [
    Listed { field: "category", list: "ticketCategory", label: "Category", none: LEFT, hint: "" },
    Listed { field: "ticket_type", list: "ticketType", label: "Ticket type", none: LEFT, hint: "" },
    Listed { field: "issue_type", list: "issueType", label: "Issue type", none: LEFT, hint: "" },
    Listed {
        field: "sub_issue_type",
        list: "subIssueType",
        label: "Sub-issue type",
        none: LEFT,
        hint: "Belongs to the issue type.",
    },
    Listed { field: "sla", list: "serviceLevelAgreementID", label: "SLA", none: LEFT, hint: "" },
];

/// Rule T6.
const CLEARED: [(&str, &str); 3] =
    [("", "only if it is about security"), ("yes", "yes"), ("no", "no: it is only listed")];

/// The form as the row is.
pub(super) fn filled_in(row: &Row) -> Form {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    let small = |small: Option<u32>| number(small.map(i64::from));
    let cleared = match row.also_when_cleared {
        None => "",
        Some(true) => "yes",
        Some(false) => "no",
    };
    let mut pairs = vec![
        ("status", number(row.status)),
        ("reopened_status", number(row.reopened_status)),
        ("priority", number(row.priority)),
        ("queue", number(row.queue)),
        ("category", number(row.category)),
        ("ticket_type", number(row.ticket_type)),
        ("issue_type", number(row.issue_type)),
        ("sub_issue_type", number(row.sub_issue_type)),
        ("work_type", number(row.work_type)),
        ("sla", number(row.sla)),
        ("due_in_hours", small(row.due_in_hours)),
        ("settle_s", row.settle_s.to_string()),
        ("also_when_cleared", cleared.to_owned()),
        ("remind_after_days", small(row.remind_after_days)),
    ];
    for (name, is_ticked) in [("create", row.create), ("two_way", row.two_way)] {
        if is_ticked {
            pairs.push((name, "on".to_owned()));
        }
    }
    pairs.into_iter().collect()
}

/// What was entered, and the version that it edits.
pub(super) fn entered(form: &Form) -> Result<(u64, Row), Error> {
    let mut reading = Reading::of(form);
    let version = reading.number("version").unwrap_or_default();
    let row = Row {
        create: form.is_ticked("create"),
        status: reading.number("status"),
        reopened_status: reading.number("reopened_status"),
        priority: reading.number("priority"),
        queue: reading.number("queue"),
        category: reading.number("category"),
        ticket_type: reading.number("ticket_type"),
        issue_type: reading.number("issue_type"),
        sub_issue_type: reading.number("sub_issue_type"),
        work_type: reading.number("work_type"),
        sla: reading.number("sla"),
        due_in_hours: reading.number("due_in_hours"),
        settle_s: reading.number("settle_s").unwrap_or_default(),
        also_when_cleared: match form.text("also_when_cleared") {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        },
        remind_after_days: reading.number("remind_after_days"),
        two_way: form.is_ticked("two_way"),
    };
    reading.done((version, row))
}

/// What a field is called on the page, and what a value of it is.
pub(super) fn in_words(name: &str, value: &str, lists: &PickLists) -> (String, String) {
    let boxes = [("create", "Create tickets"), ("two_way", "Completing the ticket dismisses its alerts in Acronis")];
    let typed = [
        ("work_type", "Work type"),
        ("due_in_hours", "Due in hours"),
        ("settle_s", "Wait before the ticket, in seconds"),
        ("also_when_cleared", "Ticket for an alert that cleared before it had one"),
        ("remind_after_days", "Remind after days"),
    ];
    let picked: Vec<&Listed> = NEEDED.iter().chain(&OPTIONAL).collect();
    choices::in_words(name, value, lists, &boxes, &typed, &picked)
}

/// Status, priority, queue.
pub(super) fn needed(lists: &PickLists, form: &Form, refusal: Option<&Refusal>) -> Vec<Pick> {
    NEEDED.iter().map(|field| Pick::of(field, lists, form, refusal)).collect()
}

/// What Autotask fills by the category otherwise.
pub(super) fn optional(lists: &PickLists, form: &Form, refusal: Option<&Refusal>) -> Vec<Pick> {
    OPTIONAL.iter().map(|field| Pick::of(field, lists, form, refusal)).collect()
}

/// Whether an alert that cleared before its ticket existed makes one.
pub(super) fn cleared(form: &Form) -> Pick {
    let chosen = form.text("also_when_cleared");
    Pick {
        name: "also_when_cleared".to_owned(),
        label: "Ticket for an alert that cleared before it had one",
        hint: "Such a ticket tells both times, and is closed at once where auto-closing is on.",
        options: CLEARED.into_iter().map(|(value, label)| PickOption::of(value, label, chosen)).collect(),
        wrong: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t1_a_form_that_nobody_changed_is_what_is_there() {
        let full = Row {
            create: true,
            status: Some(1),
            reopened_status: Some(8),
            priority: Some(4),
            queue: Some(29_682_833),
            category: Some(3),
            ticket_type: Some(5),
            issue_type: Some(11),
            sub_issue_type: Some(111),
            work_type: Some(7),
            sla: Some(2),
            due_in_hours: None,
            settle_s: 90,
            also_when_cleared: Some(false),
            remind_after_days: Some(3),
            two_way: true,
        };
        let on = Row { also_when_cleared: Some(true), ..Row::default() };
        for row in [full, on, Row::default()] {
            assert_eq!(entered(&filled_in(&row)).unwrap(), (0, row));
        }
    }

    #[test]
    fn b3_a_number_that_is_none_is_named() {
        let form: Form = [("settle_s", "soon"), ("due_in_hours", "24")].into_iter().collect();
        assert_eq!(entered(&form).unwrap_err().fields()[0].field, "settle_s");
    }
}
