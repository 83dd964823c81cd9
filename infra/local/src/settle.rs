//! Waiting until everything that can be done now is done.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use store::queue::QueueName;

use crate::event_source::{Done, EventSource};
use crate::functions::{Failed, Functions};
use crate::schedule::{Schedule, Scheduled};

/// How long one look at the queues lasts when nothing changes in them.
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
    /// Runs of the polls.
    pub polls: usize,
    /// What ticket-sync did.
    pub tickets: Done,
    /// What account-sync did.
    pub accounts: Done,
    /// Records that wait for a later time.
    pub future_dated: usize,
    /// Messages that failed too often to be tried again.
    pub dead_letters: usize,
}

/// Waits for the rest of the process.
pub struct Settle {
    functions: Functions,
    schedules: [Arc<Schedule>; 2],
    tickets: Arc<EventSource>,
    accounts: Arc<EventSource>,
}

impl Settle {
    /// Waits for these.
    pub fn new(
        functions: Functions,
        schedules: [Arc<Schedule>; 2],
        tickets: Arc<EventSource>,
        accounts: Arc<EventSource>,
    ) -> Arc<Self> {
        Arc::new(Self { functions, schedules, tickets, accounts })
    }

    /// The schedule of this name.
    pub fn schedule(&self, name: &str) -> Option<&Schedule> {
        self.schedules.iter().map(Arc::as_ref).find(|schedule| schedule.what().name() == name)
    }

    /// Runs a poll now.
    ///
    /// # Errors
    /// The function failed.
    pub async fn run(&self, what: Scheduled) -> Result<Value, Failed> {
        let schedule = self.schedules.iter().find(|schedule| schedule.what() == what);
        schedule.expect("each has a schedule").run().await
    }

    /// Tells the schedules that the clock was moved.
    pub fn look(&self) {
        self.schedules.iter().for_each(|schedule| schedule.look());
    }

    /// Returns when nothing is queued, in flight or due. What is parked, held or dated later stays.
    ///
    /// # Errors
    /// A queue or the table cannot be read, or the poll fails.
    pub async fn settle(&self) -> anyhow::Result<Settled> {
        let queue = &self.functions.queue;
        let mut polls = 0;
        loop {
            let depths = [queue.depth(QueueName::Alerts).await?, queue.depth(QueueName::Accounts).await?];
            let is_at_work = depths.iter().any(|depth| depth.waiting > 0 || depth.in_flight > 0);
            if is_at_work || self.schedules.iter().any(|schedule| schedule.is_behind()) {
                queue.changed(LOOK).await;
                continue;
            }
            let is_due = !self.due(self.functions.clock().now(), 1).await?.is_empty();
            if is_due && polls < POLLS_MAX {
                polls += 1;
                // It is the one that sends again what is due, of either kind.
                self.run(Scheduled::AlertPoll).await?;
                continue;
            }
            return Ok(Settled {
                settled: !is_due,
                polls: self.schedules.iter().map(|schedule| schedule.take_runs()).sum(),
                tickets: self.tickets.take_done(),
                accounts: self.accounts.take_done(),
                future_dated: self.due(Timestamp::MAX, WAITING_MAX).await?.len(),
                dead_letters: depths.iter().map(|depth| depth.dead).sum(),
            });
        }
    }

    async fn due(&self, at: Timestamp, max: usize) -> anyhow::Result<Vec<store::table::Due>> {
        Ok(self.functions.systems.table.due(at, max).await?)
    }
}
