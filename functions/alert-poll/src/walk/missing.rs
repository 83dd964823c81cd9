//! Our open tickets against the complete lists: alerts that vanished, tickets that vanished, entries that were lost.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::alert::Key;
use bridge_core::hint::AlertRef;
use bridge_core::id::{AlertId, ConnectionId, TenantId, TicketId};
use bridge_core::system::Id;
use bridge_core::ticket::storm::Storm;
use bridge_core::ticket::{AlertChange, Entry, Seen, Snapshot};
use jiff::Timestamp;
use store::record::Held;
use store::table::{Read, Stored};
use systems::{Config, Use, Walk};

use super::alerts::Listed;
use crate::tickets::{see, see_gone};
use crate::{Deps, Error, hints};

/// Rule X3: closing more than this share of our open tickets, and at least so many, is asked for first.
const MASS_SHARE: usize = 5;
const MASS_LEAST: usize = 20;

/// An alert that the ledger has as open and its connection's complete list does not have.
struct Missing {
    key: Key,
    alert: AlertId,
    connection: ConnectionId,
}

/// Our open tickets with their ledger entries.
pub(super) struct Ours {
    tickets: Vec<Snapshot>,
    entries: Vec<Stored<Entry>>,
}

/// What looking for what is missing came to.
pub(super) struct Looked {
    /// A second list is needed before what is missing counts as cleared.
    pub(super) again: bool,
    /// So much is missing that a person is asked.
    pub(super) is_held: bool,
}

/// Lists our open tickets, and makes lost entries anew before anything is decided about their alerts.
pub(super) async fn ours(deps: &Deps, config: &Config, listed: &Listed) -> Result<Ours, Error> {
    let tickets = match open_tickets(deps, config).await {
        Ok(tickets) => tickets,
        Err(Error::Systems(error)) => return Err(deps.systems.failed(&Id::Autotask, error).await.into()),
        Err(error) => return Err(error),
    };
    let keys: Vec<Key> = tickets.iter().filter_map(Snapshot::reference).map(|reference| reference.key).collect();
    let entries = deps.systems.table.get_many::<Entry>(&keys, Read::Eventual).await?.found;
    rebuild(deps, config, listed, &tickets, &entries).await?;
    Ok(Ours { tickets, entries })
}

/// Draws the conclusions from what is missing on either side.
pub(super) async fn look(
    deps: &Deps,
    config: &Config,
    listed: &Listed,
    Ours { tickets, entries }: &Ours,
    position: &Walk,
) -> Result<Looked, Error> {
    look_for_tickets(deps, config, listed, tickets).await?;
    hints::keys(deps, &undecided(entries)).await?;
    let missing: Vec<Missing> = entries.iter().flat_map(|entry| missing(&entry.value, listed)).collect();
    let is_agreed = position.mass_close_until.is_some_and(|until| deps.systems.clock.now() < until);
    if is_too_many(&missing, entries, tickets.len()) && !is_agreed {
        hold(deps, missing.len(), tickets.len()).await?;
        return Ok(Looked { again: false, is_held: true });
    }
    Ok(Looked { again: resolve(deps, config, missing, entries).await?, is_held: false })
}

/// Open tickets whose alerts have all cleared and that were not left open on purpose: they cleared while nothing might be written,
/// or while closing was off.
fn undecided(entries: &[Stored<Entry>]) -> Vec<Key> {
    let is_undecided = |entry: &&Entry| !(entry.is_active() || entry.done.left_open || entry.done.closed);
    entries.iter().map(|stored| &stored.value).filter(is_undecided).map(|entry| entry.key.clone()).collect()
}

async fn open_tickets(deps: &Deps, config: &Config) -> Result<Vec<Snapshot>, Error> {
    let client = deps.systems.autotask(config, Use::Work).await?;
    let closing: Vec<i64> = config.settings.tickets.closing_statuses().into_iter().collect();
    let mut pages = client.our_open_tickets(&closing);
    let mut tickets = Vec::new();
    while let Some(page) = pages.next().await? {
        tickets.extend(page.rows);
    }
    Ok(tickets)
}

/// Rule T3: an entry that was lost is made anew from the ticket that carries its reference and the alerts that are open.
async fn rebuild(
    deps: &Deps,
    config: &Config,
    listed: &Listed,
    tickets: &[Snapshot],
    entries: &[Stored<Entry>],
) -> Result<(), Error> {
    let known: BTreeSet<&Key> = entries.iter().map(|entry| &entry.value.key).collect();
    let closing = config.settings.tickets.closing_statuses();
    for ticket in tickets {
        let Some(key) = ticket.reference().map(|reference| reference.key).filter(|key| !known.contains(key)) else {
            continue;
        };
        let alerts: Vec<_> = listed.open.iter().filter(|open| open.key == key).collect();
        let Some(first) = alerts.first() else {
            tracing::warn!(ticket = ticket.number, "an open ticket of ours has neither an entry nor an open alert");
            continue;
        };
        let (connection, tenant) = (first.connection.clone(), first.customer.tenant.clone());
        let storm = listed.groups.get(&key).copied().map(Storm::group);
        let mut entry = Entry { storm, ..Entry::new(key, connection, tenant, first.alert.kind.clone()) };
        for open in alerts {
            entry.see_alert(&open.alert);
        }
        entry.adopt(ticket, &closing, deps.systems.clock.now());
        deps.systems.table.insert(entry).await?;
    }
    Ok(())
}

/// Tickets that the ledger has as open and Autotask does not list as open: closed unnoticed, or deleted.
async fn look_for_tickets(deps: &Deps, config: &Config, listed: &Listed, tickets: &[Snapshot]) -> Result<(), Error> {
    let open: BTreeSet<TicketId> = tickets.iter().map(|ticket| ticket.id).collect();
    let lost: BTreeMap<TicketId, &Key> = listed
        .entries
        .values()
        .filter_map(|entry| Some((entry.value.link()?, &entry.value.key)))
        .filter(|(link, _)| link.closed.is_none() && link.lost.is_none() && !open.contains(&link.id))
        .map(|(link, key)| (link.id, key))
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    let client = deps.systems.autotask(config, Use::Work).await?;
    let ids: Vec<TicketId> = lost.keys().copied().collect();
    let found = client.tickets_by_id(&ids).await?;
    let unseen: Vec<TicketId> = ids.into_iter().filter(|id| !found.iter().any(|ticket| ticket.id == *id)).collect();
    let gone = if unseen.is_empty() { BTreeMap::new() } else { client.gone(&unseen).await? };
    let now = deps.systems.clock.now();
    let mut news = Vec::new();
    for (id, key) in lost {
        let seen = match (found.iter().find(|ticket| ticket.id == id), gone.get(&id)) {
            (Some(ticket), _) => see(deps, config, key, ticket, now).await?.0,
            (None, Some(deleted_at)) => see_gone(deps, key, id, *deleted_at).await?,
            // Neither seen nor known to be gone.
            (None, None) => Seen::Nothing,
        };
        if seen == Seen::News {
            news.push(key.clone());
        }
    }
    hints::keys(deps, &news).await
}

/// The alerts that the entry has as open and that are not in their connection's complete list; none without such a list.
fn missing(entry: &Entry, listed: &Listed) -> Vec<Missing> {
    let Some(open) = listed.complete.get(&entry.connection) else { return Vec::new() };
    let gone = entry.active().filter(|(alert, _)| !open.contains(*alert));
    gone.map(|(alert, _)| Missing {
        key: entry.key.clone(),
        alert: alert.clone(),
        connection: entry.connection.clone(),
    })
    .collect()
}

/// Whether what is missing would close too many tickets to believe it.
fn is_too_many(missing: &[Missing], entries: &[Stored<Entry>], open_tickets: usize) -> bool {
    let gone: BTreeSet<&AlertId> = missing.iter().map(|missing| &missing.alert).collect();
    let would_close = entries
        .iter()
        .filter(|entry| entry.value.is_active() && entry.value.active().all(|(alert, _)| gone.contains(alert)))
        .count();
    is_mass(would_close, open_tickets)
}

/// Rule X3: more than 20 % of our open tickets, and at least 20.
fn is_mass(would_close: usize, open_tickets: usize) -> bool {
    would_close >= MASS_LEAST && would_close * MASS_SHARE > open_tickets
}

async fn hold(deps: &Deps, missing: usize, open_tickets: usize) -> Result<(), Error> {
    let reason = format!(
        "{missing} alerts of our {open_tickets} open tickets have vanished from Acronis at once. If a tenant was disabled or a \
         right was taken away, nothing has been solved."
    );
    runtime::alarm!("mass_close", "{reason}");
    let held = Held {
        id: "mass_close".to_owned(),
        kind: "mass_close".to_owned(),
        account: None,
        reason,
        what: "The tickets of the vanished alerts would be closed".to_owned(),
        since: deps.systems.clock.now(),
        quota: None,
        accounts: Vec::new(),
    };
    deps.systems.table.insert(held).await?;
    Ok(())
}

/// Asks for the missing alerts by their ids. One that is there after all is the worker's; of the others the ledger remembers
/// that they are missing. Returns whether a second list is needed.
async fn resolve(
    deps: &Deps,
    config: &Config,
    missing: Vec<Missing>,
    entries: &[Stored<Entry>],
) -> Result<bool, Error> {
    let mut by_connection: BTreeMap<ConnectionId, Vec<Missing>> = BTreeMap::new();
    for one in missing {
        by_connection.entry(one.connection.clone()).or_default().push(one);
    }
    let (mut cleared, mut is_second_needed) = (Vec::new(), false);
    for (connection, missing) in by_connection {
        let client = deps.systems.acronis(config, &connection, Use::Work).await?;
        let mut visible: BTreeMap<TenantId, bool> = BTreeMap::new();
        let ids: Vec<AlertId> = missing.iter().map(|missing| missing.alert.clone()).collect();
        let page = client.alerts_by_id(&ids).await?;
        let found: Vec<AlertRef> = page.alerts.iter().map(crate::alerts::reference).collect();
        hints::alerts(deps, &connection, &found).await?;
        // An alert that is there but cannot be read is not gone.
        if !page.unreadable.is_empty() {
            continue;
        }
        for missing in missing.iter().filter(|missing| !found.iter().any(|alert| alert.id == missing.alert)) {
            let tenant = entries.iter().find(|entry| entry.value.key == missing.key).map(|entry| &entry.value.tenant);
            let Some(tenant) = tenant else { continue };
            let is_visible = match visible.get(tenant) {
                Some(known) => *known,
                None => is_visible(&client, &connection, tenant).await?,
            };
            visible.insert(tenant.clone(), is_visible);
            if !is_visible {
                continue;
            }
            match see_missing(deps, missing, deps.systems.clock.now()).await? {
                AlertChange::Cleared => cleared.push(missing.key.clone()),
                AlertChange::Changed => is_second_needed = true,
                AlertChange::Nothing | AlertChange::Raised => {}
            }
        }
    }
    hints::keys(deps, &cleared).await?;
    Ok(is_second_needed)
}

/// Whether the alerts of a tenant can be seen at all. Those of a disabled tenant vanish without being cleared, and so do those
/// below a disabled partner, or of a tenant that manages itself (rule X3).
async fn is_visible(client: &acronis::Client, connection: &ConnectionId, tenant: &TenantId) -> Result<bool, Error> {
    let mut next = Some(tenant.clone());
    while let Some(id) = next.take() {
        let is_top = id.as_str() == connection.as_str();
        match client.tenant(&id).await {
            Ok(tenant) if tenant.enabled && (tenant.ancestral_access || is_top) => {
                next = tenant.parent.filter(|parent| !is_top && *parent != id);
            }
            Ok(_) | Err(acronis::Error::NotFound { .. } | acronis::Error::Forbidden { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(true)
}

async fn see_missing(deps: &Deps, missing: &Missing, now: Timestamp) -> Result<AlertChange, Error> {
    let mut change = AlertChange::Nothing;
    let take_in = |entry: Option<Entry>| {
        let mut entry = entry?;
        change = entry.see_missing(&missing.alert, now);
        if change == AlertChange::Cleared {
            entry.ask_for_decision(now);
        }
        Some(entry)
    };
    deps.systems.table.modify(&missing.key, take_in).await?;
    Ok(change)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x3_more_than_a_fifth_of_the_open_tickets_and_at_least_twenty_are_asked_for() {
        for (would_close, open_tickets, is_asked) in [
            (20, 100, false),
            (21, 100, true),
            (19, 19, false),
            (20, 20, true),
            (20, 99, true),
            (200, 1_000, false),
            (201, 1_000, true),
        ] {
            assert_eq!(is_mass(would_close, open_tickets), is_asked, "{would_close} of {open_tickets}");
        }
    }
}
