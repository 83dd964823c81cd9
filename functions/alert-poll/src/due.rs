//! What has waited long enough is sent again.

use bridge_core::alert::Key;
use bridge_core::hint::{Hint, Message};
use bridge_core::id::AccountId;
use bridge_core::system;
use jiff::SignedDuration;
use store::queue::QueueName;
use store::record::{Deferred, DueWork};
use store::table::{Deleted, Read, Stored};
use systems::Config;

use crate::{Deps, Error, hints};

/// Due records taken up in one run; the rest is due in the next.
const PER_RUN: usize = 1_000;
/// A system counts as just resumed for this long: one or two runs of the poll.
const RESUMED: SignedDuration = SignedDuration::from_secs(90);
/// How far ahead a run looks then; no wait for a system is longer.
const LOOK_AHEAD: SignedDuration = SignedDuration::from_hours(1);

pub(crate) async fn send(deps: &Deps, config: &Config) -> Result<usize, Error> {
    let table = &deps.systems.table;
    let now = deps.systems.clock.now();
    // Work that waited for a system to be resumed need not wait out its time.
    let is_resumed = |state: &system::State| state.succeeded_at.is_some_and(|at| now.duration_since(at) < RESUMED);
    let horizon = if config.systems.values().any(is_resumed) { now + LOOK_AHEAD } else { now };
    let due = table.due(horizon, PER_RUN).await?;
    let mut keys: Vec<Key> = Vec::new();
    let mut waiting: Vec<String> = Vec::new();
    let mut accounts: Vec<AccountId> = Vec::new();
    for due in &due {
        match DueWork::of(due) {
            DueWork::Key(key) => keys.push(key),
            DueWork::Hint(id) => waiting.push(id),
            DueWork::Account(account) => accounts.push(account),
            DueWork::Foreign => {}
        }
    }
    hints::keys(deps, &keys).await?;
    send_accounts(deps, &accounts).await?;
    let deferred = table.get_many::<Deferred>(&waiting, Read::Strong).await?.found;
    for queue in QueueName::ALL {
        let waited = deferred.iter().map(|deferred| &deferred.value.message);
        let messages: Vec<Message> = waited.filter(|message| QueueName::of(&message.hint) == queue).cloned().collect();
        if !messages.is_empty() {
            deps.queue.send(queue, &messages).await?;
        }
    }
    for deferred in &deferred {
        forget(deps, deferred).await?;
    }
    Ok(keys.len() + accounts.len() + deferred.len())
}

/// Lets accounts be looked at again. Nobody has judged what would happen to them together with all others, so the worker goes on
/// with what is under way and raises, and leaves anything drastic to the next pass (rule P12).
async fn send_accounts(deps: &Deps, accounts: &[AccountId]) -> Result<(), Error> {
    if accounts.is_empty() {
        return Ok(());
    }
    let correlation = deps.systems.random.id(&deps.systems.clock).to_string();
    let hint = |account: &AccountId| Hint::Account { account: *account, plan: Some(String::new()) };
    let messages: Vec<Message> =
        accounts.iter().map(|account| Message::new(hint(account), Some(correlation.clone()))).collect();
    Ok(deps.queue.send(QueueName::Accounts, &messages).await?)
}

/// The hint is on the queue again. Had somebody put it aside anew in the meantime, that newer wait would stand.
async fn forget(deps: &Deps, deferred: &Stored<Deferred>) -> Result<(), Error> {
    match deps.systems.table.delete(deferred).await? {
        Deleted::Done | Deleted::Conflict(_) => Ok(()),
    }
}
