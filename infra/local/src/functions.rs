//! The functions, wired to this process's stand-ins and invoked as Lambda invokes them: with the JSON of an event, for a limited
//! time, and so that a panic costs the invocation and not the process.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::Future;
use std::sync::Arc;

use http::StatusCode;
use jiff::SignedDuration;
use local::queue::LocalQueue;
use runtime::clock::Clock;
use runtime::lambda::Deadline;
use runtime::{telemetry, webhook};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use store::secrets::{Cached, Secrets};
use systems::Systems;
use tokio::sync::RwLock;

use crate::storage::Myself;

/// How long an invocation may take, as in the deployment template: functions about alerts, and those about accounts, of which
/// one pass reads everything.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(120);
/// See [`TIMEOUT`].
const ACCOUNTS_TIMEOUT: SignedDuration = SignedDuration::from_mins(5);

/// An invocation gave no answer. It is logged where it ended; this is for the caller.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{function} failed: {reason}")]
pub struct Failed {
    function: &'static str,
    reason: String,
}

/// The functions. Clones share everything.
#[derive(Clone)]
pub struct Functions {
    /// Both systems, the table and the clock.
    pub systems: Systems,
    /// The queues.
    pub queue: LocalQueue,
    /// With the functions' clock, and with the one on the wall: senders sign by theirs, wherever ours was moved to.
    alert_webhook: Arc<[alert_webhook::Deps; 2]>,
    ticket_webhook: Arc<ticket_webhook::Deps>,
    alert_poll: alert_poll::Deps,
    account_poll: account_poll::Deps,
    process: String,
    /// Held for reading by every invocation, and for writing while the clock is moved: a lease must not run out, nor a time
    /// limit, because of a jump in the middle of the work that it protects.
    at_work: Arc<RwLock<()>>,
}

impl Functions {
    /// Wires the functions.
    #[must_use]
    pub fn new(systems: Systems, queue: LocalQueue) -> Self {
        let clock = systems.clock.clone();
        let cached = |secrets: &Arc<dyn Secrets>| Cached::new(Arc::clone(secrets), clock.clone());
        let alert_webhook = [clock.clone(), Clock::system()].map(|clock| alert_webhook::Deps {
            queue: Arc::new(queue.clone()),
            secrets: cached(&systems.secrets),
            clock,
        });
        let ticket_webhook = ticket_webhook::Deps { queue: Arc::new(queue.clone()), secrets: cached(&systems.secrets) };
        let alert_poll = alert_poll::Deps {
            systems: systems.clone(),
            queue: Arc::new(queue.clone()),
            recent: alert_poll::Recent::default(),
        };
        let account_poll = account_poll::Deps { systems: systems.clone(), queue: Arc::new(queue.clone()) };
        Self {
            process: systems.random.id(&clock).to_string(),
            alert_webhook: Arc::new(alert_webhook),
            ticket_webhook: Arc::new(ticket_webhook),
            alert_poll,
            account_poll,
            queue,
            systems,
            at_work: Arc::default(),
        }
    }

    /// The functions' clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.systems.clock
    }

    /// The alert webhook, with a request as API Gateway describes it.
    ///
    /// # Errors
    /// It gave no answer.
    pub async fn alert_webhook(&self, event: Value) -> Result<Value, Failed> {
        let deps = Arc::clone(&self.alert_webhook);
        self.invoke("alert-webhook", TIMEOUT, event, move |request: webhook::Request, _| async move {
            let [by_ours, by_the_wall] = &*deps;
            let answer = alert_webhook::handle(by_ours, request.clone()).await;
            let is_refused = answer.status_code == i64::from(StatusCode::UNAUTHORIZED.as_u16());
            let answer = if is_refused { alert_webhook::handle(by_the_wall, request).await } else { answer };
            Ok::<_, Infallible>(answer)
        })
        .await
    }

    /// The ticket webhook, with a request as API Gateway describes it.
    ///
    /// # Errors
    /// It gave no answer.
    pub async fn ticket_webhook(&self, event: Value) -> Result<Value, Failed> {
        let deps = Arc::clone(&self.ticket_webhook);
        self.invoke("ticket-webhook", TIMEOUT, event, move |request, _| async move {
            Ok::<_, Infallible>(ticket_webhook::handle(&deps, request).await)
        })
        .await
    }

    /// The poll, with a schedule's event.
    ///
    /// # Errors
    /// It gave no answer.
    pub async fn alert_poll(&self, event: Value) -> Result<Value, Failed> {
        let deps = self.alert_poll.clone();
        self.invoke("alert-poll", TIMEOUT, event, move |_: IgnoredAny, deadline| async move {
            alert_poll::handle(&deps, deadline).await
        })
        .await
    }

    /// The worker with this number, with a batch of messages as an event source describes it.
    ///
    /// # Errors
    /// It gave no answer, so all messages come back.
    pub async fn ticket_sync(&self, worker: usize, event: Value) -> Result<Value, Failed> {
        let deps = ticket_sync::Deps {
            systems: self.systems.clone(),
            worker: format!("{}/{worker}", self.process),
            process: self.process.clone(),
            is_only_process: true,
        };
        self.invoke("ticket-sync", TIMEOUT, event, move |event, deadline| async move {
            ticket_sync::handle(&deps, event, deadline).await
        })
        .await
    }

    /// The poll of accounts, with a schedule's event.
    ///
    /// # Errors
    /// It gave no answer.
    pub async fn account_poll(&self, event: Value) -> Result<Value, Failed> {
        let deps = self.account_poll.clone();
        self.invoke("account-poll", ACCOUNTS_TIMEOUT, event, move |_: IgnoredAny, deadline| async move {
            account_poll::handle(&deps, deadline).await
        })
        .await
    }

    /// The worker for accounts with this number, with a batch of messages as an event source describes it.
    ///
    /// # Errors
    /// It gave no answer, so all messages come back.
    pub async fn account_sync(&self, worker: usize, event: Value) -> Result<Value, Failed> {
        let deps = account_sync::Deps {
            systems: self.systems.clone(),
            queue: Arc::new(self.queue.clone()),
            worker: format!("{}/{worker}", self.process),
            process: self.process.clone(),
            is_only_process: true,
        };
        self.invoke("account-sync", ACCOUNTS_TIMEOUT, event, move |event, deadline| async move {
            account_sync::handle(&deps, event, deadline).await
        })
        .await
    }

    /// Moves the functions' clock, while none of them is at work.
    ///
    /// # Errors
    /// The movement cannot be kept for the next start; the clock is where it was.
    pub async fn advance(&self, seconds: u32) -> anyhow::Result<()> {
        let _all = self.at_work.write().await;
        Myself::change(&self.systems.table, |myself| myself.clock_ahead_s += i64::from(seconds)).await?;
        self.clock().advance(SignedDuration::from_secs(seconds.into()));
        Ok(())
    }

    async fn invoke<E, R, X, F>(
        &self,
        function: &'static str,
        timeout: SignedDuration,
        event: Value,
        handler: impl FnOnce(E, Deadline) -> F,
    ) -> Result<Value, Failed>
    where
        E: DeserializeOwned,
        R: Serialize + Send + 'static,
        X: StdError + Send + 'static,
        F: Future<Output = Result<R, X>> + Send + 'static,
    {
        let failed = |reason: String| {
            tracing::error!(function, reason, "an invocation failed");
            Failed { function, reason }
        };
        let event = serde_json::from_value(event).map_err(|error| failed(format!("the event is none: {error}")))?;
        let _at_work = self.at_work.read().await;
        let deadline = Deadline::at(self.clock().now() + timeout);
        let invocation = tokio::spawn(tokio::time::timeout(timeout.unsigned_abs(), handler(event, deadline)));
        let answer = invocation.await.map_err(|error| failed(error.to_string()))?;
        let answer = answer.map_err(|_| failed(format!("it was ended after {} seconds", timeout.as_secs())))?;
        let answer = answer.map_err(|error| failed(telemetry::chain(&error)))?;
        serde_json::to_value(answer).map_err(|error| failed(error.to_string()))
    }
}
