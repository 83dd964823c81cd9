//! What the settings say about one problem now.

use jiff::Timestamp;

use crate::id::AccountId;
use crate::mapping::Switches;
use crate::settings::{Row, Tickets};

/// The settings as far as they concern one alert key.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy<'a> {
    /// The tab's settings.
    pub tickets: &'a Tickets,
    /// The alert type's row.
    pub row: &'a Row,
    /// The account that the customer is mapped to now.
    pub account: AccountId,
    /// Whether anything at all may be written for the account now (rules T1, V8).
    pub may_write: bool,
    /// Raises before this server time make no ticket (rule T15).
    pub counts_from: Timestamp,
    /// The account's own queue, else the row's.
    pub queue: Option<i64>,
    /// The account's own priority, else the row's.
    pub priority: Option<i64>,
}

impl<'a> Policy<'a> {
    /// The policy for alerts of type `kind` of a mapped account.
    #[must_use]
    pub fn new(
        tickets: &'a Tickets,
        kind: &str,
        account: AccountId,
        switches: &Switches,
        counts_from: Timestamp,
        now: Timestamp,
    ) -> Self {
        let row = tickets.row(kind);
        Self {
            tickets,
            row,
            account,
            may_write: tickets.enabled && switches.allow_tickets(now),
            counts_from,
            queue: switches.queue.or(row.queue),
            priority: switches.priority.or(row.priority),
        }
    }
}
