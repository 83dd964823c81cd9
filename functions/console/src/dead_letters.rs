//! Messages that were delivered to a worker so often that they were given up (rule B2). What waits or is refused ends elsewhere, so
//! each of these means a defect of ours, or a right that a function has lost: the function's log says which.

use futures::future::try_join_all;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use store::queue::{DeadLetter, QueueName};

use crate::auth::Actor;
use crate::error::Error;
use crate::page::Page;
use crate::{Deps, journal};

/// How many are shown of a queue.
const SHOWN_MAX: usize = 50;
/// How many are sent at a time: a request ends after half a minute.
const SENT_MAX: usize = 200;
/// Characters shown of a message; longer ones carry a webhook's body.
const BODY_MAX: usize = 2_000;

/// A message that was given up.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "DeadLetter")]
pub struct View {
    /// The queue that it was sent to: `alerts` or `accounts`.
    pub queue: &'static str,
    /// When it was sent first.
    pub sent_at: Timestamp,
    /// As sent, up to 2,000 characters.
    pub body: String,
}

/// What was sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Redriven")]
pub struct Redriven {
    /// How many messages.
    pub sent: usize,
    /// Whether there may be more, as only so many are sent at a time.
    pub is_partial: bool,
}

/// Those of all queues, oldest first, up to 50 of each.
///
/// # Errors
/// A queue cannot be read.
pub async fn list(deps: &Deps) -> Result<Page<View>, Error> {
    // A queue takes a second or more to answer, so they are read at the same time.
    let letters = try_join_all(QueueName::ALL.map(|queue| deps.dead_letters.list(queue, SHOWN_MAX))).await?;
    let view = |queue: QueueName, letter: DeadLetter| View {
        queue: queue.as_str(),
        sent_at: letter.sent_at,
        body: letter.body.chars().take(BODY_MAX).collect(),
    };
    let of_queues = QueueName::ALL.into_iter().zip(letters);
    let views = of_queues.flat_map(|(queue, letters)| letters.into_iter().map(move |letter| view(queue, letter)));
    let mut views: Vec<View> = views.collect();
    views.sort_by_key(|view| view.sent_at);
    Ok(Page::whole(views))
}

/// Sends those of a queue on their way again, up to 200 at a time. What is still wrong with them brings them back.
///
/// # Errors
/// There is no such queue, or it cannot be read or written.
pub async fn redrive(deps: &Deps, by: &Actor, queue: &str) -> Result<Redriven, Error> {
    let queue = QueueName::ALL.into_iter().find(|name| name.as_str() == queue);
    let queue = queue.ok_or_else(|| Error::NotFound("there is no such queue: alerts and accounts are".to_owned()))?;
    let sent = deps.dead_letters.redrive(queue, SENT_MAX).await?;
    if sent > 0 {
        let what = format!("messages that were given up were sent again to the queue {queue}: {sent}");
        journal::record(deps, by, journal::Change::new(what)).await?;
    }
    Ok(Redriven { sent, is_partial: sent == SENT_MAX })
}
