//! Who is signed in to the console.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::table::{Error, Key, Page, Record, Table};

/// A person's session. It is worth what its id is worth, so the table knows only the id's hash: who reads the table can end
/// sessions and cannot use them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// SHA-256 of its id, in small hexadecimal letters.
    pub hash: String,
    /// The person, as the sign-in service numbers people.
    pub subject: String,
    /// The person, as people know each other.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// When the person signed in.
    pub begun_at: Timestamp,
    /// When it was last used, give or take the time for which uses are not written down.
    pub seen_at: Timestamp,
    /// When it ends, unless it is used before.
    pub ends_at: Timestamp,
}

/// What a person or a program may do in the console; each may do what the one before may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Look at everything.
    Viewer,
    /// Change everything.
    Administrator,
}

impl Record for Session {
    const KIND: &'static str = "SESSION";
    type Id = String;

    fn key(id: &String) -> Key {
        Key::new(Self::KIND, id)
    }

    fn id(&self) -> String {
        self.hash.clone()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        Some(self.ends_at)
    }
}

impl Session {
    /// All sessions, also some that have ended lately.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn all(table: &Table) -> Result<Page<Self>, Error> {
        table.query_all(Self::KIND).await
    }
}
