//! Rule X3, the Acronis side: an alert that is no longer listed has not necessarily been solved.

use anyhow::Result;
use bridge_core::ticket::storm::KEYS_ALONE;
use jiff::SignedDuration;
use simulators::acronis::{AlertId, Raise, TenantId, seed};
use simulators::control::{Fault, Kind};
use suites::world::World;
use suites::world::verbs_people::failed_backup;

const ALERTS: &str = "/api/alert_manager/v1/alerts";

/// So many tickets, of so many types that none is for several problems (rule T13).
async fn many(world: &mut World, tenant: TenantId, count: usize) -> Result<Vec<AlertId>> {
    let kind = |n: usize| format!("BackupFailed{}", n / KEYS_ALONE);
    let raise = |n: usize| Raise::new(&kind(n)).at(tenant).on(&format!("PC-{n}")).plan("Daily");
    let alerts = (0..count).map(|n| world.acronis.raise(raise(n))).collect::<Result<Vec<_>, _>>()?;
    world.hint(&alerts).await?;
    world.work().await?;
    anyhow::ensure!(world.our_tickets().len() == count, "{}", world.our_tickets().len());
    world.turn().await?;
    Ok(alerts)
}

fn open(world: &World) -> usize {
    world.our_tickets().iter().filter(|ticket| ticket.is_open()).count()
}

/// A day of polls, so that everything is walked and walked again.
async fn a_day(world: &mut World) -> Result<()> {
    world.advance(SignedDuration::from_hours(24));
    world.turn().await?;
    world.after_minutes(6).await?;
    world.after_minutes(6).await
}

#[tokio::test(start_paused = true)]
async fn x3_the_alerts_of_a_disabled_tenant_vanish_and_no_ticket_closes() -> Result<()> {
    let mut world = World::new().await?;
    let (_, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.turn().await?;
    world.acronis.disable_tenant(seed::ALDER)?;
    a_day(&mut world).await?;
    assert!(world.again(&ticket)?.is_open());
    world.acronis.enable_tenant(seed::ALDER)?;
    a_day(&mut world).await?;
    assert!(world.the_ticket()?.is_open());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_the_alerts_below_a_disabled_reseller_vanish_and_no_ticket_closes() -> Result<()> {
    let mut world = World::new().await?;
    let raise = Raise::new("BackupFailed").at(seed::DOGWOOD_LAW).on("SRV-1").plan("Daily");
    let (_, ticket) = world.ticket_for(raise).await?;
    world.turn().await?;
    world.acronis.disable_tenant(seed::NORTHSIDE_PARTNER)?;
    a_day(&mut world).await?;
    assert!(world.again(&ticket)?.is_open(), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_the_alerts_of_a_customer_that_manages_itself_cannot_be_seen_and_no_ticket_closes() -> Result<()> {
    let mut world = World::new().await?;
    let (_, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.turn().await?;
    world.acronis.change_tenant(seed::ALDER, |tenant| tenant.ancestral_access = false)?;
    a_day(&mut world).await?;
    assert!(world.again(&ticket)?.is_open(), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_an_alert_missing_from_two_complete_lists_five_minutes_apart_has_cleared() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.turn().await?;
    world.acronis.remove(alert)?;
    world.advance(SignedDuration::from_hours(24));
    world.turn().await?;
    assert!(world.again(&ticket)?.is_open(), "one list proves nothing");
    world.after_minutes(4).await?;
    assert!(world.again(&ticket)?.is_open(), "the second list is due after five minutes");
    world.after_minutes(1).await?;
    assert!(!world.again(&ticket)?.is_open(), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_an_alert_that_comes_back_before_the_second_list_has_not_cleared() -> Result<()> {
    let mut world = World::new().await?;
    let raise = failed_backup("SRV-1");
    let (alert, ticket) = world.ticket_for(raise.clone()).await?;
    world.turn().await?;
    world.acronis.disable_tenant(seed::ALDER)?;
    world.acronis.enable_tenant(seed::ALDER)?;
    world.acronis.remove(alert)?;
    world.advance(SignedDuration::from_hours(24));
    world.turn().await?;
    world.acronis.raise(raise.id(alert))?;
    world.after_minutes(5).await?;
    world.after_minutes(5).await?;
    assert!(world.again(&ticket)?.is_open(), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_a_list_that_breaks_off_is_no_list() -> Result<()> {
    let mut world = World::new().await?;
    let alerts = many(&mut world, seed::ALDER, 5).await?;
    world.acronis.quirks(|quirks| quirks.max_alert_limit = 2);
    world.acronis.remove(alerts[0])?;
    world.advance(SignedDuration::from_hours(24));
    let second_page = Fault::new(Kind::Status, format!("{ALERTS}?*after=")).status(500).times(100);
    world.acronis.control().add_fault(second_page);
    world.turn().await?;
    world.acronis.control().clear_faults();
    world.after_minutes(6).await?;
    assert_eq!(open(&world), 5, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_twenty_five_tickets_at_once_are_not_closed_but_asked_for() -> Result<()> {
    let mut world = World::new().await?;
    let alerts = many(&mut world, seed::ALDER, 25).await?;
    alerts.iter().try_for_each(|alert| world.acronis.remove(*alert))?;
    a_day(&mut world).await?;
    assert_eq!(open(&world), 25);
    let held = world.held().await?;
    assert_eq!(held.iter().map(|held| held.kind.as_str()).collect::<Vec<_>>(), ["mass_close"]);
    assert!(held[0].reason.contains("25"), "{}", held[0].reason);

    world.allow_mass_close().await?;
    world.turn().await?;
    world.after_minutes(6).await?;
    assert_eq!(open(&world), 0, "{}", world.seam.trace());
    assert!(world.held().await?.is_empty(), "what was agreed to is no longer held");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_nineteen_tickets_at_once_are_closed_without_asking() -> Result<()> {
    let mut world = World::new().await?;
    let alerts = many(&mut world, seed::ALDER, 19).await?;
    alerts.iter().try_for_each(|alert| world.acronis.remove(*alert))?;
    a_day(&mut world).await?;
    assert_eq!(open(&world), 0);
    assert!(world.held().await?.is_empty());
    Ok(())
}
