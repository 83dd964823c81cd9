//! Rule X8: what waits for a person is pushed, as one ticket a day.
//!
//! [`Waiting`] is what waits, [`Day`] what is known of today's ticket, and [`Day::next`] says what to do about the two. The ticket
//! is made once with the protocol of rule X2: it carries the day's [`Reference`], the intent is stored before the create, and what
//! may have been made is searched for. Afterwards it is brought up to date, at most once an hour and only when it would say
//! something else. A person who has completed it hears of it again only when something new waits.
//!
//! Nothing is written once nothing waits any more: whoever settled the last of it completes the ticket as well, and a robot that
//! closed it would have to guess whether somebody still works on it.

mod reference;
mod text;
mod waiting;

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

pub use reference::Reference;
pub use text::{description, title};
pub use waiting::{Sort, Waiting};

use crate::id::TicketId;
use crate::provision::{Attempt, Turn};
use crate::settings::Notice;
use crate::ticket::{CREATE_AGAIN_AFTER, NewTicket, Snapshot};

/// How often the ticket is compared with what waits.
pub const LOOK_EVERY: SignedDuration = SignedDuration::from_hours(1);

/// What is known of a day's ticket. There is one such record; the next day's takes its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The day, where the installation is.
    pub day: Date,
    /// The ticket's external id.
    pub reference: Reference,
    /// The create of the ticket.
    #[serde(default)]
    pub attempt: Attempt,
    /// The ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<TicketId>,
    /// What it says, or would say if a person had not completed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<Told>,
    /// An update that was begun and is not known to have ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telling: Option<Told>,
    /// When the ticket was last compared with what waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked_at: Option<Timestamp>,
    /// Autotask refused a write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Refused>,
}

/// What a ticket says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Short name of the description.
    pub digest: String,
    /// As of when.
    pub at: Timestamp,
}

/// A refused write. It is not repeated on that day unless the settings have been changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// The settings that it was made with.
    pub settings: Notice,
    /// What Autotask said.
    pub reason: String,
}

/// What to do about a day's ticket.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// Nothing, for now.
    Rest,
    /// Search by the reference, closed tickets included.
    Search,
    /// Store the attempt ([`Day::begin`]), then create the ticket.
    Create(Box<NewTicket<Reference>>),
    /// The ticket says something else than it should: read it, and ask [`Day::update`].
    Compare(TicketId),
}

/// A change of the ticket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Its new description.
    pub description: String,
    /// Its new status, where it is opened again.
    pub status: Option<i64>,
}

impl Day {
    /// A day of which nothing is known yet.
    #[must_use]
    pub fn new(installation: &str, day: Date) -> Self {
        Self {
            day,
            reference: Reference::of(installation, day),
            attempt: Attempt::default(),
            ticket: None,
            told: None,
            telling: None,
            looked_at: None,
            refused: None,
        }
    }

    /// Whether a ticket may exist of which nobody knows. Such a day is settled before the next one begins.
    #[must_use]
    pub fn is_doubtful(&self) -> bool {
        let Attempt { sent_at, searched_at, .. } = self.attempt;
        let is_settled = |sent| searched_at.is_some_and(|searched| searched >= sent + CREATE_AGAIN_AFTER);
        self.ticket.is_none() && sent_at.is_some_and(|sent| !is_settled(sent))
    }

    /// Whether anything may have to be done, so that what waits has to be read.
    #[must_use]
    pub fn is_due(&self, settings: &Notice, now: Timestamp) -> bool {
        if self.is_refused(settings) {
            return false;
        }
        let is_recent = self.looked_at.is_some_and(|at| now.duration_since(at) < LOOK_EVERY);
        self.ticket.is_none() || self.telling.is_some() || !is_recent
    }

    /// What to do next.
    #[must_use]
    pub fn next(&self, settings: &Notice, waiting: &Waiting, now: Timestamp) -> Step {
        if !self.is_due(settings, now) {
            return Step::Rest;
        }
        if let Some(ticket) = self.ticket {
            let says = self.told.as_ref().map(|told| told.digest.as_str());
            let is_right = self.telling.is_none() && says == Some(text::digest(&description(waiting)).as_str());
            return if waiting.is_empty() || is_right { Step::Rest } else { Step::Compare(ticket) };
        }
        // What is in doubt is looked for even when nothing waits any more.
        if waiting.is_empty() && !self.is_doubtful() {
            return Step::Rest;
        }
        match self.attempt.turn(now) {
            Turn::Search => Step::Search,
            Turn::Wait(_) => Step::Rest,
            Turn::Create if waiting.is_empty() => Step::Rest,
            Turn::Create => self.create(settings, waiting, now).map_or(Step::Rest, |new| Step::Create(Box::new(new))),
        }
    }

    /// The ticket to create; `None` while the settings are incomplete, which a save refuses.
    fn create(&self, settings: &Notice, waiting: &Waiting, now: Timestamp) -> Option<NewTicket<Reference>> {
        Some(NewTicket {
            account: settings.account?,
            reference: self.reference.clone(),
            title: title(self.day),
            description: description(waiting),
            status: settings.status?,
            priority: settings.priority?,
            due_at: settings.due_in_hours.map(|hours| now + SignedDuration::from_hours(i64::from(hours))),
            queue: settings.queue,
            source: settings.source,
            category: settings.category,
            ticket_type: settings.ticket_type,
            issue_type: settings.issue_type,
            sub_issue_type: settings.sub_issue_type,
            work_type: settings.work_type,
            sla: None,
            device: None,
        })
    }

    /// How the ticket has to be changed, given what was just read of it (`None`: it is gone) and the statuses that mean closed.
    /// `None`: it is left alone.
    #[must_use]
    pub fn update(
        &self,
        settings: &Notice,
        waiting: &Waiting,
        ticket: Option<&Snapshot>,
        closing: &BTreeSet<i64>,
    ) -> Option<Update> {
        // The text names customers: a ticket that was moved away may be read by others than those it is meant for.
        let ticket = ticket.filter(|ticket| Some(ticket.account) == settings.account)?;
        let is_closed = closing.contains(&ticket.status);
        let is_new = waiting.newest() > self.told.as_ref().map(|told| told.at);
        if is_closed && !is_new {
            return None;
        }
        Some(Update { description: description(waiting), status: settings.status.filter(|_| is_closed) })
    }

    /// A create is about to be sent.
    pub fn begin(&mut self, now: Timestamp) {
        self.attempt.begin(now);
    }

    /// The create certainly had no effect, for a reason that passes.
    pub fn had_no_effect(&mut self) {
        self.attempt.had_no_effect();
    }

    /// A complete search that began then found no ticket.
    pub fn found_nothing(&mut self, began_at: Timestamp) {
        self.attempt.found_nothing(began_at);
    }

    /// The ticket was found, made by an attempt whose outcome was not known; what it says exactly is not known either.
    pub fn found(&mut self, ticket: TicketId) {
        self.ticket = Some(ticket);
    }

    /// The ticket was created and says what waited then.
    pub fn created(&mut self, ticket: TicketId, waiting: &Waiting, now: Timestamp) {
        self.ticket = Some(ticket);
        self.known(waiting, now);
    }

    /// An update is about to be sent. A repeat of one that was begun before keeps that one's time, which its record is named by.
    pub fn begin_update(&mut self, update: &Update, now: Timestamp) {
        let at = self.telling.as_ref().map_or(now, |telling| telling.at);
        self.telling = Some(Told { digest: text::digest(&update.description), at });
    }

    /// The ticket says what waits, or a person does not want to hear of it again.
    pub fn known(&mut self, waiting: &Waiting, now: Timestamp) {
        self.told = Some(Told { digest: text::digest(&description(waiting)), at: now });
        self.telling = None;
        self.looked_at = Some(now);
    }

    /// There was nothing to tell.
    pub fn looked(&mut self, now: Timestamp) {
        self.looked_at = Some(now);
    }

    /// Autotask refused a write and would refuse it again.
    pub fn refuse(&mut self, settings: &Notice, reason: String) {
        self.attempt.had_no_effect();
        self.telling = None;
        self.refused = Some(Refused { settings: settings.clone(), reason });
    }

    fn is_refused(&self, settings: &Notice) -> bool {
        self.refused.as_ref().is_some_and(|refused| refused.settings == *settings)
    }
}

#[cfg(test)]
mod tests;
