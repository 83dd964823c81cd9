//! Tickets and notes of ours, as Autotask has them.

use bridge_core::alert::Reference;
use serde_json::Value;
use simulators::autotask::{Record, seed};

use super::COMPLETE;

/// A ticket that carries a reference of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurTicket {
    /// Its id.
    pub id: simulators::autotask::TicketId,
    /// Key and episode.
    pub reference: Reference,
    /// Its status.
    pub status: i64,
    /// Its company.
    pub company: i64,
    /// Its title.
    pub title: String,
}

impl OurTicket {
    pub(super) fn read(record: &Record) -> Option<Self> {
        let number = |field: &str| record.get(field).and_then(Value::as_i64);
        let text = |field: &str| record.get(field).and_then(Value::as_str);
        Some(Self {
            id: simulators::autotask::TicketId(number("id")?),
            reference: Reference::parse(text("externalID")?)?,
            status: number("status")?,
            company: number("companyID")?,
            title: text("title")?.to_owned(),
        })
    }

    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.status != COMPLETE
    }
}

/// A note that we have written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OurNote {
    /// Its title.
    pub title: String,
}

impl OurNote {
    pub(super) fn read(record: &Record) -> Option<Self> {
        let author = record.get("creatorResourceID").and_then(Value::as_i64);
        let title = record.get("title").and_then(Value::as_str)?.to_owned();
        (author == Some(seed::API_RESOURCE.0)).then_some(Self { title })
    }
}
