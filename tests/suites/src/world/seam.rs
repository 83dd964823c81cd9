//! Where a handler meets the outside: each call is numbered and traced, and a plan can end the handler before or after it.

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use local::engine::{Call, Cut, Interceptor};
use runtime::http::{Request, Response, Transport, TransportError};
use tokio::sync::Notify;

/// On which side of a call the handler dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The call never happens.
    Before,
    /// The call happens, and nobody learns of it.
    After,
}

/// What became of a handler.
#[derive(Debug)]
pub enum Outcome<T> {
    /// It answered.
    Done(T),
    /// It was ended by the plan.
    Killed,
}

/// The seam. Clones share it.
#[derive(Clone, Default)]
pub struct Seam(Arc<Inner>);

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    killed: Notify,
}

#[derive(Default)]
struct State {
    calls: usize,
    plan: Option<(usize, Side)>,
    kills: Vec<String>,
    trace: Vec<String>,
    is_running: bool,
}

impl Seam {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the handler at the call with this number, counted over all handlers from now on.
    pub fn kill_at(&self, call: usize, side: Side) {
        let mut state = self.state();
        state.calls = 0;
        state.plan = Some((call, side));
    }

    /// Counts from now on, and ends nothing.
    pub fn count(&self) {
        let mut state = self.state();
        state.calls = 0;
        state.plan = None;
    }

    /// Calls since [`Seam::count`] or [`Seam::kill_at`].
    #[must_use]
    pub fn calls(&self) -> usize {
        self.state().calls
    }

    /// At which calls handlers were ended.
    #[must_use]
    pub fn kills(&self) -> Vec<String> {
        self.state().kills.clone()
    }

    /// Everything that handlers have called, for the message of a failed test.
    #[must_use]
    pub fn trace(&self) -> String {
        self.state().trace.join("\n")
    }

    /// Adds a line to the trace.
    pub fn note(&self, line: String) {
        self.state().trace.push(line);
    }

    /// Runs a handler until it answers or is ended.
    pub async fn run<T>(&self, handler: impl Future<Output = T>) -> Outcome<T> {
        self.state().is_running = true;
        let outcome = tokio::select! {
            biased;
            () = self.0.killed.notified() => Outcome::Killed,
            answer = handler => Outcome::Done(answer),
        };
        self.state().is_running = false;
        outcome
    }

    /// Passes a call; never returns where the plan ends the handler.
    async fn pass<T>(&self, what: String, call: impl Future<Output = T>) -> T {
        let number = self.begin(&what);
        self.die_if(number, Side::Before, &what).await;
        let answer = call.await;
        self.die_if(number, Side::After, &what).await;
        answer
    }

    fn begin(&self, what: &str) -> Option<usize> {
        let mut state = self.state();
        if !state.is_running {
            return None;
        }
        state.calls += 1;
        let number = state.calls;
        state.trace.push(format!("{number:>4} {what}"));
        Some(number)
    }

    async fn die_if(&self, number: Option<usize>, side: Side, what: &str) {
        let is_planned = {
            let mut state = self.state();
            let is_planned = state.plan == number.map(|number| (number, side));
            if is_planned && number.is_some() {
                state.plan = None;
                state.trace.push(format!("     killed {side:?} {what}"));
                state.kills.push(format!("{side:?} {what}"));
            }
            is_planned && number.is_some()
        };
        if is_planned {
            self.0.killed.notify_one();
            std::future::pending::<()>().await;
        }
    }
}

/// A transport whose calls pass the seam.
pub struct Watched<T> {
    /// The seam.
    pub seam: Seam,
    /// The transport.
    pub inner: T,
}

#[async_trait]
impl<T: Transport> Transport for Watched<T> {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let what = format!("{} {}{}", request.method, request.host(), request.url.path());
        self.seam.pass(what, self.inner.send(request)).await
    }
}

#[async_trait]
impl Interceptor for Seam {
    async fn before(&self, call: &Call) -> Result<(), Cut> {
        let what = described(call);
        let number = self.begin(&what);
        self.die_if(number, Side::Before, &what).await;
        Ok(())
    }

    async fn after(&self, call: &Call) -> Result<(), Cut> {
        let number = self.state().calls;
        let is_running = self.state().is_running;
        self.die_if(is_running.then_some(number), Side::After, &described(call)).await;
        Ok(())
    }
}

fn described(call: &Call) -> String {
    format!("{} {}", call.operation, call.table.as_deref().unwrap_or("-"))
}
