//! Where a handler meets the outside: each call is numbered and traced, and a plan can end the handler before or after it, or
//! let it stand still there while others go on.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use jiff::SignedDuration;
use local::engine::{Call, Cut, Interceptor};
use tokio::sync::Notify;

use super::weather::{Trouble, Weather};

tokio::task_local! {
    /// The handler that makes the present call; calls outside of any are the test's own and pass unnoticed.
    static HANDLER: Arc<Notify>;
}

/// On which side of a call something happens to the handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The call has not been made.
    Before,
    /// The call was made, and nobody has learnt of it.
    After,
}

/// Both sides.
pub const SIDES: [Side; 2] = [Side::Before, Side::After];

/// What became of a handler.
#[derive(Debug)]
pub enum Outcome<T> {
    /// It answered.
    Done(T),
    /// It was ended by the plan.
    Killed,
}

/// What a plan does to a handler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Deed {
    Kill,
    Park,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Plan {
    call: usize,
    side: Side,
    deed: Deed,
}

/// Lets time pass for everybody.
type Pass = Arc<dyn Fn(SignedDuration) + Send + Sync>;

/// The seam. Clones share it.
#[derive(Clone)]
pub struct Seam(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    parked: Notify,
    released: Notify,
    pass: Pass,
}

#[derive(Default)]
struct State {
    calls: usize,
    plan: Option<Plan>,
    call_takes: SignedDuration,
    weather: Option<Weather>,
    kills: Vec<String>,
    trace: Vec<String>,
    happened: BTreeMap<&'static str, u64>,
}

impl Seam {
    /// A seam through which every call passes at once. `pass` lets time go by.
    pub(super) fn new(pass: impl Fn(SignedDuration) + Send + Sync + 'static) -> Self {
        let (state, parked, released) = (Mutex::default(), Notify::new(), Notify::new());
        Self(Arc::new(Inner { state, parked, released, pass: Arc::new(pass) }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the handler at the call with this number, counted over all handlers from now on.
    pub fn kill_at(&self, call: usize, side: Side) {
        self.plan(Some(Plan { call, side, deed: Deed::Kill }));
    }

    /// Lets the handler stand still at the call with this number until [`Seam::release`].
    pub fn park_at(&self, call: usize, side: Side) {
        self.plan(Some(Plan { call, side, deed: Deed::Park }));
    }

    /// Counts from now on, and ends nothing.
    pub fn count(&self) {
        self.plan(None);
    }

    fn plan(&self, plan: Option<Plan>) {
        let mut state = self.state();
        state.calls = 0;
        state.plan = plan;
    }

    /// Waits until a handler stands still.
    pub async fn parked(&self) {
        self.0.parked.notified().await;
    }

    /// Lets the handler that stands still go on.
    pub fn release(&self) {
        self.0.released.notify_one();
    }

    /// Lets every call of a handler take this long from now on, by all clocks.
    pub fn calls_take(&self, time: SignedDuration) {
        self.state().call_takes = time;
    }

    /// Lets calls of handlers fail at random from now on; `None` is fair weather.
    pub fn weather(&self, weather: Option<Weather>) {
        self.state().weather = weather;
    }

    /// Calls since [`Seam::count`], [`Seam::kill_at`] or [`Seam::park_at`].
    #[must_use]
    pub fn calls(&self) -> usize {
        self.state().calls
    }

    /// At which calls handlers were ended.
    #[must_use]
    pub fn kills(&self) -> Vec<String> {
        self.state().kills.clone()
    }

    /// What has gone wrong so far on purpose, and how often.
    #[must_use]
    pub fn happened(&self) -> BTreeMap<&'static str, u64> {
        self.state().happened.clone()
    }

    /// Counts something that has gone wrong on purpose.
    pub fn happens(&self, what: &'static str) {
        let mut state = self.state();
        *state.happened.entry(what).or_default() += 1;
        state.trace.push(format!("     ~ {what}"));
    }

    /// Everything that handlers have called, for the message of a failed test.
    #[must_use]
    pub fn trace(&self) -> String {
        self.state().trace.join("\n")
    }

    /// How many lines the trace has.
    pub(super) fn traced(&self) -> usize {
        self.state().trace.len()
    }

    /// Forgets all later lines of the trace, and whatever was planned or was done to handlers.
    pub(super) fn back_to(&self, traced: usize) {
        let mut state = self.state();
        state.trace.truncate(traced);
        state.kills.clear();
        (state.calls, state.plan, state.weather) = (0, None, None);
    }

    /// Adds a line to the trace.
    pub fn note(&self, line: String) {
        self.state().trace.push(line);
    }

    /// Runs a handler until it answers or is ended.
    pub async fn run<T>(&self, handler: impl Future<Output = T>) -> Outcome<T> {
        let killed = Arc::new(Notify::new());
        // On the heap: unoptimised handlers are too large for a test thread's stack.
        let handler = Box::pin(handler);
        let ended = async {
            tokio::select! {
                biased;
                () = killed.notified() => Outcome::Killed,
                answer = handler => Outcome::Done(answer),
            }
        };
        HANDLER.scope(Arc::clone(&killed), ended).await
    }

    /// Passes a call; never returns where the plan ends the handler.
    pub(super) async fn pass<T>(&self, what: &str, call: impl Future<Output = T>) -> T {
        let number = self.begin(what);
        self.stop_if(number, Side::Before, what).await;
        let begun = tokio::time::Instant::now();
        let answer = call.await;
        self.lasted(begun.elapsed());
        self.stop_if(number, Side::After, what).await;
        answer
    }

    /// What the weather does to a handler's call of a vendor.
    pub(super) fn trouble(&self, is_create: bool) -> Option<Trouble> {
        HANDLER.try_with(|_| ()).ok()?;
        let trouble = self.state().weather.as_mut()?.strikes_vendor(is_create)?;
        self.happens(trouble.name());
        Some(trouble)
    }

    fn cut(&self, side: Side) -> Result<(), Cut> {
        if HANDLER.try_with(|_| ()).is_err() {
            return Ok(());
        }
        let struck = self.state().weather.as_mut().and_then(|weather| weather.strikes_table(side));
        struck.map_or(Ok(()), |(cut, name)| {
            self.happens(name);
            Err(cut)
        })
    }

    /// Time that a call has waited moves the clocks, which do not move by themselves.
    fn lasted(&self, time: Duration) {
        let time = SignedDuration::try_from(time).unwrap_or_default();
        if !time.is_zero() {
            (self.0.pass)(time);
        }
    }

    /// Numbers a call; `None` for the test's own.
    fn begin(&self, what: &str) -> Option<usize> {
        HANDLER.try_with(|_| ()).ok()?;
        let (number, takes) = {
            let mut state = self.state();
            state.calls += 1;
            let number = state.calls;
            state.trace.push(format!("{number:>4} {what}"));
            (number, state.call_takes)
        };
        if !takes.is_zero() {
            (self.0.pass)(takes);
        }
        Some(number)
    }

    async fn stop_if(&self, number: Option<usize>, side: Side, what: &str) {
        match number.and_then(|call| self.take_plan(call, side, what)) {
            None => {}
            Some(Deed::Kill) => {
                HANDLER.with(|handler| handler.notify_one());
                std::future::pending::<()>().await;
            }
            Some(Deed::Park) => {
                self.0.parked.notify_one();
                self.0.released.notified().await;
            }
        }
    }

    fn take_plan(&self, call: usize, side: Side, what: &str) -> Option<Deed> {
        let mut state = self.state();
        let deed = state.plan.take_if(|plan| (plan.call, plan.side) == (call, side))?.deed;
        state.trace.push(format!("     {deed:?} {side:?} {what}"));
        if deed == Deed::Kill {
            state.kills.push(format!("{side:?} {what}"));
        }
        Some(deed)
    }
}

#[async_trait]
impl Interceptor for Seam {
    async fn before(&self, call: &Call) -> Result<(), Cut> {
        let what = described(call);
        let number = self.begin(&what);
        self.stop_if(number, Side::Before, &what).await;
        self.cut(Side::Before)
    }

    async fn after(&self, call: &Call) -> Result<(), Cut> {
        // The engine answers without a pause, so the call is still the last one that was begun, unless this handler stood
        // still before it; then its plan is used up and the number does not matter.
        let number = HANDLER.try_with(|_| self.calls()).ok();
        self.stop_if(number, Side::After, &described(call)).await;
        self.cut(Side::After)
    }
}

fn described(call: &Call) -> String {
    format!("{} {}", call.operation, call.table.as_deref().unwrap_or("-"))
}
