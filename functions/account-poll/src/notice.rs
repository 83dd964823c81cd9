//! Carries out rule X8: one ticket a day about what waits for a person. What to do is decided in [`bridge_core::notice`].

use autotask::{Client, Entity};
use bridge_core::failure::Class;
use bridge_core::id::TicketId;
use bridge_core::notice::{Day, Reference, Step, Update, Waiting, title};
use bridge_core::system::Id;
use bridge_core::ticket::NewTicket;
use jiff::Timestamp;
use store::record::{Activity, Installation, Subject};
use store::table::{Error as TableError, Inserted, Read, Record as _, Replaced, Stored, Table};
use systems::{Config, Systems, Use};

use crate::follow_up::{ACTOR, Error};
use crate::waiting;

/// A search, a create and one update follow one another; more would be a defect.
const STEPS_MAX: usize = 4;

/// The day's record with the version at which it was read.
struct Kept {
    day: Day,
    version: Option<u64>,
}

/// One turn at the day's ticket.
struct Turn<'a> {
    systems: &'a Systems,
    config: &'a Config,
    kept: Kept,
    waiting: Waiting,
    now: Timestamp,
}

/// Makes the day's ticket or brings it up to date, where that is wanted and something is in use that a person may have to look after.
///
/// # Errors
/// The table or Autotask cannot be used; the next run goes on from there.
pub(crate) async fn tell(systems: &Systems, config: &Config) -> Result<(), Error> {
    let settings = &config.settings;
    if settings.notice.account.is_none() || !(settings.billing.enabled || settings.tickets.enabled) {
        return Ok(());
    }
    let now = systems.clock.now();
    let today = billing::today(settings, now);
    let installation = Installation::get_or_make(&systems.table, &systems.random, &systems.clock).await?.id;
    let kept = Kept::read(&systems.table, Day::new(&installation, today)).await?;
    if !kept.day.is_due(&settings.notice, now) {
        return Ok(());
    }
    let is_today = kept.day.day == today;
    let waiting = if is_today { waiting::read(&systems.table, config).await? } else { Waiting::default() };
    let mut turn = Turn { systems, config, kept, waiting, now };
    for _ in 0..STEPS_MAX {
        match turn.kept.day.next(&settings.notice, &turn.waiting, now) {
            Step::Rest => break,
            Step::Search => turn.search().await?,
            Step::Create(ticket) => turn.create(&ticket).await?,
            Step::Compare(ticket) => turn.compare(ticket).await?,
        }
    }
    turn.looked().await
}

impl Turn<'_> {
    async fn client(&self) -> Result<Client, Error> {
        Ok(self.systems.autotask(self.config, Use::Work).await?)
    }

    async fn search(&mut self) -> Result<(), Error> {
        let client = self.client().await?;
        let found = match client.tickets_by_reference(&self.kept.day.reference).await {
            Ok(found) => found,
            Err(error) => return Err(self.failed(error).await),
        };
        let mut found: Vec<TicketId> = found.into_iter().map(|ticket| ticket.id).collect();
        found.sort_unstable();
        let Some((oldest, others)) = found.split_first() else { return self.found_nothing(&client).await };
        if !others.is_empty() {
            tracing::warn!(ticket = %oldest, ?others, "the daily ticket exists more than once; the oldest is used");
        }
        // As long as it is not recorded, the create stays in doubt, and is found again.
        if let Some(sent_at) = self.kept.day.attempt.sent_at {
            let why = "found after a create whose answer was lost".to_owned();
            self.record_created((*oldest, sent_at), why, title(self.kept.day.day)).await?;
        }
        self.kept.day.found(*oldest);
        self.save().await
    }

    async fn found_nothing(&mut self, client: &Client) -> Result<(), Error> {
        // A user without the right to see tickets finds none either (rule X3), whatever came of an earlier create.
        if self.kept.day.attempt.sent_at.is_some() {
            match client.sees(Entity::Tickets).await {
                Ok(true) => {}
                Ok(false) => return Err(Error::Unseen),
                Err(error) => return Err(self.failed(error).await),
            }
        }
        self.kept.day.found_nothing(self.now);
        Ok(())
    }

    async fn create(&mut self, ticket: &NewTicket<Reference>) -> Result<(), Error> {
        let client = self.client().await?;
        self.kept.day.begin(self.now);
        self.save().await?;
        let error = match client.create_ticket(ticket).await {
            Ok(id) => {
                self.record_created((id, self.now), self.why(), ticket.description.clone()).await?;
                self.kept.day.created(id, &self.waiting, self.now);
                return self.save().await;
            }
            Err(error) => error,
        };
        match error.class() {
            // The attempt stands, and the next run searches.
            Class::OutcomeUnknown | Class::Bug => {}
            Class::Permanent => return self.refused(&error).await,
            Class::NeedsOperator if !error.is_log_in_refused() => return self.refused(&error).await,
            Class::NeedsOperator | Class::Conflict | Class::Throttled { .. } | Class::Transient { .. } => {
                self.kept.day.had_no_effect();
                self.save().await?;
            }
        }
        Err(self.failed(error).await)
    }

    /// Reads the ticket, which says something else than what waits, and changes it unless it is to be left alone.
    async fn compare(&mut self, ticket: TicketId) -> Result<(), Error> {
        let client = self.client().await?;
        let found = match client.tickets_by_id(&[ticket]).await {
            Ok(found) => found.into_iter().next(),
            Err(error) => return Err(self.failed(error).await),
        };
        let settings = &self.config.settings;
        let closing = settings.tickets.closing_statuses();
        match self.kept.day.update(&settings.notice, &self.waiting, found.as_ref(), &closing) {
            Some(update) => self.update(&client, ticket, &update).await,
            None => {
                self.kept.day.known(&self.waiting, self.now);
                self.save().await
            }
        }
    }

    async fn update(&mut self, client: &Client, ticket: TicketId, update: &Update) -> Result<(), Error> {
        self.kept.day.begin_update(update, self.now);
        self.save().await?;
        let error = match client.update_description(ticket, &update.description, update.status).await {
            Ok(()) => {
                self.record_updated(ticket, update).await?;
                self.kept.day.known(&self.waiting, self.now);
                return self.save().await;
            }
            Err(error) => error,
        };
        match error.class() {
            Class::Permanent => self.refused(&error).await,
            Class::NeedsOperator if !error.is_log_in_refused() => self.refused(&error).await,
            // It says the same when it is sent again.
            Class::OutcomeUnknown
            | Class::Bug
            | Class::NeedsOperator
            | Class::Conflict
            | Class::Throttled { .. }
            | Class::Transient { .. } => Err(self.failed(error).await),
        }
    }

    /// Nothing was to be told: the next look is in an hour. Without a ticket the next run looks again.
    async fn looked(&mut self) -> Result<(), Error> {
        let day = &self.kept.day;
        let is_new = day.looked_at.is_none_or(|at| at < self.now);
        if day.ticket.is_none() || !is_new {
            return Ok(());
        }
        self.kept.day.looked(self.now);
        self.save().await
    }

    async fn refused(&mut self, error: &autotask::Error) -> Result<(), Error> {
        runtime::alarm!("notice_refused", "The daily ticket about what waits for a person was not written: {error}.");
        self.kept.day.refuse(&self.config.settings.notice, error.to_string());
        self.save().await
    }

    async fn failed(&self, error: autotask::Error) -> Error {
        self.systems.failed(&Id::Autotask, error.into()).await.into()
    }

    async fn save(&mut self) -> Result<(), Error> {
        Ok(self.kept.save(&self.systems.table).await?)
    }

    async fn record_created(&self, made: (TicketId, Timestamp), why: String, new: String) -> Result<(), Error> {
        let written = ("daily ticket created", format!("{}-created", self.kept.day.reference));
        self.record(written, made, why, new).await
    }

    async fn record_updated(&self, ticket: TicketId, update: &Update) -> Result<(), Error> {
        let what =
            if update.status.is_some() { "daily ticket opened again" } else { "daily ticket brought up to date" };
        // When it was begun: a repeat of the same update is the same entry.
        let at = self.kept.day.telling.as_ref().map_or(self.now, |telling| telling.at);
        let written = (what, format!("{}-updated", self.kept.day.reference));
        self.record(written, (ticket, at), self.why(), update.description.clone()).await
    }

    fn why(&self) -> String {
        format!("matters that wait for a person: {}", self.waiting.count())
    }

    /// Rule X5.
    async fn record(
        &self,
        (what, id): (&str, String),
        (ticket, at): (TicketId, Timestamp),
        why: String,
        new: String,
    ) -> Result<(), Error> {
        let account = self.config.settings.notice.account;
        let activity = Activity {
            at,
            id,
            actor: ACTOR.to_owned(),
            actor_id: None,
            system: "autotask".to_owned(),
            what: what.to_owned(),
            subject: Subject { account, ticket: Some(ticket), ..Subject::default() },
            why,
            old: None,
            new: Some(new),
        };
        Ok(activity.record(&self.systems.table).await?)
    }
}

impl Kept {
    /// The day as it was left; `new` where there is none, or an earlier one with nothing in doubt.
    async fn read(table: &Table, new: Day) -> Result<Self, TableError> {
        let Some(Stored { value, version }) = table.get::<Day>(&(), Read::Strong).await? else {
            return Ok(Self { day: new, version: None });
        };
        let is_current = value.day == new.day || value.is_doubtful();
        Ok(Self { day: if is_current { value } else { new }, version: Some(version) })
    }

    /// Of two runs at the same time the one that is second fails, before it has written anything outside.
    async fn save(&mut self, table: &Table) -> Result<(), TableError> {
        let day = self.day.clone();
        let written = match self.version {
            None => match table.insert(day).await? {
                Inserted::New(stored) => Some(stored),
                Inserted::Exists(_) => None,
            },
            Some(version) => match table.replace(Stored { value: day, version }).await? {
                Replaced::Done(stored) => Some(stored),
                Replaced::Conflict(_) => None,
            },
        };
        let contended = || TableError::Contended { key: Day::key(&()), attempts: 1 };
        self.version = Some(written.ok_or_else(contended)?.version);
        Ok(())
    }
}
