//! Decisions about alerts and tickets.

use bridge_core::hint::{AlertRef, Hint};
use bridge_core::id::AlertId;
use bridge_core::settings::{Activation, Release, Scope};
use jiff::SignedDuration;
use store::record::Generation;

use crate::error::Error;
use crate::{Deps, hints, walk};

/// How long an agreement to close many tickets at once is good for: it was given to what was shown.
const MASS_CLOSE_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Rule T15: the alerts from before a switching-on count.
pub(super) async fn release(deps: &Deps, scope: &Scope) -> Result<(), Error> {
    decide(deps, scope, Release::Released).await?;
    walk::walk_soon(deps).await
}

/// Rule T15: they do not.
pub(super) async fn decline(deps: &Deps, scope: &Scope) -> Result<(), Error> {
    decide(deps, scope, Release::Declined).await
}

/// If it was switched on once more since they were counted, they are counted anew, and this answer was to another question.
async fn decide(deps: &Deps, scope: &Scope, release: Release) -> Result<(), Error> {
    let mut is_held = false;
    let decide = |activation: Option<Activation>| {
        is_held = activation.as_ref().is_some_and(|found| matches!(found.release, Release::Held { .. }));
        activation.map(|found| if is_held { Activation { release, ..found } } else { found })
    };
    deps.systems.table.modify::<Activation>(scope, decide).await?;
    if !is_held {
        let text = "these alerts wait for no answer any more: look at the list again";
        return Err(Error::refused("moved", text));
    }
    Ok(Generation::bump(&deps.systems.table).await?)
}

/// Rule X3.
pub(super) async fn allow_mass_close(deps: &Deps) -> Result<(), Error> {
    walk::allow_mass_close(deps, deps.systems.clock.now() + MASS_CLOSE_FOR).await
}

/// A partner's alert becomes a ticket once an account is chosen for such alerts.
pub(super) async fn look_again(deps: &Deps, alert: AlertId) -> Result<(), Error> {
    let config = deps.systems.config().await?;
    if config.settings.tickets.partner_alerts_account.is_none() {
        let text = "choose an account for alerts of partners first (Ticket synchronization); then approve this";
        return Err(Error::refused("no_account", text));
    }
    let hint = Hint::Alerts { alerts: vec![AlertRef { id: alert, tenant: None }], connection: None };
    hints::send(deps, vec![hint]).await
}
