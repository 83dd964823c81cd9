//! Rule T1: the *Ticket synchronization* tab.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use super::Problem;
use crate::alert::is_security;
use crate::id::AccountId;
use crate::ticket::COMPLETE;

/// What ticket synchronization does. All numbers that name a status, priority and so on are values of Autotask's pick lists,
/// which differ between installations.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tickets {
    /// Off: nothing is written to Autotask; settings are kept.
    pub enabled: bool,
    /// Source of every ticket.
    pub source: Option<i64>,
    /// Type of every note; needed while enabled.
    pub note_type: Option<i64>,
    /// Who sees our notes; needed while enabled.
    pub note_publish: Option<i64>,
    /// One row per alert type.
    pub types: BTreeMap<String, Row>,
    /// For types without a row.
    pub default_row: Row,
    /// Rule T7. `None`: a closed ticket is reopened whenever its alert occurs again. `Some(n)`: from `n` × 24 hours after
    /// closing, a new ticket is made instead.
    pub new_ticket_after_days: Option<u32>,
    /// Rule T5. The status that a ticket gets when its last alert clears; `None` leaves it open.
    pub auto_close_status: Option<i64>,
    /// Statuses that once were the closing status; a ticket in one of them still counts as closed. Kept by us.
    pub former_closing_statuses: BTreeSet<i64>,
    /// Whether a note is written when the last alert clears.
    pub note_when_cleared: bool,
    /// Whether a ticket on which a person has written a note or booked time only gets a note instead of being closed.
    pub technician_safe: bool,
    /// Rule T15: how old, in hours, an alert may be at the moment of a switching-on to become a ticket all the same.
    pub backlog_age_hours: u32,
    /// Account for alerts of partner tenants; `None` holds them.
    pub partner_alerts_account: Option<AccountId>,
}

/// What happens with alerts of one type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Row {
    /// Whether alerts of the type become tickets.
    pub create: bool,
    /// Status of a new ticket; needed while `create` is on.
    pub status: Option<i64>,
    /// Status of a reopened ticket; needed while `create` is on.
    pub reopened_status: Option<i64>,
    /// Needed while `create` is on.
    pub priority: Option<i64>,
    /// Usually required by Autotask's ticket categories.
    pub queue: Option<i64>,
    /// Ticket category; `None` is Autotask's default.
    pub category: Option<i64>,
    /// Ticket type.
    pub ticket_type: Option<i64>,
    /// Issue type.
    pub issue_type: Option<i64>,
    /// Sub-issue type; belongs to the issue type.
    pub sub_issue_type: Option<i64>,
    /// Work type (a billing code).
    pub work_type: Option<i64>,
    /// Service level agreement.
    pub sla: Option<i64>,
    /// Due so many hours after creation; `None` only where the ticket category supplies date and time.
    pub due_in_hours: Option<u32>,
    /// Rule T17: how long, in seconds, an alert must stay active before its ticket is made or reopened.
    pub settle_s: u32,
    /// Rule T6: whether an alert that cleared before its ticket existed still makes one. `None`: only for endpoint detection
    /// and malware.
    pub also_when_cleared: Option<bool>,
    /// Rule T8: reopen once, so many days after a technician closed the ticket of an alert that is still active.
    pub remind_after_days: Option<u32>,
    /// Rule T14: completing the ticket dismisses its alerts. Never for endpoint detection and malware.
    pub two_way: bool,
}

impl Default for Tickets {
    fn default() -> Self {
        Self {
            enabled: false,
            source: None,
            note_type: None,
            note_publish: None,
            types: BTreeMap::new(),
            default_row: Row::default(),
            new_ticket_after_days: None,
            auto_close_status: None,
            former_closing_statuses: BTreeSet::new(),
            note_when_cleared: false,
            technician_safe: false,
            backlog_age_hours: 24,
            partner_alerts_account: None,
        }
    }
}

impl Default for Row {
    fn default() -> Self {
        Self {
            create: false,
            status: None,
            reopened_status: None,
            priority: None,
            queue: None,
            category: None,
            ticket_type: None,
            issue_type: None,
            sub_issue_type: None,
            work_type: None,
            sla: None,
            due_in_hours: Some(24),
            settle_s: 0,
            also_when_cleared: None,
            remind_after_days: None,
            two_way: false,
        }
    }
}

/// One value of an Autotask pick list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickValue {
    /// What is stored.
    pub value: i64,
    /// What people see.
    pub label: String,
    /// Inactive values are refused on new records.
    pub active: bool,
    /// For dependent lists: the value of the parent field that this one belongs to.
    pub parent: Option<i64>,
}

/// The pick lists that ticket settings use, read live from Autotask. `None`: not readable now, so nothing can be said.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PickLists(pub BTreeMap<String, Vec<PickValue>>);

impl PickLists {
    /// Why a value cannot be chosen from a list that depends on no other, if it cannot.
    #[must_use]
    pub fn refuses(&self, list: &str, value: i64) -> Option<String> {
        self.problem(list, Some(value), None)
    }

    /// What is wrong with `value` in `list`, if anything. A list that could not be read is not held against the value.
    pub(super) fn problem(&self, list: &str, value: Option<i64>, parent: Option<i64>) -> Option<String> {
        let (values, value) = (self.0.get(list)?, value?);
        match values.iter().find(|known| known.value == value) {
            None => Some(format!("Autotask has no {list} {value} (any more): choose another")),
            Some(known) if !known.active => Some(format!("“{}” is inactive in Autotask: choose another", known.label)),
            Some(known) if known.parent.is_some() && known.parent != parent => {
                Some(format!("“{}” does not belong to the chosen issue type", known.label))
            }
            Some(_) => None,
        }
    }
}

impl Tickets {
    /// The row for an alert type.
    #[must_use]
    pub fn row(&self, kind: &str) -> &Row {
        self.types.get(kind).unwrap_or(&self.default_row)
    }

    /// Statuses in which a ticket counts as closed.
    #[must_use]
    pub fn closing_statuses(&self) -> BTreeSet<i64> {
        self.former_closing_statuses.iter().copied().chain(self.auto_close_status).chain([COMPLETE]).collect()
    }

    /// Carries the memory of former closing statuses over to `next`, which replaces these settings. While ticket synchronization
    /// is off nothing is closed, so a status of a draft is not remembered.
    ///
    /// Nothing takes a status out of this memory again: a ticket that was closed with it would count as open from then on, and
    /// the next raise of its alert (rule T7) would neither reopen it nor make another one.
    pub fn hand_over(&self, next: &mut Self) {
        next.former_closing_statuses = &next.former_closing_statuses | &self.former_closing_statuses;
        let in_use = self.auto_close_status.filter(|status| self.enabled && *status != COMPLETE);
        next.former_closing_statuses.extend(in_use);
    }

    /// The status that counts as closed as soon as these settings give way to `next`, and for good.
    #[must_use]
    pub fn closes_for_good(&self, next: &Self) -> Option<i64> {
        let is_known = |status: i64| {
            status == COMPLETE
                || self.former_closing_statuses.contains(&status)
                || (self.enabled && self.auto_close_status == Some(status))
        };
        next.auto_close_status.filter(|status| next.enabled && !is_known(*status))
    }

    /// Statuses that count as closed though nothing is closed with them any more.
    #[must_use]
    pub fn only_formerly_closing(&self) -> BTreeSet<i64> {
        let former = self.former_closing_statuses.iter().copied();
        former.filter(|status| *status != COMPLETE && self.auto_close_status != Some(*status)).collect()
    }

    pub(super) fn problems(&self, lists: &PickLists) -> Vec<Problem> {
        let mut problems = Vec::new();
        let days = self.new_ticket_after_days;
        problems.extend(out_of(1..=3_650, "tickets.new_ticket_after_days", days, "days, or switch the rule off"));
        problems.extend(out_of(0..=720, "tickets.backlog_age_hours", Some(self.backlog_age_hours), "hours"));
        if !self.enabled {
            return problems;
        }
        for (field, list, value) in
            [("tickets.note_type", "noteType", self.note_type), ("tickets.note_publish", "publish", self.note_publish)]
        {
            if value.is_none() {
                problems.push(Problem::new(field, "choose a value: every note needs it"));
            }
            problems.extend(lists.problem(list, value, None).map(|message| Problem::new(field, message)));
        }
        for (field, list, value) in
            [("tickets.source", "source", self.source), ("tickets.auto_close_status", "status", self.auto_close_status)]
        {
            problems.extend(lists.problem(list, value, None).map(|message| Problem::new(field, message)));
        }
        let closing = self.closing_statuses();
        let rows = self.types.iter().map(|(kind, row)| (format!("tickets.types.{kind}"), Some(kind.as_str()), row));
        for (path, kind, row) in rows.chain([("tickets.default_row".to_owned(), None, &self.default_row)]) {
            problems.extend(row.problems(&path, kind, &closing, lists));
        }
        problems
    }
}

impl Row {
    /// Rule T6 for an alert that concerns security, or does not.
    #[must_use]
    pub fn makes_ticket_when_cleared(&self, is_security: bool) -> bool {
        self.also_when_cleared.unwrap_or(is_security)
    }

    fn problems(&self, path: &str, kind: Option<&str>, closing: &BTreeSet<i64>, lists: &PickLists) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut say = |field: &str, message: String| problems.push(Problem::new(format!("{path}.{field}"), message));
        if self.two_way && kind.is_some_and(|kind| is_security(kind, None)) {
            say("two_way", "security alerts are never dismissed by completing a ticket".to_owned());
        }
        for (field, range, value, unit) in [
            ("remind_after_days", 1..=365, self.remind_after_days, "days, or leave it empty"),
            (
                "due_in_hours",
                1..=8_760,
                self.due_in_hours,
                "hours, or leave it empty where the ticket category supplies date and time",
            ),
            ("settle_s", 0..=604_800, Some(self.settle_s), "seconds"),
        ] {
            problems.extend(out_of(range, &format!("{path}.{field}"), value, unit));
        }
        if !self.create {
            return problems;
        }
        let mut say = |field: &str, message: String| problems.push(Problem::new(format!("{path}.{field}"), message));
        for (field, value) in
            [("status", self.status), ("reopened_status", self.reopened_status), ("priority", self.priority)]
        {
            if value.is_none() {
                say(field, "choose a value: Autotask refuses a ticket without it".to_owned());
            }
        }
        for (field, value) in [("status", self.status), ("reopened_status", self.reopened_status)] {
            if value.is_some_and(|status| closing.contains(&status)) {
                say(field, "this status counts as closed: a ticket in it would never be worked on".to_owned());
            }
        }
        for (field, list, value, parent) in [
            ("status", "status", self.status, None),
            ("reopened_status", "status", self.reopened_status, None),
            ("priority", "priority", self.priority, None),
            ("queue", "queueID", self.queue, None),
            ("category", "ticketCategory", self.category, None),
            ("ticket_type", "ticketType", self.ticket_type, None),
            ("issue_type", "issueType", self.issue_type, None),
            ("sub_issue_type", "subIssueType", self.sub_issue_type, self.issue_type),
            ("sla", "serviceLevelAgreementID", self.sla, None),
        ] {
            if let Some(message) = lists.problem(list, value, parent) {
                say(field, message);
            }
        }
        problems
    }
}

/// A number outside of what makes sense.
pub(super) fn out_of(range: RangeInclusive<u32>, field: &str, value: Option<u32>, unit: &str) -> Option<Problem> {
    let is_within = value.is_none_or(|value| range.contains(&value));
    (!is_within).then(|| Problem::new(field, format!("give {} to {} {unit}", range.start(), range.end())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists() -> PickLists {
        let value = |value, active, parent| PickValue { value, label: format!("value {value}"), active, parent };
        PickLists(
            [
                (
                    "status",
                    vec![value(1, true, None), value(5, true, None), value(8, true, None), value(9, false, None)],
                ),
                ("priority", vec![value(2, true, None)]),
                ("noteType", vec![value(1, true, None)]),
                ("publish", vec![value(2, true, None)]),
                ("issueType", vec![value(10, true, None), value(11, true, None)]),
                ("subIssueType", vec![value(100, true, Some(10))]),
            ]
            .map(|(list, values)| (list.to_owned(), values))
            .into(),
        )
    }

    fn row() -> Row {
        Row { create: true, status: Some(1), reopened_status: Some(8), priority: Some(2), ..Row::default() }
    }

    fn enabled(row: Row) -> Tickets {
        Tickets {
            enabled: true,
            note_type: Some(1),
            note_publish: Some(2),
            types: [("BackupFailed".to_owned(), row)].into(),
            ..Tickets::default()
        }
    }

    fn fields(tickets: &Tickets) -> Vec<String> {
        tickets.problems(&lists()).into_iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn t1_complete_settings_have_no_problems() {
        assert_eq!(fields(&enabled(row())), Vec::<String>::new());
    }

    #[test]
    fn t1_the_default_row_makes_no_ticket_and_a_draft_may_be_kept_while_off() {
        assert!(!Tickets::default().row("Anything").create);
        assert_eq!(
            fields(&Tickets { enabled: false, ..enabled(Row { status: Some(77), ..row() }) }),
            Vec::<String>::new()
        );
    }

    #[test]
    fn t1_a_value_that_is_gone_inactive_or_missing_is_named_beside_its_field() {
        let tickets = enabled(Row { status: Some(77), reopened_status: Some(9), priority: None, ..row() });
        assert_eq!(
            fields(&tickets),
            ["priority", "status", "reopened_status"].map(|field| format!("tickets.types.BackupFailed.{field}"))
        );
    }

    #[test]
    fn t1_a_sub_issue_type_must_belong_to_the_issue_type() {
        let with = |issue| enabled(Row { issue_type: Some(issue), sub_issue_type: Some(100), ..row() });
        assert!(fields(&with(10)).is_empty());
        assert_eq!(fields(&with(11)), ["tickets.types.BackupFailed.sub_issue_type"]);
    }

    #[test]
    fn t1_a_new_ticket_cannot_start_in_a_closing_status() {
        assert_eq!(fields(&enabled(Row { status: Some(5), ..row() })), ["tickets.types.BackupFailed.status"]);
    }

    #[test]
    fn t14_two_way_is_refused_for_security_alerts() {
        let mut tickets = enabled(row());
        tickets.types.insert("EDRIncidentDetected".into(), Row { two_way: true, ..row() });
        assert_eq!(fields(&tickets), ["tickets.types.EDRIncidentDetected.two_way"]);
    }

    #[test]
    fn a_former_closing_status_still_means_closed() {
        let before = Tickets { enabled: true, auto_close_status: Some(12), ..Tickets::default() };
        let mut after = Tickets { auto_close_status: Some(5), ..Tickets::default() };
        before.hand_over(&mut after);
        assert_eq!(after.closing_statuses(), BTreeSet::from([5, 12]));
        assert_eq!(after.only_formerly_closing(), BTreeSet::from([12]));
    }

    #[test]
    fn t7_a_status_of_a_draft_has_closed_nothing_and_is_not_remembered() {
        let draft = Tickets { auto_close_status: Some(12), ..Tickets::default() };
        let mut next = Tickets { enabled: true, auto_close_status: Some(5), ..Tickets::default() };
        draft.hand_over(&mut next);
        assert_eq!(next.closing_statuses(), BTreeSet::from([5]));
        let mut off = Tickets { enabled: false, auto_close_status: Some(12), ..Tickets::default() };
        Tickets { enabled: true, ..draft }.hand_over(&mut off);
        let mut other = Tickets { auto_close_status: Some(5), ..Tickets::default() };
        off.hand_over(&mut other);
        assert!(other.closing_statuses().contains(&12), "it was in use before everything was switched off");
    }

    #[test]
    fn t7_a_status_that_begins_to_count_as_closed_is_named_once() {
        let with = |enabled, status| Tickets { enabled, auto_close_status: status, ..Tickets::default() };
        assert_eq!(with(true, None).closes_for_good(&with(true, Some(7))), Some(7));
        assert_eq!(with(false, Some(7)).closes_for_good(&with(true, Some(7))), Some(7), "the draft comes into use");
        assert_eq!(with(true, Some(7)).closes_for_good(&with(true, Some(7))), None);
        assert_eq!(with(true, None).closes_for_good(&with(false, Some(7))), None, "a draft");
        assert_eq!(with(true, None).closes_for_good(&with(true, Some(COMPLETE))), None);
        let once = Tickets { former_closing_statuses: [7].into(), ..with(true, None) };
        assert_eq!(once.closes_for_good(&with(true, Some(7))), None);
    }

    #[test]
    fn t6_also_when_cleared_is_on_for_security_and_off_otherwise_unless_chosen() {
        assert!(Row::default().makes_ticket_when_cleared(true));
        assert!(!Row::default().makes_ticket_when_cleared(false));
        assert!(Row { also_when_cleared: Some(true), ..Row::default() }.makes_ticket_when_cleared(false));
    }
}
