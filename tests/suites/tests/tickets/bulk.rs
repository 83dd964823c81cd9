//! Rules T3, T19: what the bulk read of tickets shows, and the ledger that is made anew from it.

use anyhow::{Context as _, Result};
use bridge_core::ticket::Entry;
use jiff::SignedDuration;
use simulators::acronis::AlertId;
use simulators::autotask::DateShape;
use simulators::autotask::seed::TECHNICIAN;
use store::table::{Deleted, Read};
use suites::world::verbs_people::failed_backup;
use suites::world::{COMPLETE, IN_PROGRESS, NEW, OurTicket, World};

async fn open(world: &mut World) -> Result<(AlertId, OurTicket)> {
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    Ok((alert, ticket))
}

async fn lose_entry(world: &World, ticket: &OurTicket) -> Result<()> {
    let table = &world.systems.table;
    let entry = table.get::<Entry>(&ticket.reference.key, Read::Strong).await?.context("no entry")?;
    anyhow::ensure!(matches!(table.delete(&entry).await?, Deleted::Done));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t19_the_number_of_the_ticket_is_known_after_the_next_bulk_read() -> Result<()> {
    let mut world = World::new().await?;
    let (_, ticket) = open(&mut world).await?;
    let entry = world.entry(&ticket).await?;
    assert_eq!(entry.link().and_then(|link| link.number.clone()), Some(world.field(&ticket, "ticketNumber")));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t19_dates_in_any_of_the_documented_shapes_are_understood() -> Result<()> {
    for shape in [DateShape::Zulu, DateShape::Milliseconds, DateShape::NoZone] {
        let mut world = World::new().await?;
        world.autotask.quirks(|quirks| quirks.dates = shape);
        let (alert, ticket) = open(&mut world).await?;
        world.autotask.complete_as(TECHNICIAN, ticket.id)?;
        world.after_minutes(1).await?;
        world.acronis.re_raise(alert)?;
        world.after_minutes(1).await?;
        assert_eq!(world.again(&ticket)?.status, IN_PROGRESS, "{shape:?}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t19_a_technician_who_opens_a_ticket_that_we_closed_keeps_it() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = open(&mut world).await?;
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    assert_eq!(world.again(&ticket)?.status, COMPLETE);
    world.after_minutes(1).await?;
    world.autotask.set_status_as(TECHNICIAN, ticket.id, NEW)?;
    world.pass(SignedDuration::from_mins(5)).await?;
    assert_eq!(world.again(&ticket)?.status, NEW);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t19_the_hourly_budget_used_up_by_bulk_reads_does_not_stop_a_ticket() -> Result<()> {
    let mut world = World::new().await?;
    world.systems.options = std::sync::Arc::new(systems::Options {
        autotask_calls_per_hour: 1,
        ..systems::Options::clone(&world.systems.options)
    });
    world.turn().await?;
    world.turn().await?;
    world.ticket_for(failed_backup("SRV-1")).await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t3_an_entry_that_was_lost_is_made_anew_from_its_ticket_and_no_second_ticket_is_made() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = open(&mut world).await?;
    lose_entry(&world, &ticket).await?;
    world.advance(SignedDuration::from_hours(24));
    world.turn().await?;
    assert_eq!(world.the_ticket()?.id, ticket.id, "{}", world.seam.trace());
    assert_eq!(world.entry(&ticket).await?.link().map(|link| link.id.0), Some(ticket.id.0));
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    world.after_minutes(1).await?;
    assert_eq!(world.again(&ticket)?.status, COMPLETE);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t3_a_raise_before_the_lost_entry_is_made_anew_still_makes_no_second_ticket() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = open(&mut world).await?;
    lose_entry(&world, &ticket).await?;
    world.advance(SignedDuration::from_hours(1));
    world.acronis.re_raise(alert)?;
    world.hint(&[alert]).await?;
    world.work().await?;
    world.pass(SignedDuration::from_mins(15)).await?;
    assert_eq!(world.the_ticket()?.id, ticket.id, "{}", world.seam.trace());
    Ok(())
}
