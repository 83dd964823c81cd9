//! One turn at one key: take in what was read, ask what to do, do it, until the answer is to wait or to rest.
//!
//! Every write to a foreign system stands between two writes of the ledger: the first takes the lease and says what is about to
//! happen, the second says what came of it. The second one also carries what is decided next, so that a ticket's whole life
//! costs few write units. A crash anywhere leaves an entry from which the next worker decides (rule X2).

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bridge_core::id::DeviceId;
use bridge_core::ticket::storm::{Place, Storm};
use bridge_core::ticket::{Entry, Policy, Quiet, Step, Turn, decide};
use futures::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use store::table::{Inserted, Replaced, Stored};
use systems::{Config, Customer};

use crate::devices::Devices;
use crate::failure::{self, Verdict};
use crate::gather::Subject;
use crate::statistics::Tally;
use crate::steps::{self, Failed, Outcome};
use crate::{Deps, Error, storm};

/// How long a worker has a key to itself; longer than its slowest step.
const LEASE: SignedDuration = SignedDuration::from_mins(2);
/// When to look again at a key of whose alerts none can be read.
const UNREAD: SignedDuration = SignedDuration::from_mins(5);
/// An alert is in the ledger long before Acronis has had it for this time. One that is not may have lost its entry.
const KNOWN_WITHIN: SignedDuration = SignedDuration::from_hours(1);
/// Steps and repeats in one turn; more means that two rules undo one another.
const ROUNDS_MAX: usize = 24;

/// Works on a key. Returns whether its messages are done; otherwise they come back.
pub(crate) async fn take(deps: &Deps, config: &Config, devices: &Devices, subject: Subject, tally: &Tally) -> bool {
    let key = subject.key.clone();
    // A panic costs this key, not the batch.
    match AssertUnwindSafe(Worker::new(deps, config, devices, subject, tally).work()).catch_unwind().await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, key = %key, "a key could not be worked on");
            false
        }
        Err(_) => {
            tracing::error!(key = %key, "a defect stopped the work on a key");
            false
        }
    }
}

/// The state of a turn.
pub(crate) struct Worker<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) config: &'a Config,
    pub(crate) subject: Subject,
    /// The entry as it will be written next.
    pub(crate) entry: Entry,
    /// What was looked up during this turn.
    pub(crate) turn: Turn,
    /// The configuration item that the next ticket is linked to (rule T12).
    pub(crate) device: Option<DeviceId>,
    /// The configuration items of the batch's accounts; `None` once Autotask has refused a ticket with a link.
    devices: Option<&'a Devices>,
    /// The entry as last read or written; `None` while there is none.
    stored: Option<Stored<Entry>>,
    /// What came of the last step, until it is written.
    unsaved: Option<Outcome>,
    /// Epoch of the lease that this turn has taken.
    epoch: Option<u64>,
    tally: &'a Tally,
}

/// What became of writing the entry.
enum Saved {
    /// It is written.
    Yes,
    /// Somebody else was first; the entry was read anew and needs another decision.
    Again,
    /// Another worker has taken over.
    Lost,
}

impl<'a> Worker<'a> {
    fn new(deps: &'a Deps, config: &'a Config, devices: &'a Devices, mut subject: Subject, tally: &'a Tally) -> Self {
        let (entry, turn) = first_look(deps, config, &subject);
        let stored = subject.entry.take();
        let devices = Some(devices);
        Self { deps, config, subject, entry, turn, device: None, devices, stored, unsaved: None, epoch: None, tally }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.deps.systems.clock.now()
    }

    async fn work(mut self) -> Result<(), Error> {
        // Unmapped in the meantime: both sides stay as they are, but what was seen is kept.
        let Some(customer) = self.subject.customer.clone() else { return self.end(None).await };
        for _ in 0..ROUNDS_MAX {
            let now = self.now();
            if let Some(until) = self.leased_to_another(now) {
                return self.end(Some(until + SignedDuration::from_secs(1))).await;
            }
            // A system that asked to be left alone is, whoever hints at the key meanwhile.
            if let Some(until) = self.entry.due_at.filter(|due_at| self.entry.failures > 0 && now < *due_at) {
                return self.end(Some(until)).await;
            }
            let policy = policy(self.config, &self.entry, &customer, now);
            // A problem that makes no ticket is not kept.
            if self.stored.is_none() && !(policy.may_write && policy.row.create) {
                return Ok(());
            }
            let step = decide(&self.entry, &policy, self.turn, now);
            tracing::debug!(key = %self.entry.key, ?step, "decided");
            if let Step::Create(_) = step
                && self.subject.alerts.is_empty()
            {
                // None of its alerts can be read now, so nobody knows whether there is still something to tell (rule X3).
                return self.end(Some(now + UNREAD)).await;
            }
            if let Some(until) = self.put_off(&step, now).await? {
                return self.end(Some(until)).await;
            }
            let go_on = match step {
                Step::Rest(quiet) => return self.rest(quiet, &policy).await,
                Step::Wait { until, .. } => return self.end(Some(until)).await,
                Step::FindTickets
                | Step::ReadTicket
                | Step::LookForTechnician
                | Step::LookAtCompleter
                | Step::LookAtOthers
                | Step::Settle { .. }
                | Step::SettleNote { .. }
                | Step::SettleStatus
                | Step::SettleDismissal => self.look(&step).await?,
                Step::Create(_) | Step::Note(_) | Step::Reopen(_) | Step::Close { .. } | Step::Dismiss(_) => {
                    self.write(&step, &policy, &customer).await?
                }
            };
            if !go_on {
                return Ok(());
            }
        }
        Err(Error::NoEnd(self.entry.key.to_string()))
    }

    /// Rule T13: until when the ticket that `step` makes is put off, if it is.
    async fn put_off(&mut self, step: &Step, now: Timestamp) -> Result<Option<Timestamp>, Error> {
        let Step::Create(because) = step else { return Ok(None) };
        if !because.is_beginning() || self.entry.group_scope().is_some() {
            return Ok(None);
        }
        let place = match self.subject.place {
            Some(place) => place,
            None => *self.subject.place.insert(storm::place_one(self.deps, &self.entry).await?),
        };
        Ok(match place {
            Place::Alone => None,
            // It joins the group with the next batch, which gives it its place again.
            Place::Together(_) => Some(now),
            Place::Later(until) => {
                self.entry.wait_for_storm(until);
                Some(until)
            }
        })
    }

    /// Looks something up. Returns whether there is something to decide now.
    async fn look(&mut self, step: &Step) -> Result<bool, Error> {
        match steps::look(self, step).await {
            Ok(None) => Ok(true),
            Ok(Some(until)) => self.end(Some(until)).await.map(|()| false),
            Err(error) => self.give_up(error).await.map(|()| false),
        }
    }

    /// Announces a write, makes it, and takes in its outcome. Returns whether there is something to decide now.
    async fn write(&mut self, step: &Step, policy: &Policy<'_>, customer: &Arc<Customer>) -> Result<bool, Error> {
        let client = match steps::Client::of(self, step).await {
            Ok(client) => client,
            // Nothing is announced, so nothing needs to be searched for later.
            Err(error) => return self.give_up(error).await.map(|()| false),
        };
        // Read before the announcement: from there to the create nothing should take time or fail.
        if let (Step::Create(_), Some(devices)) = (step, self.devices) {
            let devices = devices.of_account(&self.deps.systems.table, policy.account).await;
            self.device = steps::device_of(self, customer, devices);
        }
        let now = self.now();
        steps::begin(&mut self.entry, step, policy, now);
        self.entry.due_at = None;
        let epoch = self.entry.take_lease(&self.deps.worker, now, LEASE);
        match self.save().await? {
            Saved::Yes => self.epoch = Some(epoch),
            Saved::Again => return Ok(true),
            Saved::Lost => return Ok(false),
        }
        match steps::carry_out(self, &client, step, policy, customer).await {
            Ok(outcome) => {
                self.entry.failures = 0;
                self.take_in(outcome);
                Ok(true)
            }
            Err(Failed { error, outcome }) => {
                outcome.into_iter().for_each(|outcome| self.take_in(outcome));
                self.give_up(error).await.map(|()| false)
            }
        }
    }

    fn take_in(&mut self, outcome: Outcome) {
        if let Outcome::LinkRefused = outcome {
            (self.device, self.devices) = (None, None);
        }
        outcome.apply(&mut self.entry);
        self.unsaved = Some(outcome);
    }

    /// Nothing more to do for now.
    async fn rest(&mut self, quiet: Quiet, policy: &Policy<'_>) -> Result<(), Error> {
        self.entry.stop_waiting();
        // What the poll has taken in is in the entry already, and asks for a decision by its due time.
        let is_news = self.stored.as_ref().is_none_or(|Stored { value, .. }| {
            *value != self.entry || value.due_at.is_some_and(|due| due <= self.now())
        });
        if is_news {
            steps::list_quiet(self, quiet, policy).await?;
        }
        if quiet == Quiet::ClearedUnseen && self.stored.is_none() {
            return Ok(());
        }
        if quiet == Quiet::MovedAway {
            self.entry.left_alone(self.now());
        }
        // Another worker has just made it a member: with its next turn the group takes in what was read here.
        let again = (quiet == Quiet::InGroup).then(|| self.now());
        self.end(again).await
    }

    /// Ends the turn after a failure: the key waits, or its message comes back.
    async fn give_up(&mut self, error: Error) -> Result<(), Error> {
        match failure::verdict(self.deps, &error, self.entry.failures) {
            Verdict::Wait(due_at) => {
                tracing::warn!(error = &error as &dyn std::error::Error, key = %self.entry.key, %due_at, "a key waits");
                self.entry.failures += 1;
                self.end(Some(due_at)).await
            }
            Verdict::Park => {
                failure::park_key(self.deps, &self.entry, &error).await?;
                self.end(None).await
            }
            Verdict::Fail => {
                self.end(None).await?;
                Err(error)
            }
        }
    }

    /// Ends the turn: what is not written yet is written, the lease is given back.
    async fn end(&mut self, due_at: Option<Timestamp>) -> Result<(), Error> {
        loop {
            let is_ours = self.leased_to_another(self.now()).is_none();
            if is_ours {
                self.entry.lease = None;
            }
            // Another worker's lease may make us look again later, but never let go of its own due time.
            self.entry.due_at = if is_ours { due_at } else { due_at.or(self.entry.due_at) };
            match self.save().await? {
                Saved::Yes | Saved::Lost => return Ok(()),
                Saved::Again => {}
            }
        }
    }

    /// Until when another worker has this key to itself.
    fn leased_to_another(&self, now: Timestamp) -> Option<Timestamp> {
        let lease = self.entry.lease.as_ref().filter(|lease| lease.owner != self.deps.worker && now < lease.until)?;
        let is_dead = self.deps.is_only_process && !lease.owner.starts_with(&self.deps.process);
        (!is_dead).then_some(lease.until)
    }

    /// Writes the entry if it changed.
    async fn save(&mut self) -> Result<Saved, Error> {
        let table = &self.deps.systems.table;
        let was_parked = self.stored.as_ref().is_some_and(|stored| stored.value.is_parked());
        // A refused create is listed where it was refused, with what to do about it.
        if self.entry.is_parked() && !was_parked && !matches!(self.unsaved, Some(Outcome::Parked { .. })) {
            systems::ledger::list_parked(table, &self.entry, self.now()).await?;
        }
        let other = match &self.stored {
            Some(stored) if stored.value == self.entry => return Ok(Saved::Yes),
            Some(stored) => match table.replace(Stored { value: self.entry.clone(), version: stored.version }).await? {
                Replaced::Done(stored) => Ok(stored),
                Replaced::Conflict(other) => Err(other),
            },
            None => match table.insert(self.entry.clone()).await? {
                Inserted::New(stored) => Ok(stored),
                Inserted::Exists(other) => Err(Some(other)),
            },
        };
        match other {
            Ok(stored) => {
                self.tally.add(self.stored.as_ref().map(|before| &before.value), &stored.value);
                self.stored = Some(stored);
                self.unsaved = None;
                Ok(Saved::Yes)
            }
            Err(other) => {
                self.stored = other;
                Ok(self.start_over())
            }
        }
    }

    /// Takes in what was read, and what came of our own last step, on top of the entry that somebody else has written.
    fn start_over(&mut self) -> Saved {
        self.entry = observed(&self.subject, self.stored.as_ref(), self.config);
        match self.epoch {
            Some(epoch) if self.entry.epoch != epoch => {
                tracing::warn!(key = %self.entry.key, "another worker has taken over");
                Saved::Lost
            }
            Some(_) => {
                self.unsaved.iter().for_each(|outcome| outcome.apply(&mut self.entry));
                Saved::Again
            }
            None => Saved::Again,
        }
    }
}

/// The entry with everything that was read taken in, and what is known of it without looking anything up.
pub(crate) fn first_look(deps: &Deps, config: &Config, subject: &Subject) -> (Entry, Turn) {
    let oldest = subject.alerts.iter().filter_map(|alert| alert.received_at).min();
    let is_old = oldest.is_some_and(|at| deps.systems.clock.now().duration_since(at) >= KNOWN_WITHIN);
    let turn = Turn { may_have_tickets: subject.entry.is_none() && is_old, ..Turn::default() };
    (observed(subject, subject.entry.as_ref(), config), turn)
}

/// The entry with everything that was read taken in.
fn observed(subject: &Subject, stored: Option<&Stored<Entry>>, config: &Config) -> Entry {
    let mut entry = stored.map_or_else(|| blank(subject), |stored| stored.value.clone());
    for alert in &subject.alerts {
        entry.see_alert(alert);
    }
    let closing = config.settings.tickets.closing_statuses();
    for ticket in &subject.tickets {
        entry.see_ticket(ticket, &closing, subject.read_at);
    }
    entry
}

fn blank(subject: &Subject) -> Entry {
    let tenant = subject.customer.as_ref().map(|customer| customer.tenant.clone());
    let kind = subject.alerts.first().map(|alert| alert.kind.clone()).unwrap_or_default();
    let tenant = tenant.unwrap_or_else(|| subject.connection.as_str().into());
    let entry = Entry::new(subject.key.clone(), subject.connection.clone(), tenant, kind);
    Entry { storm: subject.group.map(Storm::group), ..entry }
}

pub(crate) fn policy<'c>(config: &'c Config, entry: &Entry, customer: &Customer, now: Timestamp) -> Policy<'c> {
    let counts_from = config.activations.counts_from(&entry.connection, &entry.kind, customer.account, now);
    let policy =
        Policy::new(&config.settings.tickets, &entry.kind, customer.account, &customer.switches, counts_from, now);
    // A connection that was switched off tells nothing any more, so nothing is concluded from it.
    Policy { may_write: policy.may_write && config.connections.contains_key(&entry.connection), ..policy }
}
