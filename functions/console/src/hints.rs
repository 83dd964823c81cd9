//! Sending workers to what a person has changed or asked about.

use bridge_core::hint::{Hint, Message};
use bridge_core::id::AccountId;
use futures::{StreamExt as _, TryStreamExt as _};
use store::queue::QueueName;

use crate::Deps;
use crate::error::Error;

/// Messages handed over together.
const TOGETHER: usize = 100;
/// Calls at a time.
const AT_A_TIME: usize = 8;

/// Sends hints, each to the worker that it is for.
pub(crate) async fn send(deps: &Deps, hints: Vec<Hint>) -> Result<(), Error> {
    let correlation = deps.systems.random.id(&deps.systems.clock).to_string();
    let (accounts, alerts): (Vec<Hint>, Vec<Hint>) =
        hints.into_iter().partition(|hint| QueueName::of(hint) == QueueName::Accounts);
    for (queue, hints) in [(QueueName::Accounts, accounts), (QueueName::Alerts, alerts)] {
        let messages: Vec<Message> =
            hints.into_iter().map(|hint| Message::new(hint, Some(correlation.clone()))).collect();
        let calls: Vec<_> = messages.chunks(TOGETHER).map(|some| deps.queue.send(queue, some)).collect();
        futures::stream::iter(calls).buffer_unordered(AT_A_TIME).try_collect::<()>().await?;
    }
    Ok(())
}

/// A person wants this account looked at: whatever nothing holds is done.
pub(crate) fn account(account: AccountId) -> Hint {
    Hint::Account { account, plan: None }
}
