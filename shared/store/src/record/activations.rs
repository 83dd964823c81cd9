use bridge_core::settings::{Activation, Activations, Scope};

use crate::table::{Error, Key, Record, Table};

/// What was switched on when, and whether the alerts from before count (rule T15): one record for each scope. Changed by the
/// console, and by the poll once it has counted them.
impl Record for Activation {
    const KIND: &'static str = "ACTIVATION";
    type Id = Scope;

    fn key(scope: &Scope) -> Key {
        Key::new(Self::KIND, serde_json::to_string(scope).expect("a scope is plain data"))
    }

    fn id(&self) -> Scope {
        self.scope.clone()
    }
}

/// All of them.
///
/// # Errors
/// The table cannot be read, or one of them is of a later release: without it, every old alert of its scope would become a ticket.
pub async fn all_activations(table: &Table) -> Result<Activations, Error> {
    let page = table.query_all::<Activation>(Activation::KIND).await?;
    match page.skipped.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(page.records.into_iter().map(|stored| stored.value).collect()),
    }
}
