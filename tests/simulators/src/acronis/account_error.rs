//! Errors of the account server: wrapped in `error`, with the platform's numeric codes.

use std::borrow::Cow;

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::{Value, json};

use super::quirks::Quirks;

/// A refusal by the account server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    VersionMismatch,
    AccessDenied,
    ParentDisabled,
    NameConflict,
    TenantNotFound,
    DeleteBeforeDisable,
    MoveUnderOwnChild,
    MoveWithinCustomer,
    MoveUnderDisabled,
    TenantLocked,
    StorageUsedBelow,
    DefaultStorage,
    /// An item is not in the catalogue or not on at the parent.
    ItemUnavailable(String),
    HardQuotaExceeded(String),
    ItemDependency(String),
    InvalidLogin,
    LoginTaken,
    LoginMalformed,
    /// What older documents answer when a version is not the newest.
    ChangedElsewhere,
    BusinessRule(&'static str),
    Unauthorized,
    NotFound,
    UnsupportedMediaType,
    BadRequest(String),
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::VersionMismatch | Self::NameConflict | Self::LoginTaken => StatusCode::CONFLICT,
            Self::ChangedElsewhere => StatusCode::UPGRADE_REQUIRED,
            Self::LoginMalformed => StatusCode::NOT_ACCEPTABLE,
            Self::AccessDenied | Self::TenantLocked => StatusCode::FORBIDDEN,
            Self::TenantNotFound | Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::ParentDisabled
            | Self::DeleteBeforeDisable
            | Self::MoveUnderOwnChild
            | Self::MoveWithinCustomer
            | Self::MoveUnderDisabled
            | Self::StorageUsedBelow
            | Self::DefaultStorage
            | Self::ItemUnavailable(_)
            | Self::HardQuotaExceeded(_)
            | Self::ItemDependency(_)
            | Self::InvalidLogin
            | Self::BusinessRule(_)
            | Self::BadRequest(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// The platform's code; a refusal outside its list carries the HTTP status.
    fn code(&self) -> u16 {
        match self {
            Self::VersionMismatch | Self::ChangedElsewhere => 1001,
            Self::AccessDenied => 1002,
            Self::ParentDisabled => 1003,
            Self::NameConflict => 1004,
            Self::TenantNotFound => 1005,
            Self::DeleteBeforeDisable => 1006,
            Self::MoveUnderOwnChild => 1007,
            Self::MoveWithinCustomer => 1008,
            Self::TenantLocked => 1012,
            Self::MoveUnderDisabled => 1013,
            Self::StorageUsedBelow => 1016,
            Self::DefaultStorage => 1017,
            Self::ItemUnavailable(_) => 1021,
            Self::HardQuotaExceeded(_) => 1022,
            Self::ItemDependency(_) => 1023,
            Self::BusinessRule(_) => 1027,
            Self::InvalidLogin => 1033,
            Self::Unauthorized
            | Self::NotFound
            | Self::UnsupportedMediaType
            | Self::LoginTaken
            | Self::LoginMalformed
            | Self::BadRequest(_) => self.status().as_u16(),
        }
    }

    fn message(&self) -> Cow<'_, str> {
        let fixed = match self {
            Self::ItemUnavailable(name) => return format!("The offering item {name} is not available.").into(),
            Self::HardQuotaExceeded(name) => return format!("The hard quota of {name} is exceeded.").into(),
            Self::ItemDependency(name) => {
                return format!("Other offering items depend on {name}, or it on them.").into();
            }
            Self::VersionMismatch => "The object was changed in the meantime.",
            Self::AccessDenied => "Access is denied.",
            Self::ParentDisabled => "The parent tenant is disabled.",
            Self::NameConflict => "A tenant with this name already exists.",
            Self::TenantNotFound => "The tenant is not found.",
            Self::DeleteBeforeDisable => "It is prohibited to delete a non-disabled tenant.",
            Self::MoveUnderOwnChild => "A tenant cannot be moved under its own child.",
            Self::MoveWithinCustomer => "A tenant cannot be moved within a customer.",
            Self::MoveUnderDisabled => "A tenant cannot be moved under a disabled tenant.",
            Self::TenantLocked => "The tenant is locked for updates.",
            Self::StorageUsedBelow => "A tenant below uses the storage.",
            Self::DefaultStorage => "The default storage cannot be turned off.",
            Self::InvalidLogin => "The login is invalid.",
            Self::LoginTaken => "The login is taken.",
            Self::LoginMalformed => "The login is malformed.",
            Self::ChangedElsewhere => "The object was updated in another session.",
            Self::Unauthorized => "Unauthorized",
            Self::NotFound => "Not found",
            Self::UnsupportedMediaType => "Unsupported Media Type",
            Self::BusinessRule(message) => message,
            Self::BadRequest(message) => message,
        };
        fixed.into()
    }

    pub(super) fn into_response(self, quirks: &Quirks) -> Response {
        let status = self.status();
        if quirks.bare_not_found && status == StatusCode::NOT_FOUND {
            return (status, Json(json!({ "error": { "code": 404, "message": "Not found" } }))).into_response();
        }
        let code = if quirks.text_error_codes { json!(self.code().to_string()) } else { json!(self.code()) };
        (status, Json(envelope(&code, &self.message()))).into_response()
    }
}

/// The reply of an ordered fault, in the account server's shape.
pub(super) fn for_status(status: StatusCode) -> Response {
    let message = status.canonical_reason().unwrap_or("Unknown");
    (status, Json(envelope(&json!(status.as_u16()), message))).into_response()
}

fn envelope(code: &Value, message: &str) -> Value {
    json!({ "error": {
        "code": code, "message": message, "domain": "PlatformAccountServer", "details": { "info": "", "addition": [] }, "context": null,
    } })
}
