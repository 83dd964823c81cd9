use ::store::queue::DeadLetter;
use jiff::{SignedDuration, Timestamp};

use super::{Part, Received};

/// A message as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) id: String,
    pub(super) body: String,
    pub(super) sent_at: Timestamp,
    /// Visible from this moment; a dead letter is dead since then.
    pub(super) visible_at: Timestamp,
    pub(super) receive_count: u32,
}

/// Where a message lies. It changes with every receive, so a live message's place is also its receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) part: Part,
    pub(super) sk: String,
}

impl Message {
    pub(super) fn new(id: String, body: String, now: Timestamp) -> Self {
        Self { id, body, sent_at: now, visible_at: now, receive_count: 0 }
    }

    pub(super) fn place(&self, part: Part) -> Place {
        Place { part, sk: self.sort_key() }
    }

    /// Time first, then the receive, so that no two receives have the same receipt, then the id, which sorts by sending.
    pub(super) fn sort_key(&self) -> String {
        format!("{}#{}#{}", moment(self.visible_at), self.id, self.receive_count)
    }

    pub(super) fn visible_from(self, now: Timestamp) -> Self {
        Self { visible_at: now, ..self }
    }

    pub(super) fn received(self, until: Timestamp) -> Self {
        Self { visible_at: until, receive_count: self.receive_count + 1, ..self }
    }

    pub(super) fn redriven(self, now: Timestamp) -> Self {
        Self { visible_at: now, receive_count: 0, ..self }
    }

    pub(super) fn as_received(&self) -> Received {
        Received {
            id: self.id.clone(),
            body: self.body.clone(),
            receipt: self.sort_key(),
            receive_count: self.receive_count,
            sent_at: self.sent_at,
        }
    }

    pub(super) fn into_dead_letter(self) -> DeadLetter {
        DeadLetter { body: self.body, sent_at: self.sent_at }
    }
}

/// A time as text that sorts as the times do.
pub(super) fn moment(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// The first moment that sorts after everything visible at `now`.
pub(super) fn after(now: Timestamp) -> String {
    moment(now.saturating_add(SignedDuration::from_millis(1)).unwrap_or(Timestamp::MAX))
}
