//! Rule T15: how many tickets something that was switched on would open for alerts from before.

use std::collections::BTreeSet;

use bridge_core::alert::Key;
use bridge_core::settings::{Activation, Release, Scope};
use futures::future::try_join_all;
use jiff::Timestamp;
use store::record::{Generation, Held};
use systems::{Config, Open};

use super::alerts::Listed;
use crate::{Deps, Error};

/// Decisions written at a time: thousands of accounts are mapped in a day.
const AT_A_TIME: usize = 16;

/// Whether something was switched on and its backlog is not counted. What is to be switched on later, as at the end of a pause,
/// is counted then.
pub(super) fn is_pending(config: &Config, now: Timestamp) -> bool {
    config.activations.iter().any(|activation| is_to_count(activation, now))
}

fn is_to_count(activation: &Activation, now: Timestamp) -> bool {
    activation.release == Release::Pending && activation.at <= now
}

/// Counts the pending backlogs together, and releases them or holds each for a person. Nothing is counted from incomplete lists.
pub(super) async fn count(deps: &Deps, config: &Config, listed: &Listed) -> Result<(), Error> {
    let is_complete = config.connections.keys().all(|connection| listed.complete.contains_key(connection));
    let now = deps.systems.clock.now();
    if !is_pending(config, now) || !is_complete {
        return Ok(());
    }
    let due = config.activations.iter().filter(|activation| is_to_count(activation, now));
    let keys: Vec<(&Activation, BTreeSet<&Key>)> =
        due.map(|activation| (activation, keys(deps, config, listed, activation))).collect();
    let together = keys.iter().flat_map(|(_, keys)| keys).collect::<BTreeSet<_>>().len();
    let counted: Vec<(Activation, Release)> = keys
        .into_iter()
        .map(|(activation, keys)| (activation.clone(), activation.counted(keys.len(), together)))
        .collect();
    for some in counted.chunks(AT_A_TIME) {
        try_join_all(some.iter().map(|(before, release)| decide(deps, before, *release))).await?;
    }
    Generation::bump(&deps.systems.table).await?;
    for (activation, release) in counted {
        if let Release::Held { tickets } = release {
            hold(deps, &activation, tickets, together).await?;
        }
    }
    Ok(())
}

/// What was switched on once more since it was counted is counted anew.
async fn decide(deps: &Deps, before: &Activation, release: Release) -> Result<(), Error> {
    let decide = |now: Option<Activation>| {
        let now = now?;
        Some(if now == *before { Activation { release, ..now } } else { now })
    };
    deps.systems.table.modify::<Activation>(&before.scope, decide).await?;
    Ok(())
}

/// Keys that would get their first ticket.
fn keys<'l>(deps: &Deps, config: &Config, listed: &'l Listed, activation: &Activation) -> BTreeSet<&'l Key> {
    let now = deps.systems.clock.now();
    let would_open = |open: &&Open| {
        let Open { alert, connection, key, customer } = open;
        let has_ticket = listed.entries.get(key).is_some_and(|entry| entry.value.link().is_some());
        let mut covering = config.activations.covering(connection, &alert.kind, customer.account);
        let is_covered = covering.any(|covering| covering == activation);
        is_covered
            && !has_ticket
            && config.settings.tickets.row(&alert.kind).create
            && customer.switches.allow_tickets(now)
            && (activation.oldest()..activation.at).contains(&alert.raise_time())
    };
    listed.open.iter().filter(would_open).map(|open| &open.key).collect()
}

async fn hold(deps: &Deps, activation: &Activation, tickets: usize, together: usize) -> Result<(), Error> {
    let what = match &activation.scope {
        Scope::Everything => "ticket synchronization".to_owned(),
        Scope::Connection(id) => format!("connection {id}"),
        Scope::AlertType(kind) => format!("tickets for {}", bridge_core::alert::readable(kind)),
        Scope::Account(id) => format!("account {id}"),
    };
    let with_others = match together {
        _ if together == tickets => String::new(),
        _ => format!(", {together} together with what was switched on at the same time"),
    };
    let held = Held {
        id: backlog_id(&activation.scope),
        kind: "backlog".to_owned(),
        account: match activation.scope {
            Scope::Account(id) => Some(id),
            Scope::Everything | Scope::Connection(_) | Scope::AlertType(_) => None,
        },
        reason: format!("Switching on {what} would open {tickets} tickets for alerts from before{with_others}."),
        what: format!("{tickets} tickets for alerts of the last {} hours before", activation.age_hours),
        since: deps.systems.clock.now(),
        quota: None,
        accounts: Vec::new(),
    };
    let id = held.id.clone();
    deps.systems.table.modify(&id, |_| Some(held.clone())).await?;
    Ok(())
}

/// Name of a held backlog on *Review*.
pub(super) fn backlog_id(scope: &Scope) -> String {
    format!("backlog#{}", serde_json::to_string(scope).expect("a scope is plain data"))
}
