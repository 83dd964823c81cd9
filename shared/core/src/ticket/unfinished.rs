//! What of a problem is begun and not finished (rule X6): told to people, so that nobody does by hand what is about to happen.

use jiff::Timestamp;

use super::entry::Entry;
use super::link::Ticket;

/// Work on a problem that waits for its time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unfinished {
    /// What is not finished.
    pub work: Work,
    /// Since when; of what could not even be begun, since the last raise.
    pub since: Option<Timestamp>,
    /// When it goes on.
    pub next_at: Timestamp,
}

/// What is not finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// The ticket was sent, and whether Autotask has it is looked up before it is sent again (rule X2).
    Ticket,
    /// The same of a note.
    Note,
    /// The same of a change of the ticket's status.
    Status {
        /// The ticket is reopened; otherwise it is closed.
        reopens: bool,
    },
    /// Many tickets are made at once, so this one waits (rule T13).
    Storm,
    /// So many attempts in a row have failed before anything was written.
    Attempts(u32),
}

impl Entry {
    /// What is not finished and waits for a time. A settle delay or a reminder is no unfinished work, and what waits for a person
    /// is told elsewhere.
    #[must_use]
    pub fn unfinished(&self) -> Option<Unfinished> {
        let next_at = self.due_at?;
        let (work, since) = if let Ticket::Creating { since } = self.ticket {
            (Work::Ticket, Some(since))
        } else if let Some(status) = self.pending_status {
            (Work::Status { reopens: status.reopens.is_some() }, Some(status.since))
        } else if let Some(note) = &self.pending_note {
            (Work::Note, Some(note.since))
        } else if self.waits_until().is_some() {
            (Work::Storm, self.last_at)
        } else if self.failures > 0 {
            (Work::Attempts(self.failures), self.last_at)
        } else {
            return None;
        };
        Some(Unfinished { work, since, next_at })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{About, Pending, PendingStatus, Told};
    use super::*;
    use crate::alert::Key;
    use crate::ticket::storm::Scope;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_795_000_000 + 60 * minute).unwrap()
    }

    fn entry() -> Entry {
        let key: Key = Scope::Type.key(&"tenant".into(), "BackupFailed", 1);
        let entry = Entry::new(key, "connection".into(), "tenant".into(), "BackupFailed".to_owned());
        Entry { due_at: Some(at(9)), last_at: Some(at(1)), ..entry }
    }

    #[test]
    fn x6_what_waits_for_an_answer_is_told_with_its_beginning_and_its_next_attempt() {
        let told = |entry: &Entry| entry.unfinished().map(|told| (told.work, told.since, told.next_at));
        let since = Some(at(3));
        let creating = Entry { ticket: Ticket::Creating { since: at(3) }, failures: 1, ..entry() };
        assert_eq!(told(&creating), Some((Work::Ticket, since, at(9))));
        let pending = Pending { since: at(3), about: About::Changed, says: Told::default() };
        assert_eq!(told(&Entry { pending_note: Some(pending), ..entry() }), Some((Work::Note, since, at(9))));
        for reopens in [None, Some(About::Reopened)] {
            let pending = PendingStatus { since: at(3), old: 1, new: 5, reopens };
            let work = Work::Status { reopens: reopens.is_some() };
            assert_eq!(told(&Entry { pending_status: Some(pending), ..entry() }), Some((work, since, at(9))));
        }
        let mut put_off = entry();
        put_off.wait_for_storm(at(9));
        assert_eq!(told(&put_off), Some((Work::Storm, Some(at(1)), at(9))));
        assert_eq!(told(&Entry { failures: 2, ..entry() }), Some((Work::Attempts(2), Some(at(1)), at(9))));
    }

    #[test]
    fn x6_a_delay_that_was_chosen_is_no_unfinished_work() {
        assert_eq!(entry().unfinished(), None);
    }

    #[test]
    fn x6_what_a_worker_has_at_hand_waits_for_nothing() {
        let working = Entry { ticket: Ticket::Creating { since: at(3) }, due_at: None, ..entry() };
        assert_eq!(working.unfinished(), None);
    }
}
