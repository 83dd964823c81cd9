//! Rule T13: when many problems begin at once, few tickets are made for them.
//!
//! A *group* is a problem of its own: it has a key, a ledger entry and one ticket, and its members' alerts are its alerts. So
//! everything that holds for a ticket holds for the group's without being said twice: it is made once (X2), closes with the last
//! clear (T5) and is reopened by a new raise (T7). A key that joins a group keeps an entry that says so and never has a ticket
//! by itself again; that entry is written before the group takes the alert over, so a key is never on two tickets, and an alert
//! whose worker dies in between is found by its message.
//!
//! What has begun lately is one small record ([`Recent`]), read and written once for a batch in which new tickets are due and
//! never otherwise. One record serves all counts, as most batches with something new have one new key: deriving the counts from
//! the journal would be free, but it is written after the fact, and two workers at once would both see room for a tenth ticket.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::decide::Because;
use crate::alert::Key;
use crate::id::TenantId;

/// Within this time, beginnings count together; so long tickets beyond the limit wait; so often at most a group's ticket is told
/// what joined.
pub const WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// Keys of a tenant and type that get tickets of their own within [`WINDOW`].
pub const KEYS_ALONE: usize = 10;
/// Tickets of the installation within [`WINDOW`]; further ones wait.
pub const TICKETS_AT_ONCE: usize = 100;
/// Open members of one group, so that its entry stays far below what a table's item may hold (400 KB); more make a next group.
pub const MEMBERS_MAX: usize = 200;

/// What a group's members have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// Tenant and alert type.
    Type,
    /// The tenant, which is the account's: what had to wait, as the whole installation made too many tickets.
    Account,
}

/// What a storm has made of a problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Storm {
    /// Too many tickets are made: this one waits, and joins its account's group if it is still wanted then.
    Waiting {
        /// Until when.
        until: Timestamp,
    },
    /// It is on the ticket of a group.
    Member {
        /// The group's key.
        of: Key,
        /// What sort of group that is.
        scope: Scope,
    },
    /// It is a group.
    Group {
        /// What its members have in common.
        scope: Scope,
        /// When its ticket was last told what belongs to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        listed_at: Option<Timestamp>,
    },
}

/// Where the ticket of a new problem is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// It gets its own.
    Alone,
    /// With others of its tenant.
    Together(Scope),
    /// Nowhere before this time.
    Later(Timestamp),
}

/// A problem whose new ticket is due.
#[derive(Debug, Clone, Copy)]
pub struct Newcomer<'a> {
    /// The problem.
    pub key: &'a Key,
    /// Whose it is.
    pub tenant: &'a TenantId,
    /// Alert type.
    pub kind: &'a str,
    /// It was put off before, and that time is over.
    pub has_waited: bool,
}

/// What has begun within [`WINDOW`]. Names are short forms of keys: should two ever collide, one ticket is not counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recent {
    /// By tenant and type.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    types: BTreeMap<Short, OfType>,
    /// Groups of accounts that were joined.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    accounts: BTreeMap<Short, Moment>,
}

/// New keys of a tenant and type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct OfType {
    /// With tickets of their own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    alone: BTreeMap<Short, Moment>,
    /// In the group, as many as matter.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    together: BTreeMap<Short, Moment>,
    /// When the group was last joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    group: Option<Moment>,
}

/// The first digits of a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
struct Short(String);

/// A time in whole seconds, so that a busy record stays within a kilobyte.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
struct Moment(#[serde(with = "jiff::fmt::serde::timestamp::second::required")] Timestamp);

impl Because {
    /// Whether a ticket made for this reason counts for storms, and may be gathered in one: the problem has begun, for the first
    /// time or anew. A ticket that takes the place of a lost one (rule T9) is a single case, and is made at once.
    #[must_use]
    pub fn is_beginning(&self) -> bool {
        match self {
            Self::FirstTicket | Self::ClosedLongAgo => true,
            Self::TicketGone | Self::ReopeningRefused | Self::ClosedByRule | Self::OtherAccount => false,
        }
    }
}

impl Recent {
    /// Where the newcomer's ticket is made, which is remembered. The same newcomer gets the same answer as long as it is
    /// remembered, so a worker that died and comes back counts once.
    #[must_use]
    pub fn place(&mut self, newcomer: &Newcomer<'_>, now: Timestamp) -> Place {
        self.forget(now);
        if newcomer.has_waited {
            self.accounts.insert(Short::of(&Scope::Account.key(newcomer.tenant, "", 1)), Moment::of(now));
            return Place::Together(Scope::Account);
        }
        let (name, key) = (Short::of(&Scope::Type.key(newcomer.tenant, newcomer.kind, 1)), Short::of(newcomer.key));
        let is_full = self.tickets() >= TICKETS_AT_ONCE;
        let mut of_type = self.types.remove(&name).unwrap_or_default();
        let place = of_type.place(key, is_full, now);
        if of_type.count() > 0 {
            self.types.insert(name, of_type);
        }
        place
    }

    /// Tickets begun within the window.
    fn tickets(&self) -> usize {
        let of_types = self.types.values().map(|of_type| of_type.alone.len() + usize::from(of_type.group.is_some()));
        of_types.sum::<usize>() + self.accounts.len()
    }

    fn forget(&mut self, now: Timestamp) {
        let is_recent = |at: Moment| now.duration_since(at.0) < WINDOW;
        self.accounts.retain(|_, at| is_recent(*at));
        self.types.retain(|_, of_type| {
            of_type.alone.retain(|_, at| is_recent(*at));
            of_type.together.retain(|_, at| is_recent(*at));
            of_type.group = of_type.group.filter(|at| is_recent(*at));
            of_type.count() > 0
        });
    }
}

impl OfType {
    fn count(&self) -> usize {
        self.alone.len() + self.together.len()
    }

    fn place(&mut self, key: Short, is_full: bool, now: Timestamp) -> Place {
        let at = Moment::of(now);
        if self.alone.contains_key(&key) {
            return Place::Alone;
        }
        let joins = self.count() >= KEYS_ALONE || self.together.contains_key(&key);
        let is_one_more_ticket = !joins || self.group.is_none();
        if is_one_more_ticket && is_full {
            return Place::Later(now + WINDOW);
        }
        if !joins {
            self.alone.insert(key, at);
            return Place::Alone;
        }
        self.group = Some(at);
        self.together.insert(key, at);
        // The newest ones suffice to know that the storm goes on.
        while self.together.len() > KEYS_ALONE {
            let oldest = self.together.iter().min_by_key(|(_, at)| **at).map(|(key, _)| key.clone());
            oldest.map(|key| self.together.remove(&key));
        }
        Place::Together(Scope::Type)
    }
}

impl Scope {
    /// The key of the tenant's group of this scope. The first is number 1; the next ones take what it has no room for.
    #[must_use]
    pub fn key(self, tenant: &TenantId, kind: &str, number: u32) -> Key {
        match self {
            Self::Type => Key::of_group(tenant, Some(kind), number),
            Self::Account => Key::of_group(tenant, None, number),
        }
    }
}

impl Short {
    fn of(key: &Key) -> Self {
        let digits = key.as_str().rsplit('-').next().unwrap_or_default();
        Self(digits.chars().take(8).collect())
    }
}

impl Moment {
    fn of(now: Timestamp) -> Self {
        Self(Timestamp::from_second(now.as_second()).unwrap_or(now))
    }
}
