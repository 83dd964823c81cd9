//! What a run remembers by itself: readings of accounts of which nothing has to be done. A worker would read each of them once
//! more for it, which for all accounts at once (the first run, the first day of a billing period) would take thousands of calls.

use std::time::Duration;

use bridge_core::id::AccountId;
use bridge_core::quota::Memory;
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use runtime::lambda::Deadline;
use store::record::Account;
use store::record::account::Last;
use store::table::{Read, Replaced, Stored, Table};
use systems::Systems;

use super::survey::mapped::{self, Reading};
use super::world::World;
use crate::{Error, lapsed};

/// Who remembers.
const ACTOR: &str = "account-poll";
/// Records read at a time.
const PER_PAGE: usize = 50;
/// Records written at a time.
const AT_ONCE: usize = 8;
/// A page is not begun with less than this left, so that the run ends in time.
const TIME_FOR_A_PAGE: Duration = Duration::from_secs(20);

/// Remembers what was read of these accounts, as far as there is time; the next run goes on with the rest. An account that
/// somebody else changes meanwhile is left to the next run as well. Returns how many were written.
pub(super) async fn readings(
    systems: &Systems,
    world: &World<'_>,
    accounts: &[AccountId],
    deadline: Deadline,
) -> Result<usize, Error> {
    let table = &systems.table;
    let mut count = 0;
    for some in accounts.chunks(PER_PAGE) {
        if !deadline.allows(systems.clock.now(), TIME_FOR_A_PAGE) {
            break;
        }
        let records = table.get_many::<Account>(some, Read::Eventual).await?;
        let changed = records.found.into_iter().filter_map(|stored| changed(world, stored));
        let now = world.scope.now;
        let writes = futures::stream::iter(changed).map(|changed| write(table, changed, now)).buffer_unordered(AT_ONCE);
        count += writes.try_fold(0, async |count, is_written| Ok(count + usize::from(is_written))).await?;
    }
    Ok(count)
}

/// The record with what is to be remembered.
struct Changed {
    before: Memory,
    after: Stored<Account>,
}

/// `None` where there is nothing to remember, or more to do than that.
fn changed(world: &World<'_>, Stored { value: before, version }: Stored<Account>) -> Option<Changed> {
    let mapping = world.mappings.get(&before.account)?;
    let products = world.scope.products.get(&mapping.connection)?;
    let Reading { memory, lifecycle } = mapped::reading(world, mapping, &before, products)?;
    let now = Some(world.scope.now);
    let last = Last { synced_at: now, tried_at: now, ..Last::default() };
    let memory_before = before.memory.clone();
    let value = Account { memory, lifecycle, last, ..before };
    Some(Changed { before: memory_before, after: Stored { value, version } })
}

async fn write(table: &Table, Changed { before, after }: Changed, now: Timestamp) -> Result<bool, Error> {
    let (account, memory) = (after.value.account, after.value.memory.clone());
    Ok(match table.replace(after).await? {
        Replaced::Done(_) => {
            lapsed::record(table, account, &before, &memory, (ACTOR, now)).await?;
            true
        }
        Replaced::Conflict(_) => false,
    })
}
