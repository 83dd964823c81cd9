//! One connection's client: how a call is made. What is called is in the modules of the APIs.

mod token;

use std::collections::{BTreeSet, VecDeque};
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
/// Keeps a URL with that many uuids below 2,000 characters.
pub(crate) const IDS_PER_CALL: usize = 40;

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

    pub(crate) fn write(
        doing: &'static str,
        endpoint: &'static str,
        method: Method,
        url: Url,
        body: impl Into<Option<Value>>,
    ) -> Self {
        Self { doing, endpoint, method, url, body: body.into() }
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

    /// URLs of the account-management API that name `ids` in lists, each as long as a URL should be; none for no ids. What cannot
    /// be an identifier of Acronis names nothing there, and could be taken for several: it is left out.
    pub(crate) fn listing<'a>(
        &self,
        path: &[&str],
        name: &str,
        ids: impl IntoIterator<Item = &'a str>,
    ) -> VecDeque<Url> {
        let ids: BTreeSet<&str> = ids.into_iter().filter(|id| is_identifier(id)).collect();
        let ids: Vec<&str> = ids.into_iter().collect();
        let url = |some: &[&str]| {
            let mut url = self.account(path.iter().copied());
            url.query_pairs_mut().append_pair(name, &some.join(","));
            url
        };
        ids.chunks(IDS_PER_CALL).map(url).collect()
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
            reason: not_json(&response),
            code: None,
            cause: None,
        })
    }

    /// Makes a call that changes something, and reads what is there afterwards. Accepted, but with a reply that cannot be
    /// read: only a search tells what happened.
    pub(crate) async fn change<T>(
        &self,
        call: Call,
        read: impl FnOnce(&Value) -> Result<T, String>,
    ) -> Result<T, Error> {
        let doing = call.doing;
        let response = self.call(call).await?;
        let reply = response.json().ok_or_else(|| not_json(&response));
        let unclear = |reason| Error::OutcomeUnknown { doing, reason, cause: None };
        reply.and_then(|reply| read(&reply)).map_err(unclear)
    }

    /// Makes a call, logged in.
    pub(crate) async fn call(&self, call: Call) -> Result<Response, Error> {
        let response = self.respond(&call).await?;
        if response.status.is_success() {
            return Ok(response);
        }
        Err(self.refusal(&call, &response))
    }

    /// What a reply that is no success means.
    pub(crate) fn refusal(&self, call: &Call, response: &Response) -> Error {
        error::of_reply(call.doing, call.effect(), response, self.now())
    }

    /// Makes a call, logged in, for a reply of whatever status. A refused token is replaced once, as it may have been revoked.
    pub(crate) async fn respond(&self, call: &Call) -> Result<Response, Error> {
        let token = self.token().await?;
        let response = self.attempt(call, &token).await?;
        if response.status != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        self.0.tokens.forget(&token).await;
        let fresh = self.token().await?;
        self.attempt(call, &fresh).await
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
    if is_identifier(id) {
        Ok(id)
    } else {
        Err(Error::Unusable { doing, reason: "its identifier is not one of Acronis".to_owned() })
    }
}

fn is_identifier(id: &str) -> bool {
    id.bytes().any(|b| b.is_ascii_alphanumeric())
        && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

pub(crate) fn not_json(response: &Response) -> String {
    format!("the reply (HTTP {}) is not JSON", response.status.as_u16())
}

pub(crate) fn contract(doing: &'static str, reason: impl Into<String>) -> Error {
    Error::Contract { doing, reason: reason.into() }
}

#[cfg(test)]
mod tests;
