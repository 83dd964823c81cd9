//! From messages to the keys and alerts that they are about.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::alert::Key;
use bridge_core::hint::Hint;
use bridge_core::id::{AlertId, TicketId};
use bridge_core::system::Id;
use bridge_core::ticket::Snapshot;
use jiff::Timestamp;
use store::record::TicketIndex;
use store::table::Read;
use systems::{Config, Use, Walk};

use super::{Subject, Wanted, entries};
use crate::batch::Batch;
use crate::{Deps, Error, failure};

/// What the messages of a batch name.
pub(super) struct Named {
    /// Keys that were named themselves, or whose ticket was.
    pub(super) subjects: BTreeMap<Key, Subject>,
    /// Alerts to read: those named, and all open ones of the named keys.
    pub(super) wanted: BTreeMap<AlertId, Wanted>,
}

pub(super) async fn read(deps: &Deps, config: &Config, batch: &mut Batch) -> Result<Named, Error> {
    let read_at = deps.systems.clock.now();
    let mut wanted: BTreeMap<AlertId, Wanted> = BTreeMap::new();
    let mut keys: BTreeMap<Key, BTreeSet<usize>> = BTreeMap::new();
    let mut tickets: BTreeMap<TicketId, BTreeSet<usize>> = BTreeMap::new();
    for (index, message) in batch.messages() {
        match &message.hint {
            Hint::Alerts { alerts, connection } => {
                for alert in alerts {
                    let alert = wanted.entry(alert.id.clone()).or_default();
                    alert.messages.insert(*index);
                    alert.connection = alert.connection.take().or_else(|| connection.clone());
                }
            }
            Hint::Keys { keys: named } => {
                named.iter().for_each(|key| {
                    keys.entry(key.clone()).or_default().insert(*index);
                });
            }
            Hint::Tickets { tickets: named } => {
                named.iter().for_each(|ticket| {
                    tickets.entry(*ticket).or_default().insert(*index);
                });
            }
            // Not this function's work; they would only get here by a mistake in the wiring, and there is nothing to lose.
            Hint::Account { .. } | Hint::Pass { .. } | Hint::Unreadable { .. } => {
                tracing::warn!(message = *index, "a hint for another function is ignored");
            }
        }
    }
    let mut snapshots = of_tickets(deps, config, batch, &tickets).await?;
    for (key, (messages, _)) in &snapshots {
        keys.entry(key.clone()).or_default().extend(messages);
    }
    let mut subjects = BTreeMap::new();
    // A strong read: such a hint often follows the write that it is about, and resting on an older state would use it up.
    let named: Vec<Key> = keys.keys().cloned().collect();
    for (key, entry) in entries(deps, &named, Read::Strong).await? {
        let messages = keys.remove(&key).unwrap_or_default();
        let customer = match deps.systems.customer_of(config, &entry.value).await {
            Ok(customer) => customer,
            // Whose it is is not known, which is not the same as nobody's (rule X3).
            Err(error) => {
                let system = Id::Acronis(entry.value.connection.clone());
                let error = failure::noted(deps, &system, error).await;
                super::alerts::defer(deps, batch, &messages, &error).await;
                continue;
            }
        };
        for (id, _) in entry.value.active() {
            let alert = wanted.entry(id.clone()).or_default();
            alert.messages.extend(&messages);
            alert.connection = Some(entry.value.connection.clone());
            alert.key = Some(key.clone());
        }
        let subject = Subject {
            messages,
            alerts: Vec::new(),
            read_at,
            connection: entry.value.connection.clone(),
            tickets: snapshots.remove(&key).map(|(_, snapshots)| snapshots).unwrap_or_default(),
            customer,
            entry: Some(entry),
            key: key.clone(),
            place: None,
            group: None,
        };
        subjects.insert(key, subject);
    }
    Ok(Named { subjects, wanted })
}

/// The named tickets that are ours, by key, read in one call for each 500. A ticket that Autotask no longer has is not in the
/// answer; which key it belonged to is then found by a walk, which comes soon (rule T9).
async fn of_tickets(
    deps: &Deps,
    config: &Config,
    batch: &mut Batch,
    tickets: &BTreeMap<TicketId, BTreeSet<usize>>,
) -> Result<BTreeMap<Key, (BTreeSet<usize>, Vec<Snapshot>)>, Error> {
    let mut by_key: BTreeMap<Key, (BTreeSet<usize>, Vec<Snapshot>)> = BTreeMap::new();
    if tickets.is_empty() {
        return Ok(by_key);
    }
    let ids: Vec<TicketId> = tickets.keys().copied().collect();
    let snapshots = match tickets_by_id(deps, config, &ids).await {
        Ok(snapshots) => snapshots,
        Err(error) => {
            let messages = tickets.values().flatten().copied().collect();
            super::alerts::defer(deps, batch, &messages, &error).await;
            return Ok(by_key);
        }
    };
    let now = deps.systems.clock.now();
    let is_shown = |id: &TicketId| snapshots.iter().any(|snapshot| snapshot.id == *id);
    let missing: Vec<(TicketId, Timestamp)> = ids.into_iter().filter(|id| !is_shown(id)).map(|id| (id, now)).collect();
    Walk::look_for(&deps.systems.table, &missing, now).await?;
    for snapshot in snapshots {
        let messages = &tickets[&snapshot.id];
        let index = deps.systems.table.get::<TicketIndex>(&snapshot.id, Read::Eventual).await?;
        let shared = index.into_iter().flat_map(|index| index.value.keys);
        for key in snapshot.reference().map(|reference| reference.key).into_iter().chain(shared) {
            let (named_by, snapshots) = by_key.entry(key).or_default();
            named_by.extend(messages);
            snapshots.push(snapshot.clone());
        }
    }
    Ok(by_key)
}

async fn tickets_by_id(deps: &Deps, config: &Config, ids: &[TicketId]) -> Result<Vec<Snapshot>, Error> {
    let client = deps.systems.autotask(config, Use::Work).await?;
    match client.tickets_by_id(ids).await {
        Ok(snapshots) => Ok(snapshots),
        Err(error) => Err(failure::noted(deps, &Id::Autotask, error.into()).await),
    }
}
