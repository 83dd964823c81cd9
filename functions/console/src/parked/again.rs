//! Trying parked work again.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bridge_core::hint::{Hint, Message};
use bridge_core::ticket::Entry;
use store::queue::QueueName;
use store::record::Parked;

use super::find;
use crate::auth::Actor;
use crate::error::Error;
use crate::{Deps, journal};

/// Sends it on its way again; what is still wrong with it parks it anew. Sent first and then taken off the list: between the two
/// it is there twice, which does no harm, and never not at all.
///
/// # Errors
/// There is no such message (any more), or it is nothing that could be sent.
pub async fn retry(deps: &Deps, by: &Actor, id: &str) -> Result<(), Error> {
    let parked = find(deps, id).await?;
    let table = &deps.systems.table;
    let gone = || Error::NotFound("the message's body is gone: discard it".to_owned());
    let body = Parked::body(table, &parked.id).await?.ok_or_else(gone)?;
    let message = message(&body).ok_or_else(unsendable)?;
    if let Hint::Keys { keys } = &message.hint {
        for key in keys {
            // A refused ticket waits in the ledger itself.
            let again = |entry: Option<Entry>| {
                let mut entry = entry?;
                entry.retry();
                Some(entry)
            };
            table.modify(key, again).await?;
        }
    }
    deps.queue.send(QueueName::of(&message.hint), &[message]).await?;
    let change = journal::Change::new("a parked message was tried again");
    journal::record(deps, by, journal::Change { old: Some(parked.reason.text.clone()), ..change }).await?;
    Ok(Parked::remove(table, &parked.id).await?)
}

/// A message of ours, as it is or as a webhook's body in base64. A release that reads more than the one that parked it can read
/// it now.
fn message(body: &str) -> Option<Message> {
    if let Ok(message) = Message::parse(body) {
        return Some(message);
    }
    let bytes = STANDARD.decode(body).ok()?;
    Message::parse(std::str::from_utf8(&bytes).ok()?).ok()
}

fn unsendable() -> Error {
    let text = "this release cannot read it either, so it would be parked again: correct it at its sender, then discard it here";
    Error::refused("still_unreadable", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn b2_a_message_is_read_plainly_and_from_base64_and_nothing_else_is_sent() {
        let pass = Message::new(Hint::Pass { preview: None }, None);
        assert_eq!(message(&pass.to_body()), Some(pass.clone()));
        assert_eq!(message(&STANDARD.encode(pass.to_body())), Some(pass));
        assert_eq!(message("an alert could not be read"), None);
        assert_eq!(message(&STANDARD.encode("<html>")), None);
    }
}
