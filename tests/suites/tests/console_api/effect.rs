//! What saving the settings would open (rule T15) and close (rule T5) at once.

use anyhow::{Context as _, Result};
use bridge_core::mapping::Pause;
use bridge_core::settings::Settings;
use jiff::SignedDuration;
use serde_json::json;
use simulators::acronis::{Raise, TenantId, seed};
use simulators::autotask::seed::TECHNICIAN;
use simulators::control::{Fault, Kind};
use suites::console::Console;
use suites::world::verbs_people::{ALDER_ACCOUNT, failed_backup};
use suites::world::{World, settings};

fn raise(world: &World, kind: &str, tenant: TenantId, count: usize) -> Result<()> {
    for n in 0..count {
        world.acronis.raise(Raise::new(kind).at(tenant).on(&format!("PC-{n}")).plan("Daily"))?;
    }
    Ok(())
}

/// Tickets are off; there are alerts of an hour ago, one of which is raised twice, and others that do not count.
async fn before(failed: usize, missing: usize) -> Result<(World, Console)> {
    let world = World::new().await?;
    world.settings(|tickets| tickets.enabled = false).await?;
    raise(&world, "BackupFailed", seed::CEDAR_LOGISTICS, 3)?;
    world.advance(SignedDuration::from_hours(25));
    raise(&world, "BackupFailed", seed::ALDER, failed)?;
    raise(&world, "NoBackupForXDays", seed::ALDER, missing)?;
    raise(&world, "BackupFailed", seed::IVY_MEDIA, 2)?;
    world.advance(SignedDuration::from_hours(1));
    let console = Console::of(&world);
    Ok((world, console))
}

async fn effect(console: &Console, settings: &Settings) -> Result<serde_json::Value> {
    let version = console.get("/api/v1/settings").await?.expect(200)?.json()?["version"].clone();
    let edited = json!({"version": version, "settings": settings});
    console.post("/api/v1/settings/effect", &edited).await?.expect(200)?.json()
}

#[tokio::test(start_paused = true)]
async fn t15_enabling_tells_how_many_tickets_it_opens_before_anything_is_saved() -> Result<()> {
    let (world, console) = before(4, 2).await?;
    let told = effect(&console, &settings()).await?;
    assert_eq!((&told["switches_on"], &told["tickets"], &told["held"]), (&json!(true), &json!(6), &json!(0)));
    assert_eq!(told["types"][0], json!({"kind": "BackupFailed", "title": "Backup failed", "tickets": 4}));
    assert_eq!(told["types"][1]["tickets"], 2, "neither old alerts nor those of unmapped tenants count: {told}");
    assert!(!world.systems.config().await?.settings.tickets.enabled);
    assert_eq!(console.activations().await?, []);

    console.save(&settings()).await?.expect(200)?;
    let mut world = world;
    world.after_minutes(1).await?;
    world.after_minutes(1).await?;
    assert_eq!(world.our_tickets().len(), 6, "as was told");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_more_than_twenty_are_told_to_wait_for_a_person() -> Result<()> {
    let (_, console) = before(21, 1).await?;
    let told = effect(&console, &settings()).await?;
    assert_eq!((&told["tickets"], &told["held"]), (&json!(22), &json!(22)));
    let mut none = settings();
    none.tickets.backlog_age_hours = 0;
    assert_eq!(effect(&console, &none).await?["tickets"], 0);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_a_type_that_is_switched_on_counts_its_own_alerts_that_have_no_ticket() -> Result<()> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.default_row.create = false).await?;
    let console = Console::of(&world);
    raise(&world, "BackupFailed", seed::ALDER, 3)?;
    raise(&world, "NoBackupForXDays", seed::ALDER, 2)?;
    let mut on = settings();
    on.tickets.default_row.create = false;
    on.tickets.types.insert("BackupFailed".to_owned(), settings().tickets.default_row);
    assert_eq!(effect(&console, &on).await?["tickets"], 3);
    console.save(&on).await?.expect(200)?;
    world.after_minutes(1).await?;
    world.after_minutes(1).await?;
    assert_eq!(world.our_tickets().len(), 3);

    let nothing = effect(&console, &on).await?;
    assert_eq!((&nothing["switches_on"], &nothing["tickets"]), (&json!(false), &json!(0)));
    on.tickets.types.insert("NoBackupForXDays".to_owned(), settings().tickets.default_row);
    assert_eq!(effect(&console, &on).await?["tickets"], 2);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_an_alert_that_has_a_ticket_under_its_first_name_is_not_counted() -> Result<()> {
    let mut world = World::new().await?;
    let raised = |workload: &str| Raise::new("BackupFailed").at(seed::ALDER).on(workload).plan("Daily");
    let (alert, _) = world.ticket_for(raised("SRV-1")).await?;
    world.settings(|tickets| tickets.default_row.create = false).await?;
    world.acronis.raise(raised("SRV-RENAMED").id(alert))?;
    let told = effect(&Console::of(&world), &settings()).await?;
    assert_eq!((&told["switches_on"], &told["tickets"]), (&json!(true), &json!(0)), "{told}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_types_that_are_switched_on_together_wait_together() -> Result<()> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.default_row.create = false).await?;
    let console = Console::of(&world);
    raise(&world, "BackupFailed", seed::ALDER, 11)?;
    raise(&world, "NoBackupForXDays", seed::ALDER, 10)?;
    world.advance(SignedDuration::from_hours(1));
    let mut on = settings();
    on.tickets.default_row.create = false;
    for kind in ["BackupFailed", "NoBackupForXDays"] {
        on.tickets.types.insert(kind.to_owned(), settings().tickets.default_row);
    }
    let told = effect(&console, &on).await?;
    assert_eq!((&told["tickets"], &told["held"]), (&json!(21), &json!(21)));
    console.save(&on).await?.expect(200)?;
    world.after_minutes(1).await?;
    world.after_minutes(1).await?;
    assert!(world.our_tickets().is_empty(), "as was told");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_what_cannot_be_counted_is_told() -> Result<()> {
    let (_, console) = before(2, 0).await?;
    console.acronis.control().add_fault(Fault::new(Kind::Status, "/api/alert_manager/v1/alerts").status(503).times(9));
    let told = effect(&console, &settings()).await?;
    assert_eq!(told["tickets"], 0);
    assert!(told["warnings"][0].as_str().is_some_and(|text| text.contains("were not counted")), "{told}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn b3_the_effect_is_refused_where_the_save_would_be() -> Result<()> {
    let (_, console) = before(1, 0).await?;
    let stale = json!({"version": 99, "settings": settings()});
    assert_eq!(console.post("/api/v1/settings/effect", &stale).await?.expect(409)?.code()?, "stale");
    let mut wrong = settings();
    wrong.tickets.source = Some(4_711);
    let version = console.get("/api/v1/settings").await?.json()?["version"].clone();
    let wrong = json!({"version": version, "settings": wrong});
    let refused = console.post("/api/v1/settings/effect", &wrong).await?.expect(422)?;
    assert_eq!(refused.fields()?, ["settings.tickets.source"]);
    Ok(())
}

/// Auto-closing is off; so many tickets of *Alder & Sons* are open, and the alerts of some of them have cleared.
async fn left_open(open: usize, cleared: usize) -> Result<(World, Console)> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.auto_close_status = None).await?;
    for number in 0..open {
        let (alert, _) = world.ticket_for(failed_backup(&format!("SRV-{number}"))).await?;
        // Not so many at once that they would be a storm.
        world.advance(SignedDuration::from_mins(11));
        if number < cleared {
            world.acronis.clear(alert)?;
            world.hint(&[alert]).await?;
            world.work().await?;
        }
    }
    let console = Console::of(&world);
    Ok((world, console))
}

#[tokio::test(start_paused = true)]
async fn t5_switching_auto_closing_on_tells_how_many_open_tickets_it_closes_before_anything_is_saved() -> Result<()> {
    let (mut world, console) = left_open(5, 3).await?;
    let told = effect(&console, &settings()).await?;
    assert_eq!((&told["switches_closing_on"], &told["closes"]), (&json!(true), &json!(3)), "{told:#}");
    assert_eq!((&told["switches_on"], &told["warnings"]), (&json!(false), &json!([])), "{told:#}");
    assert_eq!(world.our_tickets().iter().filter(|ticket| ticket.is_open()).count(), 5, "nothing is closed by asking");

    console.save(&settings()).await?.expect(200)?;
    world.walk_soon().await?;
    world.pass(SignedDuration::from_mins(3)).await?;
    assert_eq!(world.our_tickets().iter().filter(|ticket| ticket.is_open()).count(), 2, "as was told");
    let told = effect(&console, &settings()).await?;
    assert_eq!((&told["switches_closing_on"], &told["closes"]), (&json!(false), &json!(0)), "it is on already");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_tickets_that_would_stay_open_are_not_counted_as_closing() -> Result<()> {
    let (world, console) = left_open(4, 4).await?;
    let pause = Pause { reason: "office move".to_owned(), until: None };
    world.switches(ALDER_ACCOUNT, |switches| switches.pause = Some(pause.clone())).await?;
    assert_eq!(effect(&console, &settings()).await?["closes"], 0, "a paused account's tickets are left alone");
    world.switches(ALDER_ACCOUNT, |switches| switches.pause = None).await?;
    let first = world.our_tickets().into_iter().next().context("a ticket")?;
    world.autotask.complete_as(TECHNICIAN, first.id)?;
    assert_eq!(effect(&console, &settings()).await?["closes"], 3, "one is closed already");
    let mut off = settings();
    off.tickets.enabled = false;
    assert_eq!(effect(&console, &off).await?["closes"], 0, "a draft closes nothing");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_open_tickets_that_cannot_be_read_are_not_counted_as_none() -> Result<()> {
    let (_, console) = left_open(1, 1).await?;
    let query = Fault::new(Kind::Status, "/atservicesrest/v1.0/Tickets/query").status(503).times(9);
    console.autotask.control().add_fault(query);
    let told = effect(&console, &settings()).await?;
    assert_eq!((&told["switches_closing_on"], &told["closes"]), (&json!(true), &json!(0)));
    assert!(told["warnings"][0].as_str().is_some_and(|text| text.contains("were not counted")), "{told}");
    Ok(())
}
