//! One turn at one account: settle what was begun, ask what to do, do it, until there is nothing left that may be done.
//!
//! Every write to Acronis stands between two writes of the account's record: the first takes the lease and says what is about to
//! happen, the second says what came of it, and the journal has it before that. A crash anywhere leaves a record from which the
//! next worker goes on: a write of quotas is compared with what the tenant has, a tenant or user is searched for (rule X2).
//!
//! Invariants between any two calls:
//!
//! - a quota that we have changed is announced in `pending` or recorded in the journal and in `memory.written`, never neither;
//! - a tenant or a user that we may have made is named by the creation's step, and that step is searched before it is repeated;
//! - nothing that the brake would have to judge is written unless it was judged, asked for by a person, or reviewed.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use store::record::Account;
use store::record::account::Last;
use store::table::{Inserted, Replaced, Stored};
use systems::Config;

use crate::failure::{Failure, Verdict};
use crate::gather::Subject;
use crate::outcome::{self, Outcome};
use crate::shared::Shared;
use crate::{Deps, Error, steps};

/// How long a worker has an account to itself; longer than its slowest step.
const LEASE: SignedDuration = SignedDuration::from_mins(3);
/// Steps and repeats in one turn; more means that two rules undo one another.
const ROUNDS_MAX: usize = 32;

/// What there is to do after a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    /// Something was done or learnt: ask again.
    Again,
    /// Nothing for now; look again at this time, if any.
    Rest(Option<Timestamp>),
    /// As [`Flow::Rest`], where what is remembered of the last turn is still true.
    Leave(Option<Timestamp>),
    /// Another worker has taken over.
    Lost,
}

/// Works on an account. Returns whether its messages are done; otherwise they come back.
pub(crate) async fn take(deps: &Deps, config: &Config, shared: &Shared, subject: Subject) -> bool {
    let account = subject.account;
    // A panic costs this account, not the batch.
    let mut worker = Box::new(Worker::new(deps, config, shared, subject));
    match AssertUnwindSafe(worker.work()).catch_unwind().await {
        Ok(Ok(is_done)) => is_done,
        Ok(Err(error)) => {
            tracing::error!(error = &error as &dyn std::error::Error, %account, "an account could not be worked on");
            false
        }
        Err(_) => {
            tracing::error!(%account, "a defect stopped the work on an account");
            false
        }
    }
}

/// The state of a turn.
pub(crate) struct Worker<'a> {
    pub(crate) deps: &'a Deps,
    pub(crate) config: &'a Config,
    pub(crate) shared: &'a Shared,
    pub(crate) subject: Subject,
    /// The record as it will be written next.
    pub(crate) record: Account,
    /// What a person has to settle, found in this turn: a stable code and words.
    pub(crate) troubles: Vec<(&'static str, String)>,
    /// Digest of the plan that this turn works on.
    pub(crate) digest: Option<String>,
    /// Version conflicts in a row.
    pub(crate) conflicts: u32,
    /// The tenant was marked, or could not be, in this turn.
    pub(crate) is_marked: bool,
    /// The record as last read or written; `None` while there is none.
    stored: Option<Stored<Account>>,
    /// What came of the last steps, until it is written.
    unsaved: Vec<Outcome>,
    /// Epoch of the lease that this turn has taken.
    epoch: Option<u64>,
}

/// What became of writing the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Saved {
    /// It is written.
    Yes,
    /// Somebody else was first; the record was read anew and needs another decision.
    Again,
    /// Another worker has taken over.
    Lost,
}

impl<'a> Worker<'a> {
    fn new(deps: &'a Deps, config: &'a Config, shared: &'a Shared, subject: Subject) -> Self {
        let stored = subject.record.clone();
        let record = stored.as_ref().map_or_else(|| Account::new(subject.account), |stored| stored.value.clone());
        Self {
            deps,
            config,
            shared,
            subject,
            record,
            troubles: Vec::new(),
            digest: None,
            conflicts: 0,
            is_marked: false,
            stored,
            unsaved: Vec::new(),
            epoch: None,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.deps.systems.clock.now()
    }

    /// Answers whether the messages are done.
    async fn work(&mut self) -> Result<bool, Error> {
        for _ in 0..ROUNDS_MAX {
            let now = self.now();
            if let Some(until) = self.leased_to_another(now) {
                return self.end(Some(until + SignedDuration::from_secs(1))).await.map(|()| true);
            }
            // A system that asked to be left alone is, unless a person sent us.
            let waits = self.record.failures > 0 && !self.subject.judged.by_a_person;
            if let Some(until) = self.record.due_at.filter(|due_at| waits && now < *due_at) {
                return self.end(Some(until)).await.map(|()| true);
            }
            if let Some(failure) = self.subject.unread.take() {
                return self.give_up(failure).await;
            }
            self.troubles.clear();
            match Box::pin(steps::next(self)).await {
                Ok(Flow::Again) => {}
                Ok(Flow::Rest(due_at)) => return self.rest(due_at).await.map(|()| true),
                Ok(Flow::Leave(due_at)) => return self.end(due_at).await.map(|()| true),
                Ok(Flow::Lost) => return Ok(true),
                Err(error) => {
                    let failure = Failure::of(self.deps, &error, self.stored.as_ref());
                    tracing::debug!(error = &error as &dyn std::error::Error, account = %self.record.account, "failed");
                    return self.give_up(failure).await;
                }
            }
        }
        Err(Error::NoEnd(self.record.account))
    }

    /// Takes in what came of a step.
    pub(crate) fn take_in(&mut self, outcome: Outcome) {
        outcome(&mut self.record);
        self.unsaved.push(outcome);
    }

    /// Says in the record what is about to happen, and takes the lease. Nothing may be written to Acronis unless this answers
    /// `None`; otherwise the turn goes on as it says.
    pub(crate) async fn announce(&mut self, outcome: Outcome) -> Result<Option<Flow>, Error> {
        let now = self.now();
        self.take_in(outcome);
        self.record.due_at = None;
        if self.epoch.is_none() {
            self.record.take_lease(&self.deps.worker, now, LEASE);
        } else if let Some(lease) = &mut self.record.lease {
            lease.until = now + LEASE;
        }
        Ok(match self.save().await? {
            Saved::Yes => {
                self.epoch = Some(self.record.epoch);
                None
            }
            Saved::Again => Some(Flow::Again),
            Saved::Lost => Some(Flow::Lost),
        })
    }

    /// Makes sure that the account is this turn's own before what is in effect is recorded as its doing (rule X5). A worker that
    /// stood still for longer than its lease would otherwise find what another has done meanwhile, and record it a second time.
    /// Answers how the turn goes on unless the account is its own.
    pub(crate) async fn hold(&mut self) -> Result<Option<Flow>, Error> {
        let now = self.now();
        let is_held = self.epoch.is_some() && self.record.lease.as_ref().is_some_and(|lease| now < lease.until);
        if is_held { Ok(None) } else { self.announce(Box::new(|_| {})).await }
    }

    /// Writes down what came of the last steps, and asks again.
    pub(crate) async fn keep(&mut self) -> Result<Flow, Error> {
        loop {
            match self.save().await? {
                Saved::Yes => return Ok(Flow::Again),
                Saved::Lost => return Ok(Flow::Lost),
                Saved::Again => {}
            }
        }
    }

    /// Names something that a person has to settle; the account's other items and all other accounts go on (rule X4).
    pub(crate) fn trouble(&mut self, code: &'static str, text: impl Into<String>) {
        let trouble = (code, text.into());
        if !self.troubles.contains(&trouble) {
            self.troubles.push(trouble);
        }
    }

    /// Nothing more to do for now.
    async fn rest(&mut self, due_at: Option<Timestamp>) -> Result<(), Error> {
        let is_good = self.troubles.is_empty();
        self.take_in_ending(is_good);
        // A problem is told once; it is no failure that asks for ever longer waits.
        self.record.failures = 0;
        self.end(due_at).await
    }

    /// Ends the turn after a failure. Answers whether the messages are done; otherwise they come back.
    async fn give_up(&mut self, failure: Failure) -> Result<bool, Error> {
        let account = self.record.account;
        let Failure { verdict, code, text } = failure;
        match verdict {
            Verdict::Wait(due_at) => {
                tracing::warn!(%account, %due_at, text, "an account waits");
                self.trouble(code, text);
                self.take_in_ending(false);
                self.record.failures = self.record.failures.saturating_add(1);
                self.end(Some(due_at)).await.map(|()| true)
            }
            Verdict::Fail => {
                tracing::error!(%account, text, "an account could not be worked on");
                self.end(None).await.map(|()| false)
            }
        }
    }

    fn take_in_ending(&mut self, is_good: bool) {
        let now = self.now();
        let troubles = std::mem::take(&mut self.troubles);
        // Where it did not come to a plan, it is the one that the worker was sent with that waits.
        let digest = self.digest.take().or_else(|| self.subject.judged.plans.first().cloned());
        let last = Last {
            synced_at: if is_good { Some(now) } else { self.record.last.synced_at },
            tried_at: Some(now),
            code: troubles.first().map(|(code, _)| (*code).to_owned()),
            problems: troubles.into_iter().map(|(_, text)| text).collect(),
            digest: digest.filter(|_| !is_good),
        };
        self.take_in(outcome::ended(last));
    }

    /// Ends the turn: what is not written yet is written, the lease is given back.
    async fn end(&mut self, due_at: Option<Timestamp>) -> Result<(), Error> {
        loop {
            let is_ours = self.leased_to_another(self.now()).is_none();
            if is_ours {
                self.record.lease = None;
            }
            // Another worker's lease may make us look again later, but never let go of its own due time.
            self.record.due_at = if is_ours { due_at } else { due_at.or(self.record.due_at) };
            match self.save().await? {
                Saved::Yes | Saved::Lost => return Ok(()),
                Saved::Again => {}
            }
        }
    }

    /// Until when another worker has this account to itself.
    fn leased_to_another(&self, now: Timestamp) -> Option<Timestamp> {
        let lease = self.record.lease.as_ref().filter(|lease| lease.owner != self.deps.worker && now < lease.until)?;
        let is_dead = self.deps.is_only_process && !lease.owner.starts_with(&self.deps.process);
        (!is_dead).then_some(lease.until)
    }

    /// Writes the record if it changed.
    async fn save(&mut self) -> Result<Saved, Error> {
        let table = &self.deps.systems.table;
        let other = match &self.stored {
            Some(stored) if stored.value == self.record => return Ok(self.saved()),
            // What is not remembered of an account is the same as what is remembered of a new one.
            None if self.record == Account::new(self.record.account) => return Ok(self.saved()),
            Some(stored) => {
                match table.replace(Stored { value: self.record.clone(), version: stored.version }).await? {
                    Replaced::Done(stored) => Ok(stored),
                    Replaced::Conflict(other) => Err(other),
                }
            }
            None => match table.insert(self.record.clone()).await? {
                Inserted::New(stored) => Ok(stored),
                Inserted::Exists(other) => Err(Some(other)),
            },
        };
        match other {
            Ok(stored) => {
                self.stored = Some(stored);
                Ok(self.saved())
            }
            Err(other) => {
                self.stored = other;
                Ok(self.start_over())
            }
        }
    }

    fn saved(&mut self) -> Saved {
        self.unsaved.clear();
        Saved::Yes
    }

    /// Takes in what came of our own last steps on top of the record that somebody else has written.
    fn start_over(&mut self) -> Saved {
        let account = self.record.account;
        self.record = self.stored.as_ref().map_or_else(|| Account::new(account), |stored| stored.value.clone());
        match self.epoch {
            Some(epoch) if self.record.epoch != epoch => {
                tracing::warn!(%account, "another worker has taken over");
                Saved::Lost
            }
            Some(_) => {
                self.unsaved.iter().for_each(|outcome| outcome(&mut self.record));
                Saved::Again
            }
            // Nothing was done yet that must not be forgotten.
            None => {
                self.unsaved.clear();
                Saved::Again
            }
        }
    }
}
