use bridge_core::system;
use serde::{Deserialize, Serialize};

use crate::table::{Error, Key, Page, Record, Table};

/// What is known of a foreign system's log-in (rule X7).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemState {
    /// The system.
    pub system: system::Id,
    /// Whether it may be called.
    pub state: system::State,
}

impl Record for SystemState {
    const KIND: &'static str = "SYSTEM";
    type Id = system::Id;

    fn key(id: &system::Id) -> Key {
        Key::new(Self::KIND, id.to_string())
    }

    fn id(&self) -> system::Id {
        self.system.clone()
    }
}

impl SystemState {
    /// All systems.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn all(table: &Table) -> Result<Page<Self>, Error> {
        table.query_all(Self::KIND).await
    }
}
