//! Changing a ticket's status.

use std::sync::atomic::Ordering;

use bridge_core::id::TicketId;
use runtime::http::Method;
use runtime::http::lenient::field;
use serde_json::json;

use crate::client::{Call, Client, contract};
use crate::entity::Entity;
use crate::error::Error;
use crate::text::{self, cut};

const DOING: &str = "changing a ticket's status";

impl Client {
    /// Sets a ticket's status, and its resolution where one is given, in one call. Whether it stuck shows in the next bulk
    /// read: a workflow rule may set it back (rule T9).
    ///
    /// In zones that do not offer PATCH the whole ticket is read and written back without the fields that only Autotask sets.
    /// A change made by somebody else between the two calls is lost there, so that is the second choice only.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn update_status(&self, id: TicketId, status: i64, resolution: Option<&str>) -> Result<(), Error> {
        let resolution = resolution.map(|resolution| cut(resolution, text::TICKET_RESOLUTION_MAX));
        if !self.without_patch().load(Ordering::Relaxed) {
            match self.patch(id, status, resolution.as_deref()).await {
                Err(Error::NotOffered { .. }) => self.without_patch().store(true, Ordering::Relaxed),
                outcome => return outcome,
            }
        }
        self.rewrite(id, status, resolution.as_deref()).await
    }

    async fn patch(&self, id: TicketId, status: i64, resolution: Option<&str>) -> Result<(), Error> {
        let mut body = json!({"id": id.0, "status": status});
        if let Some(resolution) = resolution {
            body["resolution"] = json!(resolution);
        }
        self.call(Call::write(DOING, Method::PATCH, Entity::Tickets, &[], body)).await?;
        Ok(())
    }

    async fn rewrite(&self, id: TicketId, status: i64, resolution: Option<&str>) -> Result<(), Error> {
        let fields = self.fields(Entity::Tickets).await?;
        let reply = self.json(Call::get(DOING, Entity::Tickets, &[&id.to_string()])).await?;
        let gone = || Error::NotFound { doing: DOING, reason: format!("ticket {id} is gone") };
        let mut record = field(&reply, "item").cloned().ok_or_else(gone)?;
        let members = record.as_object_mut().ok_or_else(|| contract(DOING, "the item is no record"))?;
        // The number is Autotask's although its own metadata does not say so.
        let is_writable = |name: &str| {
            !name.eq_ignore_ascii_case("ticketNumber")
                && fields.iter().all(|field| !field.read_only || !field.name.eq_ignore_ascii_case(name))
        };
        let replaced = |name: &str| {
            name.eq_ignore_ascii_case("id")
                || name.eq_ignore_ascii_case("status")
                || resolution.is_some() && name.eq_ignore_ascii_case("resolution")
        };
        members.retain(|name, _| is_writable(name) && !replaced(name));
        members.insert("id".to_owned(), json!(id.0));
        members.insert("status".to_owned(), json!(status));
        if let Some(resolution) = resolution {
            members.insert("resolution".to_owned(), json!(resolution));
        }
        self.call(Call::write(DOING, Method::PUT, Entity::Tickets, &[], record)).await?;
        Ok(())
    }
}
