//! Moves Autotask tickets to where the Acronis alerts say they must be.
//!
//! A batch of hints goes through four stages, one module each:
//!
//! 1. [`batch`]: the messages, read one by one; one that cannot be read is parked alone (rule B2).
//! 2. [`gather`]: what the hints are about is read in bulk: tickets, ledger entries, alerts. Alerts are grouped by their key.
//! 3. [`storm`]: problems that begin at the same time as many others get their place (rule T13).
//! 4. [`turn`]: for each key, [`bridge_core::ticket::decide`] names one step after the other, and [`steps`] carries them out.
//!
//! A failure stays with the key or alert that it concerns. What has to wait gets a due time and its message is done (waiting
//! is not failing); only our own defects and a table that cannot be written fail a message.

mod batch;
mod devices;
mod failure;
mod gather;
mod journal;
mod statistics;
mod steps;
mod storm;
mod turn;

use std::collections::BTreeSet;
use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use futures::StreamExt as _;
use runtime::lambda::Deadline;
use systems::Systems;

use batch::Batch;
use devices::Devices;
pub use failure::Error;
use statistics::Tally;

/// Keys worked on at a time; Autotask allows three calls at once for each kind of object, and others need one.
const AT_ONCE: usize = 2;
/// A key is not started with less than this left: its slowest step makes three calls of thirty seconds at most.
const TIME_FOR_A_KEY: Duration = Duration::from_secs(100);

/// What the function works with.
#[derive(Clone)]
pub struct Deps {
    /// Both systems, the table and the clock.
    pub systems: Systems,
    /// Names this process.
    pub process: String,
    /// Names this worker in leases; begins with the process's name, and differs between workers that run at the same time.
    pub worker: String,
    /// Local mode: no other process works on the same table, so a lease of another process is a dead one's.
    pub is_only_process: bool,
}

/// Works through a batch of messages until `deadline`. Messages that were not finished are reported as failed and come back.
///
/// # Errors
/// The table cannot be read at all; the whole batch comes back.
pub async fn handle(deps: &Deps, event: SqsEvent, deadline: Deadline) -> Result<SqsBatchResponse, Error> {
    let config = deps.systems.config().await?;
    let mut batch = Batch::read(event);
    batch::park_unreadable(deps, &mut batch).await;
    let subjects = gather::gather(deps, &config, &mut batch).await?;
    let subjects = storm::place(deps, &config, subjects).await?;
    let devices = &Devices::of(&subjects);
    let tally = Tally::default();
    let turns = subjects.into_iter().map(|subject| {
        let (deps, config, tally) = (deps.clone(), config.clone(), tally.clone());
        async move {
            let messages = subject.messages.clone();
            let has_time = deadline.allows(deps.systems.clock.now(), TIME_FOR_A_KEY);
            let is_done = has_time && turn::take(&deps, &config, devices, subject, &tally).await;
            if is_done { BTreeSet::new() } else { messages }
        }
    });
    let unfinished: Vec<BTreeSet<usize>> = futures::stream::iter(turns).buffer_unordered(AT_ONCE).collect().await;
    unfinished.into_iter().flatten().for_each(|message| batch.fail(message));
    tally.write(deps, &config).await;
    Ok(answer(&batch))
}

fn answer(batch: &Batch) -> SqsBatchResponse {
    let failures = batch.failed().map(|id| {
        let mut failure = BatchItemFailure::default();
        failure.item_identifier = id.to_owned();
        failure
    });
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failures.collect();
    response
}
