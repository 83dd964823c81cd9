//! What is known of one problem: the ledger's record.
//!
//! An entry can always be rebuilt: from Acronis (its alerts) and from Autotask (the ticket that carries its reference). What it
//! adds is what neither side keeps: which raise was already answered, and which write is under way.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::group::Member;
use super::link::{Follows, Link, Ticket};
use super::storm::Storm;
use crate::alert::{Key, Reference, Severity};
use crate::id::{AlertId, ConnectionId, TenantId};

/// Ledger entry of one alert key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The problem.
    pub key: Key,
    /// Where its alerts are read.
    pub connection: ConnectionId,
    /// Customer tenant that the alerts belong to.
    pub tenant: TenantId,
    /// Alert type.
    pub kind: String,
    /// Whether any of its alerts concerns endpoint detection or malware.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_security: bool,
    /// Which of the key's tickets is the current one; 0 before the first.
    #[serde(default)]
    pub episode: u32,
    /// The alerts under this key. More than one when Acronis gave a repeated problem a new id.
    #[serde(default)]
    pub alerts: BTreeMap<AlertId, AlertSeen>,
    /// Raises in the current episode, with the first and the last one's server time.
    #[serde(default)]
    pub count: u32,
    /// See `count`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_at: Option<Timestamp>,
    /// See `count`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
    /// What the ticket already says.
    #[serde(default)]
    pub told: Told,
    /// The ticket of the current episode.
    #[serde(default)]
    pub ticket: Ticket,
    /// Notes written or begun on the current ticket; the last one's number (rule T20).
    #[serde(default)]
    pub notes: u32,
    /// A note that may or may not have been written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_note: Option<Pending>,
    /// A change of the ticket's status that may or may not have been made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_status: Option<PendingStatus>,
    /// A note that belongs to a write already made, such as the one after a reopening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owed_note: Option<About>,
    /// Why the current ticket follows another, and which.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follows: Option<Follows>,
    /// Reopenings of the last 24 hours (rule T7's flapping).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reopened_at: Vec<Timestamp>,
    /// What was done once for the present state and is not done again.
    #[serde(default, skip_serializing_if = "Done::is_nothing")]
    pub done: Done,
    /// What a storm has made of it (rule T13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storm: Option<Storm>,
    /// Who is working on this entry. A lease only saves work: correctness comes from the conditional writes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// Number of the last lease taken.
    #[serde(default)]
    pub epoch: u64,
    /// When to look at this entry again, if not earlier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due_at: Option<Timestamp>,
    /// Failed attempts in a row, for the back-off.
    #[serde(default)]
    pub failures: u32,
}

/// One alert as last handled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertSeen {
    /// `createdAt` of the raise last handled: another value is a new raise.
    pub raised_at: Timestamp,
    /// Server time of that raise, comparable with Autotask's times.
    pub raise_server_at: Timestamp,
    /// Server time of the newest state seen, so that a stale read changes nothing.
    pub changed_at: Timestamp,
    /// As last read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// As last read; see [`crate::alert::Alert::cause`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Set once the alert is cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleared_at: Option<Timestamp>,
    /// Set while the alert is missing from complete lists, but not for long enough to call it cleared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missing_since: Option<Timestamp>,
    /// Set while it is being dismissed by us (rule T14): since when, until it is known what came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dismissing_since: Option<Timestamp>,
    /// In a group's entry: what its ticket says of this alert (rule T13).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub member: Option<Member>,
}

/// What the ticket already says, so that a repeat says nothing twice (rule T4).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Highest severity told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<Severity>,
    /// Cause last told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// When the last note about a change was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub noted_at: Option<Timestamp>,
}

/// A note that is being written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pending {
    /// When it was begun.
    pub since: Timestamp,
    /// What it says.
    pub about: About,
    /// What the ticket says once the note is on it.
    #[serde(default)]
    pub says: Told,
}

/// A change of the ticket's status that is being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingStatus {
    /// When it was begun.
    pub since: Timestamp,
    /// The status before.
    pub old: i64,
    /// The status to set.
    pub new: i64,
    /// What a reopening is about; `None`: the ticket is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reopens: Option<About>,
}

/// What a note is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// Severity rose or the cause changed.
    Changed,
    /// The ticket was reopened for a new raise.
    Reopened,
    /// The ticket was reopened as a reminder (rule T8).
    Reminder,
    /// The last alert cleared.
    Cleared,
    /// The last alert cleared, and a technician is at work: left open.
    ClearedTechnician,
    /// The last alert cleared, and Autotask refused to close the ticket.
    CloseRefused,
    /// The alert comes and goes: closing waits.
    Flapping,
    /// Alerts have joined a group's ticket, or cleared while others on it are open (rule T13).
    Members,
}

/// What was done once for the present state; a new raise starts over.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// The note about the clear is written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cleared_note: bool,
    /// The note about flapping is written.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub flapping_note: bool,
    /// The reminder was given.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reminded: bool,
    /// Closing was refused, or left to a technician; not tried again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left_open: bool,
    /// We closed the ticket; when a technician opens it again, it is his.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub closed: bool,
}

impl Done {
    fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// A raise, or an alert that is open after all, starts over; flapping is about several raises and goes on.
    pub(super) fn start_over(&mut self) {
        *self = Self { flapping_note: self.flapping_note, ..Self::default() };
    }
}

/// Exclusive right to act on an entry, until a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Which worker.
    pub owner: String,
    /// Until when; afterwards anybody may take over.
    pub until: Timestamp,
}

impl Entry {
    /// An entry for a key not seen before.
    #[must_use]
    pub fn new(key: Key, connection: ConnectionId, tenant: TenantId, kind: String) -> Self {
        Self {
            key,
            connection,
            tenant,
            kind,
            is_security: false,
            episode: 0,
            alerts: BTreeMap::new(),
            count: 0,
            first_at: None,
            last_at: None,
            told: Told::default(),
            ticket: Ticket::None,
            notes: 0,
            pending_note: None,
            pending_status: None,
            owed_note: None,
            follows: None,
            reopened_at: Vec::new(),
            done: Done::default(),
            storm: None,
            lease: None,
            epoch: 0,
            due_at: None,
            failures: 0,
        }
    }

    /// The current ticket's external id.
    #[must_use]
    pub fn reference(&self) -> Reference {
        Reference { key: self.key.clone(), episode: self.episode.max(1) }
    }

    /// The current ticket, if there is one in Autotask.
    #[must_use]
    pub fn link(&self) -> Option<&Link> {
        match &self.ticket {
            Ticket::Linked(link) => Some(link),
            Ticket::None | Ticket::Creating { .. } | Ticket::Parked { .. } => None,
        }
    }

    /// See [`Entry::link`].
    pub fn link_mut(&mut self) -> Option<&mut Link> {
        match &mut self.ticket {
            Ticket::Linked(link) => Some(link),
            Ticket::None | Ticket::Creating { .. } | Ticket::Parked { .. } => None,
        }
    }

    /// Whether the ticket waits for a person.
    #[must_use]
    pub fn is_parked(&self) -> bool {
        matches!(self.ticket, Ticket::Parked { .. })
    }

    /// The alerts that are open in Acronis.
    pub fn active(&self) -> impl Iterator<Item = (&AlertId, &AlertSeen)> {
        self.alerts.iter().filter(|(_, seen)| seen.cleared_at.is_none())
    }

    /// Whether any alert is open in Acronis.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.active().next().is_some()
    }

    /// When the last alert cleared; `None` while one is open.
    #[must_use]
    pub fn cleared_at(&self) -> Option<Timestamp> {
        if self.is_active() {
            return None;
        }
        self.alerts.values().filter_map(|seen| seen.cleared_at).max()
    }

    /// The alerts that a text is about: those that are open; once none is, all of them.
    pub(super) fn shown(&self) -> impl Iterator<Item = &AlertSeen> {
        let is_active = self.is_active();
        self.alerts.values().filter(move |seen| seen.cleared_at.is_none() == is_active)
    }

    /// Highest severity shown.
    #[must_use]
    pub fn severity(&self) -> Option<Severity> {
        self.shown().filter_map(|seen| seen.severity).max()
    }

    /// Cause of the shown alert that changed last.
    #[must_use]
    pub fn cause(&self) -> Option<&str> {
        self.shown().max_by_key(|seen| seen.changed_at).and_then(|seen| seen.cause.as_deref())
    }

    /// Takes the lease for `owner` and returns its epoch.
    pub fn take_lease(&mut self, owner: &str, now: Timestamp, lasts: SignedDuration) -> u64 {
        self.epoch += 1;
        self.lease = Some(Lease { owner: owner.to_owned(), until: now + lasts });
        self.epoch
    }

    /// What the ticket says after a text about the present state, written as a note at `noted_at` or as its description.
    pub(super) fn says(&self, noted_at: Option<Timestamp>) -> Told {
        Told {
            severity: self.severity().max(self.told.severity),
            cause: self.cause().or(self.told.cause.as_deref()).map(str::to_owned),
            noted_at: noted_at.or(self.told.noted_at),
        }
    }
}
