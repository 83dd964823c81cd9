//! What has waited long enough is sent again.

use bridge_core::alert::Key;
use bridge_core::hint::Message;
use store::queue::QueueName;
use store::record::{Deferred, DueWork};
use store::table::{Deleted, Read, Stored};

use crate::{Deps, Error, hints};

/// Due records taken up in one run; the rest is due in the next.
const PER_RUN: usize = 1_000;

pub(crate) async fn send(deps: &Deps) -> Result<usize, Error> {
    let table = &deps.systems.table;
    let due = table.due(deps.systems.clock.now(), PER_RUN).await?;
    let mut keys: Vec<Key> = Vec::new();
    let mut waiting: Vec<String> = Vec::new();
    for due in &due {
        match DueWork::of(due) {
            DueWork::Key(key) => keys.push(key),
            DueWork::Hint(id) => waiting.push(id),
            DueWork::Foreign => {}
        }
    }
    hints::keys(deps, &keys).await?;
    let deferred = table.get_many::<Deferred>(&waiting, Read::Strong).await?.found;
    let messages: Vec<Message> = deferred.iter().map(|deferred| deferred.value.message.clone()).collect();
    if !messages.is_empty() {
        deps.queue.send(QueueName::Alerts, &messages).await?;
    }
    for deferred in &deferred {
        forget(deps, deferred).await?;
    }
    Ok(keys.len() + deferred.len())
}

/// The hint is on the queue again. Had somebody put it aside anew in the meantime, that newer wait would stand.
async fn forget(deps: &Deps, deferred: &Stored<Deferred>) -> Result<(), Error> {
    match deps.systems.table.delete(deferred).await? {
        Deleted::Done | Deleted::Conflict(_) => Ok(()),
    }
}
