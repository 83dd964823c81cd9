//! Changing a ticket.
//!
//! In zones that do not offer PATCH the whole ticket is read and written back without the fields that only Autotask sets. A change
//! made by somebody else between the two calls is lost there, so that is the second choice only.

use std::sync::atomic::Ordering;

use bridge_core::id::TicketId;
use runtime::http::Method;
use runtime::http::lenient::field;
use serde_json::{Map, Value, json};

use crate::client::{Call, Client, contract};
use crate::entity::Entity;
use crate::error::Error;
use crate::text::{self, cut};

/// What is changed of a ticket, under Autotask's names.
struct Changes {
    /// For messages.
    doing: &'static str,
    members: Map<String, Value>,
}

impl Client {
    /// Sets a ticket's status, and its resolution where one is given, in one call. Whether it stuck shows in the next bulk
    /// read: a workflow rule may set it back (rule T9).
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn update_status(&self, id: TicketId, status: i64, resolution: Option<&str>) -> Result<(), Error> {
        let mut changes = Changes::new("changing a ticket's status");
        changes.set("status", json!(status));
        if let Some(resolution) = resolution {
            changes.set("resolution", json!(cut(resolution, text::TICKET_RESOLUTION_MAX)));
        }
        self.update_ticket(id, &changes).await
    }

    /// Sets a ticket's description, and its status where one is given, in one call.
    ///
    /// # Errors
    /// Any of [`Error`]; after [`Error::OutcomeUnknown`] it may be repeated.
    pub async fn update_description(&self, id: TicketId, description: &str, status: Option<i64>) -> Result<(), Error> {
        let mut changes = Changes::new("changing a ticket's description");
        changes.set("description", json!(cut(description, text::TICKET_DESCRIPTION_MAX)));
        if let Some(status) = status {
            changes.set("status", json!(status));
        }
        self.update_ticket(id, &changes).await
    }

    async fn update_ticket(&self, id: TicketId, changes: &Changes) -> Result<(), Error> {
        if !self.without_patch().load(Ordering::Relaxed) {
            match self.patch(id, changes).await {
                Err(Error::NotOffered { .. }) => self.without_patch().store(true, Ordering::Relaxed),
                outcome => return outcome,
            }
        }
        self.rewrite(id, changes).await
    }

    async fn patch(&self, id: TicketId, changes: &Changes) -> Result<(), Error> {
        let mut body = changes.members.clone();
        body.insert("id".to_owned(), json!(id.0));
        self.call(Call::write(changes.doing, Method::PATCH, Entity::Tickets, &[], Value::Object(body))).await?;
        Ok(())
    }

    async fn rewrite(&self, id: TicketId, changes: &Changes) -> Result<(), Error> {
        let doing = changes.doing;
        let fields = self.fields(Entity::Tickets).await?;
        let reply = self.json(Call::get(doing, Entity::Tickets, &[&id.to_string()])).await?;
        let gone = || Error::NotFound { doing, reason: format!("ticket {id} is gone") };
        let mut record = field(&reply, "item").cloned().ok_or_else(gone)?;
        let members = record.as_object_mut().ok_or_else(|| contract(doing, "the item is no record"))?;
        // The number is Autotask's although its own metadata does not say so.
        let is_writable = |name: &str| {
            !name.eq_ignore_ascii_case("ticketNumber")
                && fields.iter().all(|field| !field.read_only || !field.name.eq_ignore_ascii_case(name))
        };
        let is_replaced = |name: &str| {
            name.eq_ignore_ascii_case("id") || changes.members.keys().any(|changed| name.eq_ignore_ascii_case(changed))
        };
        members.retain(|name, _| is_writable(name) && !is_replaced(name));
        members.insert("id".to_owned(), json!(id.0));
        members.extend(changes.members.clone());
        self.call(Call::write(doing, Method::PUT, Entity::Tickets, &[], record)).await?;
        Ok(())
    }
}

impl Changes {
    fn new(doing: &'static str) -> Self {
        Self { doing, members: Map::new() }
    }

    fn set(&mut self, name: &str, value: Value) {
        self.members.insert(name.to_owned(), value);
    }
}
