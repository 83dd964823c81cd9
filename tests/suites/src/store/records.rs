//! What is particular to single records.

use std::time::Duration;

use ::store::record::account::Last;
use ::store::record::{
    Account, Activity, ActivityCursor, AlertPin, Connection, Cursor, Deferred, DeviceDirectory, DueWork, Generation,
    Parked, Reason, Subject, SystemState, TicketIndex,
};
use ::store::table::{Read, Stored};
use anyhow::{Context as _, Result};
use bridge_core::alert::Key;
use bridge_core::hint::{Hint, Message};
use bridge_core::id::{AccountId, DeviceId, TicketId};
use bridge_core::settings::Settings;
use bridge_core::system;
use bridge_core::ticket::{Device, DeviceName, Entry};
use jiff::{SignedDuration, Timestamp, ToSpan as _};

use super::World;

/// An alert key; different for every `n`.
pub fn key(n: u32) -> Result<Key> {
    Key::parse(&format!("acr1-{n:032x}")).context("the form of a key has changed")
}

/// A ledger entry as it is made for a new alert.
pub fn entry(n: u32) -> Result<Entry> {
    Ok(Entry::new(key(n)?, "connection".into(), "tenant".into(), "BackupFailed".into()))
}

/// A write that was begun at `at`.
#[must_use]
pub fn activity(at: Timestamp) -> Activity {
    Activity {
        at,
        id: format!("w{}", at.as_second()),
        actor: "ticket-sync".into(),
        actor_id: None,
        system: "autotask".into(),
        what: "created a ticket".into(),
        subject: Subject { account: Some(AccountId(1)), ticket: Some(TicketId(2)), ..Subject::default() },
        why: "a backup failed".into(),
        old: None,
        new: Some("New".into()),
    }
}

/// Of many accounts those are found of which a list has something to say, for as long as it has.
pub async fn accounts_of_which_there_is_something_to_say_are_found(world: &dyn World) -> Result<()> {
    let table = world.table();
    let (excluded, wrong) = (AccountId(7), AccountId(1_000_000));
    table.insert(Account::new(AccountId(8))).await?;
    table.insert(Account { excluded: Some("our own".to_owned()), ..Account::new(excluded) }).await?;
    let last = Last { problems: vec!["The tenant is missing.".to_owned()], ..Last::default() };
    table.insert(Account { last, ..Account::new(wrong) }).await?;
    assert_eq!(Account::noted(table).await?, [excluded, wrong]);
    table
        .modify::<Account>(&wrong, |account| account.map(|account| Account { last: Last::default(), ..account }))
        .await?;
    assert_eq!(Account::noted(table).await?, [excluded]);
    Ok(())
}

/// The ledger's entry is read by its key and found when it is due.
pub async fn a_ledger_entry_is_found_by_key_and_when_due(world: &dyn World) -> Result<()> {
    let now = world.now();
    let due = Entry { due_at: Some(now + SignedDuration::from_secs(10)), ..entry(1)? };
    let stored = world.table().insert(due).await?.into_stored();
    world.table().insert(entry(2)?).await?;
    assert_eq!(world.table().get::<Entry>(&key(1)?, Read::Strong).await?, Some(stored));
    world.pass(Duration::from_secs(11)).await;
    let due = world.table().due(world.now(), 10).await?;
    assert_eq!(due.iter().map(DueWork::of).collect::<Vec<_>>(), [DueWork::Key(key(1)?)]);
    Ok(())
}

/// A deferred hint is found when its time has come, with the message as it was.
pub async fn a_deferred_hint_comes_back(world: &dyn World) -> Result<()> {
    let message = Message::new(Hint::Account { account: AccountId(1), plan: None }, Some("c".into()));
    let (id, reason) = ("d1".to_owned(), "throttled".to_owned());
    let due_at = world.now() + SignedDuration::from_secs(10);
    world.table().insert(Deferred { id: id.clone(), message: message.clone(), due_at, attempts: 1, reason }).await?;
    world.pass(Duration::from_secs(11)).await;
    let due = world.table().due(world.now(), 10).await?;
    assert_eq!(due.iter().map(DueWork::of).collect::<Vec<_>>(), [DueWork::Hint(id.clone())]);
    let deferred = world.table().get::<Deferred>(&id, Read::Strong).await?.context("is there")?;
    assert_eq!(deferred.value.message, message);
    Ok(())
}

/// The first key of an alert stays its key.
pub async fn an_alert_keeps_its_first_key(world: &dyn World) -> Result<()> {
    assert_eq!(AlertPin::pin(world.table(), "a".into(), key(1)?).await?, key(1)?);
    assert_eq!(AlertPin::pin(world.table(), "A".into(), key(2)?).await?, key(1)?);
    Ok(())
}

/// Keys on a ticket add up.
pub async fn keys_on_a_ticket_add_up(world: &dyn World) -> Result<()> {
    for n in [1, 2, 1] {
        TicketIndex::add(world.table(), TicketId(5), &key(n)?).await?;
    }
    let index = world.table().get::<TicketIndex>(&TicketId(5), Read::Strong).await?.context("is there")?;
    assert_eq!(index.value.keys, [key(1)?, key(2)?].into());
    Ok(())
}

/// Settings, connections, systems, cursors and the generation are read back as written.
pub async fn small_records_are_read_back(world: &dyn World) -> Result<()> {
    let table = world.table();
    let settings = Settings { time_zone: "Europe/Berlin".into(), ..Settings::default() };
    table.insert(settings.clone()).await?;
    assert_eq!(table.get::<Settings>(&(), Read::Strong).await?.map(|stored| stored.value), Some(settings));

    let connection = Connection {
        id: "c".into(),
        name: "Partner".into(),
        base_url: "https://eu2-cloud.acronis.com".into(),
        application_code: None,
        tenant_number: Some(42),
        created_at: world.now(),
        enabled: true,
    };
    table.insert(connection.clone()).await?;
    let all = Connection::all(table).await?.records;
    assert_eq!(all.into_iter().map(|stored| stored.value).collect::<Vec<_>>(), [connection]);

    let mut state = system::State::default();
    state.refused("no".into(), world.now());
    let paused = SystemState { system: system::Id::Acronis("c".into()), state };
    table.insert(paused.clone()).await?;
    table.insert(SystemState { system: system::Id::Autotask, state: system::State::default() }).await?;
    assert_eq!(SystemState::all(table).await?.records.len(), 2);
    assert_eq!(
        table.get(&paused.system, Read::Strong).await?.map(|stored: Stored<SystemState>| stored.value),
        Some(paused)
    );

    let cursor = Cursor { name: "alerts/c".into(), value: serde_json::json!({ "after": 17, "seen": ["a", null] }) };
    table.insert(cursor.clone()).await?;
    assert_eq!(table.get::<Cursor>(&cursor.name, Read::Strong).await?.map(|stored| stored.value), Some(cursor));

    Generation::bump(table).await?;
    Generation::bump(table).await?;
    assert_eq!(table.get::<Generation>(&(), Read::Strong).await?.map(|stored| stored.value), Some(Generation { n: 2 }));
    Ok(())
}

/// B2: a message that is parked again is counted, not listed twice; the list is newest first; bodies come whole.
pub async fn b2_a_parked_message_is_listed_once(world: &dyn World) -> Result<()> {
    let table = world.table();
    let reason = |text: &str| Reason { code: "unreadable".into(), text: text.into(), account: None, tenant: None };
    let body = "x".repeat(300_000);
    let first = Parked::park(table, "alerts", body.clone(), reason("first"), world.now()).await?;
    world.pass(Duration::from_secs(2)).await;
    let second = Parked::park(table, "alerts", "other".into(), reason("second"), world.now()).await?;
    world.pass(Duration::from_secs(2)).await;
    assert_eq!(Parked::park(table, "alerts", body.clone(), reason("again"), world.now()).await?, first);

    let listed = Parked::page(table, None, 10).await?.records;
    let told: Vec<_> =
        listed.iter().map(|parked| (&parked.value.id, parked.value.count, parked.value.reason.text.as_str())).collect();
    assert_eq!(told, [(&second, 1, "second"), (&first, 2, "again")]);
    assert!(listed[1].value.last_at > first.first_at);
    assert_eq!(Parked::body(table, &first).await?, Some(body.clone()));

    Parked::remove(table, &first).await?;
    assert_eq!(Parked::body(table, &first).await?, None);
    assert_eq!(Parked::page(table, None, 10).await?.records.len(), 1);
    let again = Parked::park(table, "alerts", body, reason("anew"), world.now()).await?;
    assert_ne!(again, first, "what was discarded and comes again is new");
    assert_eq!(Parked::page(table, None, 10).await?.records.len(), 2);
    Ok(())
}

/// X5: activity is read newest first across days; a repeat is the same entry.
pub async fn x5_activity_is_listed_once_newest_first(world: &dyn World) -> Result<()> {
    let table = world.table();
    let now = world.now();
    let activity = |hours_ago| activity(now - SignedDuration::from_hours(hours_ago));
    // Some on one day, some days apart, one beyond what is asked for.
    let ages = [0, 1, 2, 30, 31, 100, 1000];
    for age in ages {
        activity(age).record(table).await?;
        activity(age).record(table).await?;
    }
    let oldest = ActivityCursor::from(now - SignedDuration::from_hours(200)).day;
    let (mut cursor, mut entries) = (Some(ActivityCursor::from(now)), Vec::new());
    while let Some(from) = cursor.take() {
        let page = Activity::page(table, from, oldest, 4).await?;
        assert!(page.entries.len() <= 4);
        entries.extend(page.entries.into_iter().map(|stored| stored.value));
        cursor = page.next;
    }
    assert_eq!(entries, ages[..6].iter().map(|age| activity(*age)).collect::<Vec<_>>());
    let next_day = ActivityCursor { day: ActivityCursor::from(now).day.checked_add(1.day())?, after: None };
    assert_eq!(Activity::page(table, next_day, oldest, 1).await?.entries.len(), 1, "an empty day is passed over");
    Ok(())
}

/// T12: whoever asks for some accounts gets what they have, in however many buckets the directory lies.
pub async fn t12_devices_are_read_for_some_accounts_out_of_many(world: &dyn World) -> Result<()> {
    const MANY: i64 = 6_000;
    let table = world.table();
    let mut random = fastrand::Rng::with_seed(12);
    // Names that do not compress, so that one bucket does not do.
    let mut device = |id| {
        let name = DeviceName::new(&format!("{:032x}", random.u128(..))).context("a name")?;
        anyhow::Ok(Device { name, id: DeviceId(id) })
    };
    assert!(DeviceDirectory::of(table, [AccountId(1)]).await?.is_empty(), "nothing was ever read");
    let (first, last) = (vec![device(1)?], vec![device(2)?, device(3)?]);
    let mut directory = DeviceDirectory::stored(table).await?;
    for account in 2..MANY {
        directory.replace(AccountId(account), vec![device(10 + account)?]);
    }
    directory.replace(AccountId(1), first.clone());
    directory.replace(AccountId(MANY), last.clone());
    directory.save(table).await?;

    let some = [AccountId(1), AccountId(MANY), AccountId(MANY + 1)];
    let found = DeviceDirectory::of(table, some).await?;
    assert_eq!(found, [(AccountId(1), first.clone()), (AccountId(MANY), last)].into());

    let mut directory = DeviceDirectory::stored(table).await?;
    assert!(directory.is_complete() && directory.has_devices(AccountId(MANY)));
    directory.replace(AccountId(MANY), Vec::new());
    directory.retain(&[AccountId(MANY)].into());
    directory.save(table).await?;
    assert_eq!(DeviceDirectory::of(table, some).await?, [(AccountId(MANY), Vec::new())].into());
    Ok(())
}
