//! Edits of the mapping on their way to an Apply (rule V5).

use bridge_core::id::AccountId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::table::{Key, Record};

/// What nobody applies within a month is forgotten.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What a person has put together and not applied yet. Each person has one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staged {
    /// Whose it is: not the name, which two people may share.
    pub subject: String,
    /// In the order in which they are carried out, one for an account at most.
    pub edits: Vec<StagedEdit>,
    /// When they were last changed.
    pub at: Timestamp,
}

/// An edit that is staged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedEdit {
    /// The account.
    pub account: AccountId,
    /// Its name when it was staged.
    pub account_name: String,
    /// Name of the tenant that it is to be mapped to, or in which a new one is to be made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_name: Option<String>,
    /// The edit, in the JSON of the console's API.
    pub edit: String,
    /// What speaks against it without forbidding it, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doubt: Option<String>,
    /// Why the last Apply did not carry it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<StagedRefusal>,
}

/// Why a staged edit was not carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StagedRefusal {
    /// Stable code.
    pub code: String,
    /// In words.
    pub message: String,
}

impl Record for Staged {
    const KIND: &'static str = "STAGED";
    type Id = String;

    fn key(id: &String) -> Key {
        Key::alone(Self::KIND, id)
    }

    fn id(&self) -> String {
        self.subject.clone()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.at.checked_add(KEPT).ok()
    }
}
