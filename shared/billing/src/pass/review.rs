//! What waits for a person on *Review*: listed once, dropped when no longer wanted.

use store::record::Held;
use store::table::{Deleted, Error as TableError, Table};

use super::findings::Findings;
use super::words::KINDS;
use super::world::World;
use crate::Error;

/// Read at a time.
const PER_PAGE: usize = 500;

/// Brings the list in step with what was found. Returns how much waits. Entries of accounts about which nothing was found out in
/// this run stay as they are.
pub(super) async fn list(table: &Table, findings: &Findings, world: &World<'_>) -> Result<usize, Error> {
    let mut wanted = findings.held.clone();
    let mut count = wanted.len();
    let mut after = None;
    loop {
        let page = Held::page(table, after.take(), PER_PAGE).await?;
        for stored in page.records.into_iter().filter(|stored| KINDS.contains(&stored.value.kind.as_str())) {
            let before = stored.value.clone();
            match wanted.remove(&before.id) {
                Some(now) => {
                    let now = Held { since: if now.kind == before.kind { before.since } else { now.since }, ..now };
                    if now != before {
                        table.modify(&before.id, |_| Some(now.clone())).await?;
                    }
                }
                None if is_unread(&before, findings, world) => count += 1,
                None => match table.delete(&stored).await? {
                    Deleted::Done | Deleted::Conflict(_) => {}
                },
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    for held in wanted.into_values() {
        insert(table, held).await?;
    }
    Ok(count)
}

async fn insert(table: &Table, held: Held) -> Result<(), TableError> {
    table.insert(held).await.map(|_| ())
}

/// Whether the entry is about an account whose record, or whose connection, could not be read.
fn is_unread(held: &Held, findings: &Findings, world: &World<'_>) -> bool {
    let Some(account) = held.account else { return false };
    let mapping = world.mappings.get(&account);
    findings.left_alone.contains(&account)
        || mapping.is_some_and(|mapping| world.unread.contains_key(&mapping.connection))
}
