//! What a form sends: names and values, a name as often as it was filled in.

mod stale;

use std::fmt;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};

use bridge_core::settings::Problem;
use serde_json::Value;

use crate::document::BODY_MAX_BYTES;
use crate::error::{Error, Field};
use crate::journal;
pub(crate) use stale::{Edited, Entered};

/// What a form sent. Among the values may be secrets.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct Form(Vec<(String, String)>);

/// Why a form was not carried out, to be shown with the form as it was filled in.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refusal {
    pub(crate) message: String,
    pub(crate) fields: Vec<Field>,
}

/// Reads a form field by field, and says at the end what could not be read.
pub(crate) struct Reading<'a> {
    form: &'a Form,
    problems: Vec<Problem>,
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

    /// All names and values, to be sent once more.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
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

/// Names only.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// A form as a page shows it before anybody has filled it in.
impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Form {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Self {
        Self(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl<'a> Reading<'a> {
    pub(crate) fn of(form: &'a Form) -> Self {
        Self { form, problems: Vec::new() }
    }

    /// A number; nothing where the field is empty, or holds something else.
    pub(crate) fn number<T: std::str::FromStr>(&mut self, name: &str) -> Option<T> {
        match self.form.number(name) {
            Ok(number) => number,
            Err(Error::Invalid(problems)) => {
                self.problems.extend(problems);
                None
            }
            Err(_) => None,
        }
    }

    /// Something else that is wrong with a field.
    pub(crate) fn say(&mut self, field: &str, message: &str) {
        self.problems.push(Problem { field: field.to_owned(), message: message.to_owned() });
    }

    /// What was read, if all of it could be.
    ///
    /// # Errors
    /// Names each field that could not.
    pub(crate) fn done<T>(self, read: T) -> Result<T, Error> {
        if self.problems.is_empty() { Ok(read) } else { Err(Error::Invalid(self.problems)) }
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
            Error::Stale { ref current, ref yours } => {
                Ok(Self { message: error.to_string(), fields: both(current, yours) })
            }
            Error::Invalid(_)
            | Error::Unreadable { .. }
            | Error::Refused { .. }
            | Error::PreviewNeeded(_)
            | Error::Unavailable(_) => {
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

/// Rule B3: what is there now and what was to be saved, where they differ.
fn both(current: &Value, yours: &Value) -> Vec<Field> {
    // Lists and the like are told by pages that know what is in them.
    let is_told = |value: &Value| !matches!(value, Value::Array(_) | Value::Object(_));
    let field = |(path, now, entered): (String, Value, Value)| {
        let name = journal::path_in_words(&path);
        let message = match is_told(&now) && is_told(&entered) {
            true => format!("{name}: now {}, yours {}", journal::told(&now), journal::told(&entered)),
            false => format!("{name}: not the same"),
        };
        Field { field: path, message }
    };
    // The version differs by itself, and what no form has is in no draft: nobody has entered either.
    let is_entered =
        |path: &str| path != "version" && path.split('.').next().is_some_and(|name| yours.get(name).is_some());
    journal::changes(current, yours).into_iter().filter(|(path, ..)| is_entered(path)).map(field).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn l2_a_form_shows_no_value_in_a_log() {
        let form: Form = [("user_name", "api@msp.example"), ("secret", "canary")].into_iter().collect();
        assert_eq!(format!("{form:?}"), r#"{"user_name", "secret"}"#);
    }

    #[test]
    fn b3_a_stale_form_tells_both_versions_in_words() {
        let current = json!({"version": 2, "created_at": "2026-11-22", "settings": {"time_zone": "UTC", "tickets": {"enabled": true, "source": 8}}});
        let yours =
            json!({"version": 1, "settings": {"time_zone": "UTC", "tickets": {"enabled": false, "source": null}}});
        let refusal = Refusal::of(Error::Stale { current, yours }).unwrap();
        let told: Vec<&str> = refusal.fields.iter().map(|field| field.message.as_str()).collect();
        assert_eq!(told, ["tickets, enabled: now on, yours off", "tickets, source: now 8, yours nothing"]);

        let (current, yours) = (json!({"rows": [{"a": 1}]}), json!({"rows": [{"a": 2}]}));
        let told = Refusal::of(Error::Stale { current, yours }).unwrap().fields;
        assert_eq!(told[0].message, "rows: not the same", "nobody reads JSON");
    }

    #[test]
    fn b3_every_number_that_is_none_is_named() {
        let form: Form = [("days", "ten"), ("hours", " 24 "), ("minutes", ""), ("seconds", "-1")].into_iter().collect();
        let mut reading = Reading::of(&form);
        let read = [reading.number::<u32>("days"), reading.number("hours"), reading.number("minutes")];
        assert_eq!((read, reading.number::<u32>("seconds")), ([None, Some(24), None], None));
        let fields: Vec<String> = reading.done(()).unwrap_err().fields().into_iter().map(|at| at.field).collect();
        assert_eq!(fields, ["days", "seconds"]);
    }
}
