//! What every simulator has beside its API: a clock that can be moved, a log of the calls it received, and faults to order.
//!
//! The same controls are reached two ways. Deterministic tests hold a [`Control`] and call the router in process; scripts from
//! outside use `/_simulator/calls`, `/_simulator/faults` and `/_simulator/clock`, which [`wrap`] adds beside the API's own paths.

mod call;
mod clock;
mod fault;
mod route;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use axum::response::Response;
use http::{Method, StatusCode};

pub use call::Call;
pub use clock::Clock;
pub use fault::{Fault, Kind};
pub(crate) use route::html_page;
pub use route::{DroppedConnection, wrap};

use call::InFlight;

/// Builds the reply of a `status` fault in the error shape of the API, from the path called and the status ordered.
pub type ErrorShape = fn(path: &str, status: StatusCode) -> Response;

/// The call log, the ordered faults and the clock of one simulator. Clones share the same state.
#[derive(Clone)]
pub struct Control {
    clock: Clock,
    state: Arc<Mutex<State>>,
    error_shape: Arc<OnceLock<ErrorShape>>,
}

#[derive(Default)]
struct State {
    calls: Vec<Call>,
    faults: Vec<Fault>,
    in_flight: HashMap<String, usize>,
}

impl Control {
    /// Controls that read the time from `clock`; two simulators may share one clock.
    pub fn new(clock: Clock) -> Self {
        Self { clock, state: Arc::default(), error_shape: Arc::default() }
    }

    /// The simulator's clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// All calls finished so far, oldest first. `/_simulator/…` itself is not logged.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// Forgets the calls logged so far.
    pub fn clear_calls(&self) {
        self.state().calls.clear();
    }

    /// Orders a fault. When several match a request, the one ordered first is used up first.
    pub fn add_fault(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// Withdraws every fault that has not struck yet.
    pub fn clear_faults(&self) {
        self.state().faults.clear();
    }

    /// Sets how this simulator words the reply of a `status` fault; the first setting stays. Without one the body is empty.
    pub fn set_error_shape(&self, shape: ErrorShape) {
        self.error_shape.get_or_init(|| shape);
    }

    /// The fault that strikes a request, if one was ordered for it.
    fn take_fault(&self, method: &Method, path: &str) -> Option<Fault> {
        let faults = &mut self.state().faults;
        let at = faults.iter().position(|fault| fault.strikes(method, path))?;
        let fault = faults[at].clone();
        if faults[at].use_up() {
            faults.remove(at);
        }
        Some(fault)
    }

    /// Counts a request in at its endpoint until the returned guard is finished or dropped.
    fn begin(&self, method: &Method, path: &str) -> InFlight {
        InFlight::begin(self.clone(), method, path)
    }

    /// A poisoned lock is used all the same: the state is plain lists, valid at every step.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
