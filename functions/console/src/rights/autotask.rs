//! Autotask: what each entity says of the API user, and whether a record is really given out.

use autotask::{Access, Allowed, Client, Entity};
use bridge_core::system::Id;
use futures::{StreamExt as _, TryStreamExt as _};
use systems::Use;

use super::{Needed, Tried};
use crate::Deps;
use crate::error::Error;

pub(super) const CREATE_TICKET: &str = "create_tickets";
pub(super) const WRITE_NOTE: &str = "create_notes";
pub(super) const CHANGE_TICKET: &str = "change_tickets";
const WEBHOOK: &str = "webhooks";

/// Entities looked at together.
const AT_A_TIME: usize = 4;

/// Every right that is used.
pub(super) const NEEDED: [Needed; 19] = [
    Needed::read("companies", "Read accounts", "Companies, query"),
    Needed::read("contacts", "Read primary contacts", "Contacts, query")
        .only_for("creating customers with an administrator"),
    Needed::read("contracts", "Read contracts", "Contracts, query"),
    Needed::read("contract_services", "Read services on contracts", "ContractServices, query"),
    Needed::read("contract_service_units", "Read units of services", "ContractServiceUnits, query"),
    Needed::read("contract_bundles", "Read bundles on contracts", "ContractServiceBundles, query"),
    Needed::read("contract_bundle_units", "Read units of bundles", "ContractServiceBundleUnits, query"),
    Needed::read("services", "Read services", "Services, query"),
    Needed::read("bundles", "Read bundles", "ServiceBundles, query"),
    Needed::read("bundle_services", "Read what bundles contain", "ServiceBundleServices, query"),
    Needed::read("resources", "Find the API user itself, and tell people from programs", "Resources, query"),
    Needed::read("tickets", "Read tickets", "Tickets, query"),
    Needed::read("notes", "Read notes on tickets", "TicketNotes, query"),
    Needed::read("time_entries", "See whether a technician has booked time", "TimeEntries, query")
        .only_for("leaving tickets alone that a technician works on"),
    Needed::read("configuration_items", "Read configuration items", "ConfigurationItems, query")
        .only_for("linking tickets to configuration items"),
    Needed::write(CREATE_TICKET, "Create tickets", "Tickets, create"),
    Needed::write(WRITE_NOTE, "Write notes", "TicketNotes, create"),
    Needed::write(CHANGE_TICKET, "Reopen and close tickets", "Tickets, update"),
    Needed::write(WEBHOOK, "Be told of changes to tickets", "Can create WebHooks")
        .only_for("seeing a ticket's change at once instead of a minute later"),
];

/// The entity that each right to read is about.
const READ: [(&str, Entity); 15] = [
    ("companies", Entity::Companies),
    ("contacts", Entity::Contacts),
    ("contracts", Entity::Contracts),
    ("contract_services", Entity::ContractServices),
    ("contract_service_units", Entity::ContractServiceUnits),
    ("contract_bundles", Entity::ContractServiceBundles),
    ("contract_bundle_units", Entity::ContractServiceBundleUnits),
    ("services", Entity::Services),
    ("bundles", Entity::ServiceBundles),
    ("bundle_services", Entity::ServiceBundleServices),
    ("resources", Entity::Resources),
    ("tickets", Entity::Tickets),
    ("notes", Entity::TicketNotes),
    ("time_entries", Entity::TimeEntries),
    ("configuration_items", Entity::ConfigurationItems),
];

type Result<T> = std::result::Result<T, autotask::Error>;

/// Tries the rights to read, and takes in what Autotask says of the others.
pub(super) async fn look(deps: &Deps) -> std::result::Result<Vec<(&'static str, Tried)>, Error> {
    let config = deps.systems.config().await?;
    let client = deps.systems.autotask(&config, Use::Work).await?;
    match look_with(deps, &client).await {
        Ok(tried) => Ok(tried),
        Err(error) => Err(deps.systems.failed(&Id::Autotask, error.into()).await.into()),
    }
}

async fn look_with(deps: &Deps, client: &Client) -> Result<Vec<(&'static str, Tried)>> {
    let reads = READ.map(|(id, entity)| async move { read(client, entity).await.map(|tried| (id, tried)) });
    let mut tried: Vec<(&str, Tried)> = futures::stream::iter(reads).buffered(AT_A_TIME).try_collect().await?;
    let access = |entity| async move { stop_or(client.access(entity).await) };
    let tickets = access(Entity::Tickets).await?.ok();
    let notes = access(Entity::TicketNotes).await?.ok();
    // Only a refusal is told: that a write is allowed shows when one was made.
    for (id, allowed) in [
        (CREATE_TICKET, tickets.and_then(|access| access.create)),
        (CHANGE_TICKET, tickets.and_then(|access| access.update)),
        (WRITE_NOTE, notes.and_then(|access| access.create)),
    ] {
        if allowed == Some(Allowed::Nothing) {
            tried.push((id, Tried::refused("the API user's security level gives no such access")));
        }
    }
    tried.push((WEBHOOK, webhook(deps, client).await?));
    Ok(tried)
}

/// Whether records of an entity can be read. A user without the right gets empty lists, so the entity's own word counts first
/// (rule X3).
async fn read(client: &Client, entity: Entity) -> Result<Tried> {
    let said = match stop_or(client.access(entity).await)? {
        Ok(Access { query, .. }) => query,
        Err(refusal) => return Ok(refusal),
    };
    if said == Some(Allowed::Nothing) {
        return Ok(Tried::refused("the API user's security level gives no such access"));
    }
    let is_seen = match stop_or(client.sees(entity).await)? {
        Ok(is_seen) => is_seen,
        Err(refusal) => return Ok(refusal),
    };
    Ok(match (is_seen, said) {
        (true, Some(Allowed::Some)) => Tried::passed_but("restricted: some records are hidden from the API user"),
        (true, _) => Tried::passed(),
        (false, Some(Allowed::All)) => Tried::passed_but("there is no record yet"),
        (false, _) => Tried::unknown("no record is given out: there is none, or all are hidden from the API user"),
    })
}

/// Whether the webhook is registered; to register one is a write.
async fn webhook(deps: &Deps, client: &Client) -> Result<Tried> {
    let Some(url) = deps.public_url.as_deref() else {
        return Ok(Tried::unknown("not used, as this installation has no public address"));
    };
    let hooks = match stop_or(client.ticket_webhooks().await)? {
        Ok(hooks) => hooks,
        Err(refusal) => return Ok(refusal),
    };
    let ours = hooks.into_iter().find(|hook| hook.url.starts_with(url));
    Ok(match ours {
        Some(hook) if hook.active => Tried::passed(),
        Some(_) => Tried::unknown("Autotask has switched our webhook off: save the log-in to switch it on again"),
        None => Tried::unknown("no webhook is registered: save the log-in to try it"),
    })
}

/// A refusal is what a test looks for; what stands against the whole test ends it.
fn stop_or<T>(answer: Result<T>) -> Result<std::result::Result<T, Tried>> {
    match answer {
        Ok(answer) => Ok(Ok(answer)),
        Err(error) if error.is_log_in_refused() => Err(error),
        Err(error) => Ok(Err(tried(&error))),
    }
}

/// What an error says of the right.
pub(super) fn tried(error: &autotask::Error) -> Tried {
    match error {
        autotask::Error::Forbidden { .. } => Tried::refused(error.to_string()),
        _ => Tried::unknown(format!("it could not be tried: {error}")),
    }
}
