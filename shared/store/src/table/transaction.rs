use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::ReturnValuesOnConditionCheckFailure::AllOld;
use aws_sdk_dynamodb::types::{CancellationReason, ConditionCheck, Delete, Put, TransactWriteItem};

use super::error::{Effect, sort};
use super::{ABSENT, AT_VERSION, Error, Record, Stored, Table, item, retry};

/// Several writes of which all happen or none. Costs twice the units of the single writes.
#[derive(Debug)]
#[must_use = "nothing is written before `commit`"]
pub struct Transaction<'a> {
    table: &'a Table,
    writes: Vec<TransactWriteItem>,
}

/// What became of a transaction.
#[derive(Debug)]
pub enum Committed {
    /// All writes happened.
    Done,
    /// None happened: one entry for each write in its order, `None` where it would have been possible.
    Refused(Vec<Option<Refusal>>),
}

/// A write that was not possible, because of the record that is there.
#[derive(Debug)]
pub struct Refusal {
    old: Option<item::Item>,
}

impl Refusal {
    /// The record that is there, `None` when it is gone.
    ///
    /// # Errors
    /// It is not of a known format.
    pub fn read<R: Record>(self) -> Result<Option<Stored<R>>, Error> {
        self.old.map(item::decode).transpose()
    }
}

impl Table {
    /// Begins a transaction of up to 100 writes to different records.
    pub fn transaction(&self) -> Transaction<'_> {
        Transaction { table: self, writes: Vec::new() }
    }
}

impl Transaction<'_> {
    /// Adds a record where none is. Returns the version that it will have.
    ///
    /// # Errors
    /// The record cannot be an item.
    pub fn insert<R: Record>(&mut self, value: &R) -> Result<u64, Error> {
        let version = item::first_version(value)?;
        let put = Put::builder().table_name(&*self.table.name).set_item(Some(item::encode(value, version)?));
        let put = put.condition_expression(ABSENT).return_values_on_condition_check_failure(AllOld).build();
        self.writes.push(TransactWriteItem::builder().put(put?).build());
        Ok(version)
    }

    /// Writes a record back at the version that was read. Returns the version that it will have.
    ///
    /// # Errors
    /// The record cannot be an item.
    pub fn replace<R: Record>(&mut self, stored: &Stored<R>) -> Result<u64, Error> {
        let next = stored.version + 1;
        let put = Put::builder().table_name(&*self.table.name).set_item(Some(item::encode(&stored.value, next)?));
        let put =
            put.condition_expression(AT_VERSION).expression_attribute_values(":version", item::number(stored.version));
        let put = put.return_values_on_condition_check_failure(AllOld).build();
        self.writes.push(TransactWriteItem::builder().put(put?).build());
        Ok(next)
    }

    /// Removes a record at the version that was read.
    ///
    /// # Errors
    /// The record cannot be an item.
    pub fn delete<R: Record>(&mut self, stored: &Stored<R>) -> Result<(), Error> {
        let key = item::key(&R::key(&stored.value.id()));
        let delete =
            Delete::builder().table_name(&*self.table.name).set_key(Some(key)).condition_expression(AT_VERSION);
        let delete = delete.expression_attribute_values(":version", item::number(stored.version));
        let delete = delete.return_values_on_condition_check_failure(AllOld).build();
        self.writes.push(TransactWriteItem::builder().delete(delete?).build());
        Ok(())
    }

    /// Lets the writes happen only while a record that they do not touch is at the version that was read, or while there is none.
    ///
    /// # Errors
    /// The record has no possible key.
    pub fn check<R: Record>(&mut self, id: &R::Id, version: Option<u64>) -> Result<(), Error> {
        let check = ConditionCheck::builder().table_name(&*self.table.name).set_key(Some(item::key(&R::key(id))));
        let check = match version {
            Some(version) => {
                check.condition_expression(AT_VERSION).expression_attribute_values(":version", item::number(version))
            }
            None => check.condition_expression(ABSENT),
        };
        let check = check.return_values_on_condition_check_failure(AllOld).build();
        self.writes.push(TransactWriteItem::builder().condition_check(check?).build());
        Ok(())
    }

    /// Carries all writes out, or none.
    ///
    /// # Errors
    /// The table cannot be written; `Throttled` also when another transaction holds one of the records.
    pub async fn commit(self) -> Result<Committed, Error> {
        let Self { table, writes } = self;
        let answer =
            retry::writing(|| table.client.transact_write_items().set_transact_items(Some(writes.clone())).send());
        match answer.await.map_err(|error| (sort(Effect::Write, &error), error.into_service_error())) {
            Ok(_) => Ok(Committed::Done),
            Err((error, TransactWriteItemsError::TransactionCanceledException(cancelled))) => {
                refused(cancelled.cancellation_reasons.unwrap_or_default(), error)
            }
            Err((error, _)) => Err(error),
        }
    }
}

fn refused(reasons: Vec<CancellationReason>, error: Error) -> Result<Committed, Error> {
    let has = |code: &str| reasons.iter().any(|reason| reason.code.as_deref() == Some(code));
    if has("ConditionalCheckFailed") {
        let refusal = |reason: CancellationReason| {
            (reason.code.as_deref() == Some("ConditionalCheckFailed")).then_some(Refusal { old: reason.item })
        };
        return Ok(Committed::Refused(reasons.into_iter().map(refusal).collect()));
    }
    if has("TransactionConflict") || has("ThrottlingError") || has("ProvisionedThroughputExceeded") {
        return Err(Error::Throttled("another transaction holds one of the records".to_owned()));
    }
    Err(error)
}
