//! How an entry takes in what was read from either side. Nothing here decides; every function is a plain merge of facts that
//! gives the same result for the same facts in any order.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::decide::Because;
use super::entry::{AlertSeen, Entry, Told};
use super::link::{Closed, Closer, Link, Origin, Ticket};
use super::{COMPLETE, Snapshot};
use crate::alert::Alert;
use crate::id::AlertId;

/// Two complete lists without an alert must be this far apart before it counts as cleared.
const MISSING_FOR: SignedDuration = SignedDuration::from_mins(5);

/// What reading an alert changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertChange {
    /// Nothing that matters.
    Nothing,
    /// A raise: a new alert, or `createdAt` moved.
    Raised,
    /// It cleared.
    Cleared,
    /// Something else about it changed.
    Changed,
}

/// What reading a ticket changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// Nothing.
    Nothing,
    /// Details that call for no decision.
    Detail,
    /// Something that a decision depends on.
    News,
}

impl Entry {
    /// Takes in an alert read from Acronis.
    pub fn see_alert(&mut self, alert: &Alert) -> AlertChange {
        self.is_security |= alert.is_security();
        let changed_at = alert.server_time().max(alert.deleted_at.unwrap_or(Timestamp::MIN));
        // A group's alerts have many causes, and none of them is the group's.
        let cause = if self.group_scope().is_some() { None } else { alert.cause() };
        let Some(seen) = self.alerts.get_mut(&alert.id) else {
            let member = self.as_member(alert);
            self.alerts.insert(
                alert.id.clone(),
                AlertSeen {
                    raised_at: alert.created_at,
                    raise_server_at: alert.raise_time(),
                    changed_at,
                    severity: alert.severity,
                    cause,
                    cleared_at: alert.deleted_at,
                    missing_since: None,
                    dismissing_since: None,
                    member,
                },
            );
            self.forget_cleared_members();
            self.count_raise(alert.raise_time());
            return if alert.is_active() { AlertChange::Raised } else { AlertChange::Cleared };
        };
        if changed_at < seen.changed_at {
            return AlertChange::Nothing;
        }
        let before = seen.clone();
        let is_raise = alert.is_active() && alert.created_at != seen.raised_at;
        seen.changed_at = changed_at;
        seen.severity = alert.severity;
        seen.cause = cause;
        seen.missing_since = None;
        seen.cleared_at = alert.deleted_at;
        if is_raise {
            seen.raised_at = alert.created_at;
            seen.raise_server_at = alert.server_time();
            self.count_raise(alert.server_time());
            return AlertChange::Raised;
        }
        match (before.cleared_at, alert.deleted_at) {
            _ if self.alerts[&alert.id] == before => AlertChange::Nothing,
            (None, Some(_)) => AlertChange::Cleared,
            (Some(_), None) => {
                self.done.start_over();
                AlertChange::Changed
            }
            _ => AlertChange::Changed,
        }
    }

    /// Takes in that an alert is missing from a complete list of a tenant that is enabled and readable. It counts as cleared
    /// once two such lists are five minutes apart. Returns whether anything changed.
    pub fn see_missing(&mut self, alert: &AlertId, now: Timestamp) -> AlertChange {
        let Some(seen) = self.alerts.get_mut(alert).filter(|seen| seen.cleared_at.is_none()) else {
            return AlertChange::Nothing;
        };
        match seen.missing_since {
            None => {
                seen.missing_since = Some(now);
                AlertChange::Changed
            }
            Some(since) if now.duration_since(since) >= MISSING_FOR => {
                seen.cleared_at = Some(now);
                seen.missing_since = None;
                AlertChange::Cleared
            }
            Some(_) => AlertChange::Nothing,
        }
    }

    /// Takes in the ticket as Autotask had it when a read began at `read_at`. `closing` are the statuses that count as closed.
    pub fn see_ticket(&mut self, snapshot: &Snapshot, closing: &BTreeSet<i64>, read_at: Timestamp) -> Seen {
        let reference = self.reference();
        let Some(link) = self.link_mut().filter(|link| link.id == snapshot.id) else { return Seen::Nothing };
        if link.lost == Some(Because::OtherAccount) || link.written_at.is_some_and(|written| read_at < written) {
            return Seen::Nothing;
        }
        let before = link.clone();
        if link.origin == Origin::Unconfirmed {
            link.origin = match snapshot.reference() {
                Some(theirs) if theirs == reference => Origin::Ours,
                Some(theirs) if theirs.key == reference.key => {
                    self.ticket = answered_with_older(&snapshot.number, read_at);
                    return Seen::News;
                }
                _ if snapshot.account != link.account => {
                    self.ticket = answered_with_anothers(snapshot, read_at);
                    return Seen::News;
                }
                Some(_) => Origin::Shared,
                None => Origin::Foreign,
            };
        }
        link.number = Some(snapshot.number.clone());
        link.account = snapshot.account;
        link.resolution_is_empty = snapshot.resolution_is_empty;
        link.status = snapshot.status;
        link.closed = closing.contains(&snapshot.status).then(|| closed(link, snapshot, read_at));
        if link.verify_reopening {
            link.verify_reopening = false;
            if link.closed.is_some() {
                link.lost = Some(Because::ClosedByRule);
            }
        }
        if *link == before {
            return Seen::Nothing;
        }
        let view = |link: &Link| (link.account, link.origin, link.closed, link.lost.clone());
        if view(link) == view(&before)
            || before.origin == Origin::Unconfirmed && link.origin == Origin::Ours && link.closed.is_none()
        {
            Seen::Detail
        } else {
            Seen::News
        }
    }

    /// Takes in that Autotask no longer has the ticket: deleted or merged away, at `gone_at` if Autotask's log says when.
    pub fn see_ticket_gone(&mut self, gone_at: Timestamp) -> Seen {
        self.pending_status = None;
        let Some(link) = self.link_mut().filter(|link| link.lost != Some(Because::TicketGone)) else {
            return Seen::Nothing;
        };
        link.lost = Some(Because::TicketGone);
        link.closed.get_or_insert(Closed { at: gone_at, by: Closer::Other });
        link.verify_reopening = false;
        Seen::News
    }

    /// Takes over a ticket found by its reference: after a doubtful create, or when the ledger is rebuilt (rules X2, T3).
    pub fn adopt(&mut self, snapshot: &Snapshot, closing: &BTreeSet<i64>, now: Timestamp) {
        if let Some(reference) = snapshot.reference().filter(|reference| reference.key == self.key) {
            self.episode = reference.episode;
        }
        self.ticket = Ticket::Linked(Link::new(snapshot.id, snapshot.account, snapshot.status));
        if self.told == Told::default() {
            self.told = self.says(None);
        }
        self.see_ticket(snapshot, closing, now);
    }

    /// Asks for a decision now, in the same write that takes in the news: the hint about it may be lost.
    pub fn ask_for_decision(&mut self, now: Timestamp) {
        self.due_at = Some(self.due_at.map_or(now, |due| due.min(now)));
    }

    fn count_raise(&mut self, at: Timestamp) {
        self.count += 1;
        self.first_at = Some(self.first_at.map_or(at, |first| first.min(at)));
        self.last_at = self.last_at.max(Some(at));
        self.done.start_over();
    }
}

/// Rule T10: Autotask answered our create with a ticket that cannot stand for this problem.
fn answered_with_anothers(snapshot: &Snapshot, now: Timestamp) -> Ticket {
    Ticket::Parked {
        code: "another-accounts-ticket".to_owned(),
        reason: format!(
            "Autotask answered the new ticket with {}, which belongs to account {}. Check Autotask's duplicate ticket handling",
            snapshot.number, snapshot.account
        ),
        at: now,
    }
}

/// Rule T10: Autotask insists on a ticket of this very problem that had to be followed by a new one. Trying again would only
/// be answered in the same way.
pub(super) fn answered_with_older(number: &str, now: Timestamp) -> Ticket {
    Ticket::Parked {
        code: "older-ticket".to_owned(),
        reason: format!(
            "Autotask answered the new ticket with the older {number} of the same problem. Check Autotask's duplicate ticket \
             handling"
        ),
        at: now,
    }
}

/// By whom and since when a ticket in a closing status is closed, keeping what is already known of the same closing.
fn closed(link: &Link, snapshot: &Snapshot, now: Timestamp) -> Closed {
    let by_person =
        snapshot.status == COMPLETE && snapshot.completed_by.is_some() && snapshot.completed_by != snapshot.created_by;
    match (link.closed, snapshot.completed_at) {
        // Our own closing: Autotask's time leads, unless it is only the same moment by another clock.
        (Some(known), Some(at)) if known.by == Closer::Us && !by_person => {
            let same = at.duration_since(known.at).abs() < SignedDuration::from_mins(1);
            Closed { at: if same { known.at } else { at }, by: Closer::Us }
        }
        (Some(known), None) => known,
        // What was found out about this closing stays: nobody is asked about it again (rule T14).
        (Some(known), Some(at)) if known.by == Closer::Other && known.at == at => known,
        (_, at) => Closed { at: at.unwrap_or(now), by: if by_person { Closer::Person } else { Closer::Other } },
    }
}
