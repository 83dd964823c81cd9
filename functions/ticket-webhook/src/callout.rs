//! What one of Autotask's callouts means. Its names vary in case between the documents and what was observed, and its numbers
//! may be texts, so both are read either way.

use bridge_core::hint::{Hint, Message};
use bridge_core::id::TicketId;
use runtime::webhook::parked;
use serde_json::{Map, Value};

use crate::FUNCTION;

/// A callout.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Callout {
    /// A ticket was created, changed or deleted.
    Ticket(TicketId),
    /// It concerns none of our tickets, or does not say which: a note's callout names the note and not its ticket.
    Other,
    /// Autotask has switched the webhook off.
    SwitchedOff,
    /// It cannot be read.
    Unreadable(&'static str),
}

/// Reads an authentic body.
pub(crate) fn read(body: &[u8]) -> Callout {
    let Ok(json) = serde_json::from_slice::<Value>(body) else { return Callout::Unreadable("the body is not JSON") };
    let Value::Object(callout) = json else { return Callout::Unreadable("the body is not an object") };
    let Some(action) = text(&callout, "action") else { return Callout::Unreadable("the callout names no action") };
    if action.eq_ignore_ascii_case("deactivated") {
        return Callout::SwitchedOff;
    }
    let changes = ["create", "update", "delete"].iter().any(|known| action.eq_ignore_ascii_case(known));
    let of_ticket = text(&callout, "entitytype").is_some_and(|entity| entity.eq_ignore_ascii_case("ticket"));
    if !(changes && of_ticket) {
        return Callout::Other;
    }
    match field(&callout, "id").and_then(number) {
        Some(id) if id > 0 => Callout::Ticket(TicketId(id)),
        _ => Callout::Unreadable("the callout of a ticket has no usable id"),
    }
}

impl Callout {
    /// The messages that make it durable; none when nothing needs to be done.
    pub(crate) fn messages(self, body: &[u8], correlation: Option<&str>) -> Vec<Message> {
        match self {
            Self::Ticket(ticket) => {
                vec![Message::new(Hint::Tickets { tickets: vec![ticket] }, correlation.map(str::to_owned))]
            }
            Self::Unreadable(reason) => parked::unreadable(FUNCTION, body, reason, correlation),
            Self::Other | Self::SwitchedOff => Vec::new(),
        }
    }
}

fn field<'a>(callout: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    callout.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

fn text<'a>(callout: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    field(callout, name).and_then(Value::as_str).map(str::trim)
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

#[cfg(test)]
mod tests;
