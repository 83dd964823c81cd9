use bridge_core::id::{ConnectionId, TenantId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::table::{Error, Key, Order, Page, Query, Record, Table};

/// A tenant that has alerts and no account (rule T2). It makes no tickets; the console shows it, so that somebody maps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmapped {
    /// The tenant.
    pub tenant: TenantId,
    /// Where its alerts are read.
    pub connection: ConnectionId,
    /// Its name when last seen.
    pub name: String,
    /// Alerts seen since the first.
    pub count: u64,
    /// When the first was seen.
    pub first_at: Timestamp,
    /// When the last was seen.
    pub last_at: Timestamp,
}

impl Record for Unmapped {
    const KIND: &'static str = "UNMAPPED";
    type Id = TenantId;

    fn key(id: &TenantId) -> Key {
        Key::new(Self::KIND, id.as_str())
    }

    fn id(&self) -> TenantId {
        self.tenant.clone()
    }
}

impl Unmapped {
    /// A page of them by tenant.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn page(table: &Table, after: Option<String>, limit: usize) -> Result<Page<Self>, Error> {
        table.query(Query::partition(Self::KIND, Order::Ascending, limit).after(after)).await
    }
}
