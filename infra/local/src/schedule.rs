//! Amazon EventBridge Scheduler's place: each poll at its interval, by the functions' clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::{Mutex as AsyncMutex, Notify};

use crate::functions::{Failed, Functions};
use crate::stop::Stop;

/// What is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheduled {
    /// Looks for what changed about alerts and tickets.
    AlertPoll,
    /// Looks for what changed about contracts and tenants.
    AccountPoll,
}

impl Scheduled {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::AlertPoll, Self::AccountPoll];

    /// The function's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::AlertPoll => "alert-poll",
            Self::AccountPoll => "account-poll",
        }
    }

    /// How often it runs, as in the deployment template.
    fn every(self) -> SignedDuration {
        match self {
            Self::AlertPoll => SignedDuration::from_mins(1),
            Self::AccountPoll => SignedDuration::from_mins(3),
        }
    }
}

/// One function's schedule.
pub struct Schedule {
    functions: Functions,
    what: Scheduled,
    /// One run at a time.
    running: AsyncMutex<()>,
    state: Mutex<State>,
    look: Notify,
}

struct State {
    next_run: Timestamp,
    runs: usize,
}

impl Schedule {
    /// A schedule whose first run is due at once: something may have been left undone when the last process ended.
    pub fn new(functions: Functions, what: Scheduled) -> Arc<Self> {
        let state = Mutex::new(State { next_run: functions.clock().now(), runs: 0 });
        Arc::new(Self { functions, what, running: AsyncMutex::default(), state, look: Notify::new() })
    }

    /// What is run.
    pub fn what(&self) -> Scheduled {
        self.what
    }

    /// Runs the function now, whenever it is due. Answers with its summary when its messages are stored.
    ///
    /// # Errors
    /// The function failed.
    pub async fn run(&self) -> Result<Value, Failed> {
        let _one_at_a_time = self.running.lock().await;
        let now = self.functions.clock().now();
        self.state().runs += 1;
        match self.what {
            Scheduled::AlertPoll => self.functions.alert_poll(event(self.what, now)).await,
            Scheduled::AccountPoll => self.functions.account_poll(event(self.what, now)).await,
        }
    }

    /// Whether a run is due that has not ended yet.
    pub fn is_behind(&self) -> bool {
        self.state().next_run <= self.functions.clock().now()
    }

    /// Takes the number of runs since this was last asked.
    pub fn take_runs(&self) -> usize {
        std::mem::take(&mut self.state().runs)
    }

    /// Looks at the clock, which was moved.
    pub fn look(&self) {
        self.look.notify_one();
    }

    /// Keeps to the schedule until `stop` rises.
    pub async fn keep(&self, stop: Stop) {
        loop {
            tokio::select! {
                () = self.wait() => {}
                () = stop.clone().raised() => return,
            }
            if self.is_behind() {
                // A failed run is logged where it failed, and the next one is the repeat.
                let _ = self.run().await;
                self.state().next_run = self.functions.clock().now() + self.what.every();
            }
        }
    }

    async fn wait(&self) {
        let left = self.state().next_run.duration_since(self.functions.clock().now());
        let left = Duration::try_from(left).unwrap_or(Duration::ZERO);
        tokio::select! {
            () = self.functions.clock().sleep(left) => {}
            () = self.look.notified() => {}
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in it is left half-changed by a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the scheduler sends when nothing else is configured.
fn event(what: Scheduled, now: Timestamp) -> Value {
    json!({
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "000000000000",
        "time": format!("{now:.0}"),
        "region": "local",
        "resources": [format!("arn:aws:scheduler:local:000000000000:schedule/default/{}", what.name())],
        "detail": "{}",
    })
}
