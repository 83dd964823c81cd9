//! What a person may ask of the poll's walk over everything: to come soon, and to close what it finds gone. The walk keeps its
//! place in a cursor of its own; only the two fields that are requests are written here.

use jiff::Timestamp;
use serde_json::{Value, json};
use store::record::Cursor;

use crate::Deps;
use crate::error::Error;

const WALK: &str = "walk";

/// Lets the next poll walk everything.
pub(crate) async fn walk_soon(deps: &Deps) -> Result<(), Error> {
    set(deps, &[("again_at", deps.systems.clock.now())]).await
}

/// Lets the next poll walk everything, and until then close many tickets at once (rule X3).
pub(crate) async fn allow_mass_close(deps: &Deps, until: Timestamp) -> Result<(), Error> {
    set(deps, &[("again_at", deps.systems.clock.now()), ("mass_close_until", until)]).await
}

async fn set(deps: &Deps, fields: &[(&str, Timestamp)]) -> Result<(), Error> {
    let change = |cursor: Option<Cursor>| {
        let mut cursor = cursor.unwrap_or_else(|| Cursor { name: WALK.to_owned(), value: json!({}) });
        if !cursor.value.is_object() {
            cursor.value = json!({});
        }
        for (field, at) in fields {
            cursor.value[*field] = Value::String(at.to_string());
        }
        Some(cursor)
    };
    deps.systems.table.modify(&WALK.to_owned(), change).await?;
    Ok(())
}
