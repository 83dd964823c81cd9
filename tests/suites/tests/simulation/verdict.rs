//! What the rules ask for once everything is quiet.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use bridge_core::alert::Key;
use bridge_core::id::AlertId;
use store::record::AlertPin;
use store::table::Read;

use crate::history::PROBLEMS;
use crate::life::Life;

impl Life {
    /// The keys that the ledger has for a problem: one, or none as long as it never learnt of it.
    pub async fn keys_of(&self, place: usize) -> Result<BTreeSet<Key>> {
        let mut keys = BTreeSet::new();
        for alert in &self.courses[place].alerts {
            let alert = AlertId::new(alert.to_string());
            let pin = self.world.systems.table.get::<AlertPin>(&alert, Read::Strong).await?;
            keys.extend(pin.map(|pin| pin.value.key));
        }
        Ok(keys)
    }

    /// Every problem has the ticket that it must have, and nothing is stuck.
    pub async fn check(&self) -> Result<()> {
        self.world.check_tickets()?;
        self.world.check_rest().await?;
        self.world.check_journal().await?;
        for place in 0..PROBLEMS.len() {
            let keys = self.keys_of(place).await?;
            ensure!(keys.len() <= 1, "problem {place} has several keys: {keys:?}");
            self.check_problem(place).await?;
        }
        Ok(())
    }

    async fn check_problem(&self, place: usize) -> Result<()> {
        let course = &self.courses[place];
        let Some(raised_at) = course.raised_at else { return Ok(()) };
        let is_active =
            course.alerts.iter().filter_map(|id| self.world.acronis.alert(*id)).any(|alert| alert.deleted_at.is_none());
        let ticket = self.ticket_of(place).await?;
        let is_open = ticket.as_ref().is_some_and(suites::world::OurTicket::is_open);
        if is_active {
            // Rules T8 and T9: what a technician closed or deleted after the last raise stays so.
            let mut keys = self.keys_of(place).await?.into_iter();
            let last = keys.next().map(|key| format!("{key}-"));
            let by_person = self.closed_by_people.iter().any(|(reference, at)| {
                last.as_ref().is_some_and(|last| reference.starts_with(last)) && *at > raised_at
            });
            ensure!(is_open || by_person, "problem {place} is active and has no open ticket: {ticket:?}, {course:?}");
        } else {
            let is_his = course.is_a_persons || self.is_left_to_technician(place).await?;
            ensure!(!is_open || is_his, "problem {place} has cleared and has an open ticket: {ticket:?}, {course:?}");
        }
        Ok(())
    }

    /// Rule T5, *technician-safe*: a person has written on the ticket, so it is his to close.
    async fn is_left_to_technician(&self, place: usize) -> Result<bool> {
        let entries = self.world.entries().await?;
        let keys = self.keys_of(place).await?;
        Ok(keys.iter().filter_map(|key| entries.get(key)).any(|entry| entry.done.left_open && entry.done.cleared_note))
    }
}
