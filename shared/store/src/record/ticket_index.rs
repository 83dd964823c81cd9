use std::collections::BTreeSet;

use bridge_core::alert;
use bridge_core::id::TicketId;
use serde::{Deserialize, Serialize};

use crate::table::{Error, Key, Record, Table};

/// The keys on a ticket whose external id does not say so: one that Autotask gave in answer to a create (rule T10). All other
/// tickets name their key themselves, that of a storm's group included.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketIndex {
    /// The ticket.
    pub ticket: TicketId,
    /// The keys on it.
    pub keys: BTreeSet<alert::Key>,
}

impl Record for TicketIndex {
    const KIND: &'static str = "TICKET";
    type Id = TicketId;

    fn key(id: &TicketId) -> Key {
        Key::alone(Self::KIND, &id.to_string())
    }

    fn id(&self) -> TicketId {
        self.ticket
    }
}

impl TicketIndex {
    /// Notes that `key` is on `ticket`.
    ///
    /// # Errors
    /// The table cannot be read or written.
    pub async fn add(table: &Table, ticket: TicketId, key: &alert::Key) -> Result<(), Error> {
        let add = |index: Option<Self>| {
            let mut index = index.unwrap_or_else(|| Self { ticket, keys: BTreeSet::new() });
            index.keys.insert(key.clone());
            Some(index)
        };
        table.modify(&ticket, add).await?;
        Ok(())
    }
}
