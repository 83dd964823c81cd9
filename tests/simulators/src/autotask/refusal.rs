//! How the service says no.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::{HeaderValue, Method, StatusCode, header};
use serde_json::json;
use std::time::Duration;

/// Why a request, or a person's action, is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Validation, permission and business rules: HTTP 500 with plain English texts.
    #[error("{}", .0.join(" "))]
    Errors(Vec<String>),
    /// Wrong secret, missing header, or a database that lives in another zone: HTTP 401, no body.
    #[error("the credentials are not accepted here")]
    Unauthorized,
    /// No such path, or a URL that is too long: HTTP 404.
    #[error("no such resource")]
    UnknownPath,
    /// No record with this id: HTTP 404.
    #[error("no such record")]
    NoRecord,
    /// The path does not offer the method: HTTP 405 in the framework's own shape.
    #[error("the method {0} is not offered")]
    Method(Method),
    /// Too many calls: HTTP 429.
    #[error("{text}")]
    TooMany {
        /// What the body says.
        text: String,
        /// When to come back, if the server says so.
        retry_after: Option<Duration>,
    },
}

impl Refusal {
    /// One text.
    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Errors(vec![text.into()])
    }

    /// Nothing when there is nothing to say.
    pub(super) fn unless_empty(texts: Vec<String>) -> Result<(), Self> {
        if texts.is_empty() { Ok(()) } else { Err(Self::Errors(texts)) }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Errors(texts) => errors(StatusCode::INTERNAL_SERVER_ERROR, &texts),
            Self::Unauthorized => StatusCode::UNAUTHORIZED.into_response(),
            Self::UnknownPath => {
                let body = json!({ "Message": "No HTTP resource was found that matches the request URI." });
                (StatusCode::NOT_FOUND, Json(body)).into_response()
            }
            Self::NoRecord => StatusCode::NOT_FOUND.into_response(),
            Self::Method(method) => {
                let text = format!("The requested resource does not support http method '{method}'.");
                (StatusCode::METHOD_NOT_ALLOWED, Json(json!({ "Message": text }))).into_response()
            }
            Self::TooMany { text, retry_after } => {
                let mut response = errors(StatusCode::TOO_MANY_REQUESTS, &[text]);
                if let Some(wait) = retry_after {
                    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.as_secs()));
                }
                response
            }
        }
    }
}

/// The service's error envelope.
pub(super) fn errors(status: StatusCode, texts: &[String]) -> Response {
    (status, Json(json!({ "errors": texts }))).into_response()
}
