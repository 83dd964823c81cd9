mod dead;

use std::error::Error as StdError;
use std::fmt;

use async_trait::async_trait;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sqs::types::SendMessageBatchRequestEntry;
use bridge_core::hint::Message;
use runtime::config;

use super::{Queue, QueueName, SendError, bodies};
use crate::aws::with_causes;

pub use dead::SqsDeadLetters;

/// Most messages in one call.
const MESSAGES_PER_CALL: usize = 10;
/// Most bytes in one call, all bodies together (1 MiB).
const BYTES_PER_CALL: usize = 1024 * 1024;
/// How often messages that the service could not take are offered.
const OFFERS: u32 = 3;

/// The queues on Amazon SQS.
#[derive(Debug, Clone)]
pub struct Sqs {
    client: Client,
    queues: config::Queues,
}

#[async_trait]
impl Queue for Sqs {
    async fn send(&self, queue: QueueName, messages: &[Message]) -> Result<(), SendError> {
        let mut bodies = bodies(messages)?;
        if bodies.len() == 1 {
            // A webhook's request is one message: the plain call is the cheaper one.
            let call = self.client.send_message().queue_url(queue.url(&self.queues)).message_body(bodies.remove(0));
            return call.send().await.map(drop).map_err(|error| sort(queue, &error));
        }
        self.send_bodies(queue, bodies).await
    }
}

impl Sqs {
    /// The queues at these URLs.
    #[must_use]
    pub fn new(client: Client, queues: config::Queues) -> Self {
        Self { client, queues }
    }

    /// Sends bodies as they are, in as few calls as the limits allow.
    async fn send_bodies(&self, queue: QueueName, bodies: Vec<String>) -> Result<(), SendError> {
        for call in calls(bodies) {
            self.send_batch(queue, call).await?;
        }
        Ok(())
    }

    /// Sends one batch, and again what the service itself could not take of it.
    async fn send_batch(&self, queue: QueueName, bodies: Vec<String>) -> Result<(), SendError> {
        let mut left = bodies;
        let mut reason = String::new();
        for _ in 0..OFFERS {
            let entries =
                left.iter().enumerate().map(|(index, body)| entry(index, body)).collect::<Result<Vec<_>, _>>()?;
            let call = self.client.send_message_batch().queue_url(queue.url(&self.queues)).set_entries(Some(entries));
            let answer = call.send().await.map_err(|error| sort(queue, &error))?;
            if let Some(fault) = answer.failed.iter().find(|failed| failed.sender_fault) {
                return Err(SendError::Refused { queue, reason: told(fault.code(), fault.message()) });
            }
            let Some(failed) = answer.failed.first() else { return Ok(()) };
            reason = told(failed.code(), failed.message());
            let failed: Vec<usize> = answer.failed.iter().filter_map(|failed| failed.id.parse().ok()).collect();
            let mut index = 0..;
            left.retain(|_| index.next().is_some_and(|index| failed.contains(&index)));
        }
        Err(SendError::Unreachable { queue, reason })
    }
}

fn entry(index: usize, body: &str) -> Result<SendMessageBatchRequestEntry, SendError> {
    let entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(body).build();
    // Only a missing id or body is refused, and both are there.
    entry.map_err(|error| SendError::Refused { queue: QueueName::Alerts, reason: error.to_string() })
}

fn told(code: &str, message: Option<&str>) -> String {
    format!("{code}: {}", message.unwrap_or("no further message"))
}

/// Cuts bodies into calls within the limits of number and size.
fn calls(bodies: Vec<String>) -> Vec<Vec<String>> {
    let mut calls: Vec<Vec<String>> = Vec::new();
    let mut bytes = 0;
    for body in bodies {
        match calls.last_mut() {
            Some(call) if call.len() < MESSAGES_PER_CALL && bytes + body.len() <= BYTES_PER_CALL => {
                bytes += body.len();
                call.push(body);
            }
            _ => {
                bytes = body.len();
                calls.push(vec![body]);
            }
        }
    }
    calls
}

fn sort<E, R>(queue: QueueName, error: &SdkError<E, R>) -> SendError
where
    E: ProvideErrorMetadata + StdError + 'static,
    R: fmt::Debug + 'static,
{
    let reason = with_causes(error);
    match error {
        SdkError::ConstructionFailure(_) => SendError::Refused { queue, reason },
        SdkError::ServiceError(service) => match service.err().code().unwrap_or_default() {
            "AccessDenied"
            | "AccessDeniedException"
            | "ExpiredToken"
            | "InvalidClientTokenId"
            | "KMS.AccessDeniedException"
            | "QueueDoesNotExist"
            | "AWS.SimpleQueueService.NonExistentQueue"
            | "SignatureDoesNotMatch" => SendError::Denied { queue, reason },
            "InvalidMessageContents" | "InvalidParameterValue" | "MissingParameter" | "UnsupportedOperation" => {
                SendError::Refused { queue, reason }
            }
            _ => SendError::Unreachable { queue, reason },
        },
        _ => SendError::Unreachable { queue, reason },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_body_is_sent_once_in_order_within_the_limits(sizes in proptest::collection::vec(0usize..260_000, 0..60)) {
            let bodies: Vec<String> = sizes.iter().map(|size| "x".repeat(*size)).collect();
            let calls = calls(bodies.clone());
            prop_assert!(calls.iter().all(|call| !call.is_empty() && call.len() <= MESSAGES_PER_CALL));
            prop_assert!(calls.iter().all(|call| call.iter().map(String::len).sum::<usize>() <= BYTES_PER_CALL));
            prop_assert_eq!(calls.concat(), bodies);
        }
    }
}
