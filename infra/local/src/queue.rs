//! Amazon SQS's standard queues, kept in the engine: visibility time-out, receive count, dead letters.
//!
//! A message's sort key begins with the time from which it is visible, so a receive reads just the first messages of the
//! partition, however many wait. Receiving moves a message to the end of its visibility time-out, in the same transaction for
//! a whole batch; what is neither deleted nor failed by then is simply there again. Times are the given clock's.

mod message;
mod store;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use ::store::queue::{DeadLetter, DeadLetters, Queue, QueueName, SendError, bodies};
use async_trait::async_trait;
use bridge_core::hint;
use jiff::{SignedDuration, Timestamp};
use runtime::clock::Clock;
use runtime::random::Random;
use tokio::sync::{Mutex, Notify};

use crate::engine::{CreateError, Engine};
use message::{Message, Place};
use store::Store;

/// How the queues behave, as the deployment template sets it.
#[derive(Debug, Clone, Copy)]
pub struct Policy {
    /// How long a received message stays invisible.
    pub visibility: SignedDuration,
    /// How often a message is received before it becomes a dead letter.
    pub max_receive_count: u32,
}

/// Where one queue's messages lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Live,
    Dead,
}

/// A received message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The message's id, the same at every receive.
    pub id: String,
    /// As sent.
    pub body: String,
    /// Names this receive; needed to delete the message.
    pub receipt: String,
    /// 1 at the first receive.
    pub receive_count: u32,
    /// When the message was sent.
    pub sent_at: Timestamp,
}

/// How much is in a queue.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Visible messages.
    pub waiting: usize,
    /// Received messages that are neither deleted nor visible again.
    pub in_flight: usize,
    /// Dead letters.
    pub dead: usize,
}

/// The queue's storage failed.
#[derive(Debug, thiserror::Error)]
#[error("the local queue {queue} failed: {reason}")]
pub struct QueueError {
    /// The queue.
    pub queue: QueueName,
    /// What happened.
    pub reason: String,
}

/// The queues.
#[derive(Clone)]
pub struct LocalQueue(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    random: Random,
    policy: Policy,
    /// Receives of two workers at once would meet the same first messages; one after the other they do not.
    receiving: Mutex<()>,
    changed: Notify,
}

impl fmt::Debug for LocalQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalQueue").field("policy", &self.0.policy).finish_non_exhaustive()
    }
}

impl LocalQueue {
    /// The queues in `engine`'s table of this name, which is made when it is missing.
    ///
    /// # Errors
    /// The table cannot be made.
    pub async fn open(
        engine: &Engine,
        table: &str,
        policy: Policy,
        clock: Clock,
        random: Random,
    ) -> Result<Self, CreateError> {
        engine.create_plain_table(table).await?;
        let store = Store::new(engine.client(), table);
        let (receiving, changed) = (Mutex::default(), Notify::new());
        Ok(Self(Arc::new(Inner { store, clock, random, policy, receiving, changed })))
    }

    /// Makes messages that were in flight when the process ended visible again. To be called once at the start, before the
    /// first receive.
    ///
    /// # Errors
    /// The queue's storage failed.
    pub async fn recover(&self) -> Result<usize, QueueError> {
        let (now, mut recovered) = (self.0.clock.now(), 0);
        for queue in QueueName::ALL {
            let in_flight = self.0.store.invisible(queue, now).await?;
            recovered += in_flight.len();
            let moves =
                in_flight.into_iter().map(|message| (message.place(Part::Live), message.visible_from(now))).collect();
            self.0.store.relocate(queue, Part::Live, moves).await?;
        }
        Ok(recovered)
    }

    /// Receives up to `max` visible messages, the longest visible first. Messages that were received too often become dead
    /// letters instead.
    ///
    /// # Errors
    /// The queue's storage failed. What was received is visible again after its time-out.
    pub async fn receive(&self, queue: QueueName, max: usize) -> Result<Vec<Received>, QueueError> {
        let Inner { store, clock, policy, receiving, .. } = &*self.0;
        let _one_at_a_time = receiving.lock().await;
        let now = clock.now();
        let (exhausted, fresh): (Vec<_>, Vec<_>) = store
            .visible(queue, now, max)
            .await?
            .into_iter()
            .partition(|message| message.receive_count >= policy.max_receive_count);
        let buried =
            exhausted.into_iter().map(|message| (message.place(Part::Live), message.visible_from(now))).collect();
        store.relocate(queue, Part::Dead, buried).await?;
        let until = now + policy.visibility;
        let taken: Vec<(Place, Message)> =
            fresh.into_iter().map(|message| (message.place(Part::Live), message.received(until))).collect();
        let received = taken.iter().map(|(_, message)| message.as_received()).collect();
        store.relocate(queue, Part::Live, taken).await?;
        Ok(received)
    }

    /// Deletes a received message. A receipt whose time-out has passed, after which the message was received again, deletes
    /// nothing.
    ///
    /// # Errors
    /// The queue's storage failed.
    pub async fn delete(&self, queue: QueueName, receipts: &[String]) -> Result<(), QueueError> {
        self.0.store.delete(queue, receipts).await?;
        self.0.changed.notify_waiters();
        Ok(())
    }

    /// Makes a received message visible again at once, as a worker's partial batch failure does.
    ///
    /// # Errors
    /// The queue's storage failed.
    pub async fn fail(&self, queue: QueueName, receipt: &str) -> Result<(), QueueError> {
        let now = self.0.clock.now();
        if let Some(message) = self.0.store.get(queue, receipt).await? {
            let moved = vec![(message.place(Part::Live), message.visible_from(now))];
            self.0.store.relocate(queue, Part::Live, moved).await?;
        }
        self.0.changed.notify_waiters();
        Ok(())
    }

    /// How much is in a queue now.
    ///
    /// # Errors
    /// The queue's storage failed.
    pub async fn depth(&self, queue: QueueName) -> Result<Depth, QueueError> {
        self.0.store.depth(queue, self.0.clock.now()).await
    }

    /// Waits until something changed in a queue, or `longest` has passed: messages also become visible by themselves.
    pub async fn changed(&self, longest: Duration) {
        let changed = self.0.changed.notified();
        // Either way the caller looks again.
        let _ = tokio::time::timeout(longest, changed).await;
    }
}

#[async_trait]
impl Queue for LocalQueue {
    async fn send(&self, queue: QueueName, messages: &[hint::Message]) -> Result<(), SendError> {
        let Inner { store, clock, random, changed, .. } = &*self.0;
        let now = clock.now();
        let new = |body| Message::new(random.id(clock).to_string(), body, now);
        let messages = bodies(messages)?.into_iter().map(new).collect();
        let added = store.add(queue, messages).await;
        added.map_err(|error| unreachable(queue, error))?;
        changed.notify_waiters();
        Ok(())
    }
}

#[async_trait]
impl DeadLetters for LocalQueue {
    async fn list(&self, queue: QueueName, max: usize) -> Result<Vec<DeadLetter>, SendError> {
        let dead = self.0.store.dead(queue, max).await.map_err(|error| unreachable(queue, error))?;
        Ok(dead.into_iter().map(Message::into_dead_letter).collect())
    }

    async fn redrive(&self, queue: QueueName, max: usize) -> Result<usize, SendError> {
        let now = self.0.clock.now();
        let dead = self.0.store.dead(queue, max).await.map_err(|error| unreachable(queue, error))?;
        let count = dead.len();
        let moves = dead.into_iter().map(|message| (message.place(Part::Dead), message.redriven(now))).collect();
        self.0.store.relocate(queue, Part::Live, moves).await.map_err(|error| unreachable(queue, error))?;
        self.0.changed.notify_waiters();
        Ok(count)
    }
}

fn unreachable(queue: QueueName, error: QueueError) -> SendError {
    SendError::Unreachable { queue, reason: error.reason }
}
