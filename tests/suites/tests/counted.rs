//! What is promised in numbers (rule T19 and the promises of the README): calls of either vendor for each act, table units for a
//! ticket's life, one call for an accepted webhook. `cargo test --test counted -- --nocapture` prints the table.

use std::collections::BTreeMap;

use anyhow::Result;
use bridge_core::hint::Message;
use bridge_core::ticket::storm::KEYS_ALONE;
use http::Method;
use jiff::SignedDuration;
use simulators::acronis::{AlertId, Raise, seed};
use simulators::autotask::seed::TECHNICIAN;
use store::queue::QueueName;
use suites::world::verbs_people::failed_backup;
use suites::world::{COMPLETE, World};

/// *Waiting Customer*: a closing status that is not Complete, so that the ticket is read first.
const WAITING: i64 = 7;

/// A world in which everything has been looked up once, and a ticket made.
async fn warm() -> Result<World> {
    let mut world = World::new().await?;
    let (alert, _) = world.ticket_for(failed_backup("WARM")).await?;
    world.after_minutes(1).await?;
    world.acronis.clear(alert)?;
    // Until that ticket no longer counts for a storm (rule T13).
    world.pass(SignedDuration::from_mins(10)).await?;
    world.forget_calls();
    Ok(world)
}

/// Has the worker told of these alerts, and returns the calls that it made.
async fn told(world: &mut World, alerts: &[AlertId]) -> Result<(Vec<String>, Vec<String>)> {
    world.forget_calls();
    world.hint(alerts).await?;
    world.work().await?;
    Ok((world.autotask_calls(), world.acronis_calls()))
}

/// Types of alerts, for as many problems as make tickets of their own (rule T13).
const TYPES: [&str; 10] = [
    "BackupFailed",
    "NoBackupForXDays",
    "BackupCanceled",
    "BackupStatusUnknown",
    "BackupNotResponding",
    "BackupDidNotStart",
    "BackupRecoveryFailed",
    "ArchiveCorrupted",
    "DrInternetTrafficUnblocked",
    "DrStorageHardQuotaExceeds",
];

/// Up to a hundred problems with a ticket each.
fn many(world: &World, count: usize) -> Result<Vec<AlertId>> {
    anyhow::ensure!(count <= KEYS_ALONE * TYPES.len(), "more would share a ticket");
    let raise = |n: usize| Raise::new(TYPES[n / KEYS_ALONE]).at(seed::ALDER).on(&format!("PC-{n}")).plan("Daily");
    Ok((0..count).map(|n| world.acronis.raise(raise(n))).collect::<Result<Vec<_>, _>>()?)
}

#[expect(clippy::print_stdout, reason = "the numbers are what somebody runs this for")]
fn show(what: &str, counted: impl std::fmt::Display) {
    println!("{what:<68} {counted}");
}

#[tokio::test(start_paused = true)]
async fn t19_calls_of_autotask_for_each_act() -> Result<()> {
    let mut world = warm().await?;
    let alert = world.acronis.raise(failed_backup("SRV-1").severity("warning"))?;
    let (created, _) = told(&mut world, &[alert]).await?;
    world.after_minutes(1).await?;
    world.acronis.re_raise(alert)?;
    let (repeated, _) = told(&mut world, &[alert]).await?;
    world.acronis.raise(failed_backup("SRV-1").severity("critical").id(alert))?;
    let (noted, _) = told(&mut world, &[alert]).await?;
    world.after_minutes(1).await?;
    world.acronis.clear(alert)?;
    let (closed, _) = told(&mut world, &[alert]).await?;
    world.after_minutes(1).await?;
    world.acronis.re_raise(alert)?;
    let (reopened, _) = told(&mut world, &[alert]).await?;
    let acts = [
        ("new ticket", created, vec!["POST /Tickets"]),
        ("repeat", repeated, vec![]),
        ("note", noted, vec!["POST /Tickets/{id}/Notes"]),
        ("close", closed, vec!["PATCH /Tickets"]),
        (
            "reopen, read back, note",
            reopened,
            vec!["PATCH /Tickets", "POST /Tickets/query", "POST /Tickets/{id}/Notes"],
        ),
    ];
    for (act, made, expected) in acts {
        show(&format!("Autotask calls: {act}"), made.len());
        assert_eq!(made.iter().map(|call| without_id(call)).collect::<Vec<_>>(), expected, "{act}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t19_a_close_reads_first_where_it_must_and_twice_more_when_technician_safe() -> Result<()> {
    let read = "POST /Tickets/query";
    let people = ["POST /TicketNotes/query", "POST /TimeEntries/query"];
    for (status, is_safe, note, expected) in [
        (WAITING, false, false, vec![read, "PATCH /Tickets"]),
        (COMPLETE, true, false, [people.as_slice(), &["PATCH /Tickets"]].concat()),
        (COMPLETE, false, true, vec!["POST /Tickets/{id}/Notes", "PATCH /Tickets"]),
    ] {
        let mut world = warm().await?;
        world
            .settings(|tickets| {
                tickets.auto_close_status = Some(status);
                tickets.technician_safe = is_safe;
                tickets.note_when_cleared = note;
            })
            .await?;
        let (alert, _) = world.ticket_for(failed_backup("SRV-1")).await?;
        world.after_minutes(1).await?;
        world.acronis.clear(alert)?;
        let (calls, _) = told(&mut world, &[alert]).await?;
        show(&format!("Autotask calls: close to {status}, safe {is_safe}, note {note}"), calls.len());
        assert_eq!(calls.iter().map(|call| without_id(call)).collect::<Vec<_>>(), expected);
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t19_an_idle_minute_reads_each_side_once() -> Result<()> {
    let mut world = warm().await?;
    world.ticket_for(failed_backup("SRV-1")).await?;
    world.pass(SignedDuration::from_mins(40)).await?;
    world.forget_calls();
    world.engine.units().reset();
    world.after_minutes(1).await?;
    let units = world.engine.units().of("bridge");
    show("table units of an idle minute", format!("{:.1} write, {:.1} read", units.write, units.read));
    assert!(units.write == 0.0 && units.read <= 7.0, "{units:?}");
    show("Autotask calls: idle minute", world.autotask_calls().len());
    show("Acronis calls: idle minute", world.acronis_calls().len());
    assert_eq!(world.autotask_calls(), ["POST /Tickets/query"]);
    assert_eq!(world.acronis_calls(), ["GET /api/alert_manager/v1/alerts"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_batch_of_a_hundred_messages_reads_its_alerts_in_few_calls() -> Result<()> {
    let mut world = warm().await?;
    let alerts = many(&world, 100)?;
    world.forget_calls();
    for alert in &alerts {
        world.hint(&[*alert]).await?;
    }
    assert_eq!(world.deliver().await?, 100);
    let (autotask, acronis) = (world.autotask_calls(), world.acronis_calls());
    show("Acronis calls: batch of 100 alerts", acronis.len());
    show("Autotask calls: 100 new tickets", autotask.len());
    assert_eq!(acronis, ["GET /api/alert_manager/v1/alerts"; 3]);
    assert_eq!(autotask, ["POST /Tickets"; 100]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn never_more_than_two_calls_are_in_flight_at_one_endpoint() -> Result<()> {
    let mut world = warm().await?;
    world.autotask.quirks(|quirks| quirks.response_time = std::time::Duration::from_millis(300));
    let alerts = many(&world, 40)?;
    told(&mut world, &alerts).await?;
    world.after_minutes(1).await?;
    let calls = world.autotask.control().calls();
    let most = calls.iter().map(|call| call.in_flight).max().unwrap_or_default();
    show("Autotask calls in flight at one endpoint, at most", most);
    assert_eq!(most, 2, "more would risk Autotask's limit of three, fewer would waste time");
    assert!(calls.iter().all(|call| call.status == 200));
    Ok(())
}

/// How the worker learns of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Poll,
    WebhookAndPoll,
}

/// Table units that a schedule of raising, confirming, clearing and closing `count` tickets takes.
async fn life(count: usize, way: Way) -> Result<(f64, f64)> {
    let mut world = warm().await?;
    let alerts = many(&world, count)?;
    world.engine.units().reset();
    for is_raise in [true, false] {
        if way == Way::WebhookAndPoll && count > 0 {
            world.hint(&alerts).await?;
            world.work().await?;
        }
        world.after_minutes(1).await?;
        world.after_minutes(1).await?;
        if is_raise {
            alerts.iter().try_for_each(|alert| world.acronis.clear(*alert))?;
        }
    }
    world.pass(SignedDuration::from_mins(3)).await?;
    anyhow::ensure!(world.our_tickets().iter().all(|ticket| !ticket.is_open()), "all are closed");
    let units = world.engine.units().of("bridge");
    Ok((units.read, units.write))
}

#[tokio::test(start_paused = true)]
async fn one_more_ticket_takes_eight_write_units_and_little_more_than_two_read_units_of_its_life() -> Result<()> {
    const MORE: u32 = 20;
    // The poll reads the journal of writes over again for two minutes, which adds a third of a unit. A webhook beside the poll
    // makes the worker look twice at each change: half a unit each.
    for (way, read_max) in [(Way::Poll, 2.5), (Way::WebhookAndPoll, 3.5)] {
        let (some, more) = (life(MORE as usize, way).await?, life(2 * MORE as usize, way).await?);
        let (read, write) = ((more.0 - some.0) / f64::from(MORE), (more.1 - some.1) / f64::from(MORE));
        show(
            &format!("table units of a ticket's life, learnt by {way:?}"),
            format!("{write:.2} write, {read:.2} read"),
        );
        assert!(write <= 8.0, "{way:?}: {write} write units");
        assert!(read <= read_max, "{way:?}: {read} read units");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t13_a_lone_new_ticket_takes_one_read_and_one_write_to_see_that_there_is_no_storm() -> Result<()> {
    let mut world = warm().await?;
    let alerts = many(&world, 1)?;
    world.engine.units().reset();
    let (calls, _) = told(&mut world, &alerts).await?;
    let units = world.engine.units().of("bridge");
    show("table units of a lone new ticket", format!("{:.1} write, {:.1} read", units.write, units.read));
    assert_eq!(calls, ["POST /Tickets"]);
    assert!(
        units.write <= 6.0,
        "pin, announcement, journal, outcome, what has begun lately, and the day's counts: {units:?}"
    );
    world.engine.units().reset();
    let (calls, _) = told(&mut world, &alerts).await?;
    let units = world.engine.units().of("bridge");
    assert!(calls.is_empty() && units.write == 0.0, "only a new ticket asks for its place: {units:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t13_a_storm_of_two_hundred_takes_eleven_calls_and_less_of_the_table_than_tickets_would() -> Result<()> {
    const STRUCK: u32 = 200;
    let mut world = warm().await?;
    let raise = |n: u32| Raise::new("BackupFailed").at(seed::ALDER).on(&format!("PC-{n}")).plan("Daily");
    let alerts = (0..STRUCK).map(|n| world.acronis.raise(raise(n))).collect::<Result<Vec<_>, _>>()?;
    world.engine.units().reset();
    let (calls, _) = told(&mut world, &alerts).await?;
    let units = world.engine.units().of("bridge");
    let write = units.write / f64::from(STRUCK);
    show("Autotask calls: storm of 200", calls.len());
    show("table units of each problem in a storm of 200", format!("{write:.2} write"));
    assert_eq!(calls, ["POST /Tickets"; KEYS_ALONE + 1]);
    assert!(write <= 4.0, "a ticket of its own takes more: {write}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_ledger_item_stays_below_one_kilobyte_through_a_busy_life() -> Result<()> {
    let mut world = warm().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1").severity("warning")).await?;
    let mut largest = 0;
    for round in 0..4 {
        world.after_minutes(1).await?;
        world.acronis.clear(alert)?;
        world.after_minutes(1).await?;
        if round == 1 {
            world.autotask.complete_as(TECHNICIAN, ticket.id)?;
            world.after_minutes(1).await?;
        }
        world.acronis.re_raise(alert)?;
        world.after_minutes(1).await?;
        largest = largest.max(serde_json::to_string(&world.entry(&ticket).await?)?.len());
    }
    show("bytes of a ledger item, written as JSON, at most", largest);
    assert!(largest < 1_024, "{largest}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn an_accepted_webhook_of_a_warm_process_is_one_message_and_touches_no_table() -> Result<()> {
    let world = warm().await?;
    let doors = world.doors().await?;
    let alerts = many(&world, 50)?;
    doors.post(&alerts[..1]).await;
    world.engine.units().reset();
    world.forget_calls();
    let before = world.queue.depth(QueueName::Alerts).await?.waiting;
    world.engine.units().reset();
    assert_eq!(doors.post(&alerts).await, 202);
    let (table, queue) = (world.engine.units().of("bridge"), world.engine.units().of("queue"));
    show("calls of an accepted webhook: queue", queue.calls);
    show("calls of an accepted webhook: table", table.calls);
    assert_eq!((table.calls, queue.calls), (0, 1));
    assert_eq!(world.queue.depth(QueueName::Alerts).await?.waiting, before + 1, "one message for one request");
    assert!(world.autotask_calls().is_empty() && world.acronis_calls().is_empty());
    let body = world.queue.receive(QueueName::Alerts, 2).await?.pop().map(|message| message.body).unwrap_or_default();
    assert!(Message::parse(&body).is_ok());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_walk_over_many_open_tickets_reads_pages_and_not_tickets() -> Result<()> {
    let mut world = warm().await?;
    let alerts = many(&world, 60)?;
    told(&mut world, &alerts).await?;
    world.pass(SignedDuration::from_mins(5)).await?;
    world.forget_calls();
    world.walk_soon().await?;
    world.after_minutes(1).await?;
    let mut calls: BTreeMap<String, usize> = BTreeMap::new();
    for call in world.autotask_calls().into_iter().chain(world.acronis_calls()) {
        *calls.entry(call).or_default() += 1;
    }
    let all: usize = calls.values().sum();
    show("calls of both vendors: a poll with a walk over 60 open tickets", all);
    assert!(all <= 6, "{calls:?}");
    Ok(())
}

/// The call without the id in its path.
fn without_id(call: &str) -> String {
    let is_id = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (method, path) = call.split_once(' ').unwrap_or((Method::GET.as_str(), call));
    let path: Vec<&str> = path.split('/').map(|part| if is_id(part) { "{id}" } else { part }).collect();
    format!("{method} {}", path.join("/"))
}
