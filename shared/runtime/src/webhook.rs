//! Receiving a webhook (rule B1), as far as every sender has it in common.
//!
//! The order is the rule: limit the size, check the signature over the bytes as received, and only then read them. A request that
//! fails before it is authenticated leaves nothing but a count, and gets an answer that is the same for everybody. An authentic
//! request gets a 2xx only when what it says is durable; a failure of our own is a 5xx, so that the sender repeats.
//!
//! | module | what |
//! | --- | --- |
//! | [`standard`] | *Standard Webhooks* signatures |
//! | [`autotask`] | the signatures of Autotask's webhooks |
//! | [`bearer`] | tokens of senders that cannot sign |
//! | [`secrets`] | the record that holds a webhook's secrets |
//! | [`parked`] | a body that cannot be read, as messages for the queue |

pub mod autotask;
pub mod bearer;
pub mod parked;
pub mod secrets;
pub mod standard;

use std::borrow::Cow;
use std::error::Error;

use aws_lambda_events::apigw::{ApiGatewayV2httpRequest, ApiGatewayV2httpResponse};
use aws_lambda_events::encodings::Body;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, StatusCode};

use crate::telemetry::{self, Unit};

/// A request, as API Gateway hands it to a function (payload format 2.0).
pub type Request = ApiGatewayV2httpRequest;
/// An answer in the same format.
pub type Response = ApiGatewayV2httpResponse;

/// Largest body that is looked at.
pub const BODY_MAX_BYTES: usize = 256 * 1024;
/// Longest sender's id that is taken as correlation; a longer one is no id.
const CORRELATION_MAX_BYTES: usize = 128;

/// An authentic request that is dealt with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// What it says is in the queue.
    Stored,
    /// It says nothing that concerns us.
    Ignored,
}

/// Why a request is refused. The sender is not told more than the status; the reason is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The body is larger than [`BODY_MAX_BYTES`].
    #[error("the body is too large")]
    Oversized,
    /// It carries neither a signature nor a token.
    #[error("it is not signed")]
    Unsigned,
    /// Its signature, timestamp or encoding has the wrong form.
    #[error("its signature has the wrong form")]
    Malformed,
    /// It was signed too long ago, or for a time to come.
    #[error("its timestamp is not of now")]
    Stale,
    /// Its signature or token is of none of our secrets.
    #[error("its signature does not match")]
    Mismatch,
    /// There is no secret to check it with.
    #[error("no secret is set")]
    NoSecret,
}

/// Why a request is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejected {
    /// The request's fault.
    Refused(Refused),
    /// Our own fault, logged where it was met: the sender must repeat.
    Failed,
}

impl From<Refused> for Rejected {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl Rejected {
    /// Our own failure to do `what`, logged here.
    #[must_use]
    pub fn failed(what: &'static str, error: &dyn Error) -> Self {
        tracing::error!(error = telemetry::chain(error), "{what}; the sender is asked to repeat");
        Self::Failed
    }

    /// Whether another secret could have made the difference.
    #[must_use]
    pub fn is_of_secret(self) -> bool {
        matches!(self, Self::Refused(Refused::Mismatch | Refused::NoSecret))
    }
}

/// The body as the sender signed it.
///
/// # Errors
/// [`Refused::Oversized`], found without decoding anything larger than the limit; [`Refused::Malformed`] when the gateway's
/// encoding is broken.
pub fn raw_body(request: &Request) -> Result<Cow<'_, [u8]>, Refused> {
    let text = request.body.as_deref().unwrap_or_default();
    if !request.is_base64_encoded {
        return if text.len() > BODY_MAX_BYTES { Err(Refused::Oversized) } else { Ok(Cow::Borrowed(text.as_bytes())) };
    }
    if text.len() > BODY_MAX_BYTES.div_ceil(3) * 4 {
        return Err(Refused::Oversized);
    }
    let body = STANDARD.decode(text).map_err(|_| Refused::Malformed)?;
    if body.len() > BODY_MAX_BYTES { Err(Refused::Oversized) } else { Ok(Cow::Owned(body)) }
}

/// A header that is there exactly once. With two values, one of them is not the one that was signed.
#[must_use]
pub fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    if values.next().is_some() { None } else { value.to_str().ok() }
}

/// The text that follows this event through the logs: the sender's own id, which stays the same when it repeats, else the
/// gateway's. Only for requests that are authentic.
#[must_use]
pub fn correlation(request: &Request) -> Option<String> {
    header(&request.headers, standard::ID)
        .filter(|id| !id.is_empty() && id.len() <= CORRELATION_MAX_BYTES)
        .or(request.request_context.request_id.as_deref())
        .map(str::to_owned)
}

/// Counts how a request of `function` ended, and answers it.
#[must_use]
pub fn answer(function: &str, ended: Result<Accepted, Rejected>) -> Response {
    let (outcome, status, body) = match ended {
        Ok(Accepted::Stored) => ("stored", StatusCode::ACCEPTED, r#"{"status":"accepted"}"#),
        Ok(Accepted::Ignored) => ("ignored", StatusCode::ACCEPTED, r#"{"status":"accepted"}"#),
        Err(Rejected::Refused(refused)) => match refused {
            Refused::Oversized => ("oversized", StatusCode::PAYLOAD_TOO_LARGE, r#"{"error":"too large"}"#),
            Refused::Unsigned => ("unsigned", StatusCode::UNAUTHORIZED, UNAUTHORIZED),
            Refused::Malformed => ("malformed", StatusCode::UNAUTHORIZED, UNAUTHORIZED),
            Refused::Stale => ("stale", StatusCode::UNAUTHORIZED, UNAUTHORIZED),
            Refused::Mismatch => ("mismatch", StatusCode::UNAUTHORIZED, UNAUTHORIZED),
            Refused::NoSecret => ("no_secret", StatusCode::UNAUTHORIZED, UNAUTHORIZED),
        },
        Err(Rejected::Failed) => ("failed", StatusCode::SERVICE_UNAVAILABLE, r#"{"error":"try again later"}"#),
    };
    telemetry::metric("webhook_requests", 1.0, Unit::Count, &[("function", function), ("outcome", outcome)]);
    let mut response = Response::default();
    response.status_code = status.as_u16().into();
    response.headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers.insert(RETRY_AFTER, HeaderValue::from_static("30"));
    }
    response.body = Some(Body::Text(body.to_owned()));
    response
}

/// One answer for every reason, so that a stranger learns nothing by trying.
const UNAUTHORIZED: &str = r#"{"error":"unauthorized"}"#;

#[cfg(test)]
mod tests;
