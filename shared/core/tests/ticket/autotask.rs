//! As much of Autotask as the ticket rules touch: tickets, their notes, and the ways in which it says no.

use bridge_core::alert::{Key, Reference};
use bridge_core::id::{AccountId, ResourceId, TicketId};
use bridge_core::ticket::{COMPLETE, Snapshot};
use jiff::Timestamp;

/// Our API user.
const US: ResourceId = ResourceId(4);
/// A technician.
pub const BOB: ResourceId = ResourceId(29);
/// Another integration's API user.
pub const PROGRAM: ResourceId = ResourceId(7);

/// Pick-list values of this installation.
pub const NEW: i64 = 1;
pub const REOPENED: i64 = 8;
pub const RESOLVED: i64 = 12;

pub struct Ticket {
    pub id: TicketId,
    pub external_id: Option<String>,
    pub account: AccountId,
    pub status: i64,
    pub completed: Option<(Timestamp, ResourceId)>,
    pub created_by: ResourceId,
    pub last_activity: Timestamp,
    pub has_resolution: bool,
    pub notes: Vec<String>,
    pub has_technicians_note: bool,
    pub gone_at: Option<Timestamp>,
}

/// Why a call had no clear success.
pub enum Failure {
    /// Refused, for good.
    Refused,
    /// There is no such ticket.
    Gone,
    /// The answer was lost.
    Lost,
}

/// What happens to the next write.
#[derive(Clone, Copy, PartialEq)]
pub enum Answer {
    Arrives,
    /// Autotask does it, and nobody learns of it.
    LostAfterTheEffect,
    /// Autotask never hears of it.
    LostBeforeTheEffect,
}

pub struct Autotask {
    pub tickets: Vec<Ticket>,
    pub refuses_create: bool,
    pub refuses_reopening: bool,
    pub refuses_closing: bool,
    /// A workflow rule completes every reopened ticket at once.
    pub rule_closes_again: bool,
    /// Autotask's own duplicate handling answers every create with this ticket.
    pub answers_create_with: Option<TicketId>,
    pub next_answer: Answer,
}

impl Default for Autotask {
    fn default() -> Self {
        Self {
            tickets: Vec::new(),
            refuses_create: false,
            refuses_reopening: false,
            refuses_closing: false,
            rule_closes_again: false,
            answers_create_with: None,
            next_answer: Answer::Arrives,
        }
    }
}

impl Ticket {
    pub fn is_open(&self) -> bool {
        self.gone_at.is_none() && ![COMPLETE, RESOLVED].contains(&self.status)
    }

    pub fn episode(&self) -> Option<u32> {
        Some(Reference::parse(self.external_id.as_deref()?)?.episode)
    }

    pub fn set_status(&mut self, status: i64, by: ResourceId, now: Timestamp) {
        self.status = status;
        self.completed = (status == COMPLETE).then_some((now, by));
        self.last_activity = now;
    }
}

impl Autotask {
    /// A ticket that somebody else made.
    pub fn has_ticket(
        &mut self,
        account: AccountId,
        external_id: Option<String>,
        created_by: ResourceId,
        now: Timestamp,
    ) -> TicketId {
        let id = TicketId(7001 + i64::try_from(self.tickets.len()).unwrap());
        self.tickets.push(Ticket {
            id,
            external_id,
            account,
            status: NEW,
            completed: None,
            created_by,
            last_activity: now,
            has_resolution: false,
            notes: Vec::new(),
            has_technicians_note: false,
            gone_at: None,
        });
        id
    }

    pub fn create(&mut self, account: AccountId, reference: &Reference, now: Timestamp) -> Result<TicketId, Failure> {
        if self.refuses_create {
            return Err(Failure::Refused);
        }
        if let Some(id) = self.answers_create_with {
            return Ok(id);
        }
        let answer = self.take_answer();
        if answer == Answer::LostBeforeTheEffect {
            return Err(Failure::Lost);
        }
        let id = self.has_ticket(account, Some(reference.to_string()), US, now);
        if answer == Answer::Arrives { Ok(id) } else { Err(Failure::Lost) }
    }

    pub fn write_note(&mut self, id: TicketId, title: String, now: Timestamp) -> Result<(), Failure> {
        let answer = self.take_answer();
        if answer == Answer::LostBeforeTheEffect {
            return Err(Failure::Lost);
        }
        let ticket = self.existing(id)?;
        ticket.notes.push(title);
        ticket.last_activity = now;
        if answer == Answer::Arrives { Ok(()) } else { Err(Failure::Lost) }
    }

    pub fn reopen(&mut self, id: TicketId, status: i64, now: Timestamp) -> Result<(), Failure> {
        let (refuses, closes_again) = (self.refuses_reopening, self.rule_closes_again);
        let answer = self.take_answer();
        if answer == Answer::LostBeforeTheEffect {
            return Err(Failure::Lost);
        }
        let ticket = self.existing(id)?;
        if refuses {
            return Err(Failure::Refused);
        }
        ticket.set_status(if closes_again { COMPLETE } else { status }, US, now);
        if answer == Answer::Arrives { Ok(()) } else { Err(Failure::Lost) }
    }

    pub fn close(&mut self, id: TicketId, status: i64, now: Timestamp) -> Result<(), Failure> {
        let refuses = self.refuses_closing;
        let answer = self.take_answer();
        if answer == Answer::LostBeforeTheEffect {
            return Err(Failure::Lost);
        }
        let ticket = self.existing(id)?;
        if refuses {
            return Err(Failure::Refused);
        }
        ticket.set_status(status, US, now);
        ticket.has_resolution = true;
        if answer == Answer::Arrives { Ok(()) } else { Err(Failure::Lost) }
    }

    /// When the ticket was deleted, as the log of deleted tickets says.
    pub fn gone_at(&self, id: TicketId) -> Option<Timestamp> {
        self.tickets.iter().find(|ticket| ticket.id == id)?.gone_at
    }

    /// The ticket as a read shows it; `None` when it is gone.
    pub fn read(&self, id: TicketId) -> Option<Snapshot> {
        let ticket = self.tickets.iter().find(|ticket| ticket.id == id && ticket.gone_at.is_none())?;
        Some(Snapshot {
            id,
            number: format!("T20260302.{}", id.0),
            external_id: ticket.external_id.clone(),
            status: ticket.status,
            completed_at: ticket.completed.map(|(at, _)| at),
            completed_by: ticket.completed.map(|(_, by)| by),
            created_by: Some(ticket.created_by),
            account: ticket.account,
            resolution_is_empty: !ticket.has_resolution,
            last_activity_at: Some(ticket.last_activity),
        })
    }

    pub fn find(&self, reference: &Reference) -> Option<Snapshot> {
        let external_id = Some(reference.to_string());
        let ticket =
            self.tickets.iter().find(|ticket| ticket.gone_at.is_none() && ticket.external_id == external_id)?;
        self.read(ticket.id)
    }

    /// The ticket of a key's latest episode.
    pub fn latest(&self, key: &Key) -> Option<Snapshot> {
        let is_of_key = |ticket: &&Ticket| {
            let reference = ticket.external_id.as_deref().and_then(Reference::parse);
            ticket.gone_at.is_none() && reference.is_some_and(|reference| reference.key == *key)
        };
        let latest = self.tickets.iter().filter(is_of_key).max_by_key(|ticket| ticket.episode())?;
        self.read(latest.id)
    }

    pub fn has_note(&self, id: TicketId, title: &str) -> bool {
        self.tickets.iter().any(|ticket| ticket.id == id && ticket.notes.iter().any(|note| note == title))
    }

    pub fn ticket(&mut self, id: TicketId) -> &mut Ticket {
        self.tickets.iter_mut().find(|ticket| ticket.id == id).expect("the ticket was made")
    }

    fn existing(&mut self, id: TicketId) -> Result<&mut Ticket, Failure> {
        self.tickets.iter_mut().find(|ticket| ticket.id == id && ticket.gone_at.is_none()).ok_or(Failure::Gone)
    }

    fn take_answer(&mut self) -> Answer {
        std::mem::replace(&mut self.next_answer, Answer::Arrives)
    }
}
