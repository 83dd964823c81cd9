//! What waits on *Review* is dropped there once it is no longer wanted, or nothing holds it any more.

use std::collections::BTreeSet;

use bridge_core::settings::Release;
use store::record::{Held, all_activations};
use store::table::{Deleted, Stored, Table};
use systems::Config;

use super::alerts::Listed;
use super::backlog;
use crate::{Deps, Error};

/// Read at a time.
const PAGE: usize = 100;

/// Drops what the complete lists have settled. Without all of them nothing is known (rule X3).
pub(super) async fn drop_settled(
    deps: &Deps,
    config: &Config,
    listed: &Listed,
    is_mass_close_held: bool,
) -> Result<(), Error> {
    if !config.connections.keys().all(|connection| listed.complete.contains_key(connection)) {
        return Ok(());
    }
    let table = &deps.systems.table;
    let held = all(table).await?;
    if held.is_empty() {
        return Ok(());
    }
    let backlogs = held_backlogs(table).await?;
    let open = |alert: &str| listed.complete.values().flatten().any(|id| id.as_str() == alert);
    for stored in held {
        let rest = stored.value.id.split_once('#').map_or("", |(_, rest)| rest);
        let is_wanted = match stored.value.kind.as_str() {
            "partner_alert" => config.settings.tickets.partner_alerts_account.is_none() && open(rest),
            "mass_close" => is_mass_close_held,
            "backlog" => backlogs.contains(&stored.value.id),
            // Somebody else's.
            _ => true,
        };
        if !is_wanted {
            match table.delete(&stored).await? {
                Deleted::Done | Deleted::Conflict(_) => {}
            }
        }
    }
    Ok(())
}

async fn all(table: &Table) -> Result<Vec<Stored<Held>>, Error> {
    let mut page = Held::page(table, None, PAGE).await?;
    let mut all = page.records;
    while let Some(after) = page.next.take() {
        page = Held::page(table, Some(after), PAGE).await?;
        all.append(&mut page.records);
    }
    Ok(all)
}

/// Names of the backlogs that a person has not answered yet, as this walk has left them.
async fn held_backlogs(table: &Table) -> Result<BTreeSet<String>, Error> {
    let activations = all_activations(table).await?;
    let held = activations.iter().filter(|activation| matches!(activation.release, Release::Held { .. }));
    Ok(held.map(|activation| backlog::backlog_id(&activation.scope)).collect())
}
