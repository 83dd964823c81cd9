use bridge_core::alert;
use bridge_core::id::AlertId;
use serde::{Deserialize, Serialize};

use crate::table::{Error, Key, Record, Table};

/// The key that an alert belongs to since it was first seen. Later states of the alert may name their workload in another way;
/// the key stays, or the problem would get a second ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertPin {
    /// The alert.
    pub alert: AlertId,
    /// Its key.
    pub key: alert::Key,
}

impl Record for AlertPin {
    const KIND: &'static str = "ALERT";
    type Id = AlertId;

    fn key(id: &AlertId) -> Key {
        Key::alone(Self::KIND, id.as_str())
    }

    fn id(&self) -> AlertId {
        self.alert.clone()
    }
}

impl AlertPin {
    /// Pins an alert to `key`, unless it is pinned already. Returns the key that counts.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn pin(table: &Table, alert: AlertId, key: alert::Key) -> Result<alert::Key, Error> {
        Ok(table.insert(Self { alert, key }).await?.into_stored().value.key)
    }
}
