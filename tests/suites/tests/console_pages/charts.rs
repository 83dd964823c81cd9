//! *Overview*: alerts and tickets per day.

use anyhow::{Context as _, Result};
use bridge_core::settings::Settings;
use jiff::SignedDuration;
use serde_json::{Value, json};
use suites::console::Console;
use suites::page::Page;
use suites::world::World;
use suites::world::verbs_people::failed_backup;

/// The last days as the API tells them, without those on which nothing happened.
async fn busy_days(console: &Console, asked: &str) -> Result<Vec<Value>> {
    let answer = console.get(&format!("/api/v1/statistics{asked}")).await?.expect(200)?.json()?;
    let days = answer["days"].as_array().context("a list of days")?;
    Ok(days
        .iter()
        .filter(|day| day["alerts_raised"] != json!(0) || day["tickets_closed"] != json!(0))
        .cloned()
        .collect())
}

fn day(date: &str, [raised, cleared, created, reopened, closed]: [u32; 5]) -> Value {
    json!({
        "date": date,
        "alerts_raised": raised, "alerts_cleared": cleared,
        "tickets_created": created, "tickets_reopened": reopened, "tickets_closed": closed,
    })
}

#[tokio::test(start_paused = true)]
async fn what_happened_is_counted_on_its_day_over_all_batches() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, _) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.ticket_for(failed_backup("SRV-2")).await?;
    world.after_minutes(1).await?;
    world.acronis.clear(alert)?;
    world.pass(SignedDuration::from_mins(5)).await?;
    let console = Console::of(&world);
    let today = world.clock.now().strftime("%Y-%m-%d").to_string();
    assert_eq!(busy_days(&console, "").await?, [day(&today, [2, 1, 2, 0, 1])]);

    world.advance(SignedDuration::from_hours(24));
    world.after_minutes(1).await?;
    world.acronis.re_raise(alert)?;
    world.pass(SignedDuration::from_mins(5)).await?;
    let tomorrow = world.clock.now().strftime("%Y-%m-%d").to_string();
    let both = [day(&today, [2, 1, 2, 0, 1]), day(&tomorrow, [1, 0, 0, 1, 0])];
    assert_eq!(busy_days(&console, "?days=90").await?, both);
    assert_eq!(busy_days(&console, "?days=1").await?, both[1..]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn days_begin_in_the_installations_time_zone() -> Result<()> {
    let mut world = World::new().await?;
    let console = Console::of(&world);
    let saved = console.get("/api/v1/settings").await?.expect(200)?.json()?["settings"].clone();
    let mut settings: Settings = serde_json::from_value(saved)?;
    // Fourteen hours before UTC it is tomorrow already.
    settings.time_zone = "Pacific/Kiritimati".to_owned();
    console.save(&settings).await?.expect(200)?;
    world.advance(SignedDuration::from_hours(11));
    world.after_minutes(1).await?;
    world.ticket_for(failed_backup("SRV-1")).await?;
    let there = world.clock.now() + SignedDuration::from_hours(14);
    let expected = day(&there.strftime("%Y-%m-%d").to_string(), [1, 0, 1, 0, 0]);
    assert_eq!(busy_days(&console, "").await?, [expected]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn between_one_and_ninety_days_can_be_asked_for() -> Result<()> {
    let console = Console::connected().await?;
    for days in [1, 30, 90] {
        let answer = console.get(&format!("/api/v1/statistics?days={days}")).await?.expect(200)?.json()?;
        let all = answer["days"].as_array().context("a list of days")?;
        assert_eq!((all.len(), &answer["time_zone"]), (days, &json!("UTC")));
        assert!(all.is_sorted_by_key(|day| day["date"].as_str()), "the oldest first");
        assert_eq!(all.last().context("today")?["date"], "2026-11-22");
    }
    for wrong in ["0", "91", "-1", "all"] {
        console.get(&format!("/api/v1/statistics?days={wrong}")).await?.expect(400)?;
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn the_overview_draws_the_days_tells_them_in_words_and_lists_them() -> Result<()> {
    let mut world = World::new().await?;
    let console = Console::of(&world);
    let page = console.page("/", 200).await?;
    assert_eq!(page.texts("svg[role=img]"), [""; 0], "there is nothing to draw yet");

    world.ticket_for(failed_backup("SRV-1")).await?;
    let answer = console.get("/").await?.expect(200)?;
    let page = Page::of(&answer);
    assert_eq!(page.texts("svg[role=img]").len(), 2);
    assert_eq!(page.texts("svg .bar:not(.key .bar)").len(), 2, "one alert was raised, one ticket created");
    assert!(answer.text.contains("1 raised, 0 cleared; 1 on one day at most\""), "the drawing in words");
    let rows = page.texts("#tickets-per-day-numbers tbody tr");
    assert_eq!(rows.len(), 30);
    assert!(rows[0].ends_with("1 0 0") && rows[1..].iter().all(|row| row.ends_with("0 0 0")), "{rows:#?}");
    Ok(())
}
