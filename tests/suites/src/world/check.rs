//! What must hold whenever nothing is under way, whatever has happened before.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use bridge_core::alert::Key;
use bridge_core::id::AlertId;
use bridge_core::ticket::{Entry, Ticket};
use jiff::tz::TimeZone;
use simulators::autotask::TicketId;
use store::queue::QueueName;
use store::record::{Activity, ActivityCursor, AlertPin};
use store::table::Read;

use super::{OurNote, OurTicket, World, start};

impl World {
    /// The ledger's entries of all alerts and tickets that there are.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn entries(&self) -> Result<BTreeMap<Key, Entry>> {
        let table = &self.systems.table;
        let mut keys: BTreeSet<Key> = self.our_tickets().into_iter().map(|ticket| ticket.reference.key).collect();
        for alert in self.acronis.alerts() {
            let id = AlertId::new(alert.id.to_string());
            keys.extend(table.get::<AlertPin>(&id, Read::Strong).await?.map(|pin| pin.value.key));
        }
        let mut entries = BTreeMap::new();
        for key in keys {
            if let Some(entry) = table.get::<Entry>(&key, Read::Strong).await? {
                entries.insert(key, entry.value);
            }
        }
        Ok(entries)
    }

    /// The open tickets that an alert is on: its problem's own, and its group's (rule T13).
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn open_tickets_of(&self, alert: simulators::acronis::AlertId) -> Result<Vec<OurTicket>> {
        let table = &self.systems.table;
        let pin = table.get::<AlertPin>(&AlertId::new(alert.to_string()), Read::Strong).await?;
        let Some(key) = pin.map(|pin| pin.value.key) else { return Ok(Vec::new()) };
        let entry = table.get::<Entry>(&key, Read::Strong).await?;
        let group = entry.and_then(|entry| entry.value.member_of().map(|(group, _)| group.clone()));
        let is_on = |ticket: &OurTicket| {
            ticket.is_open() && (ticket.reference.key == key || Some(&ticket.reference.key) == group.as_ref())
        };
        Ok(self.our_tickets().into_iter().filter(is_on).collect())
    }

    /// The notes of ours on a ticket.
    pub fn our_notes(&self, ticket: TicketId) -> Vec<OurNote> {
        self.autotask.notes(ticket).iter().filter_map(OurNote::read).collect()
    }

    /// Everything written to the journal, oldest first.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn journal(&self) -> Result<Vec<Activity>> {
        let first_day = start().to_zoned(TimeZone::UTC).date();
        let mut next = Some(ActivityCursor::from(self.now()));
        let mut journal = Vec::new();
        while let Some(cursor) = next {
            let page = Activity::page(&self.systems.table, cursor, first_day, 1_000).await?;
            journal.extend(page.entries.into_iter().map(|entry| entry.value));
            next = page.next;
        }
        journal.reverse();
        Ok(journal)
    }

    /// Requests so far that would change something at either vendor, refused ones and lost ones included.
    pub fn writes(&self) -> usize {
        let calls = self.autotask.control().calls().into_iter().chain(self.acronis.control().calls());
        let is_read = |path: &str| path.contains("/query") || path.contains("/idp/token");
        calls.filter(|call| call.method != "GET" && !is_read(&call.path)).count()
    }

    /// Rule T3, at any time: no two open tickets of a problem, and no reference twice.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn check_tickets(&self) -> Result<()> {
        let (mut open, mut references) = (BTreeSet::new(), BTreeSet::new());
        for ticket in self.our_tickets() {
            ensure!(references.insert(ticket.reference.clone()), "two tickets carry {:?}", ticket.reference);
            let is_second = ticket.is_open() && !open.insert(ticket.reference.key.clone());
            ensure!(!is_second, "two open tickets of {}", ticket.reference.key);
        }
        Ok(())
    }

    /// Nothing is under way, stuck or due: what is true once everything had its time.
    ///
    /// # Errors
    /// Says what is not at rest.
    pub async fn check_rest(&self) -> Result<()> {
        let depth = self.queue.depth(QueueName::Alerts).await?;
        ensure!(depth.waiting + depth.in_flight == 0, "messages are left: {depth:?}");
        let now = self.now();
        let overdue = self.systems.table.due(now, 10).await?;
        ensure!(overdue.is_empty(), "work is overdue: {overdue:?}");
        for (key, entry) in self.entries().await? {
            ensure!(!matches!(entry.ticket, Ticket::Creating { .. }), "{key} is still creating: {entry:?}");
            ensure!(entry.pending_note.is_none(), "{key} has a doubtful note: {entry:?}");
            ensure!(entry.owed_note.is_none(), "{key} owes a note: {entry:?}");
            ensure!(entry.lease.as_ref().is_none_or(|lease| lease.until <= now), "{key} is leased: {entry:?}");
        }
        Ok(())
    }

    /// Rules X5 and T20: every ticket, note, closing and dismissal of ours is in the journal, tickets and notes exactly once,
    /// and no note is on its ticket twice.
    ///
    /// # Errors
    /// Says what is missing or doubled.
    pub async fn check_journal(&self) -> Result<()> {
        let journal = self.journal().await?;
        let of = |ticket: &OurTicket, what: &str, new: Option<&str>| {
            let is_it = |activity: &&Activity| {
                activity.what == what
                    && activity.subject.ticket.is_some_and(|id| id.0 == ticket.id.0)
                    && new.is_none_or(|new| activity.new.as_deref() == Some(new))
            };
            journal.iter().filter(is_it).count()
        };
        for ticket in self.our_tickets() {
            let created = of(&ticket, "ticket created", None);
            ensure!(created == 1, "{ticket:?} was created {created} times by the journal: {journal:#?}");
            let mut titles = BTreeSet::new();
            for note in self.our_notes(ticket.id) {
                let written = of(&ticket, "note written", Some(&note.title));
                ensure!(written == 1, "{note:?} was written {written} times by the journal: {journal:#?}");
                ensure!(titles.insert(note.title.clone()), "{note:?} is on its ticket twice");
            }
            let completed_by = self.autotask.ticket(ticket.id).context("a ticket")?;
            let by_us = completed_by.get("completedByResourceID").and_then(serde_json::Value::as_i64)
                == Some(simulators::autotask::seed::API_RESOURCE.0);
            ensure!(
                !by_us || of(&ticket, "ticket closed", None) > 0,
                "the closing of {ticket:?} is not in the journal"
            );
        }
        for alert in self.acronis.dismissed_by_clients() {
            let id = format!("dismiss-{alert}");
            let is_recorded = journal.iter().any(|entry| entry.what == "alert dismissed" && entry.id.ends_with(&id));
            ensure!(is_recorded, "the dismissal of {alert} is not in the journal");
        }
        Ok(())
    }
}
