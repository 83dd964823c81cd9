//! Rule P12's brake.

use std::collections::BTreeSet;
use std::fmt::Write as _;

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
    /// Those of them that had one at the last run.
    pub selling_now: usize,
    /// Digest of what would happen, which an approval names.
    pub digest: String,
    /// What would happen, so that an approval covers nothing else.
    #[serde(default, skip_serializing_if = "Shown::is_empty")]
    pub shown: Shown,
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

/// What a person is shown: a short hash for each account and what would become of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Shown(BTreeSet<u64>);

impl Shown {
    /// Whether nothing is in `now` that was not shown.
    #[must_use]
    pub fn covers(&self, now: &Self) -> bool {
        now.0.is_subset(&self.0)
    }

    /// The hashes in their order.
    pub fn hashes(&self) -> impl Iterator<Item = u64> {
        self.0.iter().copied()
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<u64> for Shown {
    fn from_iter<I: IntoIterator<Item = u64>>(hashes: I) -> Self {
        Self(hashes.into_iter().collect())
    }
}

/// As hexadecimal digits in one text: ten thousand accounts fit into a record.
impl From<Shown> for String {
    fn from(Shown(hashes): Shown) -> Self {
        hashes.into_iter().fold(Self::new(), |mut text, hash| {
            write!(text, "{hash:016x}").expect("writing to a string cannot fail");
            text
        })
    }
}

impl TryFrom<String> for Shown {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let hash = |at: usize| u64::from_str_radix(text.get(at..at + HASH).unwrap_or_default(), 16);
        (0..text.len()).step_by(HASH).map(hash).collect()
    }
}

/// Digits of a hash.
const HASH: usize = 16;

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

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(hashes: &[u64]) -> Shown {
        hashes.iter().copied().collect()
    }

    #[test]
    fn p12_what_was_shown_is_kept_as_it_is() {
        for hashes in [&[][..], &[0], &[3, u64::MAX, 0xab]] {
            let text = String::from(shown(hashes));
            assert_eq!(Shown::try_from(text.clone()), Ok(shown(hashes)), "{text}");
        }
        for broken in ["1", "00000000000000010", "000000000000000g", "00000000000000é"] {
            assert!(Shown::try_from(broken.to_owned()).is_err(), "{broken}");
        }
    }

    #[test]
    fn p12_what_was_shown_covers_what_is_left_of_it_and_nothing_else() {
        let all = shown(&[1, 2, 3, 4]);
        assert!(all.covers(&all) && all.covers(&shown(&[2])) && all.covers(&shown(&[])));
        assert!(!all.covers(&shown(&[5, 6, 7])), "as many others are others");
        assert!(!shown(&[]).covers(&shown(&[1])));
    }
}
