//! The mapping from a file that is being carried out (rules V7, B4).

use bridge_core::id::{AccountId, ConnectionId, TenantId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::table::{Error, Key, Order, Page, Query, Record, Table};

/// What became of it can be looked at for a month.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// A file whose lines are carried out some at a time, as all of them take longer than a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// Its own id.
    pub id: String,
    /// Who confirmed it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// The lines that were confirmed, in their order.
    pub lines: Vec<ImportLine>,
    /// How many of them were tried.
    pub tried: usize,
    /// Those of them that were refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<ImportRefusal>,
}

/// An account to be mapped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportLine {
    /// Its number in the file.
    pub line: u64,
    /// The account.
    pub account: AccountId,
    /// Its tenant.
    pub tenant: TenantId,
    /// The connection that the tenant is reached through.
    pub connection: ConnectionId,
    /// A warning was shown, and is confirmed.
    #[serde(default)]
    pub is_confirmed: bool,
}

/// A line that was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRefusal {
    /// Its number in the file.
    pub line: u64,
    /// Why, in words.
    pub message: String,
}

impl Import {
    /// Some of them, newest first.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn page(table: &Table, after: Option<String>, limit: usize) -> Result<Page<Self>, Error> {
        table.query(Query::partition(Self::KIND, Order::Descending, limit).after(after)).await
    }
}

impl Record for Import {
    const KIND: &'static str = "IMPORT";
    type Id = String;

    fn key(id: &String) -> Key {
        // Ids are made in the order of time, so the newest are found at the end.
        Key::new(Self::KIND, id)
    }

    fn id(&self) -> String {
        self.id.clone()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.at.checked_add(KEPT).ok()
    }
}
