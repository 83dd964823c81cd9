//! Lists of thousands in few items: the accounts, the contracts, the tenants and what each of them has.
//!
//! A pack is a head and a number of buckets. An entry lies in the bucket that a hash of its key says, so a change of one entry
//! changes one bucket, and only changed buckets are written. Entries must be true independently of one another: a reader that
//! comes while several buckets are being written sees a mixture. Cursors of changed-since reads move after the pack.
//!
//! When a bucket grows too large, the whole pack is written anew with twice as many, then the head moves, then the former
//! buckets are removed; readers go by the head. Every write is conditional on what was read, so of two writers one fails.

mod bucket;
mod codec;

use std::collections::{BTreeMap, BTreeSet};
use std::marker::PhantomData;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::table::{Deleted, Error, Inserted, Order, Query, Read, Record, Replaced, Stored, Table};

use bucket::{Bucket, Head, Place};
use codec::{Line, Packed};

/// What can lie in a pack.
pub trait Entry: Serialize + DeserializeOwned {
    /// What tells it from the others; it decides the bucket.
    fn key(&self) -> String;
}

/// A bucket beyond this size makes the pack grow: a change of one entry writes that much.
const BUCKET_BYTES: usize = 96 * 1024;
/// Most buckets. Beyond them buckets grow up to what an item can hold.
const BUCKETS_MAX: u32 = 1 << 10;
/// Buckets in one page of a read.
const PER_PAGE: usize = 8;

/// A pack as it was read, to be written back. `T` are its entries; `C` is common to them, such as a table that they point into.
#[derive(Debug)]
pub struct Pack<C, T> {
    name: String,
    head: Option<Stored<Head>>,
    /// Buckets as they were read, those of another number of buckets too.
    buckets: BTreeMap<Place, Known>,
    /// What is common to the entries.
    pub common: C,
    is_complete: bool,
    expires_at: Option<Timestamp>,
    entries: PhantomData<fn() -> T>,
}

#[derive(Debug)]
struct Known {
    version: u64,
    digest: String,
}

impl<C, T> Pack<C, T>
where
    C: Serialize + DeserializeOwned + Default,
    T: Entry,
{
    /// Reads a pack, handing out its entries one by one in no particular order. What of it cannot be read is left out, and
    /// [`Pack::is_complete`] says so: everything in a pack can be read again from where it came from.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn read(table: &Table, name: &str, mut take: impl FnMut(T)) -> Result<Self, Error> {
        let head = match table.get::<Head>(&name.to_owned(), Read::Strong).await {
            Err(Error::Unreadable { .. }) => None,
            head => head?,
        };
        let common = head.as_ref().and_then(|head| codec::one(&head.value.common).ok());
        let mut pack = Self {
            name: name.to_owned(),
            is_complete: common.is_some(),
            common: common.unwrap_or_default(),
            expires_at: head.as_ref().and_then(|head| head.value.expires_at),
            head,
            buckets: BTreeMap::new(),
            entries: PhantomData,
        };
        let of = pack.head.as_ref().map_or(0, |head| head.value.buckets);
        let mut good = 0;
        let mut next = Some(None);
        while let Some(after) = next.take() {
            let query = Query::partition(Bucket::partition(name), Order::Ascending, PER_PAGE).after(after);
            let page = table.query::<Bucket>(query).await?;
            for Stored { value, version } in page.records {
                let mut digest = value.digest;
                if value.place.of == of && pack.is_complete {
                    match codec::unpack(&value.data, &mut take) {
                        Ok(()) => good += 1,
                        // Fits no content, so the bucket is written anew.
                        Err(_) => digest.clear(),
                    }
                }
                pack.buckets.insert(value.place, Known { version, digest });
            }
            next = page.next.map(Some);
        }
        pack.is_complete &= good == of;
        if !pack.is_complete && pack.head.is_some() {
            tracing::warn!(pack = name, "a packed list cannot be read completely");
        }
        Ok(pack)
    }

    /// Whether it was there, and all of it could be read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.is_complete
    }

    /// The table may forget the pack at this time.
    pub fn expires_at(&mut self, at: Option<Timestamp>) {
        self.expires_at = at;
    }

    /// Writes what changed: `entries` are all that there are now, in the order of their keys, and none of them twice. Returns how
    /// many buckets were written.
    ///
    /// # Errors
    /// The table cannot be written, or somebody else wrote the pack since it was read ([`Error::Contended`]).
    pub async fn write(&mut self, table: &Table, entries: impl IntoIterator<Item = T>) -> Result<usize, Error> {
        let buckets = self.head.as_ref().map_or(1, |head| head.value.buckets.max(1));
        let mut lines = codec::lines(entries)?;
        let (buckets, packed) = fit(&mut lines, buckets);
        drop(lines);
        let common = codec::pack_one(&self.common)?;
        let is_growing = self.head.as_ref().is_none_or(|head| head.value.buckets != buckets);
        // Entries may point into what is common to them, so that comes first; when the number of buckets changes, the head says
        // so only once they are all there.
        if !is_growing {
            self.write_head(table, buckets, &common).await?;
        }
        let mut written = 0;
        for (number, Packed { digest, data }) in (0..).zip(packed) {
            let place = Place { of: buckets, number };
            if self.buckets.get(&place).is_some_and(|known| known.digest == digest) {
                continue;
            }
            let bucket =
                Bucket { pack: self.name.clone(), place, digest: digest.clone(), data, expires_at: self.expires_at };
            let version = self.buckets.get(&place).map(|known| known.version);
            let version = put(table, bucket, version).await?;
            self.buckets.insert(place, Known { version, digest });
            written += 1;
        }
        if is_growing {
            self.write_head(table, buckets, &common).await?;
        }
        self.remove_former(table, buckets).await?;
        self.is_complete = true;
        Ok(written)
    }

    async fn write_head(&mut self, table: &Table, buckets: u32, common: &[u8]) -> Result<(), Error> {
        let head = Head { pack: self.name.clone(), buckets, common: common.to_vec(), expires_at: self.expires_at };
        if self.head.as_ref().is_some_and(|stored| stored.value == head) {
            return Ok(());
        }
        let version = put(table, head.clone(), self.head.as_ref().map(|stored| stored.version)).await?;
        self.head = Some(Stored { value: head, version });
        Ok(())
    }

    /// Removes buckets of another number of buckets. One that somebody else changes meanwhile is left to him.
    async fn remove_former(&mut self, table: &Table, buckets: u32) -> Result<(), Error> {
        let former = self.buckets.extract_if(.., |place, _| place.of != buckets);
        for (place, Known { version, digest }) in former {
            let value =
                Bucket { pack: self.name.clone(), place, digest, data: Vec::new(), expires_at: self.expires_at };
            match table.delete(&Stored { value, version }).await? {
                Deleted::Done | Deleted::Conflict(_) => {}
            }
        }
        Ok(())
    }
}

/// The entries of these keys alone: half a read unit for the head and for each 4 KB of the buckets that they lie in. What cannot
/// be read is left out, as is what a writer moves to other buckets at the same moment.
///
/// # Errors
/// The table cannot be read.
pub async fn find<T: Entry>(table: &Table, name: &str, keys: &BTreeSet<String>) -> Result<Vec<T>, Error> {
    let mut found = Vec::new();
    let Some(head) = table.get::<Head>(&name.to_owned(), Read::Eventual).await? else { return Ok(found) };
    let of = head.value.buckets.max(1);
    let places: BTreeSet<Place> = keys.iter().map(|key| Place { of, number: number(codec::hash(key), of) }).collect();
    let buckets: Vec<(String, Place)> = places.into_iter().map(|place| (name.to_owned(), place)).collect();
    let mut take = |entry: T| {
        if keys.contains(&entry.key()) {
            found.push(entry);
        }
    };
    for bucket in table.get_many::<Bucket>(&buckets, Read::Eventual).await?.found {
        if codec::unpack(&bucket.value.data, &mut take).is_err() {
            tracing::warn!(pack = name, "a bucket of a packed list cannot be read");
        }
    }
    Ok(found)
}

/// Which packs of these names there are.
///
/// # Errors
/// The table cannot be read.
pub async fn existing(table: &Table, names: &[String]) -> Result<BTreeSet<String>, Error> {
    let heads = table.get_many::<Head>(names, Read::Eventual).await?.found;
    Ok(heads.into_iter().map(|head| head.value.pack).collect())
}

/// Writes a record that was read at this version, or was not there. Returns its version.
async fn put<R: Record>(table: &Table, record: R, version: Option<u64>) -> Result<u64, Error> {
    let key = R::key(&record.id());
    let contended = Error::Contended { key, attempts: 1 };
    match version {
        Some(version) => match table.replace(Stored { value: record, version }).await? {
            Replaced::Done(stored) => Ok(stored.version),
            Replaced::Conflict(_) => Err(contended),
        },
        None => match table.insert(record).await? {
            Inserted::New(stored) => Ok(stored.version),
            Inserted::Exists(_) => Err(contended),
        },
    }
}

/// As many buckets as are needed for none of them to be too large, at least `buckets`, and their contents.
fn fit(lines: &mut [Line], mut buckets: u32) -> (u32, Vec<Packed>) {
    loop {
        let number = |line: &Line| number(line.hash, buckets);
        // Stable, so that within a bucket the order stays that of the keys.
        lines.sort_by_key(number);
        let mut rest = &lines[..];
        let packed = (0..buckets).map(|bucket| {
            let (content, others) = rest.split_at(rest.partition_point(|line| number(line) <= bucket));
            rest = others;
            Packed::of(content)
        });
        let packed: Vec<Packed> = packed.collect();
        if buckets >= BUCKETS_MAX || packed.iter().all(|packed| packed.data.len() <= BUCKET_BYTES) {
            return (buckets, packed);
        }
        buckets *= 2;
    }
}

/// The bucket of an entry whose key has this hash.
fn number(hash: u64, buckets: u32) -> u32 {
    u32::try_from(hash % u64::from(buckets)).expect("less than a number of 32 bits")
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    fn lines(count: u64) -> Vec<Line> {
        // Hashes of numbers hardly compress.
        let json = |n: u64| Sha256::digest(n.to_be_bytes()).as_slice().into();
        (0..count).map(|n| Line { hash: codec::hash(&n.to_string()), json: json(n) }).collect()
    }

    #[test]
    fn a_pack_grows_until_no_bucket_is_too_large_and_never_shrinks() {
        let (buckets, packed) = fit(&mut lines(10), 1);
        assert_eq!((buckets, packed.len()), (1, 1));
        let (buckets, packed) = fit(&mut lines(40_000), 1);
        assert!(buckets > 1 && packed.iter().all(|packed| packed.data.len() <= BUCKET_BYTES));
        assert_eq!(fit(&mut lines(10), buckets).0, buckets);
    }

    #[test]
    fn a_change_of_one_entry_changes_one_bucket() {
        let before = lines(5_000);
        let mut after = lines(5_000);
        after[17].json = b"changed".as_slice().into();
        let digests = |mut lines: Vec<Line>| fit(&mut lines, 16).1.into_iter().map(|packed| packed.digest).collect();
        let (before, after): (Vec<String>, Vec<String>) = (digests(before), digests(after));
        assert_eq!(before.iter().zip(&after).filter(|(before, after)| before != after).count(), 1);
    }
}
