//! How entries become bytes: a line of JSON each, compressed together.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::Entry;
use crate::table::Error;

const IN_MEMORY: &str = "writing to memory cannot fail";

/// An entry as it is written.
pub(super) struct Line {
    /// Decides its bucket.
    pub(super) hash: u64,
    /// Ends with a line feed.
    pub(super) json: Box<[u8]>,
}

/// A bucket's content.
pub(super) struct Packed {
    /// Of the content before it was compressed.
    pub(super) digest: String,
    /// Compressed.
    pub(super) data: Vec<u8>,
}

impl Packed {
    pub(super) fn of(content: &[Line]) -> Self {
        let (mut digest, mut encoder) = (Sha256::new(), encoder());
        for Line { json, .. } in content {
            digest.update(json);
            encoder.write_all(json).expect(IN_MEMORY);
        }
        Self { digest: short(digest), data: encoder.finish().expect(IN_MEMORY) }
    }
}

/// The entries as lines.
pub(super) fn lines<T: Entry>(entries: impl IntoIterator<Item = T>) -> Result<Vec<Line>, Error> {
    let line = |entry: T| {
        let mut json = json(&entry)?;
        json.push(b'\n');
        Ok(Line { hash: hash(&entry.key()), json: json.into() })
    };
    entries.into_iter().map(line).collect()
}

/// Reads entries back, one at a time.
pub(super) fn unpack<T: Entry>(data: &[u8], take: &mut impl FnMut(T)) -> Result<(), String> {
    for line in BufReader::new(ZlibDecoder::new(data)).lines() {
        let line = line.map_err(|error| error.to_string())?;
        take(serde_json::from_str(&line).map_err(|error| error.to_string())?);
    }
    Ok(())
}

/// One value, compressed.
pub(super) fn pack_one<C: Serialize>(value: &C) -> Result<Vec<u8>, Error> {
    Ok(compress(&json(value)?))
}

/// Reads [`pack_one`]'s value back.
pub(super) fn one<C: DeserializeOwned>(data: &[u8]) -> Result<C, String> {
    let mut content = Vec::new();
    ZlibDecoder::new(data).read_to_end(&mut content).map_err(|error| error.to_string())?;
    serde_json::from_slice(&content).map_err(|error| error.to_string())
}

fn json<T: Serialize>(value: &T) -> Result<Vec<u8>, Error> {
    serde_json::to_vec(value).map_err(|error| Error::Malformed(format!("a packed entry cannot be written: {error}")))
}

fn compress(content: &[u8]) -> Vec<u8> {
    let mut encoder = encoder();
    encoder.write_all(content).and_then(|()| encoder.finish()).expect(IN_MEMORY)
}

fn encoder() -> ZlibEncoder<Vec<u8>> {
    ZlibEncoder::new(Vec::new(), Compression::fast())
}

/// The first half of a hash: enough to tell contents apart.
fn short(hash: Sha256) -> String {
    let mut text = String::with_capacity(32);
    for byte in &hash.finalize()[..16] {
        write!(text, "{byte:02x}").expect(IN_MEMORY);
    }
    text
}

/// The same for ever, unlike the standard library's: it decides where an entry lies (FNV-1a).
pub(super) fn hash(key: &str) -> u64 {
    key.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
    struct Named(String, i64);

    impl Entry for Named {
        fn key(&self) -> String {
            self.0.clone()
        }
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_out_again(entries in prop::collection::vec((".*", any::<i64>()), 0..50)) {
            let entries: Vec<Named> = entries.into_iter().map(|(name, number)| Named(name, number)).collect();
            let content = lines(entries.clone()).unwrap();
            let mut read = Vec::new();
            unpack(&Packed::of(&content).data, &mut |entry: Named| read.push(entry)).unwrap();
            prop_assert_eq!(read, entries);
        }
    }

    #[test]
    fn what_is_damaged_is_refused() {
        let mut data = compress(b"[\"a\",1]\n[\"b\",2]\n");
        data.truncate(data.len() - 3);
        assert!(unpack(&data, &mut |_: Named| {}).is_err());
        assert!(one::<Vec<u8>>(b"no").is_err());
    }

    #[test]
    fn the_hash_never_changes() {
        assert_eq!(hash("29683501"), hash("29683501"));
        assert_eq!(hash(""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash("a"), 0xaf63_dc4c_8601_ec8c);
    }
}
