use bridge_core::hint::Message;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::table::{Key, Record};

/// A hint that waits: its message was acknowledged, and the poll sends it again when it is due. Waiting is not failing, so it
/// does not count against the message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deferred {
    /// Made from the hint, so that the same hint waits once.
    pub id: String,
    /// The hint.
    pub message: Message,
    /// Until when it waits.
    pub due_at: Timestamp,
    /// How often it has waited.
    pub attempts: u32,
    /// For what, in words.
    pub reason: String,
}

impl Record for Deferred {
    const KIND: &'static str = "DEFERRED";
    type Id = String;

    fn key(id: &String) -> Key {
        Key::alone(Self::KIND, id)
    }

    fn id(&self) -> String {
        self.id.clone()
    }

    fn due_at(&self) -> Option<Timestamp> {
        Some(self.due_at)
    }
}
