//! Rule P12's brake.

use bridge_core::quota;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::table::{Key, Record};

/// Rule P12's brake is on: nothing drastic is applied until a person has approved, or no run would trip it any more. Only what a
/// person has just reviewed goes on meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Brake {
    /// Since when.
    pub since: Timestamp,
    /// Why.
    pub why: Why,
    /// Mapped accounts whose quotas are managed, at the last run.
    pub mapped: usize,
    /// Accounts that would change drastically, at the last run.
    pub accounts: usize,
    /// Mapped accounts with a selling contract at the last good run.
    pub selling_before: usize,
    /// The same at the last run.
    pub selling_now: usize,
    /// Digest of what would happen, which an approval names.
    pub digest: String,
    /// A person's consent, while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Approved>,
}

/// Why a run asks first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Too many accounts would change drastically.
    Drastic,
    /// Too many accounts sell nothing any more.
    FewerSelling,
}

/// A person's consent to what the brake holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// Who.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Until when it covers what is left of it.
    pub until: Timestamp,
    /// [`Brake::digest`] as it was shown.
    pub digest: String,
}

impl Brake {
    /// Whether drastic changes that a run has judged may be applied although the brake is on.
    #[must_use]
    pub fn is_approved(&self, now: Timestamp) -> bool {
        self.approved.as_ref().is_some_and(|approved| now < approved.until)
    }
}

impl From<quota::Brake> for Why {
    fn from(why: quota::Brake) -> Self {
        match why {
            quota::Brake::Drastic => Self::Drastic,
            quota::Brake::FewerSelling => Self::FewerSelling,
        }
    }
}

impl Record for Brake {
    const KIND: &'static str = "BRAKE";
    type Id = ();

    fn key((): &()) -> Key {
        Key::alone(Self::KIND, "-")
    }

    fn id(&self) {}
}
