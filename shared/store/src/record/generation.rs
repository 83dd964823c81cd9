use serde::{Deserialize, Serialize};

use crate::table::{Error, Key, Record, Table};

/// Number of the last change of settings, connections or mappings. A function keeps those in memory and reads this one small
/// record in each invocation: half a read unit tells whether what it keeps is still good.
///
/// The number is moved after the change itself, so a process that dies in between leaves others with the old values until the
/// next change: readers also read again after a few minutes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// Counts changes.
    pub n: u64,
}

impl Record for Generation {
    const KIND: &'static str = "GENERATION";
    type Id = ();

    fn key((): &()) -> Key {
        Key::alone(Self::KIND, "-")
    }

    fn id(&self) {}
}

impl Generation {
    /// Tells all functions that something changed.
    ///
    /// # Errors
    /// The table cannot be read or written.
    pub async fn bump(table: &Table) -> Result<(), Error> {
        let next = |generation: Option<Self>| Some(Self { n: generation.unwrap_or_default().n + 1 });
        table.modify(&(), next).await?;
        Ok(())
    }
}
