//! How a call is made. What is called is in the modules of the entities.

mod access;
mod call;
mod zone;

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use runtime::clock::Clock;
use runtime::http::lenient::{field, integer};
use runtime::http::{
    BaseUrl, HeaderName, HeaderValue, Limiter, Request, Response, StatusCode, Transport, TransportError, repeat_read,
};
use runtime::random::Random;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::budget::{Budget, Usage};
use crate::error::{self, Credential, Error};
use zone::Zones;

pub(crate) use call::{Call, Effect};
pub use zone::Zone;

const INTEGRATION_CODE: HeaderName = HeaderName::from_static("apiintegrationcode");
const USER_NAME: HeaderName = HeaderName::from_static("username");
const SECRET: HeaderName = HeaderName::from_static("secret");
/// One less than Autotask allows for each endpoint, as a person's *Test again* may run beside a function.
const IN_FLIGHT: usize = 2;

/// How to reach the database.
#[derive(Debug, Clone)]
pub struct Settings {
    /// API user.
    pub user_name: String,
    /// Its secret.
    pub secret: SecretString,
    /// Tracking identifier of the integration.
    pub integration_code: SecretString,
    /// Any zone's host, asked for the zone of the database.
    pub discovery_url: BaseUrl,
    /// Local mode: a zone may be on this machine, without TLS.
    pub allow_loopback: bool,
}

/// What Autotask itself counts, over all integrations of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Threshold {
    /// Requests allowed in the window.
    pub limit: i64,
    /// Length of the window.
    pub window_minutes: i64,
    /// Requests made in it.
    pub used: i64,
}

/// Speaks for one database. Cloning is cheap and shares the zone, the limits and the budget.
#[derive(Clone)]
pub struct Client(Arc<Inner>, TimeZone);

struct Inner {
    transport: Arc<dyn Transport>,
    clock: Clock,
    random: Random,
    settings: Settings,
    limiter: Limiter,
    budget: Mutex<Budget>,
    zones: Zones,
    /// Held while a 401 is looked into, so that callers refused together do that once.
    inquiry: tokio::sync::Mutex<()>,
    /// Counts log-ins found to be refused.
    refusals: AtomicU64,
    /// The zone was seen to refuse PATCH.
    without_patch: AtomicBool,
}

impl Client {
    /// A client that has not been used yet, with the usual budget for bulk reads.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>, clock: Clock, random: Random, settings: Settings) -> Self {
        Self::with_budget(transport, clock, random, settings, Budget::default())
    }

    /// As [`Client::new`], with another budget.
    #[must_use]
    pub fn with_budget(
        transport: Arc<dyn Transport>,
        clock: Clock,
        random: Random,
        settings: Settings,
        budget: Budget,
    ) -> Self {
        let inner = Inner {
            transport,
            clock,
            random,
            settings,
            limiter: Limiter::new(IN_FLIGHT),
            budget: Mutex::new(budget),
            zones: Zones::default(),
            inquiry: tokio::sync::Mutex::default(),
            refusals: AtomicU64::new(0),
            without_patch: AtomicBool::new(false),
        };
        Self(Arc::new(inner), TimeZone::UTC)
    }

    /// The same client where people's days are those of this zone; without, they are those of UTC. It matters where the database
    /// shows a day as the moment at which it begins there.
    #[must_use]
    pub fn in_zone(self, zone: TimeZone) -> Self {
        Self(self.0, zone)
    }

    pub(crate) fn time_zone(&self) -> &TimeZone {
        &self.1
    }

    /// Autotask's own count of requests. Also the cheapest proof of a good log-in.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn threshold(&self) -> Result<Threshold, Error> {
        let call = Call::threshold();
        let doing = call.doing;
        let reply = self.json(call).await?;
        let number = |name: &str| integer(&reply, name).ok_or_else(|| contract(doing, format!("no {name}")));
        Ok(Threshold {
            limit: number("externalRequestThreshold")?,
            window_minutes: number("requestThresholdTimeframe")?,
            used: number("currentTimeframeRequestCount")?,
        })
    }

    /// How much of our own budget is used, by this process.
    #[must_use]
    pub fn usage(&self) -> Usage {
        self.budget(|budget| budget.usage(self.now()))
    }

    /// Refuses a bulk read that would go beyond our share of the hourly requests.
    pub(crate) fn room(&self) -> Result<(), Error> {
        self.budget(|budget| budget.room(self.now())).map_err(|after| Error::BudgetUsed { after })
    }

    fn budget<T>(&self, with: impl FnOnce(&mut Budget) -> T) -> T {
        with(&mut self.0.budget.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn without_patch(&self) -> &AtomicBool {
        &self.0.without_patch
    }

    /// Makes a call whose reply is JSON.
    pub(crate) async fn json(&self, call: Call) -> Result<Value, Error> {
        let doing = call.doing;
        let response = self.call(call).await?;
        response.json().filter(Value::is_object).ok_or_else(|| Error::Unavailable {
            doing,
            reason: format!("the reply (HTTP {}) is not JSON", response.status.as_u16()),
            cause: None,
        })
    }

    /// Makes a call that creates a record, and returns the record's id.
    pub(crate) async fn create(&self, call: Call) -> Result<i64, Error> {
        let doing = call.doing;
        let response = self.call(call).await?;
        // Accepted, but as what? Only a search tells.
        let unclear = || Error::OutcomeUnknown { doing, reason: "the reply names no record".to_owned(), cause: None };
        response.json().as_ref().and_then(|reply| integer(reply, "itemId")).ok_or_else(unclear)
    }

    /// Makes a call, logged in, in the database's zone.
    pub(crate) async fn call(&self, call: Call) -> Result<Response, Error> {
        let zone = self.current_zone().await?;
        let mut response = self.attempt(&call, &zone).await?;
        if response.status == StatusCode::UNAUTHORIZED {
            response = self.after_unauthorized(&call, &zone).await?;
        }
        if response.status == StatusCode::OK || response.status == StatusCode::CREATED {
            return Ok(response);
        }
        Err(error::of_reply(call.doing, call.effect, &response, self.now()))
    }

    async fn attempt(&self, call: &Call, zone: &zone::Entry) -> Result<Response, Error> {
        let path = ["v1.0"].into_iter().chain(call.path.iter().map(String::as_str));
        let mut request = self.signed(Request::new(call.method.clone(), zone.base.join(path)))?;
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let sent = match call.effect {
            Effect::Read => self.send_read(call.endpoint, &request).await,
            Effect::Write => self.send(call.endpoint, request).await,
        };
        let response = sent.map_err(|failure| error::of_failure(call.doing, call.effect, failure))?;
        if response.status.is_success() {
            return Ok(response);
        }
        let settings = self.settings();
        Ok(response.without([settings.secret.expose_secret(), settings.integration_code.expose_secret()]))
    }

    /// Adds the log-in.
    fn signed(&self, request: Request) -> Result<Request, Error> {
        let settings = self.settings();
        let header = |what: &str, named: Credential, text: &str| {
            let mut value = HeaderValue::from_str(text).map_err(|_| Error::LogInRefused {
                reason: format!("the {what} contains characters that cannot be sent"),
                named: Some(named),
            })?;
            value.set_sensitive(true);
            Ok(value)
        };
        Ok(request
            .header(
                INTEGRATION_CODE,
                header("integration code", Credential::IntegrationCode, settings.integration_code.expose_secret())?,
            )
            .header(USER_NAME, header("user name", Credential::UserName, &settings.user_name)?)
            .header(SECRET, header("secret", Credential::Secret, settings.secret.expose_secret())?))
    }

    async fn send_read(&self, endpoint: &'static str, request: &Request) -> Result<Response, TransportError> {
        let attempt = || self.send(endpoint, request.clone());
        repeat_read(&self.0.clock, &self.0.random, error::is_passing_trouble, attempt).await
    }

    async fn send(&self, endpoint: &'static str, request: Request) -> Result<Response, TransportError> {
        let _permit = self.0.limiter.enter(endpoint).await;
        self.budget(|budget| budget.count(self.now()));
        self.0.transport.send(request).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("zone", &self.zone()).finish_non_exhaustive()
    }
}

/// A reply that contradicts the API's document.
pub(crate) fn contract(doing: &'static str, reason: impl Into<String>) -> Error {
    Error::Contract { doing, reason: reason.into() }
}

/// The rows of a list reply, in the API's own order.
pub(crate) fn rows<'a>(doing: &'static str, reply: &'a Value, name: &str) -> Result<&'a Vec<Value>, Error> {
    field(reply, name).and_then(Value::as_array).ok_or_else(|| contract(doing, format!("no {name}")))
}

#[cfg(test)]
mod tests;
