//! The configuration items of the mapped accounts, read in bulk once a day, so that a new ticket is linked without a call of its
//! own (rule T12).
//!
//! Accounts are read some at a time, and what an account has is only replaced once all of it was read. A run that ends before the
//! last account leaves the rest to the next one. Links are a nicety: whatever keeps the configuration items from being read keeps
//! nothing else from being done.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use autotask::{ConfigurationItem, Entity};
use bridge_core::failure::Class;
use bridge_core::id::AccountId;
use bridge_core::ticket::{Device, DeviceName};
use jiff::{SignedDuration, Timestamp};
use runtime::lambda::Deadline;
use serde::{Deserialize, Serialize};
use store::record::{DeviceDirectory, Mapping};
use systems::{Config, Use};

use crate::{Deps, Error, cursor};

const NAME: &str = "devices";
const DAILY: SignedDuration = SignedDuration::from_hours(24);
/// When to go on after a failure that passes.
const AGAIN: SignedDuration = SignedDuration::from_mins(10);
/// Accounts read together.
const ACCOUNTS_AT_ONCE: usize = 100;
/// Calls after which a run leaves the rest to the next one: some ten seconds.
const CALLS_PER_RUN: usize = 20;
/// No more accounts are begun with less time than this left.
const TIME_NEEDED: Duration = Duration::from_secs(60);

/// How far the reading has come.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
struct Position {
    /// When the next reading of all accounts begins, or goes on.
    due_at: Option<Timestamp>,
    /// The last account that it has read; nothing before the first one.
    after: Option<AccountId>,
    /// The configuration of which every mapped account was read at least once.
    generation: u64,
}

/// Reads the configuration items of all mapped accounts if it is time to, or goes on with it; in between, those of accounts that
/// were just mapped. Returns of how many accounts they were read.
pub(crate) async fn read_if_due(deps: &Deps, config: &Config, deadline: Deadline) -> Result<usize, Error> {
    let (table, now) = (&deps.systems.table, deps.systems.clock.now());
    let mut position: Position = cursor::read(table, NAME).await?;
    let is_due = position.due_at.is_none_or(|due_at| now >= due_at);
    if !(is_due || position.generation != config.generation) || !deadline.allows(now, TIME_NEEDED) {
        return Ok(0);
    }
    // What keeps Autotask from being used is told, and probed, by the reading of tickets.
    let Ok(client) = deps.systems.autotask(config, Use::Work).await else { return Ok(0) };
    let mut mapped = BTreeSet::new();
    Mapping::each(table, |mapping| {
        mapped.insert(mapping.account);
    })
    .await?;
    let mut directory = DeviceDirectory::stored(table).await?;
    if !directory.is_complete() {
        position = Position { due_at: None, after: None, ..position };
    }
    directory.retain(&mapped);
    let is_full = is_due || !directory.is_complete();
    let is_wanted = |account: &AccountId| match position.after {
        _ if !is_full => !directory.lists(*account),
        after => after.is_none_or(|after| *account > after),
    };
    let wanted: Vec<AccountId> = mapped.into_iter().filter(is_wanted).collect();
    let has_time = || deadline.allows(deps.systems.clock.now(), TIME_NEEDED);
    let run = read(&client, &mut directory, &wanted, has_time).await;
    // The position moves after what was read up to it.
    directory.save(table).await?;
    cursor::write(table, NAME, &position.moved(&run, &wanted, is_full, config.generation, now)).await?;
    match run.failure {
        Some(error) if error.is_log_in_refused() => Err(error.into()),
        _ => Ok(run.read),
    }
}

/// What a run has come to.
struct Run {
    /// Accounts read, from the first one wanted.
    read: usize,
    /// Calls made.
    calls: usize,
    /// Why it ended early.
    failure: Option<autotask::Error>,
}

/// Reads the accounts some at a time, for as long as there is time.
async fn read(
    client: &autotask::Client,
    directory: &mut DeviceDirectory,
    wanted: &[AccountId],
    has_time: impl Fn() -> bool,
) -> Run {
    let mut run = Run { read: 0, calls: 0, failure: None };
    for accounts in wanted.chunks(ACCOUNTS_AT_ONCE) {
        if run.calls >= CALLS_PER_RUN || !has_time() {
            break;
        }
        match devices(client, directory, accounts, &mut run.calls).await {
            Ok(devices) => devices.into_iter().for_each(|(account, devices)| directory.replace(account, devices)),
            Err(error) => return Run { failure: Some(error), ..run },
        }
        run.read += accounts.len();
    }
    run
}

impl Position {
    /// Where the next run begins.
    fn moved(mut self, run: &Run, wanted: &[AccountId], is_full: bool, generation: u64, now: Timestamp) -> Self {
        if is_full {
            self.after = wanted[..run.read].last().copied().or(self.after);
        }
        if let Some(failure) = &run.failure {
            let error = failure as &dyn std::error::Error;
            tracing::warn!(error, "configuration items are not all read; new tickets may lack the link to theirs");
            // Accounts that were just mapped come with the others then.
            return Self { due_at: Some(now + pause(failure)), generation, ..self };
        }
        match (run.read == wanted.len(), is_full) {
            (true, true) => Self { due_at: Some(now + DAILY), after: None, ..self },
            (true, false) => Self { generation, ..self },
            (false, _) => self,
        }
    }
}

/// The active configuration items of these accounts, all of them.
async fn devices(
    client: &autotask::Client,
    directory: &DeviceDirectory,
    accounts: &[AccountId],
    calls: &mut usize,
) -> Result<BTreeMap<AccountId, Vec<Device>>, autotask::Error> {
    let mut devices: BTreeMap<AccountId, Vec<Device>> = accounts.iter().map(|account| (*account, Vec::new())).collect();
    let mut is_empty = true;
    let mut pages = client.active_configuration_items(accounts);
    while let Some(page) = pages.next().await? {
        *calls += 1;
        is_empty &= page.rows.is_empty() && page.unreadable.is_empty();
        for reason in page.unreadable {
            tracing::warn!(reason, "a configuration item is left out");
        }
        for ConfigurationItem { id, account, name } in page.rows {
            if let (Some(name), Some(devices)) = (name.as_deref().and_then(DeviceName::new), devices.get_mut(&account))
            {
                devices.push(Device { name, id });
            }
        }
    }
    // Empty lists are also what a user without the right to see configuration items gets (rule X3).
    let is_suspicious = is_empty && accounts.iter().any(|account| directory.has_devices(*account));
    if is_suspicious {
        *calls += 1;
        if !client.sees(Entity::ConfigurationItems).await? {
            let reason = "none is given out any more".to_owned();
            return Err(autotask::Error::Forbidden { doing: "reading the configuration items", reason });
        }
    }
    Ok(devices)
}

/// When to go on after a failure: soon where it passes by itself; otherwise on the next day, as asking again would not help.
fn pause(error: &autotask::Error) -> SignedDuration {
    match error.class() {
        Class::Throttled { .. } | Class::Transient { .. } | Class::Conflict | Class::OutcomeUnknown => AGAIN,
        Class::Permanent | Class::NeedsOperator | Class::Bug => DAILY,
    }
}
