//! Registering ticket webhooks: which fields they watch, when they are ready, what goes when they go.

use serde_json::Value;
use url::{Host, Url};
use uuid::Uuid;

use super::super::metadata::pascal;
use super::super::picks::PickValue;
use super::super::record::{Record, flag, int, text, udf};
use super::super::schema::{Field, Udf};
use super::super::world::{Actor, World};

const MAX_ACTIVE: usize = 50;
/// The first webhook's guid; the others follow, so that two runs of a test see the same ones.
const GUIDS: u128 = 0x1b0f_5c1e_7a2d_4b6e_9c3a_0000_0000_0001;

/// Reads the value of a watched field.
type Reader = Box<dyn Fn(&Record) -> Option<Value>>;

/// The rows by which a webhook subscribes to fields, with the name in callouts and the way to read the value.
pub(super) fn subscriptions(world: &World, webhook: i64) -> impl Iterator<Item = (&Record, String, Reader)> {
    let rows = |collection| {
        world
            .rows(World::entity(collection))
            .map(|(_, row)| row)
            .filter(move |row| int(row, "webhookID") == Some(webhook))
    };
    let fields = rows("TicketWebhookFields").filter_map(|row| {
        let (_, field) = hookable_fields().find(|(id, _)| int(row, "fieldID") == Some(*id))?;
        let read: Reader = Box::new(|record| record.get(&field.name).cloned());
        Some((row, pascal(&field.name), read))
    });
    let udfs = rows("TicketWebhookUdfFields").filter_map(|row| {
        let (_, field) = hookable_udfs().find(|(id, _)| int(row, "udfFieldID") == Some(*id))?;
        let read: Reader = Box::new(|record| udf(record, &field.name).map(Value::from));
        Some((row, field.name.clone(), read))
    });
    fields.chain(udfs)
}

fn hookable_fields() -> impl Iterator<Item = (i64, &'static Field)> {
    (1..).zip(World::entity("Tickets").fields.iter().filter(|field| field.hook))
}

fn hookable_udfs() -> impl Iterator<Item = (i64, &'static Udf)> {
    (1..).zip(&World::entity("Tickets").udfs)
}

/// Offers the subscribable fields as the pick lists of the subscribing entities.
pub(in super::super) fn offer_fields(world: &mut World) {
    let fields = hookable_fields().map(|(id, field)| pick_value(id, &field.name)).collect();
    let udfs = hookable_udfs().map(|(id, udf)| pick_value(id, &udf.name)).collect();
    world.picks.set("TicketWebhookFields", "fieldID", fields);
    world.picks.set("TicketWebhookUdfFields", "udfFieldID", udfs);
}

fn pick_value(id: i64, label: &str) -> PickValue {
    PickValue {
        value: id.to_string(),
        label: label.to_owned(),
        is_default: false,
        is_active: true,
        is_system: true,
        parent: None,
    }
}

/// Refuses addresses that the service would not call, and too many webhooks.
pub(in super::super) fn check(world: &World, old: Option<&Record>, new: &Record, errors: &mut Vec<String>) {
    for field in ["webhookUrl", "deactivationUrl"] {
        if text(new, field).is_some_and(|url| !is_callable(url)) {
            errors.push(format!("{field} must be a valid https address."));
        }
    }
    let others = world
        .rows(World::entity("TicketWebhooks"))
        .filter(|(id, hook)| flag(hook, "isActive") && old.and_then(|old| int(old, "id")) != Some(*id));
    if flag(new, "isActive") && others.count() >= MAX_ACTIVE {
        errors.push(format!("No more than {MAX_ACTIVE} webhooks of an entity can be active."));
    }
}

/// The service calls https only; this one also calls its own machine, where tests listen.
fn is_callable(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let is_loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback)
}

/// Sets what the server decides about a webhook.
pub(in super::super) fn settle(world: &mut World, actor: Actor, old: Option<&Record>, new: &mut Record) {
    match old.and_then(|old| int(old, "id")) {
        None => {
            let count = world.rows(World::entity("TicketWebhooks")).count() as u128;
            new.insert("ownerResourceID".to_owned(), actor.resource.0.into());
            new.insert("webhookGuid".to_owned(), Uuid::from_u128(GUIDS + count).to_string().into());
            new.insert("isReady".to_owned(), false.into());
        }
        Some(id) => {
            if flag(new, "isActive") && !old.is_some_and(|old| flag(old, "isActive")) {
                world.callouts.forgive(id);
            }
            new.insert("isReady".to_owned(), is_ready(world, id, new).into());
        }
    }
}

/// Create and update subscriptions need a field to watch before the webhook is ready.
fn is_ready(world: &World, id: i64, hook: &Record) -> bool {
    let watches = subscriptions(world, id).any(|(row, ..)| flag(row, "isSubscribedField"));
    let needs_fields = flag(hook, "isSubscribedToCreateEvents") || flag(hook, "isSubscribedToUpdateEvents");
    if needs_fields { watches } else { flag(hook, "isSubscribedToDeleteEvents") }
}

/// Looks again whether the webhook of a subscription is ready.
pub(in super::super) fn refresh(world: &mut World, subscription: &Record) {
    let hooks = World::entity("TicketWebhooks");
    let Some(id) = int(subscription, "webhookID") else { return };
    let Some(mut hook) = world.row(hooks, id).cloned() else { return };
    hook.insert("isReady".to_owned(), is_ready(world, id, &hook).into());
    world.put(hooks, id, hook);
}

/// Drops what belonged to a deleted webhook.
pub(in super::super) fn unregistered(world: &mut World, hook: &Record) {
    let Some(id) = int(hook, "id") else { return };
    world.callouts.forget(id);
    for collection in ["TicketWebhookFields", "TicketWebhookUdfFields", "TicketWebhookExcludedResources"] {
        let entity = World::entity(collection);
        let rows: Vec<_> =
            world.rows(entity).filter(|(_, row)| int(row, "webhookID") == Some(id)).map(|(id, _)| id).collect();
        for row in rows {
            world.remove(entity, row);
        }
    }
}
