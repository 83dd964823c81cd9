//! The port to the two queues. A queue carries hints and promises little: a message arrives at least once, in roughly the order
//! of sending. Everything that matters is in the table and in the two systems themselves.

mod dead;
#[cfg(feature = "queue")]
mod sqs;

use std::fmt;

use async_trait::async_trait;
use bridge_core::failure::Class;
use bridge_core::hint::{Hint, Message};
#[cfg(feature = "queue")]
use runtime::config;

pub use dead::{DeadLetter, DeadLetters};
#[cfg(feature = "queue")]
pub use sqs::{Sqs, SqsDeadLetters};

/// Largest message body. SQS takes more, but a hint that large is a mistake, and four of them must fit in one call.
pub const BODY_MAX_BYTES: usize = 256 * 1024;

/// The queues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum QueueName {
    /// Alerts, keys and tickets, for ticket-sync.
    Alerts,
    /// Accounts, for account-sync.
    Accounts,
}

impl QueueName {
    /// Every queue.
    pub const ALL: [Self; 2] = [Self::Alerts, Self::Accounts];

    /// The queue of the worker that a hint is for.
    #[must_use]
    pub fn of(hint: &Hint) -> Self {
        match hint {
            Hint::Alerts { .. } | Hint::Keys { .. } | Hint::Tickets { .. } | Hint::Unreadable { .. } => Self::Alerts,
            Hint::Account { .. } | Hint::Pass { .. } => Self::Accounts,
        }
    }

    /// The queue's name in storage and logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alerts => "alerts",
            Self::Accounts => "accounts",
        }
    }

    #[cfg(feature = "queue")]
    fn url(self, queues: &config::Queues) -> &str {
        match self {
            Self::Alerts => &queues.alerts_url,
            Self::Accounts => &queues.accounts_url,
        }
    }
}

impl fmt::Display for QueueName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Sends hints.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Returns when every message is durable. After an error some may have been sent: sending all of them again does no harm.
    ///
    /// # Errors
    /// At least one message may not have been stored.
    async fn send(&self, queue: QueueName, messages: &[Message]) -> Result<(), SendError>;
}

/// Why messages were not sent, or dead letters not read or sent again.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// A message is larger than [`BODY_MAX_BYTES`].
    #[error("a message of {bytes} bytes is larger than a queue message may be ({BODY_MAX_BYTES} bytes)")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// The queue refuses the call or a message.
    #[error("the queue {queue} refuses the message: {reason}")]
    Refused {
        /// The queue.
        queue: QueueName,
        /// What it says.
        reason: String,
    },
    /// Missing queue, missing right, or refused credentials.
    #[error("the queue {queue} refuses us: {reason}; check the function's role and the queue's URL")]
    Denied {
        /// The queue.
        queue: QueueName,
        /// What it says.
        reason: String,
    },
    /// No answer, or a passing failure. As a hint may come twice, it does not matter whether it was stored.
    #[error("the queue {queue} cannot be reached: {reason}")]
    Unreachable {
        /// The queue.
        queue: QueueName,
        /// What happened.
        reason: String,
    },
}

impl SendError {
    /// What the failure means for the work that met it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::TooLarge { .. } => Class::Permanent,
            Self::Refused { .. } => Class::Bug,
            Self::Denied { .. } => Class::NeedsOperator,
            Self::Unreachable { .. } => Class::Transient { after: None },
        }
    }
}

/// The bodies of messages, each within [`BODY_MAX_BYTES`].
///
/// # Errors
/// One of them is too large.
pub fn bodies(messages: &[Message]) -> Result<Vec<String>, SendError> {
    let body = |message: &Message| {
        let body = message.to_body();
        if body.len() > BODY_MAX_BYTES { Err(SendError::TooLarge { bytes: body.len() }) } else { Ok(body) }
    };
    messages.iter().map(body).collect()
}

#[cfg(test)]
mod tests {
    use bridge_core::hint::Hint;

    use super::*;

    fn unreadable(bytes: usize) -> Message {
        Message::new(Hint::Unreadable { source: "door".into(), body: "x".repeat(bytes), reason: "?".into() }, None)
    }

    #[test]
    fn a_message_beyond_the_limit_is_refused_before_anything_is_sent() {
        assert!(bodies(&[unreadable(BODY_MAX_BYTES - 1000)]).is_ok());
        let refused = bodies(&[unreadable(1), unreadable(BODY_MAX_BYTES)]).unwrap_err();
        assert!(matches!(refused, SendError::TooLarge { .. }), "{refused}");
        assert_eq!(refused.class(), Class::Permanent);
    }
}
