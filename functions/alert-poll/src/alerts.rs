//! Alerts that changed in Acronis since the last run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bridge_core::alert::Alert;
use bridge_core::hint::AlertRef;
use bridge_core::id::AlertId;
use bridge_core::settings::Scope;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::record::{Connection, Parked, Reason};
use systems::{Config, Use};

use crate::{Deps, Error, cursor, hints};

/// Alerts are asked for again for this long, for those that arrived late or out of order.
const OVERLAP: SignedDuration = SignedDuration::from_secs(120);

/// How far the reading of one connection's alerts has come.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Position {
    /// Newest `updatedAt` that was hinted at.
    since: Option<Timestamp>,
}

/// What a process has hinted at within the overlap, so that an alert is hinted at once for each change. Only saves work.
#[derive(Debug, Clone, Default)]
pub struct Recent(Arc<Mutex<HashMap<String, Listed>>>);

/// Something in its latest state.
#[derive(Debug)]
struct Listed {
    state_at: Timestamp,
    /// When a reply last contained it: without news the same reply comes for ever.
    seen_at: Timestamp,
}

impl Recent {
    /// Whether `id` in the state of `at` is new to this process.
    pub(crate) fn is_new(&self, id: &str, at: Timestamp, now: Timestamp) -> bool {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match recent.get_mut(id).filter(|listed| listed.state_at == at) {
            Some(listed) => {
                listed.seen_at = now;
                false
            }
            None => true,
        }
    }

    /// Remembers what was hinted at, and forgets what no reply contains any more.
    pub(crate) fn remember(&self, hinted: impl IntoIterator<Item = (String, Timestamp)>, now: Timestamp) {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        recent.extend(hinted.into_iter().map(|(id, state_at)| (id, Listed { state_at, seen_at: now })));
        recent.retain(|_, listed| now.duration_since(listed.seen_at) < OVERLAP * 10);
    }
}

/// Hints at the alerts that changed. Returns how many.
pub(crate) async fn changes(deps: &Deps, config: &Config, connection: &Connection) -> Result<usize, Error> {
    let table = &deps.systems.table;
    let client = deps.systems.acronis(config, &connection.id, Use::MayProbe).await?;
    let name = format!("alerts/{}", connection.id);
    let mut position: Position = cursor::read(table, &name).await?;
    let since = position.since.unwrap_or(connection.created_at).max(backlog_start(config));
    let mut pages = client.alerts_changed_since(since - OVERLAP);
    let mut hinted = 0;
    while let Some(page) = pages.next().await? {
        let now = deps.systems.clock.now();
        // It comes back with every reply, and a person may have discarded it.
        let is_unseen = |reason: &&String| deps.recent.is_new(reason, Timestamp::UNIX_EPOCH, now);
        for reason in page.unreadable.iter().filter(is_unseen) {
            park(deps, connection, reason).await?;
            deps.recent.remember([(reason.clone(), Timestamp::UNIX_EPOCH)], now);
        }
        let is_new = |alert: &&Alert| deps.recent.is_new(alert.id.as_str(), state_at(alert), now);
        let changed: Vec<&Alert> = page.alerts.iter().filter(is_new).collect();
        let refs: Vec<AlertRef> = changed.iter().map(|alert| reference(alert)).collect();
        hints::alerts(deps, &connection.id, &refs).await?;
        hinted += refs.len();
        deps.recent.remember(changed.iter().map(|alert| (alert.id.to_string(), state_at(alert))), now);
        // Only what is on the queue moves the position, so a run that is cut off is taken up where it ended.
        let newest = page.alerts.iter().map(state_at).max().filter(|newest| Some(*newest) > position.since);
        if newest.is_some() {
            position.since = newest;
            cursor::write(table, &name, &position).await?;
        }
    }
    Ok(hinted)
}

/// What was raised before tickets were switched on is the walk's to count (rule T15).
fn backlog_start(config: &Config) -> Timestamp {
    let switched_on = config.activations.of(&Scope::Everything);
    switched_on.map_or(Timestamp::MIN, |activation| activation.oldest() + OVERLAP)
}

fn state_at(alert: &Alert) -> Timestamp {
    alert.server_time().max(alert.deleted_at.unwrap_or(Timestamp::MIN))
}

pub(crate) fn reference(alert: &Alert) -> AlertRef {
    let id: AlertId = alert.id.clone();
    AlertRef { id, tenant: alert.tenant.uuid.clone() }
}

/// An alert of the list that cannot be read: the others go on, and a person sees this one.
async fn park(deps: &Deps, connection: &Connection, reason: &str) -> Result<(), Error> {
    let text =
        format!("An alert of {} could not be read: {reason}. Look it up in the Acronis console.", connection.name);
    let listed = Reason { code: "unreadable_alert".to_owned(), text, account: None, tenant: None };
    Parked::park(&deps.systems.table, "alerts", reason.to_owned(), listed, deps.systems.clock.now()).await?;
    Ok(())
}
