//! Rule L4: Acronis is told when the integration is in use.

use anyhow::Result;
use jiff::SignedDuration;
use serde_json::Value;
use simulators::control::{Fault, Kind};
use store::record::{Connection, Generation};

use crate::world::{World, connection};

const STATUS: &str = "/api/integration_management";

impl World {
    async fn with_code(code: &str) -> Result<Self> {
        let world = Self::settled(1).await?;
        world.connection(|connection| connection.application_code = Some(code.to_owned())).await?;
        Ok(world)
    }

    async fn connection(&self, change: impl Fn(&mut Connection)) -> Result<()> {
        let changed = |record: Option<Connection>| {
            let mut record = record?;
            change(&mut record);
            Some(record)
        };
        self.systems.table.modify(&connection(), changed).await?;
        Ok(Generation::bump(&self.systems.table).await?)
    }

    /// What Acronis was told: the code, and whether it is in use.
    fn reports(&self) -> Vec<(String, bool)> {
        let read = |report: &Value| {
            let event = &report["events"][0];
            let is_active = event["activation_event"] == true;
            assert_ne!(is_active, event["deactivation_event"] == true, "{report}");
            (report["application_code"].as_str().expect("a code").to_owned(), is_active)
        };
        self.acronis.activation_reports().iter().map(read).collect()
    }
}

fn told(code: &str, is_active: bool) -> (String, bool) {
    (code.to_owned(), is_active)
}

#[tokio::test]
async fn l4_the_use_of_a_connection_is_reported_once_when_it_begins_and_once_when_it_ends() -> Result<()> {
    let world = World::with_code("vendor.app").await?;
    for _ in 0..2 {
        world.next_poll().await?;
        assert_eq!(world.reports(), [told("vendor.app", true)]);
    }
    world.billing(|billing| billing.enabled = false).await?;
    for _ in 0..2 {
        world.next_poll().await?;
        assert_eq!(world.reports(), [told("vendor.app", true), told("vendor.app", false)]);
    }
    world.settings(|settings| settings.tickets.enabled = true).await?;
    world.next_poll().await?;
    assert_eq!(world.reports().last(), Some(&told("vendor.app", true)), "tickets are a use as well");

    world.connection(|connection| connection.enabled = false).await?;
    world.next_poll().await?;
    assert_eq!(world.reports().last(), Some(&told("vendor.app", false)), "with the log-in that is still stored");
    assert_eq!(world.reports().len(), 4);
    let written: Vec<_> = world.activity().await?.into_iter().map(|entry| entry.what).collect();
    let (on, off) = ("integration reported as in use", "integration reported as no longer in use");
    assert_eq!(written, [off, on, off, on]);
    Ok(())
}

#[tokio::test]
async fn l4_another_code_replaces_the_former_one() -> Result<()> {
    let world = World::with_code("vendor.app").await?;
    world.next_poll().await?;
    world.connection(|connection| connection.application_code = Some(" vendor.other ".to_owned())).await?;
    world.next_poll().await?;
    assert_eq!(world.reports()[1..], [told("vendor.app", false), told("vendor.other", true)]);
    world.next_poll().await?;
    assert_eq!(world.reports().len(), 3);
    Ok(())
}

#[tokio::test]
async fn l4_a_report_that_failed_fails_no_run_and_is_repeated_an_hour_later() -> Result<()> {
    let world = World::with_code("vendor.app").await?;
    world.acronis.control().add_fault(Fault::new(Kind::Status, STATUS).status(400));
    assert!(world.next_poll().await?.failed.is_empty());
    assert_eq!(world.calls(STATUS).1, 1);
    world.next_poll().await?;
    assert_eq!(world.calls(STATUS).1, 0, "not every three minutes");
    world.advance(SignedDuration::from_hours(1));
    world.next_poll().await?;
    assert_eq!(world.reports(), [told("vendor.app", true)]);
    Ok(())
}

#[tokio::test]
async fn l4_without_a_code_nothing_is_reported() -> Result<()> {
    let world = World::settled(1).await?;
    world.next_poll().await?;
    world.billing(|billing| billing.enabled = false).await?;
    world.next_poll().await?;
    assert_eq!(world.calls(STATUS).1, 0);
    Ok(())
}
