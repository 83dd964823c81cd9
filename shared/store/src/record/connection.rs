use bridge_core::id::ConnectionId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::table::{Error, Key, Page, Record, Table};

/// One Acronis partner tenant that we are connected to. Its client's secret is in the secret store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connection {
    /// The partner tenant's uuid.
    pub id: ConnectionId,
    /// Name for people.
    pub name: String,
    /// Data centre, for example `https://eu2-cloud.acronis.com`.
    pub base_url: String,
    /// Code that names this integration to Acronis (rule L4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub application_code: Option<String>,
    /// Numeric id of the partner tenant, for alerts that carry no uuid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_number: Option<i64>,
    /// When it was first saved.
    pub created_at: Timestamp,
    /// Whether it is used.
    pub enabled: bool,
}

impl Record for Connection {
    const KIND: &'static str = "CONNECTION";
    type Id = ConnectionId;

    fn key(id: &ConnectionId) -> Key {
        Key::new(Self::KIND, id.as_str())
    }

    fn id(&self) -> ConnectionId {
        self.id.clone()
    }
}

impl Connection {
    /// All connections, used or not. An installation has a handful.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn all(table: &Table) -> Result<Page<Self>, Error> {
        table.query_all(Self::KIND).await
    }
}
