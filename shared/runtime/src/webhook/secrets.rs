//! The record that holds a webhook's secrets.

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

/// The secrets of one webhook, kept in the secret store as a JSON object with these names.
///
/// While a secret is rotated there are two: senders move to `current` in their own time, and `previous` goes when they have.
#[derive(Debug, Clone, Deserialize)]
pub struct SigningSecrets {
    /// Signs from now on.
    pub current: SecretString,
    /// Signed until now.
    #[serde(default)]
    pub previous: Option<SecretString>,
    /// Token for a sender that cannot sign; without it no token is accepted.
    #[serde(default)]
    pub bearer: Option<SecretString>,
}

/// The record does not have the expected form. The parser's own words are left out: they would quote the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the webhook's secret is not an object with \"current\" and, if need be, \"previous\" and \"bearer\"; save it again"
)]
pub struct Unreadable;

impl SigningSecrets {
    /// One secret, no rotation, no token.
    #[must_use]
    pub fn only(current: SecretString) -> Self {
        Self { current, previous: None, bearer: None }
    }

    /// Reads the record as stored.
    ///
    /// # Errors
    /// It has another form.
    pub fn parse(stored: &SecretString) -> Result<Self, Unreadable> {
        serde_json::from_str(stored.expose_secret()).map_err(|_| Unreadable)
    }

    /// The record to store.
    #[must_use]
    pub fn to_stored(&self) -> SecretString {
        let text = |secret: &Option<SecretString>| secret.as_ref().map(|secret| secret.expose_secret().to_owned());
        let record = json!({
            "current": self.current.expose_secret(),
            "previous": text(&self.previous),
            "bearer": text(&self.bearer),
        });
        record.to_string().into()
    }

    /// The secrets that a signature may be of.
    pub fn signing(&self) -> impl Iterator<Item = &SecretString> {
        std::iter::once(&self.current).chain(&self.previous)
    }
}
