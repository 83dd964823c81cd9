use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message, MessageSystemAttributeName,
};
use jiff::Timestamp;
use runtime::config;

use super::{MESSAGES_PER_CALL, Sqs, sort};
use crate::queue::{DeadLetter, DeadLetters, QueueName, SendError};

/// How long a received dead letter is hidden from others: time enough to pass it on, and not so long that it is missed where
/// that failed.
const HIDDEN_S: i32 = 30;
/// With a wait, however short, every server of the queue is asked and not only some: an empty answer means an empty queue.
const WAIT_S: i32 = 1;

/// Dead letters on Amazon SQS.
///
/// They are passed on by receiving, sending and deleting. The service could move them by itself, but in the background, where
/// neither the number nor a failure can be told to the person who asked.
#[derive(Debug, Clone)]
pub struct SqsDeadLetters {
    client: Client,
    letters: config::Queues,
    queues: Sqs,
}

impl SqsDeadLetters {
    /// The dead letters at the URLs `letters`, of the queues at the URLs `queues`.
    #[must_use]
    pub fn new(client: Client, letters: config::Queues, queues: config::Queues) -> Self {
        Self { queues: Sqs::new(client.clone(), queues), client, letters }
    }

    async fn receive(&self, queue: QueueName, max: usize) -> Result<Vec<Message>, SendError> {
        let max = max.min(MESSAGES_PER_CALL);
        let call = self.client.receive_message().queue_url(queue.url(&self.letters));
        let answer = call
            .max_number_of_messages(i32::try_from(max).unwrap_or(i32::MAX))
            .visibility_timeout(HIDDEN_S)
            .wait_time_seconds(WAIT_S)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp)
            .send()
            .await
            .map_err(|error| sort(queue, &error))?;
        Ok(answer.messages.unwrap_or_default())
    }

    /// Makes received letters visible again.
    async fn put_back(&self, queue: QueueName, received: &[Message]) -> Result<(), SendError> {
        let call = self.client.change_message_visibility_batch().queue_url(queue.url(&self.letters));
        let entries = received.iter().enumerate().map(|(index, message)| {
            ChangeMessageVisibilityBatchRequestEntry::builder()
                .id(index.to_string())
                .set_receipt_handle(message.receipt_handle.clone())
                .visibility_timeout(0)
                .build()
        });
        let entries = entries.collect::<Result<Vec<_>, _>>().map_err(|error| incomplete(queue, &error))?;
        // One that is refused is visible again when its time has passed.
        call.set_entries(Some(entries)).send().await.map(drop).map_err(|error| sort(queue, &error))
    }

    async fn remove(&self, queue: QueueName, received: &[Message]) -> Result<(), SendError> {
        let call = self.client.delete_message_batch().queue_url(queue.url(&self.letters));
        let entries = received.iter().enumerate().map(|(index, message)| {
            DeleteMessageBatchRequestEntry::builder()
                .id(index.to_string())
                .set_receipt_handle(message.receipt_handle.clone())
                .build()
        });
        let entries = entries.collect::<Result<Vec<_>, _>>().map_err(|error| incomplete(queue, &error))?;
        let answer = call.set_entries(Some(entries)).send().await.map_err(|error| sort(queue, &error))?;
        match answer.failed.first() {
            None => Ok(()),
            Some(failed) => Err(SendError::Unreachable { queue, reason: super::told(failed.code(), failed.message()) }),
        }
    }
}

#[async_trait]
impl DeadLetters for SqsDeadLetters {
    async fn list(&self, queue: QueueName, max: usize) -> Result<Vec<DeadLetter>, SendError> {
        let mut received = Vec::new();
        while received.len() < max {
            let more = self.receive(queue, max - received.len()).await?;
            if more.is_empty() {
                break;
            }
            received.extend(more);
        }
        for some in received.chunks(MESSAGES_PER_CALL) {
            self.put_back(queue, some).await?;
        }
        Ok(received.into_iter().map(letter).collect())
    }

    async fn redrive(&self, queue: QueueName, max: usize) -> Result<usize, SendError> {
        let mut sent = 0;
        while sent < max {
            let received = self.receive(queue, max - sent).await?;
            if received.is_empty() {
                break;
            }
            let bodies = received.iter().map(|message| message.body.clone().unwrap_or_default()).collect();
            self.queues.send_bodies(queue, bodies).await?;
            // Only now: should this fail, the letter is there twice, and never not at all.
            self.remove(queue, &received).await?;
            sent += received.len();
        }
        Ok(sent)
    }
}

fn letter(message: Message) -> DeadLetter {
    let sent_at = message
        .attributes
        .as_ref()
        .and_then(|attributes| attributes.get(&MessageSystemAttributeName::SentTimestamp))
        .and_then(|unix_ms| Timestamp::from_millisecond(unix_ms.parse().ok()?).ok());
    DeadLetter { body: message.body.unwrap_or_default(), sent_at: sent_at.unwrap_or(Timestamp::UNIX_EPOCH) }
}

/// The service left out the receipt that it always gives.
fn incomplete(queue: QueueName, error: &dyn std::error::Error) -> SendError {
    SendError::Unreachable { queue, reason: error.to_string() }
}
