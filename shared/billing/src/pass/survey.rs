//! One account after the other: what it needs, and what of it waits for a person.
//!
//! The accounts' records are streamed in pages and none is kept, so that ten thousand accounts fit into a small function. Those
//! of which something more has to be read come a second time, when it was read for all of them together.

pub(super) mod mapped;
pub(super) mod unmapped;

use std::collections::BTreeSet;
use std::ops::Bound;

use bridge_core::id::AccountId;
use store::record::Account;
use store::table::{Error as TableError, Read, Table};
use systems::{Config, Systems};

use super::findings::{Findings, Wish};
use super::words;
use super::world::World;
use crate::Error;
use crate::contracts::Missing;

/// Records in a page: as the table answers them, each takes tens of kilobytes for a moment.
const PER_PAGE: usize = 50;

/// Looks at every account that is mapped, sells something, or is remembered for something.
pub(super) async fn survey(systems: &Systems, config: &Config, world: &mut World<'_>) -> Result<Findings, Error> {
    let mut findings = Findings::default();
    let mut later = Later::default();
    let left_alone = each(&systems.table, world, |account, record| {
        let round = Round::First(&mut later);
        look(world, account, record, round, &mut findings);
    })
    .await?;
    findings.left_alone = left_alone;
    world.read_missing(&later.missing).await?;
    let ids: Vec<AccountId> = later.accounts.into_iter().collect();
    for some in ids.chunks(PER_PAGE) {
        let records = systems.table.get_many::<Account>(some, Read::Eventual).await?;
        for account in some {
            let record = records.found.iter().find(|stored| stored.value.account == *account);
            look(world, *account, record.map(|stored| &stored.value), Round::Second, &mut findings);
        }
    }
    let now = world.scope.now;
    let (first_plans, without_tenant) =
        (std::mem::take(&mut findings.without_consent), std::mem::take(&mut findings.without_tenant));
    for entry in [words::first_plans(first_plans, now), words::without_tenant(without_tenant, now)] {
        entry.into_iter().for_each(|held| findings.hold(held));
    }
    tracing::debug!(generation = config.generation, accounts = findings.mapped, "accounts surveyed");
    Ok(findings)
}

/// Accounts of which more has to be read.
#[derive(Debug, Default)]
pub(super) struct Later {
    accounts: BTreeSet<AccountId>,
    pub(super) missing: Missing,
}

/// Whether an account may still be put off.
pub(super) enum Round<'a> {
    First(&'a mut Later),
    Second,
}

impl Round<'_> {
    /// Puts the account off if something has to be read first. What is still missing in the second round does not exist.
    pub(super) fn puts_off(&mut self, account: AccountId, missing: impl FnOnce() -> Option<Missing>) -> bool {
        let Self::First(later) = self else { return false };
        let Some(missing) = missing() else { return false };
        later.accounts.insert(account);
        later.missing.add(missing);
        true
    }
}

fn look(world: &World<'_>, account: AccountId, record: Option<&Account>, round: Round<'_>, findings: &mut Findings) {
    match world.mappings.get(&account) {
        Some(mapping) => mapped::look(world, mapping, record, round, findings),
        None => unmapped::look(world, account, record, round, findings),
    }
}

/// Calls `look` for every account in the order of their ids, with its record if it has one. An account whose record cannot be
/// read is left alone: what is remembered of it may be what stands against a change. Answers which these are.
pub(super) async fn each(
    table: &Table,
    world: &World<'_>,
    mut look: impl FnMut(AccountId, Option<&Account>),
) -> Result<BTreeSet<AccountId>, Error> {
    let mut known: BTreeSet<AccountId> = world.contracts.with_units();
    known.extend(world.mappings.keys());
    let mut left_alone = BTreeSet::new();
    let (mut after, mut from) = (None, Bound::Unbounded);
    loop {
        let page = Account::page(table, after.take(), PER_PAGE).await?;
        left_alone.extend(page.skipped.iter().filter_map(account_of));
        for error in &page.skipped {
            tracing::error!(error = error as &dyn std::error::Error, "an account's record is left alone");
        }
        let records = page.records;
        let last = records.last().map(|stored| stored.value.account);
        let to = match (&page.next, last) {
            (Some(_), Some(last)) => Bound::Included(last),
            // A page of nothing but unreadable records says nothing about how far it goes.
            (Some(_), None) => {
                after = page.next;
                continue;
            }
            (None, _) => Bound::Unbounded,
        };
        let mut ids: BTreeSet<AccountId> = known.range((from, to)).copied().collect();
        ids.extend(records.iter().map(|stored| stored.value.account));
        for id in ids {
            if left_alone.contains(&id) {
                continue;
            }
            let record = records.binary_search_by_key(&id, |stored| stored.value.account).ok();
            look(id, record.map(|at| &records[at].value));
        }
        match (page.next, to) {
            (Some(next), Bound::Included(last)) => (after, from) = (Some(next), Bound::Excluded(last)),
            _ => return Ok(left_alone),
        }
    }
}

/// The account whose record cannot be read.
fn account_of(error: &TableError) -> Option<AccountId> {
    match error {
        TableError::NewerFormat { key, .. } | TableError::Unreadable { key, .. } => key.sk.parse().ok().map(AccountId),
        _ => None,
    }
}

/// Rule X1: an account that waits after a failure is hinted at sooner only when something else would be done now.
fn is_waiting(world: &World<'_>, record: Option<&Account>, plan: &str) -> bool {
    record.is_some_and(|record| {
        record.due_at.is_some_and(|at| at > world.scope.now) && record.last.digest.as_deref() == Some(plan)
    })
}

/// Goes on with a tenant that is being made (rule V2), or shows what it waits for.
fn go_on(world: &World<'_>, record: &Account, findings: &mut Findings) {
    use bridge_core::provision::{Next, next};
    let Some(creation) = &record.creation else { return };
    match next(creation, world.scope.now) {
        Next::Done => {}
        Next::Stopped(problem) => {
            findings.hold(words::creation(record.account, &creation.customer.name, problem, world.scope.now));
        }
        Next::Ask(question) => {
            findings.hold(words::creation(record.account, &creation.customer.name, question, world.scope.now));
        }
        _ if record.due_at.is_some_and(|at| at > world.scope.now) => {}
        _ => findings.wishes.push(Wish {
            account: record.account,
            plan: String::new(),
            drastic: None,
            is_calm: true,
            is_waiting: false,
        }),
    }
}
