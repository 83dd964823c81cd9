//! What a batch of hints is about, read in bulk: a few calls for a hundred messages, whatever they name.

mod alerts;
mod hints;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bridge_core::alert::{Alert, Key};
use bridge_core::id::{AlertId, ConnectionId};
use bridge_core::ticket::storm::{Place, Scope};
use bridge_core::ticket::{Entry, Snapshot};
use jiff::Timestamp;
use store::record::AlertPin;
use store::table::{Read, Stored};
use systems::{Config, Customer};

use crate::batch::Batch;
use crate::{Deps, Error};

/// A key to work on, with everything read for it.
pub(crate) struct Subject {
    pub(crate) key: Key,
    /// Places of the messages that named it.
    pub(crate) messages: BTreeSet<usize>,
    /// Its ledger entry as read; possibly a moment old, which the conditional writes make up for.
    pub(crate) entry: Option<Stored<Entry>>,
    /// Its alerts as read now.
    pub(crate) alerts: Vec<Alert>,
    /// Where the alerts were read.
    pub(crate) connection: ConnectionId,
    /// Its ticket as read now, where a hint was about the ticket.
    pub(crate) tickets: Vec<Snapshot>,
    /// When the batch was read, which a later write of ours is not in.
    pub(crate) read_at: Timestamp,
    /// Whose it is; `None` when the tenant is no longer mapped.
    pub(crate) customer: Option<Arc<Customer>>,
    /// Where its ticket is made, if it needs one (rule T13).
    pub(crate) place: Option<Place>,
    /// What the members have in common where it is a group whose entry is still to be made.
    pub(crate) group: Option<Scope>,
}

/// An alert read from Acronis, with the messages that named it.
pub(super) struct Found {
    pub(super) alert: Alert,
    pub(super) connection: ConnectionId,
    pub(super) messages: BTreeSet<usize>,
    /// The key under which the ledger has it already.
    pub(super) key: Option<Key>,
}

/// An alert to read.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) messages: BTreeSet<usize>,
    pub(super) connection: Option<ConnectionId>,
    pub(super) key: Option<Key>,
}

/// Reads what the batch is about. What cannot be read now is deferred, or fails the messages that named it.
pub(crate) async fn gather(deps: &Deps, config: &Config, batch: &mut Batch) -> Result<Vec<Subject>, Error> {
    let read_at = deps.systems.clock.now();
    let named = hints::read(deps, config, batch).await?;
    let mut subjects = named.subjects;
    let alerts::Alerts { found, unread } = alerts::read(deps, config, batch, named.wanted).await;
    // Their messages wait; deciding on what was known before would be guessing. A problem without open alerts wants nothing of
    // Acronis and goes on.
    let wants_alerts = |subject: &Subject| subject.entry.as_ref().is_some_and(|entry| entry.value.is_active());
    subjects.retain(|_, subject| !(unread.contains(&subject.connection) && wants_alerts(subject)));
    let owned = alerts::owned(deps, config, batch, found).await;
    let keys: Vec<Key> =
        owned.iter().map(|owned| owned.key.clone()).filter(|key| !subjects.contains_key(key)).collect();
    let mut entries = entries(deps, &keys, Read::Eventual).await?;
    for alerts::Owned { found, key, customer } in owned {
        let entry = entries.get(&key).or_else(|| subjects.get(&key).and_then(|subject| subject.entry.as_ref()));
        let is_known = entry.is_some_and(|entry| entry.value.alerts.contains_key(&found.alert.id));
        let key = if is_known {
            key
        } else {
            let pin = if is_wanted(config, &customer, &found.alert, entry.is_some()) {
                AlertPin::pin(&deps.systems.table, found.alert.id.clone(), key.clone()).await?
            } else {
                pin_of(deps, &found.alert.id).await?.unwrap_or_else(|| key.clone())
            };
            if pin != key {
                read_entry(deps, &pin, &subjects, &mut entries).await?;
            }
            pin
        };
        let subject = subjects.entry(key.clone()).or_insert_with(|| Subject {
            entry: entries.remove(&key),
            key,
            messages: BTreeSet::new(),
            alerts: Vec::new(),
            connection: found.connection.clone(),
            tickets: Vec::new(),
            read_at,
            customer: None,
            place: None,
            group: None,
        });
        subject.customer.get_or_insert(customer);
        subject.messages.extend(found.messages);
        if !subject.alerts.iter().any(|alert| alert.id == found.alert.id) {
            subject.alerts.push(found.alert);
        }
    }
    Ok(subjects.into_values().collect())
}

/// Whether the alert can make a ticket at all, so that it deserves a pin.
fn is_wanted(config: &Config, customer: &Customer, alert: &Alert, has_entry: bool) -> bool {
    let row = config.settings.tickets.row(&alert.kind);
    has_entry
        || config.settings.tickets.enabled
            && row.create
            && customer.switches.tickets
            && (alert.is_active() || row.makes_ticket_when_cleared(alert.is_security()))
}

/// The key under which the alert was first seen, if it was. Its details may name the workload in another way now, and its clear
/// must still reach the ticket.
async fn pin_of(deps: &Deps, alert: &AlertId) -> Result<Option<Key>, Error> {
    let pin = deps.systems.table.get::<AlertPin>(alert, Read::Eventual).await?;
    Ok(pin.map(|pin| pin.value.key))
}

/// Reads the entry of a key that was not known to be concerned before.
async fn read_entry(
    deps: &Deps,
    key: &Key,
    subjects: &BTreeMap<Key, Subject>,
    entries: &mut BTreeMap<Key, Stored<Entry>>,
) -> Result<(), Error> {
    if !subjects.contains_key(key)
        && !entries.contains_key(key)
        && let Some(entry) = deps.systems.table.get::<Entry>(key, Read::Eventual).await?
    {
        entries.insert(key.clone(), entry);
    }
    Ok(())
}

/// The ledger entries of these keys.
pub(crate) async fn entries(deps: &Deps, keys: &[Key], read: Read) -> Result<BTreeMap<Key, Stored<Entry>>, Error> {
    let many = deps.systems.table.get_many::<Entry>(keys, read).await?;
    for error in &many.skipped {
        tracing::error!(error = error as &dyn std::error::Error, "a ledger entry is left alone");
    }
    Ok(many.found.into_iter().map(|stored| (stored.value.key.clone(), stored)).collect())
}
