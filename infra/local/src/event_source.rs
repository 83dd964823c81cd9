//! The place of Lambda's event source mappings: takes batches from a queue, hands them to the queue's function, and settles each
//! message by the answer.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_lambda_events::sqs::SqsBatchResponse;
use jiff::SignedDuration;
use local::queue::{LocalQueue, Policy, QueueError, Received};
use serde::{Deserialize as _, Serialize};
use serde_json::{Value, json};
use store::queue::QueueName;

use crate::functions::Functions;
use crate::stop::Stop;

/// How the queues behave. A message stays invisible for six times the slower function's time limit, as AWS advises. It may be
/// received more often than there: each kill of this process costs all messages in flight a receive, and is no fault of theirs.
pub const POLICY: Policy = Policy { visibility: SignedDuration::from_mins(30), max_receive_count: 100 };

/// Batches worked on at a time.
const WORKERS: usize = 2;
/// Messages in one batch.
const BATCH: usize = 100;
/// How long further messages are waited for after a first one. On AWS it is longer, where each invocation is paid for.
const WINDOW: Duration = Duration::from_millis(50);
/// How long nothing is looked for when nothing came; what is sent meanwhile ends the wait.
const IDLE: Duration = Duration::from_millis(250);
/// How long a message that failed rests before it comes again.
const PAUSE: Duration = Duration::from_millis(250);

/// What was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Done {
    /// Invocations of the worker.
    pub batches: usize,
    /// Messages that are done.
    pub messages: usize,
    /// Messages that came back.
    pub failed: usize,
}

/// A queue's event source.
pub struct EventSource {
    functions: Functions,
    queue: QueueName,
    batches: AtomicUsize,
    messages: AtomicUsize,
    failed: AtomicUsize,
}

impl EventSource {
    /// An event source that has not begun.
    pub fn new(functions: Functions, queue: QueueName) -> Arc<Self> {
        let [batches, messages, failed] = [const { AtomicUsize::new(0) }; 3];
        Arc::new(Self { functions, queue, batches, messages, failed })
    }

    /// Works until `stop` rises; what is at work then is finished.
    pub async fn work(self: Arc<Self>, stop: Stop) {
        let mut workers = tokio::task::JoinSet::new();
        for worker in 1..=WORKERS {
            workers.spawn(Arc::clone(&self).work_as(worker, stop.clone()));
        }
        workers.join_all().await;
    }

    /// Takes what was done since this was last asked.
    pub fn take_done(&self) -> Done {
        let take = |count: &AtomicUsize| count.swap(0, Ordering::SeqCst);
        Done { batches: take(&self.batches), messages: take(&self.messages), failed: take(&self.failed) }
    }

    async fn work_as(self: Arc<Self>, worker: usize, stop: Stop) {
        while !stop.is_raised() {
            match self.next(worker).await {
                Ok(true) => {}
                Ok(false) => {
                    tokio::select! {
                        () = self.queue().changed(IDLE) => self.functions.clock().sleep(WINDOW).await,
                        () = stop.clone().raised() => {}
                    }
                }
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "the queue cannot be read");
                    self.functions.clock().sleep(PAUSE).await;
                }
            }
        }
    }

    /// Delivers one batch. Returns whether there was one.
    async fn next(&self, worker: usize) -> Result<bool, QueueError> {
        let batch = self.queue().receive(self.queue, BATCH).await?;
        if batch.is_empty() {
            return Ok(false);
        }
        self.batches.fetch_add(1, Ordering::SeqCst);
        let event = event(self.queue, &batch);
        let answer = match self.queue {
            QueueName::Alerts => self.functions.ticket_sync(worker, event).await,
            QueueName::Accounts => self.functions.account_sync(worker, event).await,
        };
        let failed = answer.map_or_else(|_| batch.iter().collect(), |answer| failed(&answer, &batch));
        let is_failed: BTreeSet<&str> = failed.iter().map(|message| message.id.as_str()).collect();
        let done = batch.iter().filter(|message| !is_failed.contains(message.id.as_str()));
        let receipts: Vec<String> = done.map(|message| message.receipt.clone()).collect();
        self.queue().delete(self.queue, &receipts).await?;
        self.messages.fetch_add(receipts.len(), Ordering::SeqCst);
        if !failed.is_empty() {
            self.functions.clock().sleep(PAUSE).await;
        }
        for message in failed {
            self.queue().fail(self.queue, &message.receipt).await?;
            self.failed.fetch_add(1, Ordering::SeqCst);
        }
        Ok(true)
    }

    fn queue(&self) -> &LocalQueue {
        &self.functions.queue
    }
}

/// The messages that the function's answer names. An answer that is none, or that names a message without an id, fails them all.
fn failed<'a>(answer: &Value, batch: &'a [Received]) -> Vec<&'a Received> {
    let Ok(answer) = SqsBatchResponse::deserialize(answer) else { return batch.iter().collect() };
    let named: BTreeSet<String> =
        answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier).collect();
    if named.contains("") {
        return batch.iter().collect();
    }
    batch.iter().filter(|message| named.contains(&message.id)).collect()
}

fn event(queue: QueueName, batch: &[Received]) -> Value {
    let record = |message: &Received| {
        json!({
            "messageId": message.id,
            "receiptHandle": message.receipt,
            "body": message.body,
            "attributes": {
                "ApproximateReceiveCount": message.receive_count.to_string(),
                "SentTimestamp": message.sent_at.as_millisecond().to_string(),
            },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": format!("arn:aws:sqs:local:000000000000:{queue}"),
            "awsRegion": "local",
        })
    };
    json!({ "Records": batch.iter().map(record).collect::<Vec<_>>() })
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::sqs::SqsEvent;
    use jiff::Timestamp;

    use super::*;

    fn batch() -> Vec<Received> {
        let message = |id: &str| Received {
            id: id.to_owned(),
            body: format!("body of {id}"),
            receipt: format!("receipt of {id}"),
            receive_count: 2,
            sent_at: Timestamp::UNIX_EPOCH,
        };
        vec![message("a"), message("b")]
    }

    fn failing(answer: &Value) -> Vec<String> {
        failed(answer, &batch()).into_iter().map(|message| message.id.clone()).collect()
    }

    #[test]
    fn a_batch_is_what_the_function_expects() {
        let event: SqsEvent = serde_json::from_value(event(QueueName::Alerts, &batch())).unwrap();
        let read: Vec<_> = event.records.iter().map(|record| record.body.as_deref()).collect();
        assert_eq!(read, [Some("body of a"), Some("body of b")]);
        assert_eq!(event.records[0].attributes["ApproximateReceiveCount"], "2");
        assert_eq!(event.records[1].message_id.as_deref(), Some("b"));
    }

    #[test]
    fn only_named_messages_fail_and_an_answer_that_cannot_be_trusted_fails_all() {
        let naming = |id: &str| json!({ "batchItemFailures": [{ "itemIdentifier": id }] });
        assert_eq!(failing(&json!({ "batchItemFailures": [] })), Vec::<String>::new());
        assert_eq!(failing(&naming("b")), ["b"]);
        assert_eq!(failing(&naming("")), ["a", "b"]);
        assert_eq!(failing(&json!("what?")), ["a", "b"]);
    }
}
