//! Hints in few messages.

use bridge_core::alert::Key;
use bridge_core::hint::{AlertRef, Hint, Message};
use bridge_core::id::ConnectionId;
use store::queue::QueueName;

use crate::{Deps, Error};

/// What one message names at most: few enough for a worker to finish before its message would come back.
const PER_MESSAGE: usize = 50;

/// Hints at alerts of a connection.
pub(crate) async fn alerts(deps: &Deps, connection: &ConnectionId, alerts: &[AlertRef]) -> Result<(), Error> {
    let hints = alerts
        .chunks(PER_MESSAGE)
        .map(|alerts| Hint::Alerts { alerts: alerts.to_vec(), connection: Some(connection.clone()) });
    send(deps, hints.collect()).await
}

/// Hints at keys.
pub(crate) async fn keys(deps: &Deps, keys: &[Key]) -> Result<(), Error> {
    send(deps, keys.chunks(PER_MESSAGE).map(|keys| Hint::Keys { keys: keys.to_vec() }).collect()).await
}

async fn send(deps: &Deps, hints: Vec<Hint>) -> Result<(), Error> {
    if hints.is_empty() {
        return Ok(());
    }
    let correlation = deps.systems.random.id(&deps.systems.clock).to_string();
    let messages: Vec<Message> = hints.into_iter().map(|hint| Message::new(hint, Some(correlation.clone()))).collect();
    Ok(deps.queue.send(QueueName::Alerts, &messages).await?)
}
