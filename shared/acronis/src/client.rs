//! One connection's client: how a call is made. What is called is in the modules of the APIs.

mod token;

use std::fmt;
use std::sync::Arc;

use bridge_core::id::TenantId;
use jiff::Timestamp;
use runtime::clock::Clock;
use runtime::http::lenient::text;
use runtime::http::{
    BaseUrl, HeaderName, HeaderValue, Limiter, Method, Request, Response, StatusCode, Transport, TransportError, Url,
    header, repeat_read,
};
use runtime::random::Random;
use secrecy::SecretString;
use serde_json::Value;

use crate::error::{self, Error};
use token::{Token, Tokens};

/// The header that names a registered integration to Acronis. Its name says secret; it is an identifier.
const APPLICATION: HeaderName = HeaderName::from_static("x-application-secret");
/// Acronis publishes no limit; a handful of calls at once is what its own samples make.
const IN_FLIGHT: usize = 2;

/// How to reach one connection.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Data centre.
    pub base_url: BaseUrl,
    /// API client.
    pub client_id: String,
    /// Its secret.
    pub client_secret: SecretString,
    /// Code of the registered integration (`vendor.application`), where there is one (rule L4).
    pub application_code: Option<String>,
    /// User agent, `ACP 1.0/<product>/<version>`.
    pub product: &'static str,
}

/// Speaks for one connection. Cloning is cheap and shares the token and the limits.
#[derive(Clone)]
pub struct Client(Arc<Inner>);

struct Inner {
    transport: Arc<dyn Transport>,
    clock: Clock,
    random: Random,
    settings: Settings,
    tokens: Tokens,
    limiter: Limiter,
}

/// Whether a call may change something at the other side, which decides what a failure means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    Read,
    Write,
}

/// One call, before the log-in is added.
pub(crate) struct Call {
    /// For messages, as in "reading alerts".
    pub(crate) doing: &'static str,
    /// What the limit of calls in flight is counted for.
    pub(crate) endpoint: &'static str,
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) body: Option<Value>,
}

impl Call {
    pub(crate) fn get(doing: &'static str, endpoint: &'static str, url: Url) -> Self {
        Self { doing, endpoint, method: Method::GET, url, body: None }
    }

    fn effect(&self) -> Effect {
        if self.method == Method::GET { Effect::Read } else { Effect::Write }
    }
}

impl Client {
    /// A client that has not logged in yet.
    #[must_use]
    pub fn new(transport: Arc<dyn Transport>, clock: Clock, random: Random, settings: Settings) -> Self {
        let limiter = Limiter::new(IN_FLIGHT);
        Self(Arc::new(Inner { transport, clock, random, settings, tokens: Tokens::default(), limiter }))
    }

    /// The connection's own tenant: the partner for which the API client was made. Also the cheapest proof of a good log-in.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn me(&self) -> Result<TenantId, Error> {
        const DOING: &str = "reading the API client's own tenant";
        let id = identifier(DOING, &self.settings().client_id)?;
        let reply = self.read(Call::get(DOING, "clients", self.account(["clients", id]))).await?;
        text(&reply, "tenant_id").map(TenantId::from).ok_or_else(|| contract(DOING, "no tenant_id"))
    }

    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// A URL of the account-management API.
    pub(crate) fn account<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Url {
        self.settings().base_url.join(["api", "2"].into_iter().chain(path))
    }

    /// A URL of the Alert Manager API.
    pub(crate) fn alert_manager<'a>(&self, path: impl IntoIterator<Item = &'a str>) -> Url {
        self.settings().base_url.join(["api", "alert_manager", "v1"].into_iter().chain(path))
    }

    /// Makes a call whose reply is JSON.
    pub(crate) async fn read(&self, call: Call) -> Result<Value, Error> {
        let doing = call.doing;
        let response = self.call(call).await?;
        response.json().filter(Value::is_object).ok_or_else(|| Error::Unavailable {
            doing,
            reason: format!("the reply (HTTP {}) is not JSON", response.status.as_u16()),
            cause: None,
        })
    }

    /// Makes a call, logged in. A refused token is replaced once, as it may have been revoked.
    pub(crate) async fn call(&self, call: Call) -> Result<Response, Error> {
        let token = self.token().await?;
        let mut response = self.attempt(&call, &token).await?;
        if response.status == StatusCode::UNAUTHORIZED {
            self.0.tokens.forget(&token).await;
            let fresh = self.token().await?;
            response = self.attempt(&call, &fresh).await?;
        }
        if response.status.is_success() {
            return Ok(response);
        }
        Err(error::of_reply(call.doing, call.effect(), &response, self.now()))
    }

    async fn attempt(&self, call: &Call, token: &Token) -> Result<Response, Error> {
        let mut request =
            Request::new(call.method.clone(), call.url.clone()).header(header::AUTHORIZATION, token.bearer());
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        let sent = match call.effect() {
            Effect::Read => self.send_read(call.endpoint, &request).await,
            Effect::Write => self.send(call.endpoint, request).await,
        };
        sent.map_err(|failure| error::of_failure(call.doing, call.effect(), failure))
    }

    async fn send_read(&self, endpoint: &'static str, request: &Request) -> Result<Response, TransportError> {
        let passes_by = |response: &Response| response.status.is_server_error();
        repeat_read(&self.0.clock, &self.0.random, passes_by, || self.send(endpoint, request.clone())).await
    }

    /// Sends once, with the headers that every call of an integration carries.
    async fn send(&self, endpoint: &'static str, request: Request) -> Result<Response, TransportError> {
        let mut request = request.header(header::USER_AGENT, HeaderValue::from_static(self.settings().product));
        let code = self.settings().application_code.as_deref().map(str::trim).filter(|code| !code.is_empty());
        if let Some(code) = code.and_then(|code| HeaderValue::from_str(code).ok()) {
            request = request.header(APPLICATION, code);
        }
        let _permit = self.0.limiter.enter(endpoint).await;
        self.0.transport.send(request).await
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("base_url", &self.settings().base_url).finish_non_exhaustive()
    }
}

/// An identifier that may stand in a path. An empty or odd one could turn the call into another: `DELETE /alerts/` with
/// nothing behind it is about every alert.
pub(crate) fn identifier<'a>(doing: &'static str, id: &'a str) -> Result<&'a str, Error> {
    let fits = !id.is_empty()
        && id.bytes().any(|b| b.is_ascii_alphanumeric())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    if fits {
        Ok(id)
    } else {
        Err(Error::Unusable { doing, reason: "its identifier is not one of Acronis".to_owned() })
    }
}

pub(crate) fn contract(doing: &'static str, reason: impl Into<String>) -> Error {
    Error::Contract { doing, reason: reason.into() }
}

#[cfg(test)]
mod tests;
