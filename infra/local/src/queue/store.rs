//! The queues' messages as items of one table: partition `alerts` or `alerts.dead`, sort key as in [`Message::sort_key`].

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use ::store::aws::with_causes;
use ::store::queue::QueueName;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, Select, TransactWriteItem};
use jiff::Timestamp;

use super::message::{Message, Place, after};
use super::{Depth, Part, QueueError};

/// Most writes in one transaction.
const WRITES: usize = 100;

type Item = HashMap<String, AttributeValue>;

pub(super) struct Store {
    client: Client,
    table: String,
}

impl Store {
    pub(super) fn new(client: Client, table: &str) -> Self {
        Self { client, table: table.to_owned() }
    }

    /// Adds messages; those of one call of up to a hundred all or none.
    pub(super) async fn add(&self, queue: QueueName, messages: Vec<Message>) -> Result<(), QueueError> {
        let puts =
            messages.iter().map(|message| self.put(queue, Part::Live, message)).collect::<Result<Vec<_>, _>>()?;
        for writes in puts.chunks(WRITES) {
            self.write(queue, writes.to_vec()).await?;
        }
        Ok(())
    }

    /// Moves messages from their places to new ones in `part`, each move as a whole.
    pub(super) async fn relocate(
        &self,
        queue: QueueName,
        part: Part,
        moves: Vec<(Place, Message)>,
    ) -> Result<(), QueueError> {
        for moves in moves.chunks(WRITES / 2) {
            let mut writes = Vec::with_capacity(WRITES);
            for (from, message) in moves {
                if *from != message.place(part) {
                    writes.push(self.remove(queue, from)?);
                }
                writes.push(self.put(queue, part, message)?);
            }
            self.write(queue, writes).await?;
        }
        Ok(())
    }

    /// Deletes messages by their receipts; unknown ones are passed over.
    pub(super) async fn delete(&self, queue: QueueName, receipts: &[String]) -> Result<(), QueueError> {
        // A transaction may not name the same item twice.
        let receipts: Vec<&String> = BTreeSet::from_iter(receipts).into_iter().collect();
        for receipts in receipts.chunks(WRITES) {
            let place = |sk: &str| Place { part: Part::Live, sk: sk.to_owned() };
            let writes = receipts.iter().map(|sk| self.remove(queue, &place(sk))).collect::<Result<Vec<_>, _>>()?;
            self.write(queue, writes).await?;
        }
        Ok(())
    }

    pub(super) async fn get(&self, queue: QueueName, receipt: &str) -> Result<Option<Message>, QueueError> {
        let place = Place { part: Part::Live, sk: receipt.to_owned() };
        let call = self.client.get_item().table_name(&self.table).set_key(Some(key(queue, &place)));
        let answer = call.consistent_read(true).send().await.map_err(|error| failed(queue, with_causes(&error)))?;
        answer.item.map(|item| read(queue, &item)).transpose()
    }

    /// The first visible messages.
    pub(super) async fn visible(
        &self,
        queue: QueueName,
        now: Timestamp,
        max: usize,
    ) -> Result<Vec<Message>, QueueError> {
        self.collect(queue, self.before(queue, now), max).await
    }

    /// All messages in flight.
    pub(super) async fn invisible(&self, queue: QueueName, now: Timestamp) -> Result<Vec<Message>, QueueError> {
        self.collect(queue, self.from(queue, now), usize::MAX).await
    }

    /// The oldest dead letters.
    pub(super) async fn dead(&self, queue: QueueName, max: usize) -> Result<Vec<Message>, QueueError> {
        self.collect(queue, self.all_dead(queue), max).await
    }

    pub(super) async fn depth(&self, queue: QueueName, now: Timestamp) -> Result<Depth, QueueError> {
        Ok(Depth {
            waiting: self.count(queue, self.before(queue, now)).await?,
            in_flight: self.count(queue, self.from(queue, now)).await?,
            dead: self.count(queue, self.all_dead(queue)).await?,
        })
    }

    fn before(&self, queue: QueueName, now: Timestamp) -> QueryFluentBuilder {
        self.query(partition(queue, Part::Live), "pk = :pk and sk < :after")
            .expression_attribute_values(":after", text(after(now)))
    }

    fn from(&self, queue: QueueName, now: Timestamp) -> QueryFluentBuilder {
        self.query(partition(queue, Part::Live), "pk = :pk and sk >= :after")
            .expression_attribute_values(":after", text(after(now)))
    }

    fn all_dead(&self, queue: QueueName) -> QueryFluentBuilder {
        self.query(partition(queue, Part::Dead), "pk = :pk")
    }

    fn query(&self, pk: String, condition: &str) -> QueryFluentBuilder {
        let query = self.client.query().table_name(&self.table).consistent_read(true);
        query.key_condition_expression(condition).expression_attribute_values(":pk", text(pk))
    }

    async fn collect(
        &self,
        queue: QueueName,
        query: QueryFluentBuilder,
        max: usize,
    ) -> Result<Vec<Message>, QueueError> {
        let mut messages = Vec::new();
        let mut start = None;
        while messages.len() < max {
            let missing = i32::try_from(max - messages.len()).unwrap_or(i32::MAX);
            let call = query.clone().limit(missing).set_exclusive_start_key(start).send().await;
            let answer = call.map_err(|error| failed(queue, with_causes(&error)))?;
            for item in answer.items() {
                messages.push(read(queue, item)?);
            }
            start = answer.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        Ok(messages)
    }

    async fn count(&self, queue: QueueName, query: QueryFluentBuilder) -> Result<usize, QueueError> {
        let (mut count, mut start) = (0, None);
        loop {
            let call = query.clone().select(Select::Count).set_exclusive_start_key(start).send().await;
            let answer = call.map_err(|error| failed(queue, with_causes(&error)))?;
            count += usize::try_from(answer.count).unwrap_or(0);
            start = answer.last_evaluated_key;
            if start.is_none() {
                return Ok(count);
            }
        }
    }

    fn put(&self, queue: QueueName, part: Part, message: &Message) -> Result<TransactWriteItem, QueueError> {
        let mut item = key(queue, &message.place(part));
        item.insert("id".to_owned(), text(&message.id));
        item.insert("body".to_owned(), text(&message.body));
        item.insert("sent_at".to_owned(), text(message.sent_at));
        item.insert("visible_at".to_owned(), text(message.visible_at));
        item.insert("receive_count".to_owned(), AttributeValue::N(message.receive_count.to_string()));
        let put = Put::builder().table_name(&self.table).set_item(Some(item)).build();
        Ok(TransactWriteItem::builder().put(put.map_err(|error| failed(queue, error))?).build())
    }

    fn remove(&self, queue: QueueName, place: &Place) -> Result<TransactWriteItem, QueueError> {
        let delete = Delete::builder().table_name(&self.table).set_key(Some(key(queue, place))).build();
        Ok(TransactWriteItem::builder().delete(delete.map_err(|error| failed(queue, error))?).build())
    }

    async fn write(&self, queue: QueueName, writes: Vec<TransactWriteItem>) -> Result<(), QueueError> {
        if writes.is_empty() {
            return Ok(());
        }
        let call = self.client.transact_write_items().set_transact_items(Some(writes)).send().await;
        call.map(drop).map_err(|error| failed(queue, with_causes(&error)))
    }
}

fn partition(queue: QueueName, part: Part) -> String {
    match part {
        Part::Live => queue.to_string(),
        Part::Dead => format!("{queue}.dead"),
    }
}

fn key(queue: QueueName, place: &Place) -> Item {
    Item::from([("pk".to_owned(), text(partition(queue, place.part))), ("sk".to_owned(), text(&place.sk))])
}

fn text(value: impl fmt::Display) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

fn read(queue: QueueName, item: &Item) -> Result<Message, QueueError> {
    let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).ok_or_else(|| unreadable(queue, name));
    let time = |name: &str| text(name)?.parse().map_err(|_| unreadable(queue, name));
    let count = item.get("receive_count").and_then(|count| count.as_n().ok()?.parse().ok());
    Ok(Message {
        id: text("id")?.clone(),
        body: text("body")?.clone(),
        sent_at: time("sent_at")?,
        visible_at: time("visible_at")?,
        receive_count: count.ok_or_else(|| unreadable(queue, "receive_count"))?,
    })
}

fn unreadable(queue: QueueName, name: &str) -> QueueError {
    failed(queue, format!("a stored message has no readable {name}"))
}

fn failed(queue: QueueName, reason: impl fmt::Display) -> QueueError {
    QueueError { queue, reason: reason.to_string() }
}
