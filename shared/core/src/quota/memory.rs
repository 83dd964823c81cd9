//! What is remembered of an account between runs, and what is read beside its items.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::item::{Grant, ItemId};
use crate::sale::Source;

/// What the integration remembers of an account between runs, as far as plans depend on it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Memory {
    /// What we last wrote, by item; what differs from it was changed by hand (rule P15).
    #[serde(with = "pairs")]
    pub written: BTreeMap<ItemId, Grant>,
    /// When a raise by hand was first seen, and what it was.
    #[serde(with = "pairs")]
    pub raises: BTreeMap<ItemId, Raise>,
    /// Hand edits that a person made permanent.
    #[serde(with = "pairs")]
    pub exceptions: BTreeMap<ItemId, Exception>,
    /// Changes that a person approved although they are held.
    pub approvals: Vec<Approval>,
    /// Units of each line at the last good run (rule P4), as far as they were above zero.
    pub lines: Vec<Source>,
}

impl Memory {
    /// The approvals that are gone after a reading: their change is not wanted any more as it was approved, or more is used than
    /// was shown. Those of which the change was written are dropped later, and are none of them.
    pub fn lapsed<'a>(&'a self, after: &'a Self) -> impl Iterator<Item = &'a Approval> {
        self.approvals.iter().filter(|approval| !after.approvals.contains(approval))
    }
}

/// A raise by hand (rule P15).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Raise {
    /// What it was raised to.
    pub grant: Grant,
    /// When that was first seen.
    pub seen_at: Timestamp,
}

/// A hand edit that stays (rule P15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exception {
    /// What is left alone; any other value is drift again.
    pub grant: Grant,
    /// Why.
    pub reason: String,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A person's consent to one held change (rule P12): for that item and value, and up to the usage that was shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// The item.
    pub item: ItemId,
    /// What it may become.
    pub to: Grant,
    /// Usage when it was approved; `None` where none was known or it does not matter.
    pub usage: Option<i64>,
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// What a tenant uses of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// In the item's unit.
    pub value: i64,
    /// When it was read.
    pub read_at: Timestamp,
}

/// Maps with keys that are no text, as lists of pairs.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, K: Deserialize<'de> + Ord, V: Deserialize<'de>, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<K, V>, D::Error> {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}
