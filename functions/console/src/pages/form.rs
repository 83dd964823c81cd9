//! What a form sends: names and values, a name as often as it was filled in.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};

use crate::document::BODY_MAX_BYTES;
use crate::error::{Error, Field};

/// What a form sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form(Vec<(String, String)>);

/// Why a form was not carried out, to be shown with the form as it was filled in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) fields: Vec<Field>,
}

impl Form {
    /// The value of a field, without space around it; empty where it was not sent.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(sent, _)| sent == name).map_or("", |(_, value)| value.trim())
    }

    /// The same, nothing where it is empty.
    pub(crate) fn filled(&self, name: &str) -> Option<&str> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }

    /// Every value of a field.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(sent, _)| sent == name).map(|(_, value)| value.trim())
    }

    /// Whether a box is ticked.
    pub(crate) fn is_ticked(&self, name: &str) -> bool {
        self.0.iter().any(|(sent, _)| sent == name)
    }

    /// A number; nothing where the field is empty.
    ///
    /// # Errors
    /// It is none.
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Error> {
        let wrong = |text: &str| Error::field(name, format!("“{text}” is not a number that can be used here"));
        self.filled(name).map(|text| text.parse().map_err(|_| wrong(text))).transpose()
    }
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let body = to_bytes(request.into_body(), BODY_MAX_BYTES).await.map_err(|_| Error::TooLarge)?;
        Ok(Self(url::form_urlencoded::parse(&body).into_owned().collect()))
    }
}

impl Refusal {
    /// The refusal of an operation that a person can mend by filling in the form differently.
    ///
    /// # Errors
    /// Every other error is given back: it is told on a page of its own.
    pub(crate) fn of(error: Error) -> Result<Self, Error> {
        match error {
            Error::Invalid(_)
            | Error::Unreadable { .. }
            | Error::Refused { .. }
            | Error::PreviewNeeded(_)
            | Error::Unavailable(_)
            | Error::Stale { .. } => {
                let message = error.to_string();
                Ok(Self { message, fields: error.fields() })
            }
            Error::SignedOut(_)
            | Error::Forbidden(_)
            | Error::TooLarge
            | Error::NotFound(_)
            | Error::MethodNotAllowed
            | Error::Internal(_) => Err(error),
        }
    }

    /// What is wrong with a field, by the end of its path.
    pub(crate) fn at(&self, field: &str) -> Option<&str> {
        let is_it = |at: &&Field| at.field == field || at.field.ends_with(&format!(".{field}"));
        self.fields.iter().find(is_it).map(|at| at.message.as_str())
    }
}
