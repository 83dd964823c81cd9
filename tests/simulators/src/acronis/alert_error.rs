//! Errors of the alert manager: flat, except that the gateway in front of it refuses a bad token with a page.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;

use crate::control::html_page;

/// A refusal by the alert manager.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum AlertRefusal {
    Unauthorized,
    Forbidden,
    NotFound,
    UnsupportedMediaType,
    BadRequest(String),
}

impl IntoResponse for AlertRefusal {
    fn into_response(self) -> Response {
        match self {
            Self::Unauthorized => html_page(StatusCode::UNAUTHORIZED),
            Self::Forbidden => flat(StatusCode::FORBIDDEN, "AccessDenied", "no right to this tenant's alerts"),
            Self::NotFound => flat(StatusCode::NOT_FOUND, "NotFound", "no such object"),
            Self::UnsupportedMediaType => flat(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UnsupportedMediaType", "send JSON"),
            Self::BadRequest(reason) => flat(StatusCode::BAD_REQUEST, "BadRequest", &reason),
        }
    }
}

/// The reply of an ordered fault, in the alert manager's shape.
pub(super) fn for_status(status: StatusCode) -> Response {
    if status == StatusCode::UNAUTHORIZED {
        return html_page(status);
    }
    flat(status, "Error", status.canonical_reason().unwrap_or("Unknown"))
}

fn flat(status: StatusCode, code: &str, reason: &str) -> Response {
    let body = json!({ "domain": "AlertManager", "code": code, "reason": reason, "context": {}, "kbLink": null, "debug": null });
    (status, Json(body)).into_response()
}
