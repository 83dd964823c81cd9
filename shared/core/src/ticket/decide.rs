//! The one function that says what to do next about a problem.
//!
//! It looks at what is known ([`Entry`]), at what the administrator wants ([`Policy`]) and at the time, and names a single
//! step. The worker carries that step out, records the outcome in the entry, and asks again, until the answer is to wait or to
//! rest. So every rule is stated once, a crash between any two steps is just another state to decide from, and the same
//! function serves a webhook, the poll, the daily pass and a repair.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::COMPLETE;
use super::entry::{About, AlertSeen, Entry};
use super::link::{Closed, Closer, Link, Origin, Ticket};
use super::policy::Policy;
use crate::id::AlertId;

/// How long after a doubtful create a second one is allowed: the service may still be working on the first (rule X2).
pub const CREATE_AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(6);
const DAY: SignedDuration = SignedDuration::from_hours(24);
/// Alerts dismissed in one step, which must end before its lease does; only a storm's group has more.
const DISMISSED_AT_ONCE: usize = 20;
/// Reopenings within a day from which an alert counts as flapping (rule T7).
pub(super) const FLAPPING: usize = 3;

/// What the worker has looked up during its present turn at an entry. Facts age, so they are not kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Turn {
    /// The ticket was read from Autotask.
    pub ticket_was_read: bool,
    /// Whether a person has written a note or booked time on the ticket; `None`: not looked up.
    pub technician_active: Option<bool>,
    /// Whether whoever completed the ticket is a person; `None`: not looked up.
    pub completed_by_person: Option<bool>,
    /// Whether every other key on a shared ticket has cleared; `None`: not looked up.
    pub others_cleared: Option<bool>,
    /// The ledger has no entry although Acronis has had the alert for long: the entry may have been lost, and the tickets of the
    /// key were not looked for yet (rule T3).
    pub may_have_tickets: bool,
}

/// The next thing to do about a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Create the key's next ticket.
    Create(Because),
    /// A create may have happened: search by reference and link what is found.
    Settle {
        /// Where nothing is found, the create had no effect, and what to do is decided anew. Otherwise: search again later.
        may_create: bool,
    },
    /// A note may have been written: search the ticket's notes by title.
    SettleNote {
        /// Where it is not found, the note had no effect, and what to do is decided anew. Otherwise: search again later.
        may_create: bool,
    },
    /// Alerts may have been dismissed: take in what came of it from their present state.
    SettleDismissal,
    /// A change of status may have been made: read the ticket, and take in what came of it.
    SettleStatus,
    /// Look for tickets of the key, whatever the episode, then decide again.
    FindTickets,
    /// Read the ticket, then decide again.
    ReadTicket,
    /// Find out whether a technician is at work on the ticket, then decide again.
    LookForTechnician,
    /// Find out whether a person has completed the ticket, then decide again.
    LookAtCompleter,
    /// Find out whether the other keys on a shared ticket have cleared, then decide again.
    LookAtOthers,
    /// Write a note.
    Note(About),
    /// Set the row's status for reopened tickets.
    Reopen(About),
    /// Set the closing status.
    Close {
        /// The status.
        status: i64,
    },
    /// Dismiss these alerts in Acronis (rule T14).
    Dismiss(Vec<AlertId>),
    /// Nothing before this time.
    Wait {
        /// When to look again.
        until: Timestamp,
        /// What for.
        why: Wait,
    },
    /// Nothing until something changes.
    Rest(Quiet),
}

/// What a problem waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wait {
    /// The settle delay (rule T17).
    Settling,
    /// The alert has to stay clear for a day, as it comes and goes (rule T7).
    Flapping,
    /// The reminder about a closed ticket whose alert is still active (rule T8).
    Reminder,
    /// The installation makes too many tickets at once (rule T13).
    Storm,
    /// A group's ticket is not told of every member that joins by a note of its own (rule T13).
    Listing,
}

/// Why nothing is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Quiet {
    /// Both sides agree.
    InStep,
    /// Tickets are off, or the account is paused or excluded.
    Off,
    /// The type makes no tickets.
    TypeMakesNone,
    /// Raised before tickets were switched on (rule T15).
    Backlog,
    /// Cleared before a ticket existed (rule T6).
    ClearedUnseen,
    /// A technician closed the ticket while the alert is active (rule T8).
    ClosedWhileActive,
    /// The last alert cleared and the ticket stays open: closing is off, was refused, or is a person's.
    LeftOpen,
    /// The ticket is another account's now (rule T16).
    MovedAway,
    /// Waits for a person after a refusal.
    Parked,
    /// The problem is on a group's ticket (rule T13).
    InGroup,
}

/// Why a ticket is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The key has no ticket.
    FirstTicket,
    /// The earlier ticket was closed long enough ago (rule T7).
    ClosedLongAgo,
    /// The earlier ticket was deleted or merged (rule T9).
    TicketGone,
    /// Autotask refused to reopen the earlier ticket (rule T9).
    ReopeningRefused,
    /// The reopened ticket was closed again by a rule in Autotask (rule T9).
    ClosedByRule,
    /// The earlier ticket belongs to another account now (rules T9, T16).
    OtherAccount,
}

/// What to do next about the problem `entry`. Pure: the same arguments always give the same step.
#[must_use]
pub fn decide(entry: &Entry, policy: &Policy<'_>, turn: Turn, now: Timestamp) -> Step {
    if !policy.may_write {
        return Step::Rest(Quiet::Off);
    }
    if entry.member_of().is_some() {
        return Step::Rest(Quiet::InGroup);
    }
    let step = for_ticket(entry, policy, turn, now);
    match entry.waits_until() {
        Some(until) if now < until && matches!(step, Step::Create(_)) => Step::Wait { until, why: Wait::Storm },
        _ => step,
    }
}

/// What to do next, storms aside.
fn for_ticket(entry: &Entry, policy: &Policy<'_>, turn: Turn, now: Timestamp) -> Step {
    match &entry.ticket {
        Ticket::Parked { at, .. } => match without_ticket(entry, policy, now) {
            // Whatever was wrong may have been mended since, and a person may have overlooked or discarded it: an alert that
            // is still active is tried again, once a day.
            Step::Create(because) if now.duration_since(*at) >= DAY => Step::Create(because),
            _ => Step::Rest(Quiet::Parked),
        },
        Ticket::Creating { since, .. } => Step::Settle { may_create: may_create_again(*since, now) },
        Ticket::None => match without_ticket(entry, policy, now) {
            Step::Create(_) if turn.may_have_tickets => Step::FindTickets,
            step => step,
        },
        Ticket::Linked(link) => with_ticket(entry, link, policy, turn, now),
    }
}

fn may_create_again(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) >= CREATE_AGAIN_AFTER
}

/// Rules T2, T6, T15, T17: whether the key gets its first ticket.
fn without_ticket(entry: &Entry, policy: &Policy<'_>, now: Timestamp) -> Step {
    if !policy.row.create {
        return Step::Rest(Quiet::TypeMakesNone);
    }
    if entry.is_active() {
        return match settled(entry.active().map(|(_, seen)| seen), policy, now) {
            Settled::Nothing => Step::Rest(Quiet::Backlog),
            Settled::At(until) => Step::Wait { until, why: Wait::Settling },
            Settled::Now(_) => Step::Create(Because::FirstTicket),
        };
    }
    let counts = entry.alerts.values().any(|seen| seen.raise_server_at >= policy.counts_from);
    if counts && policy.row.makes_ticket_when_cleared(entry.is_security) {
        Step::Create(Because::FirstTicket)
    } else {
        Step::Rest(Quiet::ClearedUnseen)
    }
}

fn with_ticket(entry: &Entry, link: &Link, policy: &Policy<'_>, turn: Turn, now: Timestamp) -> Step {
    if entry.pending_status.is_some() {
        return Step::SettleStatus;
    }
    if entry.alerts.values().any(|seen| seen.dismissing_since.is_some()) {
        return Step::SettleDismissal;
    }
    if link.verify_reopening {
        return Step::ReadTicket;
    }
    if let Some(pending) = &entry.pending_note {
        return Step::SettleNote { may_create: may_create_again(pending.since, now) };
    }
    let step = match link.closed {
        Some(closed) => with_closed_ticket(entry, link, closed, policy, turn, now),
        None => with_open_ticket(entry, link, policy, turn, now),
    };
    let touches_ticket = matches!(step, Step::Note(_) | Step::Reopen(_) | Step::Close { .. });
    if !touches_ticket {
        return step;
    }
    // Rule T16, and rule T10 as long as no read has shown whose ticket it is.
    if link.origin == Origin::Unconfirmed && !turn.ticket_was_read {
        return Step::ReadTicket;
    }
    if link.account == policy.account {
        step
    } else if entry.is_active() && policy.row.create {
        Step::Create(Because::OtherAccount)
    } else {
        Step::Rest(Quiet::MovedAway)
    }
}

fn with_open_ticket(entry: &Entry, link: &Link, policy: &Policy<'_>, turn: Turn, now: Timestamp) -> Step {
    if let Some(about) = entry.owed_note {
        return Step::Note(about);
    }
    match entry.cleared_at() {
        None => repeated(entry, policy, now),
        Some(cleared_at) => cleared(entry, link, cleared_at, policy, turn, now),
    }
}

/// Rule T4: an open ticket gets a note only when there is something new to say. A group's ticket is also told of its members,
/// some time's together (rule T13).
fn repeated(entry: &Entry, policy: &Policy<'_>, now: Timestamp) -> Step {
    let told = &entry.told;
    let has_risen = entry.severity() > told.severity;
    let has_changed = entry.cause().is_some_and(|cause| told.cause.as_deref() != Some(cause));
    let is_silent = told.noted_at.is_some_and(|noted| now.duration_since(noted) < DAY);
    if has_risen || has_changed && !is_silent {
        return Step::Note(About::Changed);
    }
    match entry.listing_due(policy.tickets.note_when_cleared) {
        None => Step::Rest(Quiet::InStep),
        Some(until) if now < until => Step::Wait { until, why: Wait::Listing },
        Some(_) => Step::Note(About::Members),
    }
}

/// Rule T5: the last alert has cleared and the ticket is open.
fn cleared(entry: &Entry, link: &Link, cleared_at: Timestamp, policy: &Policy<'_>, turn: Turn, now: Timestamp) -> Step {
    let note_is_due = policy.tickets.note_when_cleared && !entry.done.cleared_note;
    let left_open = || if note_is_due { Step::Note(About::Cleared) } else { Step::Rest(Quiet::LeftOpen) };
    if entry.done.left_open || entry.done.closed {
        return Step::Rest(Quiet::LeftOpen);
    }
    let Some(status) = policy.tickets.auto_close_status else { return left_open() };
    if link.origin == Origin::Foreign {
        return left_open();
    }
    if is_flapping(entry) {
        let until = cleared_at + DAY;
        if !entry.done.flapping_note {
            return Step::Note(About::Flapping);
        }
        if now < until {
            return Step::Wait { until, why: Wait::Flapping };
        }
    }
    if link.origin == Origin::Shared {
        match turn.others_cleared {
            None => return Step::LookAtOthers,
            Some(false) => return Step::Rest(Quiet::InStep),
            Some(true) => {}
        }
    }
    // Where closing means another status than Complete, Autotask's bulk read cannot tell us apart from a technician in time.
    if status != COMPLETE && !turn.ticket_was_read {
        return Step::ReadTicket;
    }
    if policy.tickets.technician_safe {
        match turn.technician_active {
            None => return Step::LookForTechnician,
            Some(true) => return Step::Note(About::ClearedTechnician),
            Some(false) => {}
        }
    }
    if note_is_due { Step::Note(About::Cleared) } else { Step::Close { status } }
}

/// Rule T7: three reopenings within 24 hours.
fn is_flapping(entry: &Entry) -> bool {
    let Some(last) = entry.reopened_at.last() else { return false };
    entry.reopened_at.iter().filter(|at| last.duration_since(**at) < DAY).count() >= FLAPPING
}

/// Rules T7, T8, T9 and T14: the ticket is closed.
fn with_closed_ticket(
    entry: &Entry,
    link: &Link,
    closed: Closed,
    policy: &Policy<'_>,
    turn: Turn,
    now: Timestamp,
) -> Step {
    if !entry.is_active() {
        return Step::Rest(Quiet::InStep);
    }
    // A reopening that did not last has already answered a raise; the raise still needs a ticket.
    if let Some(lost @ (Because::ClosedByRule | Because::ReopeningRefused)) = &link.lost {
        if !policy.row.create {
            return Step::Rest(Quiet::TypeMakesNone);
        }
        return match settled(entry.active().map(|(_, seen)| seen), policy, now) {
            Settled::Nothing => Step::Rest(Quiet::Backlog),
            Settled::At(until) => Step::Wait { until, why: Wait::Settling },
            Settled::Now(_) => Step::Create(lost.clone()),
        };
    }
    let raised_since: Vec<&AlertSeen> =
        entry.active().map(|(_, seen)| seen).filter(|seen| is_raised_since(seen, closed)).collect();
    if raised_since.is_empty() {
        return closed_while_active(entry, link, closed, policy, turn, now);
    }
    if !policy.row.create {
        return Step::Rest(Quiet::TypeMakesNone);
    }
    match settled(raised_since.into_iter(), policy, now) {
        Settled::Nothing => Step::Rest(Quiet::Backlog),
        Settled::At(until) => Step::Wait { until, why: Wait::Settling },
        Settled::Now(raised_at) => recurred(link, closed, raised_at, policy),
    }
}

/// Our own closing followed the clear of every alert, so an alert that is active again was raised since, whatever the two
/// vendors' clocks say. Any other closing is compared by time.
fn is_raised_since(seen: &AlertSeen, closed: Closed) -> bool {
    closed.by == Closer::Us || seen.raise_server_at > closed.at
}

/// Rule T7: a raise at `raised_at` after the ticket was closed.
fn recurred(link: &Link, closed: Closed, raised_at: Timestamp, policy: &Policy<'_>) -> Step {
    let closed_for = raised_at.duration_since(closed.at);
    let limit = policy.tickets.new_ticket_after_days.map(|days| DAY * i32::try_from(days).unwrap_or(i32::MAX));
    if let Some(lost) = &link.lost {
        Step::Create(lost.clone())
    } else if limit.is_some_and(|limit| closed_for >= limit) {
        Step::Create(Because::ClosedLongAgo)
    } else {
        Step::Reopen(About::Reopened)
    }
}

/// Rules T8 and T14: a technician closed the ticket, and its alert simply stays active.
fn closed_while_active(
    entry: &Entry,
    link: &Link,
    closed: Closed,
    policy: &Policy<'_>,
    turn: Turn,
    now: Timestamp,
) -> Step {
    if policy.row.two_way && closed.by == Closer::Person && !entry.is_security {
        match turn.completed_by_person {
            None => return Step::LookAtCompleter,
            Some(true) => {
                let alerts = entry.active().map(|(id, _)| id.clone());
                return Step::Dismiss(alerts.take(DISMISSED_AT_ONCE).collect());
            }
            Some(false) => {}
        }
    }
    match policy.row.remind_after_days {
        Some(days) if !entry.done.reminded && link.lost.is_none() && policy.row.create => {
            let until = closed.at + DAY * i32::try_from(days).unwrap_or(i32::MAX);
            if now < until { Step::Wait { until, why: Wait::Reminder } } else { Step::Reopen(About::Reminder) }
        }
        _ => Step::Rest(Quiet::ClosedWhileActive),
    }
}

/// Whether raises have stayed active for the settle delay.
enum Settled {
    /// None of them counts (rule T15).
    Nothing,
    /// Not before this time.
    At(Timestamp),
    /// Yes; server time of the earliest.
    Now(Timestamp),
}

/// Rules T15 and T17.
fn settled<'a>(raised: impl Iterator<Item = &'a AlertSeen>, policy: &Policy<'_>, now: Timestamp) -> Settled {
    let delay = SignedDuration::from_secs(i64::from(policy.row.settle_s));
    match raised.map(|seen| seen.raise_server_at).filter(|at| *at >= policy.counts_from).min() {
        None => Settled::Nothing,
        Some(at) if now < at + delay => Settled::At(at + delay),
        Some(at) => Settled::Now(at),
    }
}
