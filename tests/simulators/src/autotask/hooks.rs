//! Ticket webhooks: events become callouts, and callouts that fail have consequences.

mod callouts;
mod payload;
mod registration;
mod send;

use std::collections::HashSet;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::dates;
use super::record::{Record, flag, int, text, text_of};
use super::schema::Entity;
use super::world::{Actor, World};

pub(super) use callouts::Callouts;
pub use callouts::{Delivery, DeliveryId};
pub(super) use registration::{check, offer_fields, refresh, settle, unregistered};
pub(super) use send::post;

use payload::Payload;
use registration::subscriptions;

const ERROR_LOG_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What happened to a record.
#[derive(Clone, Copy)]
pub(super) enum Event<'a> {
    Create(&'a Record),
    Update { old: &'a Record, new: &'a Record },
    Delete(&'a Record),
}

impl<'a> Event<'a> {
    fn record(self) -> &'a Record {
        match self {
            Self::Create(record) | Self::Update { new: record, .. } | Self::Delete(record) => record,
        }
    }

    fn action(self) -> &'static str {
        match self {
            Self::Create(_) => "Create",
            Self::Update { .. } => "Update",
            Self::Delete(_) => "Delete",
        }
    }

    fn subscription(self) -> &'static str {
        match self {
            Self::Create(_) => "isSubscribedToCreateEvents",
            Self::Update { .. } => "isSubscribedToUpdateEvents",
            Self::Delete(_) => "isSubscribedToDeleteEvents",
        }
    }

    /// Whether something about this value is news.
    fn concerns(self, value: impl Fn(&Record) -> Option<Value>) -> bool {
        match self {
            Self::Create(record) => value(record).is_some(),
            Self::Update { old, new } => value(old) != value(new),
            Self::Delete(_) => false,
        }
    }
}

/// Queues a callout for every webhook that wants to know.
pub(super) fn raise(world: &mut World, actor: Actor, entity: &Entity, event: Event<'_>) {
    if !entity.can.hooks {
        return;
    }
    let now = world.now();
    // Two webhooks with one address are told once about one event.
    let mut told = HashSet::new();
    let wanted: Vec<_> = world
        .rows(World::entity("TicketWebhooks"))
        .filter(|(id, hook)| wants(world, *id, hook, actor, event))
        .filter_map(|(id, hook)| Some((id, hook.clone(), fields(world, id, event)?)))
        .filter(|(_, hook, _)| told.insert(text(hook, "webhookUrl").map(str::to_owned)))
        .collect();
    for (id, hook, fields) in wanted {
        let payload = Payload {
            action: event.action(),
            guid: text(&hook, "webhookGuid").unwrap_or_default(),
            entity_type: &entity.name,
            id: int(event.record(), "id").unwrap_or_default(),
            fields,
            event_time: now,
            sequence_number: world.callouts.next_sequence(id),
            person_id: actor.resource.0,
        };
        let secret = text(&hook, "secretKey").unwrap_or_default();
        world.callouts.enqueue(id, text(&hook, "webhookUrl").unwrap_or_default(), &payload, secret, now);
    }
}

fn wants(world: &World, id: i64, hook: &Record, actor: Actor, event: Event<'_>) -> bool {
    let mut excluded = world.rows(World::entity("TicketWebhookExcludedResources"));
    let is_excluded =
        excluded.any(|(_, row)| int(row, "webhookID") == Some(id) && int(row, "resourceID") == Some(actor.resource.0));
    flag(hook, "isActive") && flag(hook, "isReady") && flag(hook, event.subscription()) && !is_excluded
}

/// The fields of a callout: subscribed ones with news, and those to show always. None when an update has no news for the webhook.
fn fields(world: &World, webhook: i64, event: Event<'_>) -> Option<Record> {
    let mut shown = Record::new();
    let mut has_news = !matches!(event, Event::Update { .. });
    for (row, name, value) in subscriptions(world, webhook) {
        let is_news = flag(row, "isSubscribedField") && event.concerns(&value);
        has_news |= is_news;
        if is_news || flag(row, "isDisplayAlwaysField") {
            shown.insert(name, value(event.record()).map_or(Value::Null, |value| text_of(&value).into()));
        }
    }
    has_news.then_some(shown)
}

/// Takes note of how a callout went.
pub(super) fn delivered(world: &mut World, id: DeliveryId, answer: Result<u16, String>) {
    let now = world.now();
    let error = match answer {
        Ok(200..=299) => None,
        Ok(status) => Some(format!("The webhook answered with status {status}.")),
        Err(error) => Some(error),
    };
    let Some(outcome) = world.callouts.delivered(id, error.is_none(), now) else { return };
    if let Some(lost) = outcome.given_up {
        let log = json!({
            "createDateTime": dates::stored(now),
            "errorMessage": error,
            "payload": String::from_utf8_lossy(&lost.body),
            "sequenceNumber": lost.sequence,
            "ticketWebhookID": outcome.webhook,
        });
        if let Value::Object(log) = log {
            world.insert(World::entity("WebhookEventErrorLogs"), log);
        }
    }
    if outcome.exhausted {
        deactivate(world, outcome.webhook, now);
    }
}

fn deactivate(world: &mut World, id: i64, now: Timestamp) {
    let hooks = World::entity("TicketWebhooks");
    let Some(mut hook) = world.row(hooks, id).cloned() else { return };
    world.callouts.forget(id);
    let notice = json!({ "Action": "Deactivated", "Guid": hook["webhookGuid"], "EventTime": dates::stored(now) });
    world.callouts.enqueue_notice(text(&hook, "deactivationUrl").unwrap_or_default(), &notice);
    hook.insert("isActive".to_owned(), false.into());
    hook.insert("isReady".to_owned(), false.into());
    world.put(hooks, id, hook);
}

/// Drops error logs after their thirty days.
pub(super) fn expire_error_logs(world: &mut World) {
    let logs = World::entity("WebhookEventErrorLogs");
    let now = world.now();
    let is_old = |row: &Record| {
        let at = text(row, "createDateTime").and_then(dates::parse);
        at.is_some_and(|at| now.duration_since(at) >= ERROR_LOG_KEPT)
    };
    let old: Vec<_> = world.rows(logs).filter(|(_, row)| is_old(row)).map(|(id, _)| id).collect();
    for id in old {
        world.remove(logs, id);
    }
}
