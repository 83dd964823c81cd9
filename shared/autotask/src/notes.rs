//! What people and we have written on a ticket: notes and working time.

use bridge_core::id::{ResourceId, TicketId};
use bridge_core::ticket::NewNote;
use jiff::Timestamp;
use runtime::http::Method;
use runtime::http::lenient::{integer, text as member, time};
use serde_json::{Value, json};

use crate::client::{Call, Client};
use crate::entity::Entity;
use crate::error::Error;
use crate::query::{Query, condition, number};
use crate::text::{self, cut};

/// A note's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoteId(pub i64);

/// A note on a ticket, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The note.
    pub id: NoteId,
    /// Its title, by which ours are found again (rule T20).
    pub title: String,
    /// Who wrote it; `None` for a contact or a workflow rule.
    pub created_by: Option<ResourceId>,
    /// When.
    pub created_at: Option<Timestamp>,
}

/// Working time on a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeEntry {
    /// Whose time.
    pub resource: Option<ResourceId>,
}

impl Client {
    /// All notes on a ticket, oldest first.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn notes(&self, ticket: TicketId) -> Result<Vec<Note>, Error> {
        self.find(Query {
            doing: "reading a ticket's notes",
            entity: Entity::TicketNotes,
            filter: vec![condition("eq", "ticketID", ticket.0)],
            fields: &["id", "title", "creatorResourceID", "createDateTime"],
            read: note,
        })
        .await
    }

    /// Writes a note. After [`Error::OutcomeUnknown`] look for its title among [`Client::notes`] before trying again.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn create_note(&self, ticket: TicketId, note: &NewNote) -> Result<NoteId, Error> {
        let body = json!({
            "ticketID": ticket.0,
            "title": cut(&note.title, text::NOTE_TITLE_MAX),
            "description": cut(&note.text, text::NOTE_TEXT_MAX),
            "noteType": note.note_type,
            "publish": note.publish,
        });
        let path = [&ticket.to_string(), "Notes"];
        let call = Call::write("writing a note", Method::POST, Entity::Tickets, &path, body);
        self.create(call).await.map(NoteId)
    }

    /// All working time on a ticket.
    ///
    /// # Errors
    /// Any of [`Error`].
    pub async fn time_entries(&self, ticket: TicketId) -> Result<Vec<TimeEntry>, Error> {
        self.find(Query {
            doing: "reading a ticket's working time",
            entity: Entity::TimeEntries,
            filter: vec![condition("eq", "ticketID", ticket.0)],
            fields: &["id", "resourceID"],
            read: |item| Ok(TimeEntry { resource: integer(item, "resourceID").map(ResourceId) }),
        })
        .await
    }
}

fn note(item: &Value) -> Result<Note, String> {
    Ok(Note {
        id: NoteId(number(item, "id")?),
        title: member(item, "title").unwrap_or_default(),
        created_by: integer(item, "creatorResourceID").map(ResourceId),
        created_at: time(item, "createDateTime"),
    })
}

#[cfg(test)]
mod tests {
    use bridge_core::failure::Class;
    use runtime::http::scripted::Answer;

    use super::*;
    use crate::fixture::{client, page};

    fn new_note() -> NewNote {
        NewNote { title: "#3 cleared".repeat(40), text: "Backup ran.".to_owned(), note_type: 1, publish: 2 }
    }

    #[tokio::test]
    async fn t20_a_note_is_written_below_its_ticket_within_the_lengths() {
        let (client, autotask) = client([Answer::json(200, &json!({"itemId": 9}))]);
        assert_eq!(client.create_note(TicketId(5101), &new_note()).await.expect("written"), NoteId(9));
        assert_eq!(autotask.calls(), ["POST /atservicesrest/v1.0/Tickets/5101/Notes"]);
        let sent = autotask.sent(0);
        assert_eq!(sent["title"].as_str().map(|title| title.chars().count()), Some(250));
        assert_eq!((&sent["ticketID"], &sent["noteType"], &sent["publish"]), (&json!(5101), &json!(1), &json!(2)));
    }

    #[tokio::test]
    async fn x2_a_lost_note_is_doubtful_and_never_sent_again() {
        let (client, autotask) = client([Answer::Lost]);
        let error = client.create_note(TicketId(1), &new_note()).await.expect_err("lost");
        assert_eq!(error.class(), Class::OutcomeUnknown);
        assert_eq!(autotask.calls().len(), 1);
    }

    #[tokio::test]
    async fn notes_and_working_time_name_their_authors() {
        let notes = [
            json!({"id": 1, "title": "#1", "creatorResourceID": 4, "createDateTime": "2026-01-02T03:04:05.67"}),
            json!({"ID": "2", "Title": null, "creatorResourceID": null}),
        ];
        let (client, autotask) = client([page(&notes), page(&[json!({"id": 5, "resourceID": 29}), json!({"id": 6})])]);
        let notes = client.notes(TicketId(7)).await.expect("read");
        assert_eq!((notes[0].title.as_str(), notes[0].created_by), ("#1", Some(ResourceId(4))));
        assert_eq!(notes[0].created_at, "2026-01-02T03:04:05.67Z".parse().ok());
        assert_eq!(notes[1], Note { id: NoteId(2), title: String::new(), created_by: None, created_at: None });
        let times = client.time_entries(TicketId(7)).await.expect("read");
        assert_eq!(times.iter().map(|time| time.resource).collect::<Vec<_>>(), [Some(ResourceId(29)), None]);
        assert_eq!(
            autotask.calls(),
            ["POST /atservicesrest/v1.0/TicketNotes/query", "POST /atservicesrest/v1.0/TimeEntries/query"]
        );
        assert_eq!(autotask.sent(0)["filter"], json!([{"op": "eq", "field": "ticketID", "value": 7}]));
    }
}
