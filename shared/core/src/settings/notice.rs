//! Rule X8: where the daily ticket about what waits for a person goes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::tickets::out_of;
use super::{PickLists, Problem};
use crate::id::AccountId;

/// The daily ticket. Numbers are values of Autotask's pick lists; what is left out is left to the ticket category.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Notice {
    /// The account that it belongs to; 0 is the provider itself. It names customers, so it should be one that only the
    /// provider's own people read. `None`: there is no such ticket.
    pub account: Option<AccountId>,
    /// Status of the new ticket; needed once an account is chosen.
    pub status: Option<i64>,
    /// Needed once an account is chosen.
    pub priority: Option<i64>,
    /// Usually required by Autotask's ticket categories.
    pub queue: Option<i64>,
    /// Source.
    pub source: Option<i64>,
    /// Ticket category.
    pub category: Option<i64>,
    /// Ticket type.
    pub ticket_type: Option<i64>,
    /// Issue type.
    pub issue_type: Option<i64>,
    /// Sub-issue type; belongs to the issue type.
    pub sub_issue_type: Option<i64>,
    /// Work type (a billing code).
    pub work_type: Option<i64>,
    /// Due so many hours after creation; `None` only where the ticket category supplies date and time.
    pub due_in_hours: Option<u32>,
}

impl Default for Notice {
    fn default() -> Self {
        Self {
            account: None,
            status: None,
            priority: None,
            queue: None,
            source: None,
            category: None,
            ticket_type: None,
            issue_type: None,
            sub_issue_type: None,
            work_type: None,
            due_in_hours: Some(24),
        }
    }
}

impl Notice {
    /// What is wrong with it, where tickets in one of the `closing` statuses count as closed.
    pub(super) fn problems(&self, closing: &BTreeSet<i64>, lists: &PickLists) -> Vec<Problem> {
        let unit = "hours, or leave it empty where the ticket category supplies date and time";
        let mut problems: Vec<Problem> =
            out_of(1..=8_760, "notice.due_in_hours", self.due_in_hours, unit).into_iter().collect();
        let Some(account) = self.account else { return problems };
        let mut say = |field: &str, message: String| problems.push(Problem::new(format!("notice.{field}"), message));
        if account.0 < 0 {
            say("account", "choose an account, or 0 for your own company".to_owned());
        }
        for (field, value) in [("status", self.status), ("priority", self.priority)] {
            if value.is_none() {
                say(field, "choose a value: Autotask refuses a ticket without it".to_owned());
            }
        }
        if self.status.is_some_and(|status| closing.contains(&status)) {
            say("status", "this status counts as closed: a ticket in it would be seen by nobody".to_owned());
        }
        for (field, list, value, parent) in [
            ("status", "status", self.status, None),
            ("priority", "priority", self.priority, None),
            ("queue", "queueID", self.queue, None),
            ("source", "source", self.source, None),
            ("category", "ticketCategory", self.category, None),
            ("ticket_type", "ticketType", self.ticket_type, None),
            ("issue_type", "issueType", self.issue_type, None),
            ("sub_issue_type", "subIssueType", self.sub_issue_type, self.issue_type),
        ] {
            if let Some(message) = lists.problem(list, value, parent) {
                say(field, message);
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::super::{PickValue, Settings};
    use super::*;

    fn fields(notice: Notice) -> Vec<String> {
        let value = |value, active| PickValue { value, label: format!("value {value}"), active, parent: None };
        let lists = [
            ("status", vec![value(1, true), value(5, true), value(9, false)]),
            ("priority", vec![value(2, true)]),
            ("queueID", vec![value(8, true)]),
        ];
        let lists = PickLists(lists.map(|(list, values)| (list.to_owned(), values)).into());
        let settings = Settings { notice, ..Settings::default() };
        settings.problems(&lists).into_iter().map(|problem| problem.field).collect()
    }

    fn chosen() -> Notice {
        let account = Some(AccountId(0));
        Notice { account, status: Some(1), priority: Some(2), queue: Some(8), ..Notice::default() }
    }

    #[test]
    fn x8_it_is_off_unless_an_account_is_chosen_and_the_own_company_is_one() {
        assert_eq!(Notice::default().account, None);
        assert_eq!(fields(Notice { account: None, status: Some(77), ..chosen() }), Vec::<String>::new());
        assert_eq!(fields(chosen()), Vec::<String>::new());
        assert_eq!(fields(Notice { account: Some(AccountId(-1)), ..chosen() }), ["notice.account"]);
    }

    #[test]
    fn x8_what_the_ticket_needs_is_named_beside_its_field() {
        let account = Some(AccountId(0));
        assert_eq!(fields(Notice { account, ..Notice::default() }), ["notice.status", "notice.priority"]);
        assert_eq!(fields(Notice { due_in_hours: Some(0), ..chosen() }), ["notice.due_in_hours"]);
    }

    #[test]
    fn x8_a_value_that_is_gone_inactive_or_means_closed_is_refused() {
        assert_eq!(fields(Notice { queue: Some(77), ..chosen() }), ["notice.queue"]);
        assert_eq!(fields(Notice { status: Some(9), ..chosen() }), ["notice.status"]);
        assert_eq!(fields(Notice { status: Some(5), ..chosen() }), ["notice.status"]);
    }
}
