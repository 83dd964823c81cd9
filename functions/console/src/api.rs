//! The handlers: they read the request and call the function that the operation is.

pub(crate) mod accounts;
pub(crate) mod billing;
pub(crate) mod operation;
pub(crate) mod reading;
pub(crate) mod setup;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::error::Error;
use crate::openapi;

/// An operation's answer.
type Answer<T> = Result<Json<T>, Error>;
/// An answer whose status says it all.
type Done = Result<StatusCode, Error>;

/// Headers of every answer: nothing of it is for a frame, or runs a script that is not ours; nothing is kept, but for assets, which
/// say so themselves.
const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; \
             base-uri 'none'; frame-ancestors 'none'",
        ),
    ),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
];

pub(crate) async fn healthz() -> &'static str {
    "ok"
}

pub(crate) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], openapi::document()).into_response()
}

pub(crate) async fn unknown_path() -> Error {
    Error::NotFound("nothing has this address; programs find all of theirs in /api/v1/openapi.json".to_owned())
}

pub(crate) async fn unknown_method() -> Error {
    Error::MethodNotAllowed
}

pub(crate) async fn harden(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().entry(name).or_insert(value);
    }
    response
}
