//! What an authentic body says: which alerts to look at. Everything else in it is left unread.

use std::collections::HashSet;

use bridge_core::hint::{AlertRef, Hint, Message};
use bridge_core::id::{AlertId, TenantId};
use runtime::webhook::parked;
use serde_json::Value;

use crate::FUNCTION;

/// Most alerts in one message: with the longest ids, half of what a queue message may hold. Relays send far fewer.
const ALERTS_PER_MESSAGE: usize = 1000;
/// Longest id that can be one of Acronis'; theirs have 36 characters.
const ID_MAX_BYTES: usize = 64;

/// The body as messages: one with its alerts, and the whole body once more if some of it cannot be read, so that a person sees it.
/// A list without alerts is no message.
pub(crate) fn messages(body: &[u8], correlation: Option<&str>) -> Vec<Message> {
    let unreadable = |reason: &str| parked::unreadable(FUNCTION, body, reason, correlation);
    let Ok(text) = std::str::from_utf8(body) else { return unreadable("the body is not UTF-8") };
    let Ok(json) = serde_json::from_str::<Value>(text) else { return unreadable("the body is not JSON") };
    let Some(entries) = entries(&json) else { return unreadable("the body is neither an alert nor a list of alerts") };

    let alerts: Vec<Option<AlertRef>> = entries.iter().map(alert).collect();
    let unusable = alerts.iter().filter(|alert| alert.is_none()).count();
    let mut messages = hints(alerts.into_iter().flatten(), correlation);
    if unusable > 0 {
        let reason = format!("alerts without a usable id: {unusable} of {}", entries.len());
        messages.extend(unreadable(&reason));
    }
    messages
}

/// The alert objects: those of `{"items":[…]}` or of an array, or the one that the body is.
fn entries(json: &Value) -> Option<&[Value]> {
    match json {
        Value::Array(entries) => Some(entries),
        Value::Object(object) => match object.get("items") {
            Some(Value::Array(entries)) => Some(entries),
            Some(_) => None,
            None => Some(std::slice::from_ref(json)),
        },
        _ => None,
    }
}

fn alert(entry: &Value) -> Option<AlertRef> {
    let id = entry.get("id").and_then(id)?;
    // A tenant without a usable uuid is no obstacle: the alert names it again when it is read.
    let tenant = entry.pointer("/tenant/uuid").and_then(self::id);
    Some(AlertRef { id: AlertId::new(id), tenant: tenant.map(TenantId::new) })
}

/// A text that can be an id of Acronis' and is safe in the path of a request.
fn id(value: &Value) -> Option<&str> {
    let id = value.as_str()?.trim();
    let is_id =
        !id.is_empty() && id.len() <= ID_MAX_BYTES && id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    is_id.then_some(id)
}

/// The alerts, each once, in one message unless there are very many.
fn hints(alerts: impl Iterator<Item = AlertRef>, correlation: Option<&str>) -> Vec<Message> {
    let mut seen = HashSet::new();
    let alerts: Vec<AlertRef> = alerts.filter(|alert| seen.insert(alert.id.clone())).collect();
    let message = |alerts: &[AlertRef]| {
        let hint = Hint::Alerts { alerts: alerts.to_vec(), connection: None };
        Message::new(hint, correlation.map(str::to_owned))
    };
    alerts.chunks(ALERTS_PER_MESSAGE).map(message).collect()
}

#[cfg(test)]
mod tests;
