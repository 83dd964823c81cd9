//! What the self-tests have found.

use std::collections::BTreeMap;

use bridge_core::id::{AccountId, TicketId};
use bridge_core::system;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::table::{Error, Key, Page, Record, Table};

/// What the self-test of a system has found (rule L3). New credentials take it away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// The system.
    pub system: system::Id,
    /// What was found, by the console's names of the rights. One that is missing was not tested.
    pub found: BTreeMap<String, Found>,
    /// The ticket of a test that has not come to its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TestTicket>,
}

/// What was found of a right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// When.
    pub at: Timestamp,
    /// Whether it is there; nothing when that could not be told.
    pub passed: Option<bool>,
    /// In words, where there is more to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

/// A ticket that is made to test the rights to write. Stored before it is created, so that none is made twice (rule X2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestTicket {
    /// Its external id, by which it is found again.
    pub reference: String,
    /// The account that it belongs to.
    pub account: AccountId,
    /// When the create was last begun.
    pub begun_at: Timestamp,
    /// The ticket, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<TicketId>,
}

impl Record for Rights {
    const KIND: &'static str = "RIGHTS";
    type Id = system::Id;

    fn key(id: &system::Id) -> Key {
        Key::new(Self::KIND, id.to_string())
    }

    fn id(&self) -> system::Id {
        self.system.clone()
    }
}

impl Rights {
    /// Those of all systems.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn all(table: &Table) -> Result<Page<Self>, Error> {
        table.query_all(Self::KIND).await
    }
}
