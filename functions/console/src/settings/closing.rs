//! Rule T5: what switching auto-closing on would close at once, so that it can be shown before it is asked for.
//!
//! Alerts that cleared while nothing was closed have left their tickets open. The next walk over everything decides about these
//! tickets again, so they close without anything else happening to them.

use std::collections::BTreeSet;

use bridge_core::alert::Key;
use bridge_core::settings::{Settings, Tickets};
use bridge_core::system::Id;
use bridge_core::ticket::{Entry, Policy, Snapshot, Step, Turn, decide};
use store::table::Read;
use systems::{Config, Use};

use super::effect::COUNTED_WITHIN;
use crate::Deps;
use crate::error::Error;

/// Whether tickets whose alerts have cleared close from the save on, and did not before.
pub(super) fn is_switched_on(old: &Tickets, new: &Tickets) -> bool {
    let closes = |tickets: &Tickets| tickets.enabled && tickets.auto_close_status.is_some();
    closes(new) && !closes(old)
}

/// Open tickets of ours whose alerts have all cleared and that the next settings close. What could not be read is added to the
/// warnings.
pub(super) async fn count(deps: &Deps, next: &Settings, warnings: &mut Vec<String>) -> Result<usize, Error> {
    let config = Config { settings: next.clone(), ..(*deps.systems.config().await?).clone() };
    let counted = tokio::time::timeout(COUNTED_WITHIN, would_close(deps, &config)).await;
    let reason = match counted {
        Ok(Ok(tickets)) => return Ok(tickets),
        Ok(Err(systems::Error::Table(error))) => return Err(error.into()),
        Ok(Err(error)) => deps.systems.failed(&Id::Autotask, error).await.to_string(),
        Err(_) => format!("they were not read within {} s", COUNTED_WITHIN.as_secs()),
    };
    warnings.push(format!("the open tickets whose alerts have cleared were not counted: {reason}"));
    Ok(0)
}

async fn would_close(deps: &Deps, config: &Config) -> Result<usize, systems::Error> {
    let client = deps.systems.autotask(config, Use::Work).await?;
    let closing: Vec<i64> = config.settings.tickets.closing_statuses().into_iter().collect();
    let mut pages = client.our_open_tickets(&closing);
    let mut tickets = 0;
    while let Some(page) = pages.next().await? {
        let keys: BTreeSet<Key> =
            page.rows.iter().filter_map(Snapshot::reference).map(|reference| reference.key).collect();
        let keys: Vec<Key> = keys.into_iter().collect();
        let entries = deps.systems.table.get_many::<Entry>(&keys, Read::Eventual).await?.found;
        for entry in entries.into_iter().map(|stored| stored.value).filter(|entry| !entry.is_active()) {
            tickets += usize::from(closes(deps, config, entry).await?);
        }
    }
    Ok(tickets)
}

/// Whether the ticket closes as soon as somebody looks at it, or a day after its alert has stayed clear; what would be looked up
/// before is taken to be in no way of it.
async fn closes(deps: &Deps, config: &Config, mut entry: Entry) -> Result<bool, systems::Error> {
    if !config.connections.contains_key(&entry.connection) {
        return Ok(false);
    }
    let customer = match deps.systems.customer_of(config, &entry).await {
        Ok(Some(customer)) => customer,
        Ok(None) => return Ok(false),
        Err(error @ systems::Error::Table(_)) => return Err(error),
        Err(_) => return Ok(true),
    };
    let now = deps.systems.clock.now();
    let (tickets, account) = (&config.settings.tickets, customer.account);
    let policy = Policy::new(tickets, &entry.kind, account, &customer.switches, now, now);
    let turn =
        Turn { ticket_was_read: true, technician_active: Some(false), others_cleared: Some(true), ..Turn::default() };
    entry.done.cleared_note = true;
    entry.reopened_at.clear();
    Ok(matches!(decide(&entry, &policy, turn, now), Step::Close { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t5_closing_is_switched_on_with_its_status_or_with_ticket_synchronization() {
        let with = |enabled, status| Tickets { enabled, auto_close_status: status, ..Tickets::default() };
        assert!(is_switched_on(&with(true, None), &with(true, Some(5))));
        assert!(is_switched_on(&with(false, Some(5)), &with(true, Some(5))));
        assert!(!is_switched_on(&with(true, Some(5)), &with(true, Some(7))), "another status closes nothing more");
        assert!(!is_switched_on(&with(false, None), &with(false, Some(5))), "a draft");
        assert!(!is_switched_on(&with(true, Some(5)), &with(true, None)));
    }
}
