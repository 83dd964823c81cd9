//! How far each part has come. Losing a cursor costs one full read.

use serde::Serialize;
use serde::de::DeserializeOwned;
use store::record::Cursor;
use store::table::{Read, Stored, Table};

use crate::Error;

/// Reads the cursor of this name; its default when there is none or it is of another release.
pub(crate) async fn read<C: DeserializeOwned + Default>(table: &Table, name: &str) -> Result<C, Error> {
    let stored: Option<Stored<Cursor>> = table.get(&name.to_owned(), Read::Strong).await?;
    Ok(stored.and_then(|stored| serde_json::from_value(stored.value.value).ok()).unwrap_or_default())
}

/// Writes the cursor of this name, if it changed.
pub(crate) async fn write<C: Serialize>(table: &Table, name: &str, cursor: &C) -> Result<(), Error> {
    let value = serde_json::to_value(cursor).expect("a cursor is plain data");
    table.modify(&name.to_owned(), |_| Some(Cursor { name: name.to_owned(), value: value.clone() })).await?;
    Ok(())
}
