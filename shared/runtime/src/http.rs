//! Calls to the outside world, under the limits that both foreign systems ask for.
//!
//! A [`Transport`] sends one request and never repeats it; [`Outbound`] is the one for the network. What may be repeated is
//! decided above it: [`repeat_read`] for reads, nobody for writes. The other parts keep clients honest: [`BaseUrl`] decides
//! where credentials may go, [`Limiter`] how many calls run at once, [`lenient`] how replies are read.

mod base_url;
pub mod lenient;
mod limiter;
mod outbound;
mod repeat;
#[cfg(feature = "scripted")]
pub mod scripted;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
pub use base_url::{BaseUrl, BaseUrlError};
use bytes::Bytes;
pub use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
pub use limiter::{Limiter, Permit};
pub use outbound::{BuildError, Outbound};
pub use repeat::{REPEATS, repeat_read, retry_after};
pub use url::Url;

/// How long a call may take in all, unless its client says otherwise.
pub const TIMEOUT: Duration = Duration::from_secs(30);
/// Longest reply that is read, unless its client says otherwise.
pub const MAX_REPLY_BYTES: usize = 32 * 1024 * 1024;

/// Sends requests. There are two: [`Outbound`] for the network, and an in-process one for tests.
#[async_trait]
pub trait Transport: Send + Sync {
    /// Sends `request` once. Any reply is a success here, whatever its status.
    ///
    /// # Errors
    /// When there is no reply to look at; the error says whether the request can have had an effect.
    async fn send(&self, request: Request) -> Result<Response, TransportError>;
}

/// One request.
#[derive(Clone)]
pub struct Request {
    /// HTTP method.
    pub method: Method,
    /// Where to.
    pub url: Url,
    /// Headers; secrets among them are marked sensitive.
    pub headers: HeaderMap,
    /// Body, if any.
    pub body: Option<Bytes>,
    /// Longest time until the reply is read completely.
    pub timeout: Duration,
    /// Longest reply that is read.
    pub max_reply_bytes: usize,
}

impl Request {
    /// A request without headers and body, under the usual limits.
    #[must_use]
    pub fn new(method: Method, url: Url) -> Self {
        Self { method, url, headers: HeaderMap::new(), body: None, timeout: TIMEOUT, max_reply_bytes: MAX_REPLY_BYTES }
    }

    /// The request with a header more.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.insert(name, value);
        self
    }

    /// The request with a body of the given type.
    #[must_use]
    pub fn body(mut self, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self.header(header::CONTENT_TYPE, HeaderValue::from_static(content_type))
    }

    /// The request with a JSON body.
    #[must_use]
    pub fn json(self, body: &serde_json::Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Whom the request is for, to name in a message.
    #[must_use]
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or("an unnamed host")
    }
}

/// Names what is sent, never what it says: no query, no header values, no body.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("host", &self.host())
            .field("path", &self.url.path())
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.body.as_ref().map(Bytes::len))
            .finish_non_exhaustive()
    }
}

/// A reply, read completely.
#[derive(Clone)]
pub struct Response {
    /// HTTP status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body; empty when there was none.
    pub body: Bytes,
}

impl Response {
    /// The body as JSON; `None` when it is something else (a proxy's HTML page, nothing at all).
    #[must_use]
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The reply with each of `secrets` blotted out, for the case that the other side quotes what it refuses.
    #[must_use]
    pub fn without<'a>(mut self, secrets: impl IntoIterator<Item = &'a str>) -> Self {
        for secret in secrets.into_iter().filter(|secret| !secret.is_empty()) {
            let body = String::from_utf8_lossy(&self.body);
            if body.contains(secret) {
                self.body = body.replace(secret, "***").into();
            }
        }
        self
    }
}

/// Names status and size only: a body may hold customers' data.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// The cause of a transport failure, for the log.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// The request was not sent, so it had no effect.
    #[error("{host} could not be reached")]
    NotSent {
        /// Whom it was for.
        host: String,
        /// What went wrong.
        #[source]
        cause: Cause,
    },
    /// The request was sent, or may have been, and no complete reply came back: it may have had its effect.
    #[error("{host} gave no complete reply")]
    Lost {
        /// Whom it was for.
        host: String,
        /// What went wrong.
        #[source]
        cause: Cause,
    },
    /// The reply was longer than allowed; the request may have had its effect.
    #[error("the reply of {host} is longer than {limit} bytes")]
    TooLarge {
        /// Whom it was for.
        host: String,
        /// The limit.
        limit: usize,
    },
}
