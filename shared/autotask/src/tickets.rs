//! Tickets: create, find, change.

mod update;

use std::collections::BTreeMap;
use std::fmt::Display;

use bridge_core::alert::Key;
use bridge_core::failure::Class;
use bridge_core::id::{AccountId, ResourceId, TicketId};
use bridge_core::ticket::{NewTicket, Snapshot};
use jiff::Timestamp;
use runtime::http::Method;
use runtime::http::lenient::{integer, text as member, time};
use serde_json::{Map, Value, json};

use crate::client::{Call, Client};
use crate::entity::Entity;
use crate::error::Error;
use crate::query::{Pages, Query, condition, number};
use crate::text::{self, cut};
use crate::time::wire_time;

/// What the bulk read of rule T19 asks for, so that decisions need no read of their own.
const SNAPSHOT: &[&str] = &[
    "id",
    "ticketNumber",
    "externalID",
    "status",
    "completedDate",
    "completedByResourceID",
    "creatorResourceID",
    "companyID",
    "resolution",
    "lastActivityDate",
];

impl Client {
    /// Creates a ticket; its external id is the reference. After [`Error::OutcomeUnknown`] look for it with
    /// [`Client::tickets_by_reference`] before trying again (rule X2).
    ///
    /// # Errors
    /// Any of [`Error`]; [`Error::Refused`] carries Autotask's reasons.
    pub async fn create_ticket<R: Display + Sync>(&self, ticket: &NewTicket<R>) -> Result<TicketId, Error> {
        let call = Call::write("creating a ticket", Method::POST, Entity::Tickets, &[], new_ticket(ticket));
        self.create(call).await.map(TicketId)
    }

    /// The tickets that carry this reference, closed ones included. Normally one or none; more than one after somebody
    /// copied a ticket.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn tickets_by_reference(&self, reference: &(impl Display + Sync)) -> Result<Vec<Snapshot>, Error> {
        let is_it = condition("eq", "externalID", reference.to_string());
        self.find(snapshots("looking for a ticket", vec![is_it])).await
    }

    /// The given tickets. One that is missing from the answer was deleted, or is hidden from the API user.
    ///
    /// # Errors
    /// Any of [`Error`]; nothing is returned of a partial answer.
    pub async fn tickets_by_id(&self, ids: &[TicketId]) -> Result<Vec<Snapshot>, Error> {
        self.find_among(snapshots("reading tickets by id", Vec::new()), "id", ids.iter().map(|id| id.0)).await
    }

    /// When the given tickets were deleted, as far as Autotask says so: reading its log takes a permission of its own, and
    /// without it nothing is known.
    ///
    /// # Errors
    /// Any of [`Error`] but a refusal.
    pub async fn deletions(&self, ids: &[TicketId]) -> Result<BTreeMap<TicketId, Timestamp>, Error> {
        let found = self.find_among(log_of_deletions(Vec::new()), "ticketID", ids.iter().map(|id| id.0)).await;
        Ok(unless_closed(found)?.into_iter().collect())
    }

    /// Tickets, ours or not, that were deleted at `since` or later, and when. Without the permission to read Autotask's log nothing
    /// is known.
    ///
    /// # Errors
    /// Any of [`Error`] but a refusal.
    pub async fn deleted_since(&self, since: Timestamp) -> Result<Vec<(TicketId, Timestamp)>, Error> {
        let since = condition("gte", "deletedDateTime", wire_time(since));
        unless_closed(self.find(log_of_deletions(vec![since])).await)
    }

    /// Which of these tickets, missing from an answer, are gone for certain, and when as far as Autotask says. A user without the
    /// right to see tickets gets empty answers too (rule X3): what the log of deletions does not name counts as gone only if the
    /// user sees any ticket at all.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn gone(&self, ids: &[TicketId]) -> Result<BTreeMap<TicketId, Option<Timestamp>>, Error> {
        let deleted = self.deletions(ids).await?;
        let is_certain = ids.iter().all(|id| deleted.contains_key(id)) || self.sees(Entity::Tickets).await?;
        let of = |id: &TicketId| deleted.get(id).copied();
        Ok(ids.iter().filter(|id| is_certain || of(id).is_some()).map(|id| (*id, of(id))).collect())
    }

    /// All tickets of a key, whatever the episode, closed ones included.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn tickets_of_key(&self, key: &Key) -> Result<Vec<Snapshot>, Error> {
        let is_of_key = condition("beginsWith", "externalID", format!("{key}-"));
        self.find(snapshots("looking for a problem's tickets", vec![is_of_key])).await
    }

    /// Tickets of ours on which anything happened at `since` or later, closed ones included (rule T19).
    #[must_use]
    pub fn tickets_changed_since(&self, since: Timestamp) -> Pages<Snapshot> {
        let changed = condition("gte", "lastActivityDate", wire_time(since));
        Pages::new(self.clone(), snapshots("reading changed tickets", vec![ours(), changed]))
    }

    /// Tickets of ours that are in none of the `closing` statuses.
    #[must_use]
    pub fn our_open_tickets(&self, closing: &[i64]) -> Pages<Snapshot> {
        let open = closing.iter().map(|status| condition("noteq", "status", *status));
        Pages::new(self.clone(), snapshots("reading open tickets", [ours()].into_iter().chain(open).collect()))
    }

    /// The same, of one account.
    #[must_use]
    pub fn our_open_tickets_of(&self, account: AccountId, closing: &[i64]) -> Pages<Snapshot> {
        let open = closing.iter().map(|status| condition("noteq", "status", *status));
        let of_account = condition("eq", "companyID", account.0);
        let filter = [ours(), of_account].into_iter().chain(open).collect();
        Pages::new(self.clone(), snapshots("reading an account's open tickets", filter))
    }
}

/// Tickets whose external id is one of ours, whatever its version.
fn ours() -> Value {
    condition("beginsWith", "externalID", Key::prefix())
}

fn snapshots(doing: &'static str, filter: Vec<Value>) -> Query<Snapshot> {
    Query { doing, entity: Entity::Tickets, filter, fields: SNAPSHOT, read: snapshot }
}

fn log_of_deletions(filter: Vec<Value>) -> Query<(TicketId, Option<Timestamp>)> {
    let fields = &["id", "ticketID", "deletedDateTime"];
    Query {
        doing: "reading when tickets were deleted",
        entity: Entity::DeletedTicketLogs,
        filter,
        fields,
        read: deletion,
    }
}

/// What the log of deleted tickets says; nothing where it is closed to us.
fn unless_closed(
    found: Result<Vec<(TicketId, Option<Timestamp>)>, Error>,
) -> Result<Vec<(TicketId, Timestamp)>, Error> {
    match found {
        Ok(found) => Ok(found.into_iter().filter_map(|(id, at)| Some((id, at?))).collect()),
        Err(error) if matches!(error.class(), Class::Permanent | Class::NeedsOperator) => {
            tracing::debug!(error = &error as &dyn std::error::Error, "the log of deleted tickets is closed to us");
            Ok(Vec::new())
        }
        Err(error) => Err(error),
    }
}

fn deletion(item: &Value) -> Result<(TicketId, Option<Timestamp>), String> {
    Ok((TicketId(number(item, "ticketID")?), time(item, "deletedDateTime")))
}

fn snapshot(item: &Value) -> Result<Snapshot, String> {
    Ok(Snapshot {
        id: TicketId(number(item, "id")?),
        number: member(item, "ticketNumber").unwrap_or_default(),
        external_id: member(item, "externalID"),
        status: number(item, "status")?,
        completed_at: time(item, "completedDate"),
        completed_by: integer(item, "completedByResourceID").map(ResourceId),
        created_by: integer(item, "creatorResourceID").map(ResourceId),
        account: AccountId(number(item, "companyID")?),
        resolution_is_empty: member(item, "resolution").is_none(),
        last_activity_at: time(item, "lastActivityDate"),
    })
}

/// The body of a create: what is set, and nothing that the ticket category may fill.
fn new_ticket<R: Display>(ticket: &NewTicket<R>) -> Value {
    let mut body = Map::new();
    let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
    set("id", json!(0));
    set("companyID", json!(ticket.account.0));
    set("externalID", json!(ticket.reference.to_string()));
    set("title", json!(cut(&ticket.title, text::TICKET_TITLE_MAX)));
    set("description", json!(cut(&ticket.description, text::TICKET_DESCRIPTION_MAX)));
    set("status", json!(ticket.status));
    set("priority", json!(ticket.priority));
    let picks = [
        ("queueID", ticket.queue),
        ("source", ticket.source),
        ("ticketCategory", ticket.category),
        ("ticketType", ticket.ticket_type),
        ("issueType", ticket.issue_type),
        ("subIssueType", ticket.sub_issue_type),
        ("billingCodeID", ticket.work_type),
        ("serviceLevelAgreementID", ticket.sla),
        ("configurationItemID", ticket.device.map(|device| device.0)),
    ];
    for (name, value) in picks {
        if let Some(value) = value {
            set(name, json!(value));
        }
    }
    if let Some(due) = ticket.due_at {
        set("dueDateTime", json!(wire_time(due)));
    }
    Value::Object(body)
}

#[cfg(test)]
mod tests;
