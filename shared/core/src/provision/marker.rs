//! What tells the tenants and users of our making from all others (rule V3).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::id::AccountId;

/// What every marker begins with. A later change of its make gets a new number.
const PREFIX: &str = "autotask1";
const SEPARATOR: char = ':';

/// Names one creation of a tenant. Its text, such as `autotask1:0a1b:12:174:1`, is the tenant's internal tag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Marker {
    /// Id of this installation, so that a second one on the same databases takes nothing of ours for its own.
    installation: String,
    /// Number of the Autotask database.
    database: i64,
    /// The account.
    account: AccountId,
    /// 1 for the account's first tenant, one more for each that is made although there is an earlier one.
    creation: u32,
}

/// A text is no marker of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a marker of this integration")]
pub struct UnreadableMarker;

impl Marker {
    /// The marker of an account's first tenant.
    #[must_use]
    pub fn new(installation: &str, database: i64, account: AccountId) -> Self {
        Self { installation: installation.trim().to_owned(), database, account, creation: 1 }
    }

    /// Reads a tenant's internal tag; `None` when it is somebody else's.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        tag.parse().ok()
    }

    /// The account that the tenant was made for.
    #[must_use]
    pub fn account(&self) -> AccountId {
        self.account
    }

    /// Whether both come from this installation and this Autotask database.
    #[must_use]
    pub fn has_same_origin(&self, other: &Self) -> bool {
        (&self.installation, self.database) == (&other.installation, other.database)
    }

    /// Whether both are about the same account, be it of different creations.
    #[must_use]
    pub fn has_same_account(&self, other: &Self) -> bool {
        self.has_same_origin(other) && self.account == other.account
    }

    /// The external id of the customer's administrator user.
    #[must_use]
    pub fn administrator(&self) -> String {
        format!("{self}{SEPARATOR}admin")
    }

    /// Which creation of the account's it is.
    pub(super) fn creation(&self) -> u32 {
        self.creation
    }

    /// The marker of the creation after this one.
    pub(super) fn following(&self) -> Self {
        Self { creation: self.creation.saturating_add(1), ..self.clone() }
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { installation, database, account, creation } = self;
        write!(f, "{PREFIX}:{installation}:{database}:{account}:{creation}")
    }
}

impl FromStr for Marker {
    type Err = UnreadableMarker;

    fn from_str(text: &str) -> Result<Self, UnreadableMarker> {
        let rest = text.trim().strip_prefix(PREFIX).and_then(|rest| rest.strip_prefix(SEPARATOR));
        let mut parts = rest.ok_or(UnreadableMarker)?.rsplitn(4, SEPARATOR);
        let creation = number(parts.next())?;
        let account = number(parts.next())?;
        let database = number(parts.next())?;
        let installation = parts.next().filter(|text| !text.is_empty()).ok_or(UnreadableMarker)?.to_owned();
        Ok(Self { installation, database, account: AccountId(account), creation })
    }
}

fn number<N: FromStr>(text: Option<&str>) -> Result<N, UnreadableMarker> {
    text.and_then(|text| text.parse().ok()).ok_or(UnreadableMarker)
}

impl TryFrom<String> for Marker {
    type Error = UnreadableMarker;

    fn try_from(text: String) -> Result<Self, UnreadableMarker> {
        text.parse()
    }
}

impl From<Marker> for String {
    fn from(marker: Marker) -> Self {
        marker.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn v3_a_marker_is_read_back_and_fits_into_an_internal_tag(
            installation in "[0-9a-z:-]{1,40}",
            database in any::<i64>(),
            account in any::<i64>(),
        ) {
            let marker = Marker::new(&installation, database, AccountId(account));
            let later = marker.following();
            prop_assert_eq!(Marker::parse(&marker.to_string()), Some(marker.clone()));
            prop_assert_eq!(Marker::parse(&format!(" {later} ")), Some(later.clone()));
            prop_assert!(later.to_string().len() <= 256);
            prop_assert!(marker != later && marker.has_same_account(&later));
            prop_assert!(marker.administrator() != later.administrator());
        }
    }

    #[test]
    fn v3_a_tag_of_somebody_else_is_no_marker() {
        for tag in ["", "autotask:174", "autotask1:i:1:174", "autotask1::1:174:1", "autotask2:i:1:174:1", "x1:i:1:1:1"]
        {
            assert_eq!(Marker::parse(tag), None, "{tag}");
        }
    }

    #[test]
    fn v3_another_installation_or_database_is_not_ours() {
        let ours = Marker::new("i", 1, AccountId(174));
        assert!(!ours.has_same_account(&Marker::new("j", 1, AccountId(174))));
        assert!(!ours.has_same_account(&Marker::new("i", 2, AccountId(174))));
        assert!(ours.has_same_origin(&Marker::new("i", 1, AccountId(175))));
        assert!(!ours.has_same_account(&Marker::new("i", 1, AccountId(175))));
    }
}
