//! Notes and time entries: what people and integrations add to a ticket.

use serde_json::Value;

use super::changes::Changes;
use super::companies;
use super::dates;
use super::record::{Record, int};
use super::world::{Actor, World};

/// `publish`: also visible to the customer.
const ALL_USERS: i64 = 1;

/// The documents: a note's contact as creator is accepted and ignored.
pub(super) fn prepare(note: &mut Record) {
    note.remove("createdByContactID");
}

/// An update must repeat type and publication, whether or not they change.
pub(super) fn check_body(changes: &Changes, errors: &mut Vec<String>) {
    for field in ["noteType", "publish"] {
        if changes.get(field).is_none() {
            errors.push(format!("{field} is required"));
        }
    }
}

/// A note or time entry is activity on its ticket, though no change of the ticket's own fields.
pub(super) fn stored(world: &mut World, actor: Actor, entry: &Record) {
    let tickets = World::entity("Tickets");
    let Some(id) = int(entry, "ticketID") else { return };
    let Some(mut ticket) = world.row(tickets, id).cloned() else { return };
    let now = Value::from(dates::stored(world.now()));
    ticket.insert("lastActivityDate".to_owned(), now.clone());
    ticket.insert("lastActivityResourceID".to_owned(), Value::from(actor.resource.0));
    if int(entry, "publish") == Some(ALL_USERS) {
        ticket.insert("lastCustomerVisibleActivityDateTime".to_owned(), now);
    }
    let company = int(&ticket, "companyID");
    world.put(tickets, id, ticket);
    companies::touch(world, company);
}
