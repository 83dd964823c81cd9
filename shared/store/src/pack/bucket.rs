use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::table::{Key, Record};

/// What a pack consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    /// The pack.
    pub(super) pack: String,
    /// How many buckets it has.
    pub(super) buckets: u32,
    /// What is common to its entries, compressed.
    #[serde(with = "binary")]
    pub(super) common: Vec<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<Timestamp>,
}

/// Some of a pack's entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Bucket {
    /// The pack.
    pub(super) pack: String,
    /// Which bucket.
    pub(super) place: Place,
    /// Of the content before it was compressed.
    pub(super) digest: String,
    /// The entries, compressed.
    #[serde(with = "binary")]
    pub(super) data: Vec<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expires_at: Option<Timestamp>,
}

/// A bucket's place among others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Place {
    /// How many buckets there are.
    pub(super) of: u32,
    /// Its number, from 0.
    pub(super) number: u32,
}

impl Record for Head {
    const KIND: &'static str = "PACK";
    type Id = String;

    fn key(pack: &String) -> Key {
        Key::alone(Self::KIND, pack)
    }

    fn id(&self) -> String {
        self.pack.clone()
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

impl Record for Bucket {
    const KIND: &'static str = "PACK_BUCKET";
    type Id = (String, Place);

    fn key((pack, Place { of, number }): &(String, Place)) -> Key {
        Key::new(Self::partition(pack), format!("{of:06}#{number:06}"))
    }

    fn id(&self) -> (String, Place) {
        (self.pack.clone(), self.place)
    }

    fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

impl Bucket {
    /// Where a pack's buckets lie.
    pub(super) fn partition(pack: &str) -> String {
        format!("{}#{pack}", Self::KIND)
    }
}

/// Bytes as an attribute of its own type, rather than a list of numbers.
mod binary {
    use std::fmt;

    use serde::de::{SeqAccess, Visitor};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        deserializer.deserialize_byte_buf(Bytes)
    }

    struct Bytes;

    impl<'de> Visitor<'de> for Bytes {
        type Value = Vec<u8>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("bytes")
        }

        fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Vec<u8>, E> {
            Ok(bytes.to_vec())
        }

        fn visit_byte_buf<E>(self, bytes: Vec<u8>) -> Result<Vec<u8>, E> {
            Ok(bytes)
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut numbers: A) -> Result<Vec<u8>, A::Error> {
            let mut bytes = Vec::new();
            while let Some(byte) = numbers.next_element()? {
                bytes.push(byte);
            }
            Ok(bytes)
        }
    }
}
