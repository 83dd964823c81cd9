//! Waiting until everything that can be done now is done.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;

use crate::event_source::{Done, EventSource, QUEUE};
use crate::functions::Functions;
use crate::schedule::Schedule;

/// How long one look at the queue lasts when nothing changes in it.
const LOOK: Duration = Duration::from_millis(100);
/// Polls that a settling makes for due records at most. Something that is due again each time would keep it for ever.
const POLLS_MAX: usize = 20;
/// Records counted that wait for a later time.
const WAITING_MAX: usize = 1_000;

/// What was done since the last settling, and what is left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// Whether nothing is left that is due now.
    pub settled: bool,
    /// Runs of the poll.
    pub polls: usize,
    /// What the worker did.
    pub worker: Done,
    /// Records that wait for a later time.
    pub future_dated: usize,
    /// Messages that failed too often to be tried again.
    pub dead_letters: usize,
}

/// Waits for the rest of the process.
pub struct Settle {
    functions: Functions,
    schedule: Arc<Schedule>,
    source: Arc<EventSource>,
}

impl Settle {
    /// Waits for these.
    pub fn new(functions: Functions, schedule: Arc<Schedule>, source: Arc<EventSource>) -> Arc<Self> {
        Arc::new(Self { functions, schedule, source })
    }

    /// The schedule that is waited for.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// Returns when nothing is queued, in flight or due. What is parked, held or dated later stays.
    ///
    /// # Errors
    /// The queue or the table cannot be read, or the poll fails.
    pub async fn settle(&self) -> anyhow::Result<Settled> {
        let queue = &self.functions.queue;
        let mut polls = 0;
        loop {
            let depth = queue.depth(QUEUE).await?;
            if depth.waiting > 0 || depth.in_flight > 0 || self.schedule.is_behind() {
                queue.changed(LOOK).await;
                continue;
            }
            let is_due = !self.due(self.functions.clock().now(), 1).await?.is_empty();
            if is_due && polls < POLLS_MAX {
                polls += 1;
                self.schedule.run().await?;
                continue;
            }
            return Ok(Settled {
                settled: !is_due,
                polls: self.schedule.take_runs(),
                worker: self.source.take_done(),
                future_dated: self.due(Timestamp::MAX, WAITING_MAX).await?.len(),
                dead_letters: depth.dead,
            });
        }
    }

    async fn due(&self, at: Timestamp, max: usize) -> anyhow::Result<Vec<store::table::Due>> {
        Ok(self.functions.systems.table.due(at, max).await?)
    }
}
