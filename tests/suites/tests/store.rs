//! The suite of the records and the queue on the local stand-ins, and what is particular to those.
#![expect(clippy::unwrap_used, reason = "a stand-in that does not start has to fail its test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ::store::queue::{DeadLetter, DeadLetters, Queue, QueueName, SendError};
use ::store::table::{Error, Inserted, Read, Replaced, Table};
use async_trait::async_trait;
use aws_sdk_dynamodb::types::AttributeValue;
use bridge_core::failure::Class;
use bridge_core::hint::{Hint, Message};
use bridge_core::ticket::{AlertSeen, Entry, Link, Origin, Ticket};
use jiff::{SignedDuration, Timestamp};
use local::engine::{Call, Cut, Engine, Interceptor};
use local::queue::{Depth, LocalQueue, Policy};
use runtime::clock::Clock;
use runtime::random::Random;
use suites::store::probe::Probe;
use suites::store::{Consumer, Delivery, MAX_RECEIVE_COUNT, VISIBILITY, World, records};

const TABLE: &str = "bridge";
const POLICY: Policy =
    Policy { visibility: SignedDuration::from_secs(VISIBILITY.as_secs() as i64), max_receive_count: MAX_RECEIVE_COUNT };

/// The stand-ins in one process.
struct Local {
    engine: Engine,
    clock: Clock,
    table: Table,
    queue: LocalConsumer,
}

struct LocalConsumer(LocalQueue);

impl Local {
    async fn in_memory() -> Self {
        let clock = clock();
        let world = Self::over(Engine::memory(clock.clone()).unwrap(), clock).await;
        world.engine.intercept(Arc::new(Interleaving));
        world
    }

    async fn over(engine: Engine, clock: Clock) -> Self {
        engine.create_table(TABLE).await.unwrap();
        let queue = LocalQueue::open(&engine, "queue", POLICY, clock.clone(), Random::seeded(1)).await.unwrap();
        let table = Table::new(engine.client(), TABLE);
        Self { engine, clock, table, queue: LocalConsumer(queue) }
    }
}

/// Lets others go first before each call, so that what is begun together meets.
struct Interleaving;

#[async_trait]
impl Interceptor for Interleaving {
    async fn before(&self, _: &Call) -> Result<(), Cut> {
        tokio::task::yield_now().await;
        Ok(())
    }
}

/// An afternoon, so that the suite's "an hour ago" is the same day.
fn clock() -> Clock {
    Clock::manual("2026-11-20T15:00:00Z".parse().unwrap())
}

#[async_trait]
impl World for Local {
    fn table(&self) -> &Table {
        &self.table
    }

    fn queue(&self) -> &dyn Consumer {
        &self.queue
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    async fn pass(&self, time: Duration) {
        self.clock.advance(time.try_into().unwrap());
    }
}

#[async_trait]
impl Queue for LocalConsumer {
    async fn send(&self, queue: QueueName, messages: &[Message]) -> Result<(), SendError> {
        self.0.send(queue, messages).await
    }
}

#[async_trait]
impl DeadLetters for LocalConsumer {
    async fn list(&self, queue: QueueName, max: usize) -> Result<Vec<DeadLetter>, SendError> {
        self.0.list(queue, max).await
    }

    async fn redrive(&self, queue: QueueName, max: usize) -> Result<usize, SendError> {
        self.0.redrive(queue, max).await
    }
}

#[async_trait]
impl Consumer for LocalConsumer {
    async fn receive(&self, queue: QueueName, max: usize) -> anyhow::Result<Vec<Delivery>> {
        let received = self.0.receive(queue, max).await?;
        let delivery = |message: local::queue::Received| Delivery {
            body: message.body,
            receipt: message.receipt,
            count: message.receive_count,
        };
        Ok(received.into_iter().map(delivery).collect())
    }

    async fn delete(&self, queue: QueueName, receipt: &str) -> anyhow::Result<()> {
        Ok(self.0.delete(queue, &[receipt.to_owned()]).await?)
    }

    async fn fail(&self, queue: QueueName, receipt: &str) -> anyhow::Result<()> {
        Ok(self.0.fail(queue, receipt).await?)
    }
}

suites::store_suite! { Local::in_memory().await; #[tokio::test(start_paused = true)] }

/// An entry as full as they get: two alerts, a ticket, a pending note, a lease.
fn full_entry() -> Entry {
    let at: Timestamp = "2026-11-20T15:00:00.123456Z".parse().unwrap();
    let uuid = |n: u8| format!("{n:08x}-0000-4000-8000-{n:012x}");
    let seen = AlertSeen {
        raised_at: at,
        raise_server_at: at,
        changed_at: at,
        severity: None,
        cause: Some("BackupFailedError/0x0004FFFF".into()),
        cleared_at: None,
        missing_since: None,
        dismissing_since: None,
        member: None,
    };
    let key = records::key(u32::MAX).unwrap();
    let mut entry = Entry::new(key, uuid(1).as_str().into(), uuid(2).as_str().into(), "BackupFailed".into());
    entry.alerts = [(uuid(3).as_str().into(), seen.clone())].into();
    (entry.first_at, entry.last_at, entry.count, entry.episode) = (Some(at), Some(at), 12, 2);
    entry.ticket = Ticket::Linked(Link {
        id: bridge_core::id::TicketId(1_234_567),
        number: Some("T20261120.0007".into()),
        account: bridge_core::id::AccountId(123_456),
        origin: Origin::Ours,
        status: 1,
        closed: None,
        resolution_is_empty: true,
        verify_reopening: false,
        lost: None,
        written_at: Some(at),
    });
    entry.take_lease("ticket-sync/4c1f", at, SignedDuration::from_secs(60));
    entry
}

#[tokio::test(start_paused = true)]
async fn a_ledger_write_is_one_unit_and_a_read_half_a_unit() {
    let world = Local::in_memory().await;
    let units = || world.engine.units().of(TABLE);
    let entry = full_entry();
    let Inserted::New(stored) = world.table.insert(entry.clone()).await.unwrap() else { panic!("nothing was there") };
    assert_eq!((units().write, units().read), (1.0, 0.0));
    let Replaced::Done(stored) = world.table.replace(stored).await.unwrap() else { panic!("nobody else wrote") };
    assert_eq!((units().write, units().read), (2.0, 0.0));
    world.table.get::<Entry>(&entry.key, Read::Eventual).await.unwrap();
    assert_eq!((units().write, units().read), (2.0, 0.5));
    world.table.get_many::<Entry>(&[entry.key.clone(), records::key(7).unwrap()], Read::Eventual).await.unwrap();
    assert_eq!(units().read, 1.5, "half a unit for each key, found or not");
    // A refused write costs what it would have cost, and needs no read to learn the present record.
    world.table.insert(entry).await.unwrap();
    assert_eq!((units().write, units().read), (3.0, 1.5));
    // Becoming due costs a unit for the index, and so does no longer being due.
    let due = stored.map(|entry| Entry { due_at: Some(Timestamp::UNIX_EPOCH), ..entry });
    let Replaced::Done(due) = world.table.replace(due).await.unwrap() else { panic!("nobody else wrote") };
    assert_eq!(units().write, 5.0);
    world.table.replace(due.map(|entry| Entry { due_at: None, ..entry })).await.unwrap();
    assert_eq!(units().write, 7.0);
}

/// Cuts off every call of one operation a number of times.
struct Cutting {
    operation: &'static str,
    cut: Cut,
    after: bool,
    left: AtomicU32,
    calls: AtomicU32,
}

impl Cutting {
    fn install(world: &Local, operation: &'static str, cut: Cut, after: bool, times: u32) -> Arc<Self> {
        let cutting = Arc::new(Self { operation, cut, after, left: times.into(), calls: 0.into() });
        world.engine.intercept(cutting.clone());
        cutting
    }

    fn strike(&self, call: &Call) -> Result<(), Cut> {
        let hit = call.operation == self.operation
            && self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok();
        if hit { Err(self.cut) } else { Ok(()) }
    }
}

#[async_trait]
impl Interceptor for Cutting {
    async fn before(&self, call: &Call) -> Result<(), Cut> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.after { Ok(()) } else { self.strike(call) }
    }

    async fn after(&self, call: &Call) -> Result<(), Cut> {
        if self.after { self.strike(call) } else { Ok(()) }
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_without_an_answer_is_not_repeated_and_its_outcome_is_unknown() {
    for (n, cut) in [Cut::InternalError, Cut::Reset, Cut::Silence].into_iter().enumerate() {
        for after in [false, true] {
            let world = Local::in_memory().await;
            let cutting = Cutting::install(&world, "PutItem", cut, after, 1);
            let id = format!("{n}");
            let error = world.table.insert(Probe::new(&id, "")).await.unwrap_err();
            assert!(matches!(error, Error::OutcomeUnknown(_)), "{cut:?}: {error}");
            assert_eq!(error.class(), Class::OutcomeUnknown);
            assert_eq!(cutting.calls.load(Ordering::SeqCst), 1);
            let there = world.table.get::<Probe>(&id, Read::Strong).await.unwrap();
            assert_eq!(there.is_some(), after, "{cut:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn reads_and_throttled_writes_are_repeated_a_few_times() {
    let world = Local::in_memory().await;
    let cutting = Cutting::install(&world, "PutItem", Cut::Throttled, false, 2);
    assert!(matches!(world.table.insert(Probe::new("a", "")).await, Ok(Inserted::New(_))));
    assert_eq!(cutting.calls.load(Ordering::SeqCst), 3);
    let error = {
        Cutting::install(&world, "PutItem", Cut::Throttled, false, 3);
        world.table.insert(Probe::new("b", "")).await.unwrap_err()
    };
    assert_eq!(error.class(), Class::Throttled { after: None }, "{error}");

    for cut in [Cut::Reset, Cut::InternalError, Cut::Silence, Cut::Throttled] {
        Cutting::install(&world, "GetItem", cut, true, 2);
        assert!(world.table.get::<Probe>(&"a".into(), Read::Strong).await.unwrap().is_some(), "{cut:?}");
        Cutting::install(&world, "GetItem", cut, true, 3);
        let error = world.table.get::<Probe>(&"a".into(), Read::Strong).await.unwrap_err();
        assert!(matches!(error.class(), Class::Transient { .. } | Class::Throttled { .. }), "{cut:?}: {error}");
    }
    world.engine.let_pass();
    assert!(world.table.get::<Probe>(&"a".into(), Read::Strong).await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_missing_table_needs_an_operator() {
    let world = Local::in_memory().await;
    let missing = Table::new(world.engine.client(), "missing");
    let error = missing.get::<Probe>(&"a".into(), Read::Strong).await.unwrap_err();
    assert_eq!(error.class(), Class::NeedsOperator, "{error}");
    assert!(error.to_string().contains("not found"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_item_of_somebody_else_is_reported_with_its_key() {
    let world = Local::in_memory().await;
    let foreign =
        [("pk", "PROBE#a"), ("sk", "-")].map(|(name, text)| (name.to_owned(), AttributeValue::S(text.into())));
    world.engine.client().put_item().table_name(TABLE).set_item(Some(foreign.into())).send().await.unwrap();
    let error = world.table.get::<Probe>(&"a".into(), Read::Strong).await.unwrap_err();
    assert_eq!(error.class(), Class::Bug);
    assert!(error.to_string().contains("PROBE#a/-"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn x5_activity_is_kept_for_13_months_and_then_swept_by_the_given_clock() {
    let world = Local::in_memory().await;
    records::activity(world.now()).record(&world.table).await.unwrap();
    world.table.insert(Probe::new("stays", "")).await.unwrap();
    world.clock.advance(SignedDuration::from_hours(24 * 31 * 13));
    assert_eq!(world.engine.sweep().unwrap(), 0);
    world.clock.advance(SignedDuration::from_hours(24 * 31 + 1));
    assert_eq!(world.engine.sweep().unwrap(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_file_keeps_records_and_messages_over_a_killed_process() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("table.db");
    let clock = clock();
    let account = |n| Message::new(Hint::Account { account: bridge_core::id::AccountId(n), plan: None }, None);
    let stored = {
        let world = Local::over(Engine::file(&path).unwrap(), clock.clone()).await;
        world.queue.send(QueueName::Accounts, &[account(1), account(2), account(3)]).await.unwrap();
        let received = world.queue.receive(QueueName::Accounts, 2).await.unwrap();
        world.queue.delete(QueueName::Accounts, &received[0].receipt).await.unwrap();
        let stored = world.table.insert(Probe::new("a", "kept")).await.unwrap().into_stored();
        // A killed process runs no destructors and leaves the files as they are at that moment.
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap().path();
            std::fs::copy(
                &file,
                file.with_file_name(format!("killed-{}", file.file_name().unwrap().to_str().unwrap())),
            )
            .unwrap();
        }
        stored
    };
    for name in ["killed-table.db", "table.db"] {
        let world = Local::over(Engine::file(&folder.path().join(name)).unwrap(), clock.clone()).await;
        assert_eq!(world.table.get::<Probe>(&"a".into(), Read::Strong).await.unwrap(), Some(stored.clone()), "{name}");
        let depth = || world.queue.0.depth(QueueName::Accounts);
        assert_eq!(depth().await.unwrap(), Depth { waiting: 1, in_flight: 1, dead: 0 }, "{name}");
        assert_eq!(world.queue.0.recover().await.unwrap(), 1);
        assert_eq!(depth().await.unwrap(), Depth { waiting: 2, in_flight: 0, dead: 0 }, "{name}");
        let mut counts: Vec<u32> =
            world.queue.receive(QueueName::Accounts, 10).await.unwrap().iter().map(|delivery| delivery.count).collect();
        counts.sort_unstable();
        assert_eq!(counts, [1, 2], "what was in flight counts as tried");
    }
}

#[tokio::test(start_paused = true)]
async fn a_receive_reads_no_more_than_it_delivers() {
    let world = Local::in_memory().await;
    let messages: Vec<_> = (0..1000)
        .map(|n| Message::new(Hint::Account { account: bridge_core::id::AccountId(n), plan: None }, None))
        .collect();
    world.queue.send(QueueName::Accounts, &messages).await.unwrap();
    world.engine.units().reset();
    assert_eq!(world.queue.receive(QueueName::Accounts, 10).await.unwrap().len(), 10);
    let read = world.engine.units().of("queue").read;
    assert!(read <= 2.0, "{read} units for ten small messages");
}

#[tokio::test(start_paused = true)]
async fn a_waiting_worker_wakes_when_a_message_is_sent() {
    let world = Local::in_memory().await;
    let queue = world.queue.0.clone();
    let waiting = tokio::spawn(async move {
        let begun = tokio::time::Instant::now();
        queue.changed(Duration::from_secs(20)).await;
        begun.elapsed()
    });
    tokio::task::yield_now().await;
    world.queue.send(QueueName::Alerts, &[Message::new(Hint::Pass { preview: None }, None)]).await.unwrap();
    assert!(waiting.await.unwrap() < Duration::from_secs(1));
}
