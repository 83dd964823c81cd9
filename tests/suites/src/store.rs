//! What the records and the queue promise, wherever they run.

pub mod mapping;
pub mod probe;
pub mod queue;
pub mod records;
pub mod table;

use std::time::Duration;

use ::store::queue::{Queue, QueueName};
use ::store::table::Table;
use async_trait::async_trait;
use jiff::Timestamp;

/// A table, a queue, and the time that both live in.
#[async_trait]
pub trait World: Send + Sync {
    /// An empty table.
    fn table(&self) -> &Table;

    /// Empty queues.
    fn queue(&self) -> &dyn Consumer;

    /// The time.
    fn now(&self) -> Timestamp;

    /// Lets time pass.
    async fn pass(&self, time: Duration);
}

/// A queue from the worker's side: on AWS an event source mapping does this.
#[async_trait]
pub trait Consumer: Queue {
    /// Receives up to `max` messages.
    async fn receive(&self, queue: QueueName, max: usize) -> anyhow::Result<Vec<Delivery>>;

    /// Deletes a message by the receipt of its last delivery.
    async fn delete(&self, queue: QueueName, receipt: &str) -> anyhow::Result<()>;

    /// Makes a message visible again at once.
    async fn fail(&self, queue: QueueName, receipt: &str) -> anyhow::Result<()>;

    /// Bodies of the dead letters.
    async fn dead(&self, queue: QueueName) -> anyhow::Result<Vec<String>>;

    /// Moves the dead letters back.
    async fn redrive(&self, queue: QueueName) -> anyhow::Result<()>;
}

/// A delivered message.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// As sent.
    pub body: String,
    /// Names this delivery.
    pub receipt: String,
    /// 1 at the first delivery.
    pub count: u32,
}

/// Visibility time-out that the suite expects of the queues.
pub const VISIBILITY: Duration = Duration::from_secs(30);
/// Deliveries before a message is dead, as the suite expects them of the queues.
pub const MAX_RECEIVE_COUNT: u32 = 3;
