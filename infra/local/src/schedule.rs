//! Amazon EventBridge Scheduler's place: alert-poll once a minute of the functions' clock.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use local::engine::Engine;
use serde_json::{Value, json};
use tokio::sync::{Mutex as AsyncMutex, Notify};

use crate::functions::{Failed, Functions};
use crate::stop::Stop;

/// How often the poll runs, as in the deployment template.
const EVERY: SignedDuration = SignedDuration::from_mins(1);
/// How often records whose time is over are removed; DynamoDB does it by itself.
const SWEEP_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// The schedule.
pub struct Schedule {
    functions: Functions,
    engine: Engine,
    /// One run at a time.
    running: AsyncMutex<()>,
    state: Mutex<State>,
    look: Notify,
}

struct State {
    next_run: Timestamp,
    next_sweep: Timestamp,
    runs: usize,
}

impl Schedule {
    /// A schedule whose first run is due at once: something may have been left undone when the last process ended.
    pub fn new(functions: Functions, engine: Engine) -> Arc<Self> {
        let now = functions.clock().now();
        let state = Mutex::new(State { next_run: now, next_sweep: now, runs: 0 });
        Arc::new(Self { functions, engine, running: AsyncMutex::default(), state, look: Notify::new() })
    }

    /// Runs the poll now, whenever it is due. Answers with its summary when its messages are stored.
    ///
    /// # Errors
    /// The function failed.
    pub async fn run(&self) -> Result<Value, Failed> {
        let _one_at_a_time = self.running.lock().await;
        let now = self.functions.clock().now();
        self.state().runs += 1;
        self.functions.alert_poll(event(now)).await
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
                self.state().next_run = self.functions.clock().now() + EVERY;
            }
            self.sweep_if_due();
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

    fn sweep_if_due(&self) {
        let now = self.functions.clock().now();
        if now < self.state().next_sweep {
            return;
        }
        self.state().next_sweep = now + SWEEP_EVERY;
        if let Err(error) = self.engine.sweep() {
            tracing::warn!(error = %error, "records whose time is over could not be removed");
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in it is left half-changed by a panic.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What the scheduler sends when nothing else is configured.
fn event(now: Timestamp) -> Value {
    json!({
        "version": "0",
        "id": "00000000-0000-0000-0000-000000000000",
        "detail-type": "Scheduled Event",
        "source": "aws.scheduler",
        "account": "000000000000",
        "time": format!("{now:.0}"),
        "region": "local",
        "resources": ["arn:aws:scheduler:local:000000000000:schedule/default/alert-poll"],
        "detail": "{}",
    })
}
