//! How an entry records what the worker is about to do and what came of it.

use jiff::{SignedDuration, Timestamp};

use super::decide::{Because, FLAPPING};
use super::entry::{About, Entry, Pending, PendingStatus, Told};
use super::link::{Closed, Closer, Follows, Link, Origin, Ticket};
use super::observe::answered_with_older;
use crate::id::{AccountId, AlertId, TicketId};

const DAY: SignedDuration = SignedDuration::from_hours(24);

impl Entry {
    /// A create is about to be sent. A ticket that came before is left behind, and named in the new one.
    pub fn begin_create(&mut self, because: Because, now: Timestamp) {
        if let Some(link) = self.link() {
            self.follows = Some(Follows { id: link.id, number: link.number.clone(), because });
            self.start_episode();
        } else if self.episode == 0 {
            self.episode = 1;
        }
        // The text is made now; what changes while the create is under way is told afterwards.
        self.told = Told::default();
        self.told = self.says(None);
        self.unlist_all_members();
        self.list_members(0, now);
        self.ticket = Ticket::Creating { since: now };
    }

    /// Autotask answered the create.
    pub fn created(&mut self, id: TicketId, account: AccountId, status: i64, now: Timestamp) {
        self.ticket = match &self.follows {
            Some(Follows { id: older, number, .. }) if *older == id => {
                answered_with_older(number.as_deref().unwrap_or("ticket"), now)
            }
            _ => Ticket::Linked(Link { written_at: Some(now), ..Link::new(id, account, status) }),
        };
    }

    /// The create certainly had no effect, so nothing needs to be searched for.
    pub fn create_had_no_effect(&mut self) {
        self.ticket = Ticket::None;
    }

    /// Waits for a person.
    pub fn park(&mut self, code: &str, reason: String, now: Timestamp) {
        self.ticket = Ticket::Parked { code: code.to_owned(), reason, at: now };
        self.due_at = None;
    }

    /// A person wants it tried again.
    pub fn retry(&mut self) {
        if let Ticket::Parked { .. } = self.ticket {
            self.ticket = Ticket::None;
        }
    }

    /// A note is about to be sent; returns its number within the ticket (rule T20).
    pub fn begin_note(&mut self, about: About, now: Timestamp) -> u32 {
        self.notes += 1;
        self.list_members(self.notes, now);
        self.pending_note = Some(Pending { since: now, about, says: self.says(Some(now)) });
        self.notes
    }

    /// The note is on the ticket.
    pub fn note_written(&mut self, now: Timestamp) {
        let Some(Pending { about, says, .. }) = self.pending_note.take() else { return };
        match about {
            About::Changed => self.told = Told { noted_at: Some(now), ..says },
            About::Reopened | About::Reminder | About::CloseRefused => self.owed_note = None,
            About::Cleared => self.done.cleared_note = true,
            About::ClearedTechnician => {
                self.done.cleared_note = true;
                self.done.left_open = true;
            }
            About::Flapping => self.done.flapping_note = true,
            // What the note lists was remembered when it was begun.
            About::Members => {}
        }
    }

    /// The note certainly had no effect.
    pub fn note_had_no_effect(&mut self) {
        self.pending_note = None;
        self.unlist_members(self.notes);
        self.notes = self.notes.saturating_sub(1);
    }

    /// A change of status is about to be sent: for a reopening, with what it is about; otherwise the ticket closes.
    pub fn begin_status(&mut self, new: i64, reopens: Option<About>, now: Timestamp) {
        let old = self.link().map_or(new, |link| link.status);
        self.pending_status = Some(PendingStatus { since: now, old, new, reopens });
    }

    /// The change of status certainly had no effect.
    pub fn status_had_no_effect(&mut self) {
        self.pending_status = None;
    }

    /// The ticket has the row's status for reopened tickets; whether that lasts is still to be read.
    pub fn reopened(&mut self, status: i64, about: About, now: Timestamp) {
        self.pending_status = None;
        self.reopened_at.retain(|at| now.duration_since(*at) < DAY);
        self.reopened_at.push(now);
        self.done.reminded |= about == About::Reminder;
        self.owed_note = Some(about);
        if self.reopened_at.len() < FLAPPING {
            self.done.flapping_note = false;
        }
        // The note about the reopening tells the present state; the silence of rule T4 goes on.
        self.told = Told { noted_at: self.told.noted_at, ..Told::default() };
        self.told = self.says(None);
        if let Some(link) = self.link_mut() {
            link.status = status;
            link.closed = None;
            link.verify_reopening = true;
            link.written_at = Some(now);
        }
    }

    /// The ticket cannot be reopened (rule T9).
    pub fn reopening_refused(&mut self) {
        self.pending_status = None;
        if let Some(link) = self.link_mut() {
            link.lost = Some(Because::ReopeningRefused);
        }
    }

    /// The ticket has the closing status, by us.
    pub fn closed(&mut self, status: i64, now: Timestamp) {
        self.pending_status = None;
        self.done.flapping_note = false;
        self.done.closed = true;
        if let Some(link) = self.link_mut() {
            link.status = status;
            link.closed = Some(Closed { at: now, by: Closer::Us });
            link.resolution_is_empty = false;
            link.written_at = Some(now);
        }
    }

    /// Autotask refused to close the ticket: it stays open, with a note (rule T5).
    pub fn closing_refused(&mut self) {
        self.pending_status = None;
        self.done.left_open = true;
        self.owed_note = Some(About::CloseRefused);
    }

    /// The alerts are about to be dismissed in Acronis.
    pub fn begin_dismissal(&mut self, alerts: &[AlertId], now: Timestamp) {
        for id in alerts {
            if let Some(seen) = self.alerts.get_mut(id) {
                seen.dismissing_since = Some(now);
            }
        }
    }

    /// What came of a dismissal is known for every alert.
    pub fn dismissal_settled(&mut self) {
        self.alerts.values_mut().for_each(|seen| seen.dismissing_since = None);
    }

    /// The alerts were dismissed in Acronis on a technician's behalf (rule T14).
    pub fn dismissed(&mut self, alerts: &[AlertId], now: Timestamp) {
        self.dismissal_settled();
        for id in alerts {
            if let Some(seen) = self.alerts.get_mut(id) {
                seen.cleared_at.get_or_insert(now);
            }
        }
    }

    /// Acronis refused to dismiss the alerts; it is not asked again for this closing.
    pub fn dismissal_refused(&mut self) {
        self.dismissal_settled();
        self.not_completed_by_person();
    }

    /// Whoever completed the ticket is no person, or nobody can tell: this closing dismisses nothing (rule T14).
    pub fn not_completed_by_person(&mut self) {
        if let Some(closed) = self.link_mut().and_then(|link| link.closed.as_mut()) {
            closed.by = Closer::Other;
        }
    }

    /// The alerts have cleared, and the ticket is another account's now: it is left as it is, for good (rule T16).
    pub fn left_alone(&mut self, now: Timestamp) {
        if let Some(link) = self.link_mut().filter(|link| link.lost.is_none()) {
            link.lost = Some(Because::OtherAccount);
            link.closed.get_or_insert(Closed { at: now, by: Closer::Us });
        }
    }

    /// Another key turned out to be on this entry's ticket: it closes when the last of them clears (rule T10).
    pub fn share_ticket(&mut self, ticket: TicketId) {
        if let Some(link) = self.link_mut().filter(|link| link.id == ticket && link.origin == Origin::Ours) {
            link.origin = Origin::Shared;
        }
    }

    fn start_episode(&mut self) {
        self.episode += 1;
        let latest = self.alerts.values().map(|seen| seen.raise_server_at).max();
        self.count = u32::try_from(self.active().count()).unwrap_or(u32::MAX).max(1);
        self.first_at = latest;
        self.last_at = latest;
        self.told = Told::default();
        self.notes = 0;
        self.pending_note = None;
        self.pending_status = None;
        self.owed_note = None;
        self.reopened_at.clear();
        self.done.start_over();
        self.done.flapping_note = false;
    }
}
