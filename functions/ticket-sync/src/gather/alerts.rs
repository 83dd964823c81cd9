//! The alerts of a batch: read in bulk, and brought to the customers that they belong to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use bridge_core::alert::{Alert, Key};
use bridge_core::hint::{AlertRef, Hint, Message};
use bridge_core::id::{AlertId, ConnectionId, TenantId};
use bridge_core::system;
use sha2::{Digest as _, Sha256};
use store::record::{Deferred, Held, Parked, Reason, Unmapped};
use systems::{Belongs, Config, Customer, Use};

use super::{Found, Wanted};
use crate::batch::{Batch, SOURCE};
use crate::failure::{self, Verdict};
use crate::{Deps, Error};

/// An alert of a mapped customer, with its key.
pub(super) struct Owned {
    pub(super) found: Found,
    pub(super) key: Key,
    pub(super) customer: Arc<Customer>,
}

/// What could be read of the wanted alerts.
#[derive(Default)]
pub(super) struct Alerts {
    pub(super) found: Vec<Found>,
    /// Connections that could not be asked. What they know is unknown, which is not the same as nothing (rule X3).
    pub(super) unread: BTreeSet<ConnectionId>,
}

/// Reads the wanted alerts. Those whose connection is not known are asked for on each; one that no connection has is gone.
pub(super) async fn read(
    deps: &Deps,
    config: &Config,
    batch: &mut Batch,
    mut wanted: BTreeMap<AlertId, Wanted>,
) -> Alerts {
    let mut alerts = Alerts::default();
    for connection in config.connections.keys() {
        let ids: Vec<AlertId> = wanted
            .iter()
            .filter(|(_, alert)| alert.connection.as_ref().is_none_or(|known| known == connection))
            .map(|(id, _)| id.clone())
            .collect();
        if ids.is_empty() {
            continue;
        }
        match by_id(deps, config, connection, &ids).await {
            Ok(read) => {
                for alert in read {
                    if let Some(Wanted { messages, key, .. }) = wanted.remove(&alert.id) {
                        alerts.found.push(Found { alert, connection: connection.clone(), messages, key });
                    }
                }
            }
            Err(error) => {
                let messages = ids.iter().flat_map(|id| wanted[id].messages.iter().copied()).collect();
                defer(deps, batch, &messages, &error).await;
                alerts.unread.insert(connection.clone());
            }
        }
    }
    alerts
}

async fn by_id(deps: &Deps, config: &Config, connection: &ConnectionId, ids: &[AlertId]) -> Result<Vec<Alert>, Error> {
    let client = deps.systems.acronis(config, connection, Use::Work).await?;
    match client.alerts_by_id(ids).await {
        Ok(page) => {
            for reason in page.unreadable {
                park(deps, connection, &reason, "unreadable_alert", None, &reason).await?;
            }
            Ok(page.alerts)
        }
        Err(error) => Err(failure::noted(deps, &system::Id::Acronis(connection.clone()), error.into()).await),
    }
}

/// Finds each alert's customer and key. Alerts of nobody are counted, held or parked (rule T2).
pub(super) async fn owned(deps: &Deps, config: &Config, batch: &mut Batch, found: Vec<Found>) -> Vec<Owned> {
    let mut owned = Vec::new();
    for found in found {
        match belongs(deps, config, &found).await {
            Ok(Belongs::To(customer)) => {
                let key = found.key.clone().unwrap_or_else(|| Key::of(&customer.tenant, &found.alert));
                owned.push(Owned { key, customer, found });
            }
            Ok(nobody) => {
                if let Err(error) = set_aside(deps, &found, nobody).await {
                    tracing::error!(error = &error as &dyn std::error::Error, alert = %found.alert.id, "an alert comes back");
                    found.messages.iter().for_each(|message| batch.fail(*message));
                }
            }
            Err(error) => defer(deps, batch, &found.messages, &error).await,
        }
    }
    owned
}

async fn belongs(deps: &Deps, config: &Config, found: &Found) -> Result<Belongs, Error> {
    let client = deps.systems.acronis(config, &found.connection, Use::Work).await?;
    match deps.systems.owner_of(config, &found.connection, &client, &found.alert).await {
        Ok(belongs) => Ok(belongs),
        Err(error) => Err(failure::noted(deps, &system::Id::Acronis(found.connection.clone()), error).await),
    }
}

/// What happens with an alert that belongs to no account.
async fn set_aside(deps: &Deps, found: &Found, belongs: Belongs) -> Result<(), Error> {
    let Found { alert, connection, .. } = found;
    if !alert.is_active() {
        return Ok(());
    }
    match belongs {
        Belongs::To(_) => Ok(()),
        Belongs::Unmapped { tenant, name } => count_unmapped(deps, connection, tenant, name).await,
        Belongs::Held { tenant, name } => {
            let what = format!("{} of {name}", bridge_core::alert::readable(&alert.kind));
            let reason =
                "The alert is a partner's own, and no account is chosen for such alerts (Ticket synchronization).";
            let now = deps.systems.clock.now();
            let held = Held {
                id: format!("partner_alert#{}", alert.id),
                kind: "partner_alert".to_owned(),
                account: None,
                reason: reason.to_owned(),
                what: format!("{what} ({tenant}) would become a ticket"),
                since: now,
                quota: None,
                accounts: Vec::new(),
            };
            deps.systems.table.insert(held).await?;
            Ok(())
        }
        Belongs::Unknown => {
            let text = format!(
                "Alert {} names no tenant that Acronis knows, so its customer is unknown. Look it up in the Acronis console, \
                 then retry or discard.",
                alert.id
            );
            park(deps, connection, alert.id.as_str(), "unknown_tenant", Some(&alert.id), &text).await
        }
    }
}

async fn count_unmapped(deps: &Deps, connection: &ConnectionId, tenant: TenantId, name: String) -> Result<(), Error> {
    let now = deps.systems.clock.now();
    let count = |unmapped: Option<Unmapped>| {
        let known = unmapped.unwrap_or_else(|| Unmapped {
            tenant: tenant.clone(),
            connection: connection.clone(),
            name: name.clone(),
            count: 0,
            first_at: now,
            last_at: now,
        });
        Some(Unmapped { count: known.count + 1, last_at: now, name: name.clone(), ..known })
    };
    deps.systems.table.modify(&tenant, count).await?;
    Ok(())
}

/// Parks something about an alert. With an `alert`, a retry looks at it again.
async fn park(
    deps: &Deps,
    connection: &ConnectionId,
    what: &str,
    code: &str,
    alert: Option<&AlertId>,
    text: &str,
) -> Result<(), Error> {
    let body = alert.map_or_else(
        || what.to_owned(),
        |id| {
            let alerts = vec![AlertRef { id: id.clone(), tenant: None }];
            Message::new(Hint::Alerts { alerts, connection: Some(connection.clone()) }, None).to_body()
        },
    );
    let reason = Reason { code: code.to_owned(), text: text.to_owned(), account: None, tenant: None };
    Parked::park(&deps.systems.table, SOURCE, body, reason, deps.systems.clock.now()).await?;
    Ok(())
}

/// Puts the messages aside until the failure may have passed. Where waiting is no answer, or even that cannot be written, they
/// come back by the queue.
pub(super) async fn defer(deps: &Deps, batch: &mut Batch, messages: &BTreeSet<usize>, error: &Error) {
    let named: Vec<(usize, Message)> =
        batch.messages().iter().filter(|(index, _)| messages.contains(index)).cloned().collect();
    for (index, message) in named {
        if !put_aside(deps, message, error).await {
            tracing::error!(error = error as &dyn std::error::Error, "a message failed and will come back");
            batch.fail(index);
        }
    }
}

async fn put_aside(deps: &Deps, message: Message, error: &Error) -> bool {
    let id = fingerprint(&message);
    let waited = message.waited;
    let message = Message { waited: waited.saturating_add(1), ..message };
    let wait = |_: Option<Deferred>| {
        let Verdict::Wait(due_at) = failure::verdict(deps, error, waited) else { return None };
        let (id, message, reason) = (id.clone(), message.clone(), error.to_string());
        Some(Deferred { id, message, due_at, attempts: waited + 1, reason })
    };
    match deps.systems.table.modify(&id, wait).await {
        Ok(deferred) => deferred.is_some(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a hint could not be put aside");
            false
        }
    }
}

/// The same hint waits once, whoever sent it and however often it has waited.
fn fingerprint(message: &Message) -> String {
    let bare = Message { correlation: None, waited: 0, ..message.clone() };
    let mut text = String::with_capacity(32);
    for byte in &Sha256::digest(bare.to_body())[..16] {
        write!(text, "{byte:02x}").expect("writing to a string cannot fail");
    }
    text
}
