use std::collections::HashMap;

use aws_sdk_dynamodb::types::KeysAndAttributes;

use super::{Error, Key, Read, Record, Stored, Table, item, retry};

/// Most keys that DynamoDB takes in one call.
const KEYS_PER_CALL: usize = 100;
/// Calls in a row that may hand keys back before the rest is given up.
const HANDED_BACK: u32 = 5;

/// Several records. What could not be read is listed and does not keep the others away.
#[derive(Debug)]
pub struct Many<R> {
    /// The records found, in no particular order.
    pub found: Vec<Stored<R>>,
    /// Records of a format that this release cannot read.
    pub skipped: Vec<Error>,
}

impl<R: Record> Many<R> {
    pub(super) fn empty() -> Self {
        Self { found: Vec::new(), skipped: Vec::new() }
    }

    pub(super) fn take(&mut self, item: item::Item) {
        match item::decode(item) {
            Ok(stored) => self.found.push(stored),
            Err(error) => self.skipped.push(error),
        }
    }
}

impl Table {
    /// Reads records by their ids, a hundred in a call. Ids without a record are left out, repeated ids are read once. Half a
    /// read unit for each 4 KB of each record, twice that when strong.
    ///
    /// # Errors
    /// The table cannot be read, or keeps handing keys back (as it does when it is short of capacity).
    pub async fn get_many<R: Record>(&self, ids: &[R::Id], read: Read) -> Result<Many<R>, Error> {
        let mut keys: Vec<_> = ids.iter().map(R::key).filter(Key::is_possible).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut many = Many::empty();
        for chunk in keys.chunks(KEYS_PER_CALL) {
            self.get_chunk(chunk.iter().map(item::key).collect(), read, &mut many).await?;
        }
        Ok(many)
    }

    async fn get_chunk<R: Record>(&self, keys: Vec<item::Item>, read: Read, many: &mut Many<R>) -> Result<(), Error> {
        let mut left = Some(wanted(keys, read)?);
        let mut handed_back = 0;
        while let Some(keys) = left.take() {
            let answer =
                retry::reading(|| self.client.batch_get_item().request_items(&*self.name, keys.clone()).send());
            let answer = answer.await?;
            let items = answer.responses.and_then(|mut tables| tables.remove(&*self.name));
            items.into_iter().flatten().for_each(|item| many.take(item));
            left = answer.unprocessed_keys.and_then(|mut tables: HashMap<_, _>| tables.remove(&*self.name));
            if left.is_some() {
                handed_back += 1;
                if handed_back == HANDED_BACK {
                    return Err(Error::Throttled("keys of a bulk read were handed back every time".to_owned()));
                }
                retry::pause(handed_back).await;
            }
        }
        Ok(())
    }
}

fn wanted(keys: Vec<item::Item>, read: Read) -> Result<KeysAndAttributes, Error> {
    Ok(KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(read == Read::Strong).build()?)
}
