use jiff::Timestamp;

use super::item::{self, Item, number, text, whole};
use super::schema::{DUE, DUE_AT, DUE_INDEX, NOTED, NOTED_INDEX};
use super::{Error, Key, Many, Read, Record, Stored, Table, retry};

/// Order within a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// By sort key, upwards.
    Ascending,
    /// By sort key, downwards: where sort keys are times, the newest first.
    Descending,
}

/// Part of a partition.
#[derive(Debug, Clone)]
pub struct Query {
    pk: String,
    order: Order,
    after: Option<String>,
    limit: usize,
    read: Read,
}

impl Query {
    /// The whole partition, in pages of `limit` records.
    pub fn partition(pk: impl Into<String>, order: Order, limit: usize) -> Self {
        Self { pk: pk.into(), order, after: None, limit: limit.max(1), read: Read::Eventual }
    }

    /// What follows the record with this sort key, which need not exist any more. One that no record can have is the beginning.
    #[must_use]
    pub fn after(self, sk: Option<String>) -> Self {
        let after = sk.filter(|sk| Key::new(&self.pk, sk).is_possible());
        Self { after, ..self }
    }

    /// Sees every write that was acknowledged before, at twice the price.
    #[must_use]
    pub fn strongly(self) -> Self {
        Self { read: Read::Strong, ..self }
    }
}

/// A page of records. What could not be read is listed and does not keep the others away.
#[derive(Debug)]
pub struct Page<R> {
    /// The records, in the order asked for.
    pub records: Vec<Stored<R>>,
    /// Records of a format that this release cannot read.
    pub skipped: Vec<Error>,
    /// Sort key to go on after; `None` at the end.
    pub next: Option<String>,
}

/// A record that asks for attention.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Where it lies; the record's type reads its id from it.
    pub key: Key,
    /// Since when.
    pub at: Timestamp,
}

impl Table {
    /// Reads a page of one partition. Half a read unit for each 4 KB of all its records together.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn query<R: Record>(&self, query: Query) -> Result<Page<R>, Error> {
        let Query { pk, order, after, limit, read } = query;
        let mut many = Many::empty();
        let mut start = after.map(|sk| item::key(&Key::new(&pk, sk)));
        loop {
            let missing = limit - many.found.len() - many.skipped.len();
            let answer = retry::reading(|| {
                let call = self.client.query().table_name(&*self.name).key_condition_expression("pk = :pk");
                call.expression_attribute_values(":pk", text(&pk))
                    .scan_index_forward(order == Order::Ascending)
                    .consistent_read(read == Read::Strong)
                    .set_exclusive_start_key(start.clone())
                    .limit(i32::try_from(missing).unwrap_or(i32::MAX))
                    .send()
            });
            let answer = answer.await?;
            answer.items.into_iter().flatten().for_each(|item| many.take(item));
            start = answer.last_evaluated_key;
            // A page of DynamoDB ends at 1 MB, whatever the limit.
            if start.is_none() || many.found.len() + many.skipped.len() >= limit {
                let next = start.as_ref().map(item::key_of).transpose()?.map(|key| key.sk);
                return Ok(Page { records: many.found, skipped: many.skipped, next });
            }
        }
    }

    /// Reads a whole partition; only for kinds whose number is bounded by the installation's size. A strong read, as what it
    /// finds is kept for as long as the [`Generation`](crate::record::Generation) stands still.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn query_all<R: Record>(&self, pk: &str) -> Result<Page<R>, Error> {
        self.query(Query { read: Read::Strong, ..Query::partition(pk, Order::Ascending, usize::MAX) }).await
    }

    /// The records that are due, longest due first, at most `limit`. Half a read unit for each 4 KB of keys: about 50 records.
    /// The index follows the table within moments, so a record may be listed that is no longer due: the reader of the record
    /// decides.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn due(&self, now: Timestamp, limit: usize) -> Result<Vec<Due>, Error> {
        let limit = limit.max(1);
        let mut due = Vec::new();
        let mut start: Option<Item> = None;
        loop {
            let answer = retry::reading(|| {
                let call = self.client.query().table_name(&*self.name).index_name(DUE_INDEX);
                call.key_condition_expression("due_bucket = :bucket and due_at <= :now")
                    .expression_attribute_values(":bucket", text(DUE))
                    .expression_attribute_values(":now", number(now.as_second()))
                    .set_exclusive_start_key(start.clone())
                    .limit(i32::try_from(limit - due.len()).unwrap_or(i32::MAX))
                    .send()
            });
            let answer = answer.await?;
            for item in answer.items.into_iter().flatten() {
                due.push(read_due(&item)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() || due.len() >= limit {
                return Ok(due);
            }
        }
    }

    /// Where the records of a kind lie that are [noted](Record::is_noted), in the order of their sort keys. Half a read unit for each
    /// 4 KB of keys: about 60 records. The index follows the table within moments.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn noted<R: Record>(&self) -> Result<Vec<Key>, Error> {
        let mut keys = Vec::new();
        let mut start: Option<Item> = None;
        loop {
            let answer = retry::reading(|| {
                let call = self.client.query().table_name(&*self.name).index_name(NOTED_INDEX);
                call.key_condition_expression("#noted = :kind")
                    .expression_attribute_names("#noted", NOTED)
                    .expression_attribute_values(":kind", text(R::KIND))
                    .set_exclusive_start_key(start.clone())
                    .send()
            });
            let answer = answer.await?;
            for item in answer.items.into_iter().flatten() {
                keys.push(item::key_of(&item)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(keys);
            }
        }
    }
}

fn read_due(item: &Item) -> Result<Due, Error> {
    let key = item::key_of(item)?;
    let at = whole(item, DUE_AT).and_then(|second| Timestamp::from_second(second).ok());
    let at = at.ok_or_else(|| Error::Unreadable { key: key.clone(), reason: format!("its {DUE_AT} is no time") })?;
    Ok(Due { key, at })
}
