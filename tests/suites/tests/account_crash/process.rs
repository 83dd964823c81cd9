//! Processes that can stand still at a call of theirs while others go on.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use jiff::SignedDuration;
use local::queue::Received;
use runtime::lambda::Deadline;
use store::queue::QueueName;
use suites::world::World;
use suites::world::seam::{Outcome, Side};
use systems::Systems;

const INVOCATION: SignedDuration = SignedDuration::from_mins(5);

/// Lets `slow` stand still at a call of its while `other` happens. Returns whether it ever came to that call.
pub async fn stands_still(
    world: &mut World,
    (call, side): (usize, Side),
    slow: impl Future<Output = Result<()>>,
    other: impl AsyncFnOnce(&mut World) -> Result<()>,
) -> Result<bool> {
    let seam = world.seam.clone();
    seam.park_at(call, side);
    tokio::pin!(slow);
    tokio::select! {
        biased;
        done = &mut slow => {
            done?;
            seam.count();
            return Ok(false);
        }
        () = seam.parked() => {}
    }
    other(world).await?;
    seam.release();
    slow.await?;
    Ok(true)
}

/// The poll of the accounts, in a process of its own.
pub fn poll(world: &World) -> impl Future<Output = Result<()>> + use<> {
    let deps = account_poll::Deps { systems: fresh(&world.systems), queue: Arc::new(world.queue.clone()) };
    let (seam, deadline) = (world.seam.clone(), Deadline::at(world.now() + INVOCATION));
    async move {
        match seam.run(account_poll::handle(&deps, deadline)).await {
            Outcome::Done(summary) => summary.map(drop).context("the poll failed"),
            Outcome::Killed => Ok(()),
        }
    }
}

/// A worker with these messages, in a process of its own. Its answer is heard.
pub fn worker(world: &World, batch: Vec<Received>) -> impl Future<Output = Result<()>> + use<> {
    let queue = world.queue.clone();
    let deps = account_sync::Deps {
        systems: fresh(&world.systems),
        queue: Arc::new(queue.clone()),
        process: "slow".to_owned(),
        worker: "slow/1".to_owned(),
        is_only_process: false,
    };
    let (seam, deadline) = (world.seam.clone(), Deadline::at(world.now() + INVOCATION));
    async move {
        let handler = async { account_sync::handle(&deps, event(&batch), deadline).await };
        let Outcome::Done(answer) = seam.run(handler).await else { return Ok(()) };
        let failed: Vec<String> =
            answer?.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
        for message in batch {
            if failed.contains(&message.id) {
                queue.fail(QueueName::Accounts, &message.receipt).await?;
            } else {
                queue.delete(QueueName::Accounts, &[message.receipt]).await?;
            }
        }
        Ok(())
    }
}

/// The same systems as a process sees them that has just started.
fn fresh(systems: &Systems) -> Systems {
    Systems::new(
        systems.table.clone(),
        systems.secrets.clone(),
        systems.transport.clone(),
        systems.clock.clone(),
        systems.random.clone(),
        (*systems.options).clone(),
    )
}

fn event(batch: &[Received]) -> SqsEvent {
    let records = batch.iter().map(|message| {
        let mut record = SqsMessage::default();
        record.message_id = Some(message.id.clone());
        record.receipt_handle = Some(message.receipt.clone());
        record.body = Some(message.body.clone());
        record
    });
    let mut event = SqsEvent::default();
    event.records = records.collect();
    event
}
