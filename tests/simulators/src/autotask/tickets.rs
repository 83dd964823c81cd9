//! The life of a ticket: defaults of its category, number, completion, and the rules on its references.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::companies;
use super::dates;
use super::ids::CategoryId;
use super::record::{Record, flag, int, text};
use super::validate::{invalid_reference, required};
use super::world::{Actor, World};
use super::write;

/// Which default of a category fills which field of its tickets.
const DEFAULTS: [(&str, &str); 15] = [
    ("description", "description"),
    ("estimatedHours", "estimatedHours"),
    ("issueTypeID", "issueType"),
    ("organizationalLevelAssociationID", "organizationalLevelAssociationID"),
    ("priority", "priority"),
    ("purchaseOrderNumber", "purchaseOrderNumber"),
    ("queueID", "queueID"),
    ("resolution", "resolution"),
    ("serviceLevelAgreementID", "serviceLevelAgreementID"),
    ("sourceID", "source"),
    ("status", "status"),
    ("subIssueTypeID", "subIssueType"),
    ("ticketTypeID", "ticketType"),
    ("title", "title"),
    ("workTypeID", "billingCodeID"),
];

/// What categories demand and supply beyond their field defaults. The API does not show it: clients learn it from refusals.
#[derive(Clone, Default)]
pub(super) struct CategoryRules {
    /// The fields that tickets of a category must have.
    pub required: BTreeMap<CategoryId, Vec<String>>,
    /// How long after its creation a ticket of a category is due when the request does not say.
    pub due_after: BTreeMap<CategoryId, SignedDuration>,
}

/// Fills a new ticket from its category; keeps the number of an existing one.
pub(super) fn prepare(world: &World, old: Option<&Record>, ticket: &mut Record) {
    ticket.remove("ticketNumber");
    if let Some(old) = old {
        if let Some(number) = old.get("ticketNumber") {
            ticket.insert("ticketNumber".to_owned(), number.clone());
        }
        return;
    }
    fill_category(world, ticket);
    let source = world.picks.at("Tickets", "source").iter().find(|value| value.is_default);
    if let Some(source) = source.and_then(|source| source.value.parse::<i64>().ok()) {
        ticket.entry("source").or_insert(source.into());
    }
}

fn fill_category(world: &World, ticket: &mut Record) {
    let default = || {
        let mut categories = world.rows(World::entity("TicketCategories"));
        categories.find(|(_, category)| flag(category, "isGlobalDefault")).map(|(id, _)| id)
    };
    let Some(category) = int(ticket, "ticketCategory").or_else(default) else { return };
    ticket.insert("ticketCategory".to_owned(), category.into());
    let mut all = world.rows(World::entity("TicketCategoryFieldDefaults"));
    if let Some((_, defaults)) = all.find(|(_, defaults)| int(defaults, "ticketCategoryID") == Some(category)) {
        for (default, field) in DEFAULTS {
            if let Some(value) = defaults.get(default) {
                ticket.entry(field).or_insert(value.clone());
            }
        }
    }
    if let Some(after) = world.category_rules.due_after.get(&CategoryId(category)) {
        let due = world.now().saturating_add(*after).unwrap_or_else(|_| world.now());
        ticket.entry("dueDateTime").or_insert(dates::stored(due).into());
    }
}

/// The rules of a ticket that its fields alone do not express.
pub(super) fn check(world: &World, actor: Actor, old: Option<&Record>, new: &Record, errors: &mut Vec<String>) {
    if new.get("dueDateTime").is_none() {
        errors.push("dueDateTime is required".to_owned());
    }
    check_category(world, old, new, errors);
    check_company(world, actor, old, new, errors);
    check_assignee(world, new, errors);
    if old.is_none_or(|old| old.get("contactID") != new.get("contactID")) {
        check_contact(world, new, errors);
    }
    if old.is_none_or(|old| old.get("configurationItemID") != new.get("configurationItemID")) {
        check_device(world, new, errors);
    }
}

fn check_category(world: &World, old: Option<&Record>, new: &Record, errors: &mut Vec<String>) {
    let category = int(new, "ticketCategory").map(CategoryId);
    let of_category = category.and_then(|category| world.category_rules.required.get(&category));
    let completes = is_complete(world, new) && !old.is_some_and(|old| is_complete(world, old));
    let on_completion = completes.then_some(&world.quirks.required_on_completion);
    for name in of_category.into_iter().chain(on_completion).flatten() {
        let field = World::entity("Tickets").field(name);
        if let Some(field) = field.filter(|field| new.get(&field.name).is_none_or(|value| value == "")) {
            errors.push(required(field));
        }
    }
}

fn check_company(world: &World, actor: Actor, old: Option<&Record>, new: &Record, errors: &mut Vec<String>) {
    let Some(id) = int(new, "companyID") else { return };
    let moved = old.is_some_and(|old| int(old, "companyID") != Some(id));
    if moved && actor.by_api && has_time(world, new) {
        errors.push("companyID cannot be changed: time or charges have been posted to the ticket.".to_owned());
    }
    let company = world.row(World::entity("Companies"), id).filter(|_| moved || old.is_none());
    if let Some(company) = company.filter(|company| !flag(company, "isActive")) {
        // The documents ask clients to check this first and do not give the text.
        let name = text(company, "companyName").unwrap_or_default();
        errors.push(format!("The Company {name} (companyID {id}) is inactive."));
    }
}

fn has_time(world: &World, ticket: &Record) -> bool {
    world.rows(World::entity("TimeEntries")).any(|(_, time)| int(time, "ticketID") == int(ticket, "id"))
}

fn check_assignee(world: &World, new: &Record, errors: &mut Vec<String>) {
    let (resource, role) = match (int(new, "assignedResourceID"), int(new, "assignedResourceRoleID")) {
        (None, None) => return,
        (Some(resource), Some(role)) => (resource, role),
        _ => {
            errors.push(
                "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID."
                    .to_owned(),
            );
            return;
        }
    };
    if world.is_api_only(resource) {
        errors.push(invalid_reference("assignedResourceID", "Resource"));
    }
    let mut roles = world.rows(World::entity("ResourceServiceDeskRoles"));
    let is_defined = roles.any(|(_, pair)| {
        int(pair, "resourceID") == Some(resource) && int(pair, "roleID") == Some(role) && flag(pair, "isActive")
    });
    if !is_defined {
        errors.push(
            "The specified AssignedResourceID and AssignedRoleID combination is not currently defined".to_owned(),
        );
    }
}

/// A contact belongs to the company or to the company's parent.
fn check_contact(world: &World, new: &Record, errors: &mut Vec<String>) {
    let contact = int(new, "contactID").and_then(|id| world.row(World::entity("Contacts"), id));
    let Some(owner) = contact.and_then(|contact| int(contact, "companyID")) else { return };
    let company = int(new, "companyID");
    let record = company.and_then(|id| world.row(World::entity("Companies"), id));
    let parent = record.and_then(|record| int(record, "parentCompanyID"));
    if company != Some(owner) && parent != Some(owner) {
        errors.push(invalid_reference("contactID", "Contact"));
    }
}

/// A device is of the same company, and active.
fn check_device(world: &World, new: &Record, errors: &mut Vec<String>) {
    let Some(device) =
        int(new, "configurationItemID").and_then(|id| world.row(World::entity("ConfigurationItems"), id))
    else {
        return;
    };
    let is_in_use = flag(device, "isActive") || world.quirks.retired_devices_accepted;
    if !is_in_use || int(device, "companyID") != int(new, "companyID") {
        errors.push(match world.quirks.vague_device_refusal {
            true => "The ticket could not be saved.".to_owned(),
            false => invalid_reference("configurationItemID", "ConfigurationItem"),
        });
    }
}

/// With duplicate handling on: the ticket with the same external id and company.
pub(super) fn duplicate_of(world: &World, draft: &Record) -> Option<i64> {
    let key = text(draft, "externalID").filter(|key| world.quirks.merge_duplicates && !key.is_empty())?;
    let mut tickets = world.rows(World::entity("Tickets"));
    let same =
        |ticket: &Record| text(ticket, "externalID") == Some(key) && ticket.get("companyID") == draft.get("companyID");
    tickets.find(|(_, ticket)| same(ticket)).map(|(id, _)| id)
}

/// Gives a new ticket its number, and records or withdraws its completion.
pub(super) fn settle(world: &mut World, actor: Actor, old: Option<&Record>, new: &mut Record) {
    if old.is_none() {
        new.insert("ticketNumber".to_owned(), world.next_ticket_number().into());
    }
    let was_complete = old.is_some_and(|old| is_complete(world, old));
    match (was_complete, is_complete(world, new)) {
        (false, true) => {
            new.insert("completedDate".to_owned(), dates::stored(world.now()).into());
            new.insert("completedByResourceID".to_owned(), actor.resource.0.into());
        }
        (true, false) => {
            new.remove("completedDate");
            new.remove("completedByResourceID");
        }
        (true, true) | (false, false) => {}
    }
}

/// Whether a ticket has the status Complete.
pub(super) fn is_complete(world: &World, ticket: &Record) -> bool {
    int(ticket, "status") == Some(world.complete)
}

/// A ticket is activity of its company, and the database's workflow rule follows an update through the API.
pub(super) fn stored(world: &mut World, actor: Actor, old: Option<&Record>, new: &Record) {
    companies::touch(world, int(new, "companyID"));
    let (Some(old), Some(rule)) = (old, world.quirks.workflow.filter(|_| actor.by_api)) else { return };
    if int(new, "status") == Some(rule.from) && int(old, "status") != Some(rule.from) {
        let mut rewritten = new.clone();
        rewritten.insert("status".to_owned(), rule.to.into());
        let workflow = Actor { by_api: false, ..actor };
        write::store(world, workflow, World::entity("Tickets"), Some(new), rewritten);
    }
}

/// Leaves a trace of a deleted ticket, whose notes and times go with it.
pub(super) fn deleted(world: &mut World, actor: Actor, ticket: &Record) {
    let id = ticket.get("id").cloned().unwrap_or(Value::Null);
    for entity in [World::entity("TicketNotes"), World::entity("TimeEntries")] {
        let of_ticket: Vec<_> =
            world.rows(entity).filter(|(_, row)| row.get("ticketID") == Some(&id)).map(|(id, _)| id).collect();
        for row in of_ticket {
            world.remove(entity, row);
        }
    }
    let log = json!({
        "deletedByResourceID": actor.resource.0,
        "deletedDateTime": dates::stored(world.now()),
        "ticketID": id,
        "ticketNumber": ticket.get("ticketNumber"),
        "ticketTitle": ticket.get("title"),
    });
    if let Value::Object(log) = log {
        world.insert(World::entity("DeletedTicketLogs"), log);
    }
}
