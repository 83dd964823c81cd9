//! The messages of a batch, each for itself.

use std::collections::BTreeSet;

use aws_lambda_events::sqs::SqsEvent;
use bridge_core::hint::{Hint, Message};
use store::record::{Parked, Reason};

use crate::Deps;

/// Name under which this function's parked messages are listed.
pub(crate) const SOURCE: &str = "alerts";

/// A batch. Messages are named by their place in it.
pub(crate) struct Batch {
    ids: Vec<String>,
    messages: Vec<(usize, Message)>,
    unreadable: Vec<Unreadable>,
    failed: BTreeSet<usize>,
}

struct Unreadable {
    message: usize,
    source: String,
    body: String,
    reason: String,
}

impl Batch {
    pub(crate) fn read(event: SqsEvent) -> Self {
        let mut batch = Self { ids: Vec::new(), messages: Vec::new(), unreadable: Vec::new(), failed: BTreeSet::new() };
        for (index, record) in event.records.into_iter().enumerate() {
            batch.ids.push(record.message_id.unwrap_or_default());
            let body = record.body.unwrap_or_default();
            match Message::parse(&body) {
                Ok(Message { hint: Hint::Unreadable { source, body, reason }, .. }) => {
                    batch.unreadable.push(Unreadable { message: index, source, body, reason });
                }
                Ok(message) => batch.messages.push((index, message)),
                Err(reason) => {
                    batch.unreadable.push(Unreadable { message: index, source: SOURCE.to_owned(), body, reason });
                }
            }
        }
        batch
    }

    /// The readable messages with their places.
    pub(crate) fn messages(&self) -> &[(usize, Message)] {
        &self.messages
    }

    /// Lets a message come back.
    pub(crate) fn fail(&mut self, message: usize) {
        self.failed.insert(message);
    }

    /// Ids of the messages that come back. A record without an id cannot be named, and an empty name would fail the whole
    /// batch, so it is left out: it is gone, and the next poll finds what it was about.
    pub(crate) fn failed(&self) -> impl Iterator<Item = &str> {
        self.failed.iter().map(|index| self.ids[*index].as_str()).filter(|id| !id.is_empty())
    }
}

/// Parks what cannot be read. A message that cannot be parked comes back.
pub(crate) async fn park_unreadable(deps: &Deps, batch: &mut Batch) {
    for Unreadable { message, source, body, reason } in std::mem::take(&mut batch.unreadable) {
        let text = format!(
            "A message could not be read: {reason}. If its sender is yours, correct it there; then discard this."
        );
        let reason = Reason { code: "unreadable".to_owned(), text, account: None, tenant: None };
        let parked = Parked::park(&deps.systems.table, &source, body, reason, deps.systems.clock.now()).await;
        if let Err(error) = parked {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "a message could not be parked and will come back"
            );
            batch.fail(message);
        }
    }
}
