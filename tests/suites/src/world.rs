//! The whole product in one task, with virtual time: both simulators, the embedded table and queue, and the functions' handlers.
//!
//! Every call of a handler to the outside passes a [`seam::Seam`], where it is numbered, traced, and can be the last thing that
//! the handler ever does. A world made with the same arguments runs in the same way.

mod check;
mod moment;
pub mod network;
pub mod seam;
mod setup;
mod ticket;
pub mod verbs_accounts;
pub mod verbs_calls;
pub mod verbs_doors;
pub mod verbs_network;
pub mod verbs_people;
pub mod weather;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use bridge_core::hint::{Hint, Message};
use bridge_core::ticket::Entry;
use jiff::{SignedDuration, Timestamp};
use local::engine::Engine;
use local::queue::{LocalQueue, Policy, Received};
use runtime::clock::Clock;
use runtime::lambda::Deadline;
use simulators::acronis::{Acronis, AlertId};
use simulators::autotask::Autotask;
use store::queue::{Queue as _, QueueName};
use systems::Systems;

pub use moment::Moment;
use network::Network;
use seam::{Outcome, Seam, Side};
pub use setup::{COMPLETE, IN_PROGRESS, NEW, connection, settings};
pub use ticket::{OurNote, OurTicket};
pub use verbs_doors::Doors;

/// When every world begins.
pub fn start() -> Timestamp {
    "2026-11-22T09:00:00Z".parse().expect("a time")
}

/// Visibility time-out of the queues.
const VISIBILITY: SignedDuration = SignedDuration::from_mins(12);
/// Messages in one batch.
const BATCH: usize = 100;
/// How long an invocation about alerts may take, and one about accounts.
const INVOCATION: SignedDuration = SignedDuration::from_secs(120);
/// See [`INVOCATION`].
const ACCOUNTS_INVOCATION: SignedDuration = SignedDuration::from_mins(5);

/// What a worker answers.
type Answer = Outcome<Result<SqsBatchResponse>>;

/// The world.
pub struct World {
    /// The functions' clock.
    pub clock: Clock,
    /// The simulators' clock.
    outside: simulators::control::Clock,
    /// Acronis.
    pub acronis: Acronis,
    /// Autotask.
    pub autotask: Autotask,
    /// The embedded engine, for its counters.
    pub engine: Engine,
    /// The queues.
    pub queue: LocalQueue,
    /// What the functions work with.
    pub systems: Systems,
    /// Where calls are counted and cut off.
    pub seam: Seam,
    /// The network to the vendors.
    pub network: Network,
    /// The poll's process; a killed one is replaced by one that knows nothing.
    poller: Mutex<Poller>,
    processes: u32,
}

/// What the poll's process keeps between its runs.
struct Poller {
    systems: Systems,
    recent: alert_poll::Recent,
}

impl Poller {
    fn new(systems: &Systems) -> Self {
        Self { systems: fresh(systems), recent: alert_poll::Recent::default() }
    }
}

impl World {
    /// A world with the demo's MSP, configured as the demo is: see [`setup`].
    ///
    /// # Errors
    /// The embedded engine does not start.
    pub async fn new() -> Result<Self> {
        setup::world(1).await
    }

    /// The same with another seed for jitter and identifiers.
    ///
    /// # Errors
    /// As [`World::new`].
    pub async fn seeded(seed: u64) -> Result<Self> {
        setup::world(seed).await
    }

    /// Lets time pass for everybody; nothing runs meanwhile.
    pub fn advance(&self, by: SignedDuration) {
        self.clock.advance(by);
        self.outside.advance(by);
    }

    /// The time.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sends a hint about these alerts, as the webhook function does.
    ///
    /// # Errors
    /// The queue failed.
    pub async fn hint(&self, alerts: &[AlertId]) -> Result<()> {
        let alerts =
            alerts.iter().map(|id| bridge_core::hint::AlertRef { id: id.to_string().into(), tenant: None }).collect();
        let message = Message::new(Hint::Alerts { alerts, connection: None }, None);
        Ok(self.queue.send(QueueName::Alerts, &[message]).await?)
    }

    /// Runs the poll once.
    ///
    /// # Errors
    /// The handler failed.
    pub async fn poll(&self) -> Result<Option<alert_poll::Summary>> {
        self.network.arrive().await;
        let deps = {
            let mut poller = self.poller();
            poller.systems.transport = Arc::clone(&self.systems.transport);
            let (systems, recent) = (poller.systems.clone(), poller.recent.clone());
            alert_poll::Deps { systems, queue: Arc::new(self.queue.clone()), recent }
        };
        let deadline = Deadline::at(self.now() + INVOCATION);
        match self.seam.run(Box::pin(alert_poll::handle(&deps, deadline))).await {
            Outcome::Done(summary) => Ok(Some(summary?)),
            Outcome::Killed => {
                *self.poller() = Poller::new(&self.systems);
                Ok(None)
            }
        }
    }

    fn poller(&self) -> MutexGuard<'_, Poller> {
        self.poller.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the poll of accounts once. Each run is a process of its own.
    ///
    /// # Errors
    /// The handler failed.
    pub async fn account_poll(&self) -> Result<Option<account_poll::Summary>> {
        self.network.arrive().await;
        let deps = account_poll::Deps { systems: fresh(&self.systems), queue: Arc::new(self.queue.clone()) };
        let deadline = Deadline::at(self.now() + ACCOUNTS_INVOCATION);
        match self.seam.run(Box::pin(account_poll::handle(&deps, deadline))).await {
            Outcome::Done(summary) => Ok(Some(summary?)),
            Outcome::Killed => Ok(None),
        }
    }

    /// Delivers one batch of messages to its worker, as an event source mapping does. Returns how many there were.
    ///
    /// # Errors
    /// The queue failed.
    pub async fn deliver(&mut self) -> Result<usize> {
        for queue in QueueName::ALL {
            let batch = self.queue.receive(queue, BATCH).await?;
            if !batch.is_empty() {
                let count = batch.len();
                self.deliver_from(queue, batch).await?;
                return Ok(count);
            }
        }
        Ok(0)
    }

    /// Delivers these messages about alerts: see [`World::deliver_from`].
    ///
    /// # Errors
    /// The queue failed.
    pub async fn deliver_these(&mut self, batch: Vec<Received>) -> Result<()> {
        self.deliver_from(QueueName::Alerts, batch).await
    }

    /// Delivers these messages to a worker of its own, and settles them by its answer. A killed worker gives none, and the
    /// process dies with it.
    ///
    /// # Errors
    /// The queue failed.
    pub async fn deliver_from(&mut self, queue: QueueName, batch: Vec<Received>) -> Result<()> {
        self.processes += 1;
        let is_alive = self.work_on(queue, &batch, &self.systems, self.processes).await?;
        if !is_alive {
            self.systems = fresh(&self.systems);
        }
        Ok(())
    }

    /// Delivers these messages to a worker whose answer is lost: they stay invisible, and come back.
    pub async fn deliver_unheard(&mut self, batch: &[Received]) {
        self.processes += 1;
        if let Outcome::Killed = self.answer(QueueName::Alerts, batch, &self.systems, self.processes).await {
            self.systems = fresh(&self.systems);
        }
    }

    /// Delivers `first` to one worker and `second` to another: the first one stands still at a call of its own while
    /// `meanwhile` passes and the second one does all its work. Returns whether the first one ever came to that call.
    ///
    /// # Errors
    /// The queue failed.
    pub async fn overlap(
        &mut self,
        batches: (&[Received], &[Received]),
        call: (usize, Side),
        meanwhile: SignedDuration,
    ) -> Result<bool> {
        self.overlap_on(QueueName::Alerts, batches, call, meanwhile).await
    }

    /// The same for messages of this queue.
    ///
    /// # Errors
    /// The queue failed.
    pub async fn overlap_on(
        &mut self,
        queue: QueueName,
        (first, second): (&[Received], &[Received]),
        (call, side): (usize, Side),
        meanwhile: SignedDuration,
    ) -> Result<bool> {
        self.processes += 2;
        // Two processes share nothing but the table.
        let other = fresh(&self.systems);
        self.seam.park_at(call, side);
        let slow = self.work_on(queue, first, &self.systems, self.processes - 1);
        tokio::pin!(slow);
        tokio::select! {
            biased;
            done = &mut slow => {
                done?;
                self.seam.count();
                return Ok(false);
            }
            () = self.seam.parked() => {}
        }
        self.advance(meanwhile);
        self.work_on(queue, second, &other, self.processes).await?;
        self.seam.release();
        slow.await?;
        Ok(true)
    }

    /// Returns whether the worker lived to answer.
    async fn work_on(&self, queue: QueueName, batch: &[Received], systems: &Systems, process: u32) -> Result<bool> {
        let Outcome::Done(failed) = self.answer(queue, batch, systems, process).await else { return Ok(false) };
        let (failed, done): (Vec<&Received>, Vec<&Received>) =
            batch.iter().partition(|message| failed.contains(&message.id));
        let receipts: Vec<String> = done.iter().map(|message| message.receipt.clone()).collect();
        self.queue.delete(queue, &receipts).await?;
        for message in failed {
            self.queue.fail(queue, &message.receipt).await?;
        }
        Ok(true)
    }

    /// The ids of the messages that a worker reports as failed.
    async fn answer(
        &self,
        queue: QueueName,
        batch: &[Received],
        systems: &Systems,
        process: u32,
    ) -> Outcome<Vec<String>> {
        self.network.arrive().await;
        let answer = match queue {
            QueueName::Alerts => self.sync_tickets(batch, systems, process).await,
            QueueName::Accounts => self.sync_accounts(batch, systems, process).await,
        };
        match answer {
            Outcome::Killed => Outcome::Killed,
            Outcome::Done(Err(error)) => {
                self.seam.note(format!("worker failed: {error}"));
                Outcome::Done(batch.iter().map(|message| message.id.clone()).collect())
            }
            Outcome::Done(Ok(answer)) => {
                let failures = answer.batch_item_failures.into_iter();
                Outcome::Done(failures.map(|failure| failure.item_identifier).collect())
            }
        }
    }

    async fn sync_tickets(&self, batch: &[Received], systems: &Systems, process: u32) -> Answer {
        let process = format!("p{process}");
        let worker = format!("{process}/1");
        let deps = ticket_sync::Deps { systems: systems.clone(), worker, process, is_only_process: false };
        let deadline = Deadline::at(self.now() + INVOCATION);
        let handler = async { Ok(ticket_sync::handle(&deps, event(batch), deadline).await?) };
        self.seam.run(Box::pin(handler)).await
    }

    async fn sync_accounts(&self, batch: &[Received], systems: &Systems, process: u32) -> Answer {
        let process = format!("p{process}");
        let worker = format!("{process}/1");
        let (systems, queue) = (systems.clone(), Arc::new(self.queue.clone()));
        let deps = account_sync::Deps { systems, queue, worker, process, is_only_process: false };
        let deadline = Deadline::at(self.now() + ACCOUNTS_INVOCATION);
        let handler = async { Ok(account_sync::handle(&deps, event(batch), deadline).await?) };
        self.seam.run(Box::pin(handler)).await
    }

    /// Delivers messages until none is visible.
    ///
    /// # Errors
    /// The queue failed, or messages never end.
    pub async fn work(&mut self) -> Result<()> {
        for _ in 0..1_000 {
            if self.deliver().await? == 0 {
                return Ok(());
            }
        }
        anyhow::bail!("messages never end")
    }

    /// Lets `time` pass minute by minute, with a poll and all its work in each.
    ///
    /// # Errors
    /// As [`World::poll`] and [`World::work`].
    pub async fn pass(&mut self, time: SignedDuration) -> Result<()> {
        let end = self.now() + time;
        while self.now() < end {
            self.advance(SignedDuration::from_secs(60).min(end.duration_since(self.now())));
            self.poll().await?;
            self.work().await?;
        }
        Ok(())
    }

    /// A poll and its work, now.
    ///
    /// # Errors
    /// As [`World::poll`] and [`World::work`].
    pub async fn turn(&mut self) -> Result<()> {
        self.poll().await?;
        self.work().await
    }

    /// Tickets that carry a reference of ours, oldest first.
    pub fn our_tickets(&self) -> Vec<OurTicket> {
        self.autotask.tickets().iter().filter_map(OurTicket::read).collect()
    }

    /// The one ticket of ours.
    ///
    /// # Errors
    /// There is none, or more than one.
    pub fn the_ticket(&self) -> Result<OurTicket> {
        let mut tickets = self.our_tickets();
        anyhow::ensure!(tickets.len() == 1, "expected one ticket, found {tickets:?}");
        tickets.pop().context("one ticket")
    }

    /// The ledger entry of a ticket.
    ///
    /// # Errors
    /// The table cannot be read, or there is no entry.
    pub async fn entry(&self, ticket: &OurTicket) -> Result<Entry> {
        let entry = self.systems.table.get::<Entry>(&ticket.reference.key, store::table::Read::Strong).await?;
        Ok(entry.context("no ledger entry")?.value)
    }

    /// Sleeps in tokio's (paused) time; for faults that delay.
    pub async fn sleep(&self, time: Duration) {
        self.clock.sleep(time).await;
    }
}

/// The same systems as a process sees them that has just started.
pub(crate) fn fresh(systems: &Systems) -> Systems {
    Systems::new(
        systems.table.clone(),
        systems.secrets.clone(),
        systems.transport.clone(),
        systems.clock.clone(),
        systems.random.clone(),
        (*systems.options).clone(),
    )
}

pub(crate) fn event(batch: &[Received]) -> SqsEvent {
    let records = batch.iter().map(|message| {
        let mut record = SqsMessage::default();
        record.message_id = Some(message.id.clone());
        record.receipt_handle = Some(message.receipt.clone());
        record.body = Some(message.body.clone());
        record
    });
    let mut event = SqsEvent::default();
    event.records = records.collect();
    event
}
