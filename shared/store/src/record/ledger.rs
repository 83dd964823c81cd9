use bridge_core::alert;
use bridge_core::ticket::Entry;
use jiff::Timestamp;

use crate::table::{Key, Record};

/// The ticket ledger, one entry for each alert key. Read by key, a batch at a time; found by its due time. Kept below 1 KB, so
/// that a change costs one write unit; a storm's group (rule T13) takes a quarter of a KB for each member.
impl Record for Entry {
    const KIND: &'static str = "LEDGER";
    type Id = alert::Key;

    fn key(id: &alert::Key) -> Key {
        Key::alone(Self::KIND, id.as_str())
    }

    fn id(&self) -> alert::Key {
        self.key.clone()
    }

    fn due_at(&self) -> Option<Timestamp> {
        self.due_at
    }
}
