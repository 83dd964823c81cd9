//! What waits for a person, as our own records have it.

use bridge_core::notice::{Sort, Waiting};
use store::record::{Held, Parked, Unmapped};
use store::table::{Error, Order, Query, Record, Table};
use systems::Config;

/// Read at a time.
const PER_PAGE: usize = 500;

/// Reads everything that waits.
pub(crate) async fn read(table: &Table, config: &Config) -> Result<Waiting, Error> {
    let mut waiting = Waiting::default();
    for refusal in config.systems.values().filter_map(|state| state.refusal.as_ref()) {
        waiting.add(Sort::Paused, "", &refusal.reason, refusal.since);
    }
    each(table, |held: Held| waiting.add(Sort::Held, &held.kind, &held.reason, held.since)).await?;
    each(table, |parked: Parked| {
        waiting.add(Sort::Parked, &parked.reason.code, &parked.reason.text, parked.id.first_at);
    })
    .await?;
    // Without the number of their alerts: each new one would make the ticket say something else.
    each(table, |tenant: Unmapped| waiting.add(Sort::Unmapped, "", &tenant.name, tenant.first_at)).await?;
    Ok(waiting)
}

/// Reads a whole partition. A record of a later release is left out, as everywhere.
async fn each<R: Record>(table: &Table, mut take: impl FnMut(R)) -> Result<(), Error> {
    let mut after = None;
    loop {
        let page = table.query(Query::partition(R::KIND, Order::Ascending, PER_PAGE).after(after.take())).await?;
        page.records.into_iter().for_each(|stored| take(stored.value));
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}
