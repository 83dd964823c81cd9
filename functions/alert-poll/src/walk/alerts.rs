//! All open alerts, and which of them the ledger does not know in their present state.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::alert::Key;
use bridge_core::hint::AlertRef;
use bridge_core::id::{AlertId, ConnectionId};
use bridge_core::system::Id;
use bridge_core::ticket::storm::Scope;
use bridge_core::ticket::{AlertChange, Entry};
use store::table::{Read, Stored};
use systems::{Config, Open};

use crate::alerts::reference;
use crate::{Deps, Error, hints};

/// What complete lists have shown.
#[derive(Default)]
pub(super) struct Listed {
    /// Open alerts by the customers that they belong to.
    pub(super) open: Vec<Open>,
    /// Connections whose list is complete, with the ids of all alerts in it, mapped or not.
    pub(super) complete: BTreeMap<ConnectionId, BTreeSet<AlertId>>,
    /// Ledger entries of the open alerts.
    pub(super) entries: BTreeMap<Key, Stored<Entry>>,
    /// The groups of a storm that some of them belong to (rule T13).
    pub(super) groups: BTreeMap<Key, Scope>,
}

/// Lists each connection's open alerts. A connection whose list fails is left out: half a list is none (rule X3).
pub(super) async fn list(deps: &Deps, config: &Config) -> Result<Listed, Error> {
    let mut listed = Listed::default();
    for connection in config.connections.keys() {
        match deps.systems.open_alerts(config, connection).await {
            Ok(found) => {
                listed.complete.insert(connection.clone(), found.ids);
                listed.open.extend(found.of_customers);
            }
            Err(error) => {
                let error = deps.systems.failed(&Id::Acronis(connection.clone()), error).await;
                tracing::warn!(error = &error as &dyn std::error::Error, %connection, "a connection is left out of the walk");
            }
        }
    }
    listed.entries = deps.systems.entries_of(&mut listed.open).await?;
    follow_groups(deps, &mut listed).await?;
    Ok(listed)
}

async fn entries(deps: &Deps, keys: &[Key]) -> Result<BTreeMap<Key, Stored<Entry>>, Error> {
    let entries = deps.systems.table.get_many::<Entry>(keys, Read::Eventual).await?.found;
    Ok(entries.into_iter().map(|stored| (stored.value.key.clone(), stored)).collect())
}

/// Rule T13: the alerts of a group's members are the group's.
async fn follow_groups(deps: &Deps, listed: &mut Listed) -> Result<(), Error> {
    for open in &mut listed.open {
        let entry = listed.entries.get(&open.key);
        if let Some((group, scope)) = entry.and_then(|entry| entry.value.member_of()) {
            listed.groups.insert(group.clone(), scope);
            open.key = group.clone();
        }
    }
    let groups: Vec<Key> = listed.groups.keys().cloned().collect();
    listed.entries.extend(entries(deps, &groups).await?);
    Ok(())
}

/// Hints at the alerts that the ledger does not know, or knows in another state, where they can have a ticket.
pub(super) async fn hint(deps: &Deps, config: &Config, listed: &Listed) -> Result<(), Error> {
    let now = deps.systems.clock.now();
    for connection in listed.complete.keys() {
        let news: Vec<AlertRef> = listed
            .open
            .iter()
            .filter(|open| open.connection == *connection)
            .filter(|open| match listed.entries.get(&open.key) {
                Some(entry) => {
                    let mut entry = entry.value.clone();
                    entry.see_alert(&open.alert) != AlertChange::Nothing || entry.link().is_none()
                }
                None => {
                    config.settings.tickets.row(&open.alert.kind).create && open.customer.switches.allow_tickets(now)
                }
            })
            .map(|open| reference(&open.alert))
            .collect();
        hints::alerts(deps, connection, &news).await?;
    }
    Ok(())
}
