//! What administrators do in the console, and what it shows them.

use anyhow::{Context as _, Result};
use bridge_core::hint::{Hint, Message};
use bridge_core::id::{AccountId, ConnectionId};
use bridge_core::mapping::Pause;
use bridge_core::settings::{Activation, Release, Scope};
use bridge_core::system;
use bridge_core::ticket::Entry;
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use simulators::acronis::{Raise, TenantId, seed};
use simulators::autotask::CompanyId;
use store::queue::{Queue as _, QueueName};
use store::record::{
    Activity, ActivityCursor, Connection, Cursor, Generation, Held, Mapping, Parked, SystemState, Unmapped,
    all_activations,
};
use store::secrets::SecretName;
use store::table::{Deleted, Read};
use systems::{AcronisCredentials, AutotaskCredentials};

use super::{OurTicket, World, connection};

/// The account that [`seed::ALDER`] is mapped to.
pub const ALDER_ACCOUNT: AccountId = AccountId(simulators::autotask::seed::FIRST_CUSTOMER.0);
/// The account that [`seed::BIRCH_DENTAL`] is mapped to.
pub const BIRCH_ACCOUNT: AccountId = AccountId(ALDER_ACCOUNT.0 + 1);
/// The account that [`seed::CEDAR_LOGISTICS`] is mapped to.
pub const CEDAR_ACCOUNT: AccountId = AccountId(ALDER_ACCOUNT.0 + 2);
/// The account that corresponds to [`seed::IVY_MEDIA`], which the demo does not map.
pub const IVY_ACCOUNT: AccountId = AccountId(ALDER_ACCOUNT.0 + 8);

/// A failed backup of a server of *Alder & Sons*.
#[must_use]
pub fn failed_backup(workload: &str) -> Raise {
    Raise::new("BackupFailed").at(seed::ALDER).on(workload).plan("Daily")
}

impl World {
    /// Raises an alert, has the worker told of it, and returns its ticket.
    ///
    /// # Errors
    /// There is not exactly one ticket that was not there before.
    pub async fn ticket_for(&mut self, raise: Raise) -> Result<(simulators::acronis::AlertId, OurTicket)> {
        let before = self.our_tickets().len();
        let alert = self.acronis.raise(raise)?;
        self.hint(&[alert]).await?;
        self.work().await?;
        let mut tickets = self.our_tickets().split_off(before);
        anyhow::ensure!(tickets.len() == 1, "expected one new ticket, found {tickets:?}\n{}", self.seam.trace());
        Ok((alert, tickets.pop().context("one ticket")?))
    }

    /// The ticket as it is now.
    ///
    /// # Errors
    /// It is gone.
    pub fn again(&self, ticket: &OurTicket) -> Result<OurTicket> {
        self.our_tickets().into_iter().find(|now| now.id == ticket.id).context("the ticket is gone")
    }

    /// Titles of a ticket's notes, oldest first.
    #[must_use]
    pub fn note_titles(&self, ticket: &OurTicket) -> Vec<String> {
        let notes = self.autotask.notes(ticket.id);
        notes.iter().filter_map(|note| note["title"].as_str().map(str::to_owned)).collect()
    }

    /// A text field of a ticket; empty when it is not set.
    #[must_use]
    pub fn field(&self, ticket: &OurTicket, name: &str) -> String {
        let record = self.autotask.ticket(ticket.id).unwrap_or_default();
        record.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    }

    /// A number field of a ticket.
    #[must_use]
    pub fn number(&self, ticket: &OurTicket, name: &str) -> Option<i64> {
        self.autotask.ticket(ticket.id)?.get(name)?.as_i64()
    }

    /// Maps an account to a tenant; older alerts of it are counted first (rule T15).
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn map(&self, account: AccountId, tenant: TenantId) -> Result<()> {
        self.map_at(account, tenant, &connection()).await
    }

    /// As [`World::map`], for a tenant of any connection.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn map_at(&self, account: AccountId, tenant: TenantId, connection: &ConnectionId) -> Result<()> {
        self.switch_on(Scope::Account(account)).await?;
        let mapping = Mapping {
            account,
            tenant: tenant.to_string().into(),
            connection: connection.clone(),
            switches: bridge_core::mapping::Switches::default(),
            account_name: format!("Account {account}"),
            tenant_name: format!("Tenant {tenant}"),
            mapped_at: self.now(),
        };
        Mapping::map(&self.systems.table, mapping, None).await?;
        Ok(Generation::bump(&self.systems.table).await?)
    }

    /// Maps a tenant to another account than until now.
    ///
    /// # Errors
    /// The account was not mapped, or the table cannot be written.
    pub async fn map_instead(&self, before: AccountId, account: AccountId, tenant: TenantId) -> Result<()> {
        self.unmap(before).await?;
        self.map(account, tenant).await
    }

    /// Removes an account's mapping.
    ///
    /// # Errors
    /// The account was not mapped, or the table cannot be written.
    pub async fn unmap(&self, account: AccountId) -> Result<()> {
        let mapping = self.systems.table.get::<Mapping>(&account, Read::Strong).await?.context("not mapped")?;
        Mapping::unmap(&self.systems.table, &mapping, None).await?;
        Ok(Generation::bump(&self.systems.table).await?)
    }

    /// Remembers that something was switched on now.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn switch_on(&self, scope: Scope) -> Result<()> {
        self.switch_on_at(scope, self.now()).await
    }

    /// Pauses an account until a moment, at which it is switched on again.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn pause(&self, account: AccountId, until: Timestamp) -> Result<()> {
        self.switch_on_at(Scope::Account(account), until).await?;
        let pause = Pause { reason: "office move".to_owned(), until: Some(until) };
        self.switches(account, |switches| switches.pause = Some(pause.clone())).await
    }

    async fn switch_on_at(&self, scope: Scope, at: Timestamp) -> Result<()> {
        let age = super::settings().tickets.backlog_age_hours;
        let activation = Activation::new(scope, at, age);
        self.systems.table.modify::<Activation>(&activation.scope, |_| Some(activation.clone())).await?;
        Ok(Generation::bump(&self.systems.table).await?)
    }

    /// What became of the switchings-on, by what was switched on.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn releases(&self) -> Result<Vec<Release>> {
        Ok(all_activations(&self.systems.table).await?.iter().map(|activation| activation.release).collect())
    }

    /// Agrees, on *Review*, to the tickets of every held backlog.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn release_backlogs(&self) -> Result<()> {
        for activation in all_activations(&self.systems.table).await?.iter() {
            let release = |now: Option<Activation>| Some(Activation { release: Release::Released, ..now? });
            self.systems.table.modify(&activation.scope, release).await?;
        }
        Generation::bump(&self.systems.table).await?;
        self.walk_with(&[("again_at", self.now())]).await
    }

    /// Agrees, on *Review*, to the closing of many tickets within the next hour (rule X3).
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn allow_mass_close(&self) -> Result<()> {
        let now = self.now();
        self.walk_with(&[("again_at", now), ("mass_close_until", now + SignedDuration::from_hours(1))]).await
    }

    /// The ledger loses the entry of a ticket.
    ///
    /// # Errors
    /// There is none, or the table cannot be written.
    pub async fn lose_entry(&self, ticket: &OurTicket) -> Result<()> {
        let entry = self.systems.table.get::<Entry>(&ticket.reference.key, Read::Strong).await?.context("no entry")?;
        let deleted = self.systems.table.delete(&entry).await?;
        anyhow::ensure!(deleted == Deleted::Done, "{deleted:?}");
        Ok(())
    }

    /// Lets the next poll walk everything.
    ///
    /// # Errors
    /// The table cannot be written.
    pub async fn walk_soon(&self) -> Result<()> {
        self.walk_with(&[("again_at", self.now())]).await
    }

    async fn walk_with(&self, fields: &[(&str, Timestamp)]) -> Result<()> {
        let name = "walk".to_owned();
        let change = |cursor: Option<Cursor>| {
            let mut cursor = cursor.unwrap_or_else(|| Cursor { name: name.clone(), value: serde_json::json!({}) });
            for (field, at) in fields {
                cursor.value[*field] = serde_json::Value::String(at.to_string());
            }
            Some(cursor)
        };
        self.systems.table.modify(&name, change).await?;
        Ok(())
    }

    /// Saves another log-in for Autotask.
    ///
    /// # Errors
    /// The stores cannot be written.
    pub async fn log_in_to_autotask(&self, user: &str, secret: &str, code: &str) -> Result<()> {
        let credentials = AutotaskCredentials {
            user_name: user.to_owned(),
            secret: SecretString::from(secret),
            integration_code: SecretString::from(code),
        };
        self.systems.keep(&SecretName::Autotask, &credentials).await?;
        Ok(Generation::bump(&self.systems.table).await?)
    }

    /// Saves another secret for a connection's API client.
    ///
    /// # Errors
    /// The stores cannot be written.
    pub async fn log_in_to_acronis(&self, connection: &Connection, client: &str, secret: &str) -> Result<()> {
        let credentials =
            AcronisCredentials { client_id: client.to_owned(), client_secret: SecretString::from(secret) };
        self.systems.keep(&SecretName::Acronis(connection.id.clone()), &credentials).await?;
        Ok(Generation::bump(&self.systems.table).await?)
    }

    /// The demo's connection as stored.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn connection(&self) -> Result<Connection> {
        let stored = self.systems.table.get::<Connection>(&connection(), Read::Strong).await?;
        Ok(stored.context("no connection")?.value)
    }

    /// Whether a system is paused.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn is_paused(&self, system: &system::Id) -> Result<bool> {
        let state = self.systems.table.get::<SystemState>(system, Read::Strong).await?;
        Ok(state.is_some_and(|state| state.value.state.refusal.is_some()))
    }

    /// What is parked, newest first.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn parked(&self) -> Result<Vec<Parked>> {
        let page = Parked::page(&self.systems.table, None, 100).await?;
        Ok(page.records.into_iter().map(|stored| stored.value).collect())
    }

    /// Retries everything that is parked: the entry is freed, the message sent again, and the listing removed.
    ///
    /// # Errors
    /// The stores cannot be written, or a body is not a message.
    pub async fn retry_parked(&self) -> Result<()> {
        let table = &self.systems.table;
        for parked in self.parked().await? {
            let body = Parked::body(table, &parked.id).await?.context("no body")?;
            let message = Message::parse(&body).map_err(anyhow::Error::msg)?;
            if let Hint::Keys { keys } = &message.hint {
                for key in keys {
                    let retry = |entry: Option<Entry>| {
                        let mut entry = entry?;
                        entry.retry();
                        Some(entry)
                    };
                    table.modify(key, retry).await?;
                }
            }
            self.queue.send(QueueName::Alerts, &[message]).await?;
            Parked::remove(table, &parked.id).await?;
        }
        Ok(())
    }

    /// What is held on *Review*.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn held(&self) -> Result<Vec<Held>> {
        let page = Held::page(&self.systems.table, None, 100).await?;
        Ok(page.records.into_iter().map(|stored| stored.value).collect())
    }

    /// Unmapped tenants that have alerts.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn unmapped(&self) -> Result<Vec<Unmapped>> {
        let page = Unmapped::page(&self.systems.table, None, 100).await?;
        Ok(page.records.into_iter().map(|stored| stored.value).collect())
    }

    /// What the activity log of the last two days says was done, oldest first.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn activity(&self) -> Result<Vec<Activity>> {
        let oldest = (self.now() - SignedDuration::from_hours(48)).to_zoned(jiff::tz::TimeZone::UTC).date();
        let page = Activity::page(&self.systems.table, ActivityCursor::from(self.now()), oldest, 500).await?;
        Ok(page.entries.into_iter().rev().map(|stored| stored.value).collect())
    }

    /// The company of an account, as the simulator names it.
    #[must_use]
    pub fn company(account: AccountId) -> CompanyId {
        CompanyId(account.0)
    }
}
