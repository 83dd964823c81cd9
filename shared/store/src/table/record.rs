use std::fmt;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Longest partition key that DynamoDB takes, in bytes.
const PK_MAX_BYTES: usize = 2048;
/// Longest sort key that DynamoDB takes, in bytes.
const SK_MAX_BYTES: usize = 1024;

/// Where a record lies: partition and place within the partition.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

impl Key {
    /// A key of two parts.
    pub fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// The key of a record that has its partition to itself: `KIND#id` and `-`.
    #[must_use]
    pub fn alone(kind: &str, id: &str) -> Self {
        Self::new(format!("{kind}#{id}"), "-")
    }

    /// The id of a record that has its partition to itself.
    #[must_use]
    pub fn id_alone(&self, kind: &str) -> Option<&str> {
        self.pk.strip_prefix(kind)?.strip_prefix('#')
    }

    /// Whether a record can lie there. DynamoDB refuses to look for an empty or a too long key, and ids come from outside.
    pub(super) fn is_possible(&self) -> bool {
        (1..=PK_MAX_BYTES).contains(&self.pk.len()) && (1..=SK_MAX_BYTES).contains(&self.sk.len())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.pk, self.sk)
    }
}

/// What can be kept in the table.
pub trait Record: Serialize + DeserializeOwned {
    /// Prefix of the partition key, and the record's name in messages.
    const KIND: &'static str;
    /// Format that this release writes. It reads this one and the one before.
    const FORMAT: u32 = 1;
    /// What identifies a record of this kind.
    type Id;

    /// Where the record with this id lies.
    fn key(id: &Self::Id) -> Key;

    /// The record's own id.
    fn id(&self) -> Self::Id;

    /// When the record asks for attention; it is then found by [`Table::due`](super::Table::due), in whole seconds.
    fn due_at(&self) -> Option<Timestamp> {
        None
    }

    /// Whether there is something to say of the record that most of its kind have not: it is then found by
    /// [`Table::noted`](super::Table::noted), without reading the others.
    fn is_noted(&self) -> bool {
        false
    }

    /// When the table may forget the record. It does so within days, so readers must not rely on the moment.
    fn expires_at(&self) -> Option<Timestamp> {
        None
    }

    /// Reads the fields of a record of format `FORMAT - 1`. The default fits formats that only added fields with defaults.
    ///
    /// # Errors
    /// The fields are not of that format.
    fn from_previous(fields: serde_json::Value) -> Result<Self, serde_json::Error> {
        serde_json::from_value(fields)
    }
}

/// A record as the table has it. Every later write is conditional on its version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored<R> {
    /// The record.
    pub value: R,
    /// Changes with every write. The first version differs between two records that take the same place one after the other,
    /// so that a version read from the first never fits the second.
    pub version: u64,
}

impl<R> Stored<R> {
    /// The same version with a changed value, ready to be written back.
    #[must_use]
    pub fn map(self, change: impl FnOnce(R) -> R) -> Self {
        Self { value: change(self.value), version: self.version }
    }
}
