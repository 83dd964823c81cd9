//! The network between the functions and the two vendors: it passes the seam, suffers the weather, and can hold a request back
//! after its sender has given up.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use runtime::clock::Clock;
use runtime::http::{Method, Request, Response, TIMEOUT, Transport, TransportError};
use simulators::control::{Control, Fault, Kind};

use super::seam::Seam;
use super::weather::Trouble;
use crate::in_process::InProcess;

/// Path of a create.
pub const TICKETS: &str = "/atservicesrest/v1.0/Tickets";
/// Path of another.
pub const TENANTS: &str = "/api/2/tenants";
/// Path of another.
pub const USERS: &str = "/api/2/users";

/// The network. Clones share it.
#[derive(Clone)]
pub struct Network {
    inner: InProcess,
    seam: Seam,
    clock: Clock,
    acronis: Control,
    autotask: Control,
    held_back: Arc<Mutex<HeldBack>>,
}

#[derive(Default)]
struct HeldBack {
    /// How late the next create arrives.
    next: Option<SignedDuration>,
    requests: Vec<(Timestamp, Request)>,
}

impl Network {
    pub(super) fn new(inner: InProcess, seam: Seam, clock: Clock, acronis: Control, autotask: Control) -> Self {
        Self { inner, seam, clock, acronis, autotask, held_back: Arc::default() }
    }

    /// The next ticket to be created arrives this late, long after its sender has given up.
    pub fn hold_back_next_create(&self, by: SignedDuration) {
        self.held_back().next = Some(by);
    }

    /// Lets the requests arrive whose time has come. Nobody waits for the answers.
    pub(super) async fn arrive(&self) {
        let now = self.clock.now();
        let due: Vec<Request> = {
            let mut held_back = self.held_back();
            held_back.requests.sort_by_key(|(at, _)| *at);
            let due = held_back.requests.iter().take_while(|(at, _)| *at <= now).count();
            held_back.requests.drain(..due).map(|(_, request)| request).collect()
        };
        for request in due {
            self.seam.note(format!("     arrives late: {}", described(&request)));
            drop(self.inner.send(request).await);
        }
    }

    /// Whatever was held back never arrives.
    pub(super) fn forget(&self) {
        *self.held_back() = HeldBack::default();
    }

    fn held_back(&self) -> MutexGuard<'_, HeldBack> {
        self.held_back.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn exchange(&self, request: Request) -> Result<Response, TransportError> {
        let path = request.url.path();
        let is_create = [TICKETS, TENANTS, USERS].contains(&path) || path.ends_with("/Notes");
        let is_create = is_create && request.method == Method::POST;
        let held_back = self.held_back().next.take_if(|_| is_create && path == TICKETS);
        if let Some(by) = held_back {
            return self.hold_back(request, by).await;
        }
        match self.seam.trouble(is_create) {
            None => {}
            Some(Trouble::Late(by)) => return self.hold_back(request, by).await,
            Some(trouble) => self.order(&request, trouble),
        }
        self.inner.send(request).await
    }

    async fn hold_back(&self, request: Request, by: SignedDuration) -> Result<Response, TransportError> {
        let host = request.host().to_owned();
        let at = self.clock.now() + by;
        self.held_back().requests.push((at, request));
        tokio::time::sleep(TIMEOUT.min(by.unsigned_abs())).await;
        Err(TransportError::Lost { host, cause: "timed out".into() })
    }

    /// Orders the trouble from the vendor's simulator for this very request.
    fn order(&self, request: &Request, trouble: Trouble) {
        let fault = |kind| Fault::new(kind, request.url.path()).on(&request.method);
        let fault = match trouble {
            Trouble::DropBefore => fault(Kind::DropBefore),
            Trouble::EffectThenDrop => fault(Kind::EffectThenDrop),
            Trouble::TooSlow | Trouble::Late(_) => Fault { delay_ms: Some(31_000), ..fault(Kind::Delay) },
            Trouble::Slow => fault(Kind::Delay),
            Trouble::Throttled(seconds) => fault(Kind::Status).status(429).retry_after(seconds),
            Trouble::Page(status) => fault(Kind::Html).status(status),
        };
        let is_acronis = request.host().contains("acronis");
        if is_acronis { &self.acronis } else { &self.autotask }.add_fault(fault);
    }
}

#[async_trait]
impl Transport for Network {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let what = described(&request);
        self.seam.pass(&what, self.exchange(request)).await
    }
}

fn described(request: &Request) -> String {
    format!("{} {}{}", request.method, request.host(), request.url.path())
}
