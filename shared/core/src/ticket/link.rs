//! The ticket of a problem, as the ledger knows it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::decide::Because;
use crate::id::{AccountId, TicketId};

/// State of the current episode's ticket.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Ticket {
    /// None, and none under way.
    #[default]
    None,
    /// A create was sent or is about to be; whoever finds this without holding the lease must search first (rule X2).
    Creating {
        /// When the create was begun.
        since: Timestamp,
    },
    /// Known in Autotask.
    Linked(Link),
    /// Refused; waits for a person (rules T2, T9).
    Parked {
        /// Stable code, for example `refused`.
        code: String,
        /// In words.
        reason: String,
        /// When.
        at: Timestamp,
    },
}

/// A ticket known in Autotask, as last seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// The ticket.
    pub id: TicketId,
    /// Its number, once a bulk read has shown it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Its company, as last seen.
    pub account: AccountId,
    /// How far the ticket is ours (rule T10).
    #[serde(default)]
    pub origin: Origin,
    /// Its status as last seen or set.
    pub status: i64,
    /// Set while it counts as closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closed>,
    /// Whether the resolution is still to be written.
    #[serde(default = "yes", skip_serializing_if = "Clone::clone")]
    pub resolution_is_empty: bool,
    /// When we last wrote to it: a read that began earlier shows an older state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written_at: Option<Timestamp>,
    /// It was reopened, and whether that lasted is still to be read (rule T9).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub verify_reopening: bool,
    /// It cannot be reopened, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost: Option<Because>,
}

fn yes() -> bool {
    true
}

/// How far a ticket is ours.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Autotask answered a create with this id; no read has shown yet that it carries our reference.
    #[default]
    Unconfirmed,
    /// It carries our reference.
    Ours,
    /// Autotask answered with another key's ticket: it closes when the last of the keys clears.
    Shared,
    /// Autotask answered with somebody's ticket: never closed by us.
    Foreign,
}

/// Since when, and by whom, a ticket is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closed {
    /// `completedDate`, else our own closing time, else when that status was first seen.
    pub at: Timestamp,
    /// By whom.
    pub by: Closer,
}

/// Who closed a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Closer {
    /// This integration, after the last alert had cleared.
    Us,
    /// A person or a rule in Autotask.
    Other,
    /// A resource other than the ticket's maker, by setting Complete. Whether it is a person is looked up where that counts (rule
    /// T14); one that is none becomes [`Closer::Other`].
    Person,
}

/// The ticket before the current one, for the text of the new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Follows {
    /// The earlier ticket.
    pub id: TicketId,
    /// Its number, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Why there is a new one.
    pub because: Because,
}

impl Link {
    /// A ticket of which only a create's reply, or nothing more, is known.
    #[must_use]
    pub fn new(id: TicketId, account: AccountId, status: i64) -> Self {
        Self {
            id,
            number: None,
            account,
            origin: Origin::Unconfirmed,
            status,
            closed: None,
            resolution_is_empty: true,
            written_at: None,
            verify_reopening: false,
            lost: None,
        }
    }
}
