use runtime::clock::Clock;
use runtime::random::Random;
use serde::{Deserialize, Serialize};

use crate::table::{Error, Key, Read, Record, Table};

/// What tells this installation from every other one: the first part of the marker on the tenants that it makes (rule V3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// A uuid.
    pub id: String,
    /// Number of the Autotask database whose accounts are mapped here; none before the first log-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<i64>,
}

impl Record for Installation {
    const KIND: &'static str = "INSTALLATION";
    type Id = ();

    fn key((): &()) -> Key {
        Key::alone(Self::KIND, "-")
    }

    fn id(&self) {}
}

impl Installation {
    /// The installation's own id, made by whoever needs it first.
    ///
    /// # Errors
    /// The table cannot be read or written.
    pub async fn get_or_make(table: &Table, random: &Random, clock: &Clock) -> Result<Self, Error> {
        if let Some(stored) = table.get::<Self>(&(), Read::Eventual).await? {
            return Ok(stored.value);
        }
        // Of two that make one at the same time, the first wins and the other takes it.
        let made = table.insert(Self { id: random.id(clock).to_string(), database: None }).await?;
        Ok(made.into_stored().value)
    }

    /// Remembers whose accounts are mapped from now on.
    ///
    /// # Errors
    /// The table cannot be read or written.
    pub async fn belongs_to(table: &Table, random: &Random, clock: &Clock, database: i64) -> Result<(), Error> {
        Self::get_or_make(table, random, clock).await?;
        let belongs = |installation: Option<Self>| Some(Self { database: Some(database), ..installation? });
        table.modify(&(), belongs).await?;
        Ok(())
    }
}
