//! The port to the dead letters: messages that were delivered too often without being done (rule B2). They mean a defect of ours
//! or a right that is missing, so they wait until somebody has mended that and sends them on their way again.

use async_trait::async_trait;
use jiff::Timestamp;

use super::{QueueName, SendError};

/// A message that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// As sent.
    pub body: String,
    /// When the message was sent first.
    pub sent_at: Timestamp,
}

/// Looks at dead letters and sends them again.
#[async_trait]
pub trait DeadLetters: Send + Sync {
    /// Up to `max` of them, in no particular order. They stay where they are.
    ///
    /// # Errors
    /// They cannot be read.
    async fn list(&self, queue: QueueName, max: usize) -> Result<Vec<DeadLetter>, SendError>;

    /// Sends up to `max` of them to their queue again and returns how many. After an error some may have been sent, and be there
    /// twice: hints may be.
    ///
    /// # Errors
    /// They cannot be read, sent or removed.
    async fn redrive(&self, queue: QueueName, max: usize) -> Result<usize, SendError>;
}
