//! One DynamoDB table with typed records.
//!
//! Every write is conditional: a record is inserted where none was, or replaced at the version that was read. So reads may be
//! eventually consistent (half the price): whoever decides on an old value loses the write and decides again on the value that
//! the refusal brought along, without another read.
//!
//! The SDK repeats nothing by itself. Here reads are repeated when they failed for a passing reason, and writes only when they
//! were certainly refused; a write without an answer is [`Error::OutcomeUnknown`].

mod error;
mod item;
mod many;
mod query;
mod record;
mod retry;
pub mod schema;
mod transaction;

use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;

pub use error::Error;
use error::{Effect, sort};
use item::Item;
pub use many::Many;
pub use query::{Due, Order, Page, Query};
pub use record::{Key, Record, Stored};
pub use transaction::{Committed, Refusal, Transaction};

/// How often [`Table::modify`] tries again before it reports that others keep changing the record.
const MODIFY_ATTEMPTS: u32 = 5;

/// Condition of a write that must find the version that was read.
const AT_VERSION: &str = "ver = :version";
/// Condition of a write that must find nothing.
const ABSENT: &str = "attribute_not_exists(pk)";

/// How fresh a read has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Read {
    /// May miss the writes of the last second. Half a read unit for each 4 KB.
    Eventual,
    /// Sees every write that was acknowledged before. One read unit for each 4 KB.
    Strong,
}

/// What became of an insert.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inserted<R> {
    /// The record was written.
    New(Stored<R>),
    /// There was one already, and it was left as it is.
    Exists(Stored<R>),
}

impl<R> Inserted<R> {
    /// The record that is there now.
    pub fn into_stored(self) -> Stored<R> {
        match self {
            Self::New(stored) | Self::Exists(stored) => stored,
        }
    }
}

/// What became of a replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Replaced<R> {
    /// The record was written and has this version now.
    Done(Stored<R>),
    /// Somebody else was first: the record as it is now, or `None` when it is gone.
    Conflict(Option<Stored<R>>),
}

/// What became of a removal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deleted<R> {
    /// The record is gone.
    Done,
    /// Somebody else was first: the record as it is now, or `None` when it was gone already.
    Conflict(Option<Stored<R>>),
}

/// The table.
#[derive(Debug, Clone)]
pub struct Table {
    client: Client,
    name: Arc<str>,
}

impl Table {
    /// The table of this name, reached through `client`, which must not repeat calls by itself.
    pub fn new(client: Client, name: &str) -> Self {
        Self { client, name: name.into() }
    }

    /// Reads one record. Under an id that no record can have there is none.
    ///
    /// # Errors
    /// The table cannot be read, or the record is not of a known format.
    pub async fn get<R: Record>(&self, id: &R::Id, read: Read) -> Result<Option<Stored<R>>, Error> {
        let key = R::key(id);
        if !key.is_possible() {
            return Ok(None);
        }
        let key = item::key(&key);
        let answer = retry::reading(|| {
            let call = self.client.get_item().table_name(&*self.name).set_key(Some(key.clone()));
            call.consistent_read(read == Read::Strong).send()
        });
        answer.await?.item.map(item::decode).transpose()
    }

    /// Writes a record where none was. One write unit for each KB.
    ///
    /// # Errors
    /// The table cannot be written, or an existing record is not of a known format.
    pub async fn insert<R: Record>(&self, value: R) -> Result<Inserted<R>, Error> {
        let version = item::first_version(&value)?;
        let item = item::encode(&value, version)?;
        match self.put(&R::key(&value.id()), item, None).await? {
            Put::Written => Ok(Inserted::New(Stored { value, version })),
            Put::Refused(Some(old)) => Ok(Inserted::Exists(item::decode(old)?)),
            Put::Refused(None) => {
                Err(Error::Malformed("an insert was refused for a record that is not there".to_owned()))
            }
        }
    }

    /// Writes a record back at the version that was read. One write unit for each KB.
    ///
    /// # Errors
    /// The table cannot be written, or the record that came in between is not of a known format.
    pub async fn replace<R: Record>(&self, stored: Stored<R>) -> Result<Replaced<R>, Error> {
        let Stored { value, version } = stored;
        let next = version + 1;
        let item = item::encode(&value, next)?;
        match self.put(&R::key(&value.id()), item, Some(version)).await? {
            Put::Written => Ok(Replaced::Done(Stored { value, version: next })),
            Put::Refused(old) => Ok(Replaced::Conflict(old.map(item::decode).transpose()?)),
        }
    }

    /// Removes a record at the version that was read. One write unit for each KB.
    ///
    /// # Errors
    /// The table cannot be written, or the record that came in between is not of a known format.
    pub async fn delete<R: Record>(&self, stored: &Stored<R>) -> Result<Deleted<R>, Error> {
        let key = item::key(&R::key(&stored.value.id()));
        let answer = retry::writing(|| {
            let call = self.client.delete_item().table_name(&*self.name).set_key(Some(key.clone()));
            call.condition_expression(AT_VERSION)
                .expression_attribute_values(":version", item::number(stored.version))
                .return_values_on_condition_check_failure(AllOld)
                .send()
        });
        match answer.await.map_err(|error| (sort(Effect::Write, &error), error.into_service_error())) {
            Ok(_) => Ok(Deleted::Done),
            Err((_, DeleteItemError::ConditionalCheckFailedException(refusal))) => {
                Ok(Deleted::Conflict(refusal.item.map(item::decode).transpose()?))
            }
            Err((error, _)) => Err(error),
        }
    }

    /// Reads a record, changes it and writes it, inserts it, or removes it (`None`), and starts over when somebody else was
    /// first. `change` sees the record as it is, or `None`. Returns what is there afterwards.
    ///
    /// A change that leaves the record as it was costs no write.
    ///
    /// # Errors
    /// The table cannot be read or written, the record is not of a known format, or others changed it every time.
    pub async fn modify<R>(
        &self,
        id: &R::Id,
        mut change: impl FnMut(Option<R>) -> Option<R>,
    ) -> Result<Option<Stored<R>>, Error>
    where
        R: Record + Clone + PartialEq,
    {
        let mut current = self.get::<R>(id, Read::Eventual).await?;
        let mut is_strong = false;
        for _ in 0..MODIFY_ATTEMPTS {
            let wanted = change(current.as_ref().map(|stored| stored.value.clone()));
            current = match (current, wanted) {
                // An eventual read may have missed a record that was just made.
                (None, None) if !is_strong => {
                    is_strong = true;
                    match self.get::<R>(id, Read::Strong).await? {
                        None => return Ok(None),
                        found => found,
                    }
                }
                (None, None) => return Ok(None),
                (None, Some(value)) => match self.insert(value).await? {
                    Inserted::New(stored) => return Ok(Some(stored)),
                    Inserted::Exists(stored) => Some(stored),
                },
                (Some(stored), None) => match self.delete(&stored).await? {
                    Deleted::Done => return Ok(None),
                    Deleted::Conflict(now) => now,
                },
                (Some(stored), Some(value)) if stored.value == value => return Ok(Some(stored)),
                (Some(Stored { version, .. }), Some(value)) => match self.replace(Stored { value, version }).await? {
                    Replaced::Done(stored) => return Ok(Some(stored)),
                    Replaced::Conflict(now) => now,
                },
            };
        }
        Err(Error::Contended { key: R::key(id), attempts: MODIFY_ATTEMPTS })
    }

    /// Puts an item where none is, or in place of the given version.
    async fn put(&self, key: &Key, item: Item, version: Option<u64>) -> Result<Put, Error> {
        let condition = if version.is_some() { AT_VERSION } else { ABSENT };
        let answer = retry::writing(|| {
            let call = self.client.put_item().table_name(&*self.name).set_item(Some(item.clone()));
            call.condition_expression(condition)
                .set_expression_attribute_values(
                    version.map(|version| [(":version".to_owned(), item::number(version))].into()),
                )
                .return_values_on_condition_check_failure(AllOld)
                .send()
        });
        match answer.await.map_err(|error| (sort(Effect::Write, &error), error.into_service_error())) {
            Ok(_) => Ok(Put::Written),
            Err((_, PutItemError::ConditionalCheckFailedException(refusal))) => Ok(Put::Refused(refusal.item)),
            Err((_, refusal)) if is_too_large(&refusal) => Err(Error::TooLarge { key: key.clone() }),
            Err((error, _)) => Err(error),
        }
    }
}

enum Put {
    Written,
    Refused(Option<Item>),
}

fn is_too_large(error: &PutItemError) -> bool {
    error.message().is_some_and(|message| message.contains("Item size"))
}
