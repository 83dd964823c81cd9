//! Rule T15: remembering what was switched on, before it takes effect. A worker that saw the switch first would take every old
//! alert for a new one. The other order costs nothing: a switching-on that does not come about changes no decision but the count
//! of a backlog.

use bridge_core::settings::{Activation, Scope};
use jiff::Timestamp;

use crate::Deps;
use crate::error::Error;

/// Remembers that these were switched on now; alerts up to `age_hours` older may count once they were counted.
pub(crate) async fn switch_on(deps: &Deps, scopes: &[Scope], age_hours: u32) -> Result<(), Error> {
    switch_on_at(deps, scopes, deps.systems.clock.now(), age_hours).await
}

/// The same for a moment to come, such as the end of a pause that nobody needs to end.
pub(crate) async fn switch_on_at(deps: &Deps, scopes: &[Scope], at: Timestamp, age_hours: u32) -> Result<(), Error> {
    for scope in scopes {
        let activation = Activation::new(scope.clone(), at, age_hours);
        deps.systems.table.modify::<Activation>(scope, |_| Some(activation.clone())).await?;
    }
    Ok(())
}
