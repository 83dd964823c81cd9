//! Why an operation was not carried out, as the caller is told.
//!
//! The status says who has to act: 4xx the caller, 503 nobody (it passes), 5xx else the operator of this product. A text of a
//! foreign system is passed on, as it is what helps; our own internals go to the log.

use std::error::Error as StdError;

use axum::Json;
use axum::response::{IntoResponse, Response};
use bridge_core::failure::Class;
use bridge_core::settings::Problem;
use http::{HeaderValue, StatusCode, header};
use runtime::telemetry;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// Why an operation was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in. Says how to.
    #[error("{0}")]
    SignedOut(&'static str),
    /// Somebody is signed in, and the request may not come from him.
    #[error("{0}")]
    Forbidden(String),
    /// The request cannot be read.
    #[error("{message}")]
    Unreadable {
        /// Where, as far as that can be said.
        field: Option<String>,
        /// What is wrong.
        message: String,
    },
    /// The request's body is larger than is read.
    #[error("the request is larger than {} KiB", crate::document::BODY_MAX_BYTES / 1024)]
    TooLarge,
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// The path is known, and not with this method.
    #[error("this path is not asked in this way: /api/v1/openapi.json lists how")]
    MethodNotAllowed,
    /// The request is readable and names values that cannot be.
    #[error("some values cannot be used")]
    Invalid(Vec<Problem>),
    /// Somebody else saved first (rule B3).
    #[error("somebody else has changed this in the meantime: look at both versions and save again")]
    Stale {
        /// What is there now.
        current: Value,
        /// What was to be saved.
        yours: Value,
    },
    /// It is not possible as things are.
    #[error("{message}")]
    Refused {
        /// Stable code.
        code: &'static str,
        /// What stands against it, and what to do.
        message: String,
    },
    /// It would change customers' tenants, which nobody has looked at yet (rule P13).
    #[error(
        "this would change customers' tenants: start a preview with it (POST /api/v1/previews), look at what it does, and apply it"
    )]
    PreviewNeeded(Vec<Problem>),
    /// It will be possible again without anybody's doing.
    #[error("{0}")]
    Unavailable(String),
    /// Our own fault.
    #[error("this could not be done because of an internal error; its log has the details")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

/// What a refusal said, kept with the answer: for a person it is told on a page (see [`crate::pages`]).
#[derive(Debug, Clone)]
pub(crate) struct Refused(pub(crate) Detail);

/// A refusal in JSON.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Refused")]
pub struct Body {
    /// The refusal.
    pub error: Detail,
    /// After a stale save: what is there now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<Value>,
    /// After a stale save: what was to be saved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub yours: Option<Value>,
}

/// What is wrong.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "RefusedDetail")]
pub struct Detail {
    /// Stable code.
    pub code: String,
    /// In words.
    pub message: String,
    /// Values that are refused, each beside its field.
    pub fields: Vec<Field>,
}

/// What is wrong with one field.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "RefusedField")]
pub struct Field {
    /// Its path, for example `settings.tickets.types.BackupFailed.priority`.
    pub field: String,
    /// In words.
    pub message: String,
}

/// What the clients' errors promise on behalf of the workers.
const TRIED_AGAIN: &str = ". It will be tried again";

impl Error {
    /// One field that cannot be used.
    pub(crate) fn field(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Problem { field: field.to_owned(), message: message.into() }])
    }

    /// A refusal with its code.
    pub(crate) fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::Refused { code, message: message.into() }
    }

    /// A stale save.
    pub(crate) fn stale(current: &impl Serialize, yours: &impl Serialize) -> Self {
        let value = |document: Result<Value, _>| document.unwrap_or(Value::Null);
        Self::Stale { current: value(serde_json::to_value(current)), yours: value(serde_json::to_value(yours)) }
    }

    /// A failure that says its class, in the words of the error itself.
    fn of_class(class: Class, error: impl StdError + Send + Sync + 'static) -> Self {
        match class {
            Class::Permanent | Class::NeedsOperator => Self::refused("refused", error.to_string()),
            Class::Conflict | Class::Throttled { .. } | Class::Transient { .. } | Class::OutcomeUnknown => {
                // Workers try again by themselves. Here it is a person who has asked, and who asks again.
                Self::Unavailable(error.to_string().replace(TRIED_AGAIN, ""))
            }
            Class::Bug => Self::Internal(error.into()),
        }
    }

    /// The same for a save that was not made because a system gave no answer.
    pub(crate) fn nothing_saved(self) -> Self {
        match self {
            Self::Unavailable(text) => Self::Unavailable(format!("{text}. Nothing was saved: enter it again later")),
            other => other,
        }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::SignedOut(_) => StatusCode::UNAUTHORIZED,
            Self::Forbidden(_) => StatusCode::FORBIDDEN,
            Self::Unreadable { .. } => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound(_) => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Stale { .. } => StatusCode::CONFLICT,
            Self::Invalid(_) | Self::Refused { .. } | Self::PreviewNeeded(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::SignedOut(_) => "signed_out",
            Self::Forbidden(_) => "forbidden",
            Self::Unreadable { .. } => "unreadable",
            Self::TooLarge => "too_large",
            Self::NotFound(_) => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::Stale { .. } => "stale",
            Self::Invalid(_) => "invalid",
            Self::Refused { code, .. } => code,
            Self::PreviewNeeded(_) => "preview_needed",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// Values that are refused, each beside its field.
    pub(crate) fn fields(&self) -> Vec<Field> {
        match self {
            Self::Unreadable { field, message } => {
                let field = field.as_ref().map(|field| Field { field: field.clone(), message: message.clone() });
                field.into_iter().collect()
            }
            Self::Invalid(problems) | Self::PreviewNeeded(problems) => {
                problems.iter().cloned().map(Field::from).collect()
            }
            Self::SignedOut(_)
            | Self::Forbidden(_)
            | Self::TooLarge
            | Self::NotFound(_)
            | Self::MethodNotAllowed
            | Self::Stale { .. }
            | Self::Refused { .. }
            | Self::Unavailable(_)
            | Self::Internal(_) => Vec::new(),
        }
    }

    fn into_body(self) -> Body {
        let error = Detail { code: self.code().to_owned(), message: self.to_string(), fields: self.fields() };
        let (current, yours) = match self {
            Self::Stale { current, yours } => (Some(current), Some(yours)),
            _ => (None, None),
        };
        Body { error, current, yours }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        if let Self::Internal(cause) = &self {
            tracing::error!(error = telemetry::chain(cause.as_ref()), "a request to the console failed");
        }
        let (status, is_signed_out) = (self.status(), matches!(self, Self::SignedOut(_)));
        let body = self.into_body();
        let refused = Refused(body.error.clone());
        let mut response = (status, Json(body)).into_response();
        response.extensions_mut().insert(refused);
        if is_signed_out {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Problem> for Field {
    fn from(Problem { field, message }: Problem) -> Self {
        Self { field, message }
    }
}

impl From<store::table::Error> for Error {
    fn from(error: store::table::Error) -> Self {
        of_ours(error.class(), error)
    }
}

impl From<store::secrets::SecretsError> for Error {
    fn from(error: store::secrets::SecretsError) -> Self {
        of_ours(error.class(), error)
    }
}

impl From<store::queue::SendError> for Error {
    fn from(error: store::queue::SendError) -> Self {
        of_ours(error.class(), error)
    }
}

impl From<::systems::Error> for Error {
    fn from(error: ::systems::Error) -> Self {
        use ::systems::Error as Systems;
        match error {
            Systems::NotConfigured(_) | Systems::Unusable { .. } => Self::refused("not_configured", error.to_string()),
            Systems::Paused { .. } => Self::refused("paused", error.to_string()),
            Systems::Table(error) => error.into(),
            Systems::Secrets(error) => error.into(),
            Systems::Acronis(error) => error.into(),
            Systems::Autotask(error) => error.into(),
        }
    }
}

impl From<billing::Error> for Error {
    fn from(error: billing::Error) -> Self {
        use billing::Error as Billing;
        match error {
            Billing::Systems(error) => error.into(),
            Billing::Table(error) => error.into(),
            Billing::Queue(error) => error.into(),
            Billing::Incomplete { .. } | Billing::NoRoot { .. } | Billing::NoTime => {
                Self::Unavailable(error.to_string())
            }
            Billing::NoPreview { .. } => Self::NotFound(error.to_string()),
        }
    }
}

impl From<acronis::Error> for Error {
    fn from(error: acronis::Error) -> Self {
        Self::of_class(error.class(), error)
    }
}

impl From<autotask::Error> for Error {
    fn from(error: autotask::Error) -> Self {
        Self::of_class(error.class(), error)
    }
}

/// A failure of our own stores: the caller is told that it passes, or that it is ours.
fn of_ours(class: Class, error: impl StdError + Send + Sync + 'static) -> Error {
    match class {
        Class::Conflict | Class::Throttled { .. } | Class::Transient { .. } | Class::OutcomeUnknown => {
            tracing::warn!(error = telemetry::chain(&error), "a request to the console could not be finished");
            Error::Unavailable("the store is busy: look whether this was saved, and repeat it if not".to_owned())
        }
        Class::Permanent | Class::NeedsOperator | Class::Bug => Error::Internal(error.into()),
    }
}
