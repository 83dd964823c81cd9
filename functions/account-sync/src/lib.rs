//! Moves Acronis tenants and quotas to where the Autotask contracts say they must be.
//!
//! `account-poll` is the brain that reads everything and judges all plans together; this function is the hands that look once
//! more before they touch anything. A batch of hints goes through three stages, one module each:
//!
//! 1. [`batch`]: the messages, read one by one; one that cannot be read is parked alone (rule B2).
//! 2. [`gather`]: the accounts of the batch, read in bulk: our own records, their contracts, their tenants.
//! 3. [`turn`]: for each account, [`steps`] names one step after the other and carries it out: the creation of a tenant, its
//!    life, its quotas. How much of a plan may be applied says [`permit`].
//!
//! A failure stays with the account that it concerns and is told there in words (rule X4). What has to wait gets a due time and
//! its message is done (waiting is not failing); only our own defects and a table that cannot be written fail a message.

mod batch;
mod failure;
mod gather;
mod journal;
mod outcome;
mod permit;
mod shared;
mod steps;
mod turn;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent};
use bridge_core::failure::Class;
use futures::StreamExt as _;
use runtime::lambda::Deadline;
use store::queue::Queue;
use systems::Systems;

use batch::Batch;
pub use failure::Error;
use shared::Shared;

/// Accounts worked on at a time; no system is asked for more than two things at once.
const AT_ONCE: usize = 2;
/// An account is not started with less than this left: its slowest step makes a few calls of thirty seconds at most.
const TIME_FOR_AN_ACCOUNT: Duration = Duration::from_secs(100);

/// What the function works with.
#[derive(Clone)]
pub struct Deps {
    /// Both systems, the table and the clock.
    pub systems: Systems,
    /// Where a pass sends its hints.
    pub queue: Arc<dyn Queue>,
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
    let mut batch = Batch::read(event);
    batch::park_refused(deps, &mut batch).await;
    if !batch.accounts().is_empty() {
        Box::pin(accounts(deps, &mut batch, deadline)).await?;
    }
    passes(deps, &mut batch, deadline).await;
    Ok(answer(&batch))
}

async fn accounts(deps: &Deps, batch: &mut Batch, deadline: Deadline) -> Result<(), Error> {
    let config = deps.systems.config().await?;
    let shared = Shared::read(deps, &config).await?;
    let subjects = gather::gather(deps, &config, batch).await?;
    let turns = subjects.into_iter().map(|subject| {
        let (deps, config, shared) = (deps, &*config, &shared);
        async move {
            let messages = subject.messages.clone();
            let has_time = deadline.allows(deps.systems.clock.now(), TIME_FOR_AN_ACCOUNT);
            // On the heap: a turn's state is large, and a batch has many.
            let is_done = has_time && Box::pin(turn::take(deps, config, shared, subject)).await;
            if is_done { BTreeSet::new() } else { messages }
        }
    });
    let unfinished: Vec<BTreeSet<usize>> = futures::stream::iter(turns).buffer_unordered(AT_ONCE).collect().await;
    batch.fail(unfinished.into_iter().flatten());
    Ok(())
}

/// Runs the passes that were asked for: one for everybody, and one for each preview.
async fn passes(deps: &Deps, batch: &mut Batch, deadline: Deadline) {
    let previews: BTreeSet<Option<String>> = batch.passes().iter().map(|(_, preview)| preview.clone()).collect();
    for preview in previews {
        let pass = Box::pin(billing::pass(&deps.systems, &*deps.queue, preview.as_deref(), deadline)).await;
        let Err(error) = pass else { continue };
        tracing::error!(error = &error as &dyn std::error::Error, ?preview, "a pass failed");
        // A pass that met a foreign failure is made again by the schedule, or by whoever wants the preview.
        let comes_back =
            matches!(error.class(), Class::Bug | Class::Conflict) || matches!(error, billing::Error::Table(_));
        if comes_back {
            let same = batch.passes().iter().filter(|(_, asked)| *asked == preview).map(|(message, _)| *message);
            let same: Vec<usize> = same.collect();
            batch.fail(same);
        }
    }
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
