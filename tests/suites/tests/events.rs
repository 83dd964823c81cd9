//! The sample events of the functions behind the queue and the schedule: each is taken by its function and ends as described.
#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use jiff::SignedDuration;
use runtime::lambda::Deadline;
use serde::de::{DeserializeOwned, IgnoredAny};
use simulators::acronis::{Raise, seed};
use store::record::Parked;
use suites::world::World;

/// What a batch leaves behind: tickets, parked messages, messages that come back.
type Left = (usize, usize, usize);

const BATCHES: [(&str, Left); 13] = [
    ("alerts-of-the-poll", (2, 0, 0)),
    ("bad-record-between-good-ones", (2, 1, 0)),
    ("empty", (0, 0, 0)),
    ("for-another-function", (0, 0, 0)),
    ("keys", (0, 0, 0)),
    ("later-format", (0, 1, 0)),
    ("one-alert", (1, 0, 0)),
    ("same-alert-twice", (1, 0, 0)),
    ("tickets", (0, 0, 0)),
    ("unknown-alert", (0, 0, 0)),
    ("unknown-kind", (0, 1, 0)),
    ("unreadable-webhook", (0, 1, 0)),
    ("without-body", (0, 1, 0)),
];
const SCHEDULES: [&str; 4] = ["by-hand", "event-bus-rule", "every-minute", "with-input"];

fn folder(function: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events").join(function)
}

fn event<E: DeserializeOwned>(function: &str, name: &str) -> Result<E> {
    let text = std::fs::read_to_string(folder(function).join(format!("{name}.json")))?;
    serde_json::from_str(&text).with_context(|| format!("{function}/{name}"))
}

fn files(function: &str) -> BTreeSet<String> {
    let files = std::fs::read_dir(folder(function)).unwrap();
    files.filter_map(|file| Some(file.unwrap().file_name().to_str()?.strip_suffix(".json")?.to_owned())).collect()
}

/// A world with two open alerts.
async fn world() -> Result<World> {
    let world = World::new().await?;
    for (number, tenant) in [(1, seed::ALDER), (2, seed::BIRCH_DENTAL)] {
        let id = format!("7b5d1c1e-0000-4000-8000-00000000000{number}").parse().context("an alert's id")?;
        world.acronis.raise(Raise::new("BackupFailed").id(id).at(tenant).on("SRV-1"))?;
    }
    Ok(world)
}

fn deadline(world: &World) -> Deadline {
    Deadline::at(world.now() + SignedDuration::from_mins(2))
}

#[tokio::test(start_paused = true)]
async fn b2_every_sample_batch_ends_as_the_table_says() -> Result<()> {
    for (name, expected) in BATCHES {
        let world = world().await?;
        let deps = ticket_sync::Deps {
            systems: world.systems.clone(),
            process: "p".to_owned(),
            worker: "p/1".to_owned(),
            is_only_process: false,
        };
        let answer = ticket_sync::handle(&deps, event("ticket-sync", name)?, deadline(&world)).await?;
        let parked = Parked::page(&world.systems.table, None, 10).await?.records.len();
        let left = (world.our_tickets().len(), parked, answer.batch_item_failures.len());
        assert_eq!(left, expected, "{name}: tickets, parked messages, messages that come back");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn every_caller_of_the_poll_gets_the_same_run() -> Result<()> {
    for name in SCHEDULES {
        let world = world().await?;
        let _: IgnoredAny = event("alert-poll", name)?;
        let deps = alert_poll::Deps {
            systems: world.systems.clone(),
            queue: std::sync::Arc::new(world.queue.clone()),
            recent: alert_poll::Recent::default(),
        };
        let summary = alert_poll::handle(&deps, deadline(&world)).await?;
        assert_eq!((summary.alerts, summary.failed), (2, Vec::new()), "{name}");
    }
    Ok(())
}

#[test]
fn the_tables_name_every_sample_event() {
    assert_eq!(files("ticket-sync"), BATCHES.map(|(name, _)| name.to_owned()).into());
    assert_eq!(files("alert-poll"), SCHEDULES.map(str::to_owned).into());
}
