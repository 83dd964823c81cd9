//! Rule T15: switching something on does not turn every old alert into a ticket.

use anyhow::Result;
use bridge_core::id::AccountId;
use bridge_core::mapping::Pause;
use bridge_core::settings::{Release, Row, Scope};
use bridge_core::ticket::storm::KEYS_ALONE;
use jiff::SignedDuration;
use simulators::acronis::{AlertId, Kind, Raise, TenantId, seed};
use store::record::Held;
use suites::world::verbs_people::{ALDER_ACCOUNT, IVY_ACCOUNT};
use suites::world::{World, settings};

/// So many problems of this type; every ten further ones are of one more type, so that each gets a ticket of its own (rule T13).
fn raise(world: &World, kind: &str, tenant: TenantId, count: usize) -> Result<Vec<AlertId>> {
    let kind = |n: usize| if n < KEYS_ALONE { kind.to_owned() } else { format!("{kind}{}", n / KEYS_ALONE) };
    let raise = |n: usize| Raise::new(&kind(n)).at(tenant).on(&format!("PC-{n}")).plan("Daily");
    Ok((0..count).map(|n| world.acronis.raise(raise(n))).collect::<Result<Vec<_>, _>>()?)
}

/// A world in which tickets are off, with `old` alerts of an hour ago and one that is older than a day.
async fn before(old: usize) -> Result<World> {
    let world = World::new().await?;
    world.settings(|tickets| tickets.enabled = false).await?;
    raise(&world, "TooOld", seed::ALDER, 1)?;
    world.advance(SignedDuration::from_hours(25));
    raise(&world, "BackupFailed", seed::ALDER, old)?;
    world.advance(SignedDuration::from_hours(1));
    Ok(world)
}

async fn switch_tickets_on(world: &mut World) -> Result<()> {
    world.switch_on(Scope::Everything).await?;
    world.settings(|tickets| tickets.enabled = true).await?;
    world.after_minutes(1).await?;
    world.after_minutes(1).await
}

#[tokio::test(start_paused = true)]
async fn t15_up_to_twenty_recent_alerts_become_tickets_when_tickets_are_switched_on() -> Result<()> {
    let mut world = before(20).await?;
    switch_tickets_on(&mut world).await?;
    assert_eq!(world.releases().await?, [Release::Released]);
    assert_eq!(world.our_tickets().len(), 20, "the one that is older than a day stays out");
    assert!(world.held().await?.is_empty());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_twenty_one_are_asked_for_first_and_new_alerts_do_not_wait_for_the_answer() -> Result<()> {
    let mut world = before(21).await?;
    switch_tickets_on(&mut world).await?;
    assert_eq!(world.releases().await?, [Release::Held { tickets: 21 }]);
    assert!(world.our_tickets().is_empty());
    let held = world.held().await?;
    assert!(held.len() == 1 && held[0].reason.contains("21 tickets"), "{held:?}");

    let new = raise(&world, "NoBackupForXDays", seed::ALDER, 1)?;
    world.hint(&new).await?;
    world.after_minutes(1).await?;
    assert_eq!(world.our_tickets().len(), 1);

    world.release_backlogs().await?;
    world.after_minutes(1).await?;
    assert_eq!(world.our_tickets().len(), 22, "{}", world.seam.trace());
    assert!(world.held().await?.is_empty(), "what was agreed to is no longer held");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_a_webhook_about_an_old_alert_is_no_way_around_the_question() -> Result<()> {
    let mut world = before(21).await?;
    switch_tickets_on(&mut world).await?;
    let all: Vec<AlertId> = world.acronis.alerts().iter().map(|alert| alert.id).collect();
    world.hint(&all).await?;
    world.work().await?;
    assert!(world.our_tickets().is_empty());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_a_new_connection_is_asked_about_its_own_alerts_only() -> Result<()> {
    let mut world = World::new().await?;
    let other = world.second_connection().await?;
    world.map_at(IVY_ACCOUNT, other.customer, &other.connection.id).await?;
    let raise = |n: usize| Raise::new("BackupFailed").at(other.customer).on(&format!("PC-{n}"));
    (0..21).try_for_each(|n| other.acronis.raise(raise(n)).map(drop))?;
    self::raise(&world, "BackupFailed", seed::ALDER, 3)?;
    world.advance(SignedDuration::from_hours(1));
    world.switch_on(Scope::Connection(other.connection.id.clone())).await?;
    world.after_minutes(1).await?;
    world.after_minutes(1).await?;
    let companies: Vec<i64> = world.our_tickets().iter().map(|ticket| ticket.company).collect();
    assert_eq!(companies, [ALDER_ACCOUNT.0; 3]);
    assert!(world.releases().await?.contains(&Release::Held { tickets: 21 }));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_a_type_that_is_switched_on_takes_its_recent_alerts_along() -> Result<()> {
    let mut world = World::new().await?;
    let off = Row { create: false, ..settings().tickets.default_row };
    world.settings(|tickets| tickets.types = [("DeviceOffline".to_owned(), off.clone())].into()).await?;
    raise(&world, "DeviceOffline", seed::ALDER, 2)?;
    world.after_minutes(1).await?;
    world.advance(SignedDuration::from_hours(1));
    world.turn().await?;
    assert!(world.our_tickets().is_empty());
    world.switch_on(Scope::AlertType("DeviceOffline".to_owned())).await?;
    world.settings(|tickets| tickets.types.clear()).await?;
    world.after_minutes(1).await?;
    assert_eq!(world.our_tickets().len(), 2, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_ending_a_pause_asks_about_more_than_twenty_and_takes_fewer() -> Result<()> {
    for (count, tickets) in [(20, 20), (21, 0)] {
        let mut world = World::new().await?;
        world.turn().await?;
        let pause = Pause { reason: "office move".to_owned(), until: None };
        world.switches(ALDER_ACCOUNT, |switches| switches.pause = Some(pause.clone())).await?;
        raise(&world, "BackupFailed", seed::ALDER, count)?;
        world.after_minutes(1).await?;
        assert!(world.our_tickets().is_empty());
        world.advance(SignedDuration::from_hours(2));
        world.switch_on(Scope::Account(ALDER_ACCOUNT)).await?;
        world.switches(ALDER_ACCOUNT, |switches| switches.pause = None).await?;
        world.after_minutes(1).await?;
        world.after_minutes(1).await?;
        assert_eq!(world.our_tickets().len(), tickets, "{}", world.seam.trace());
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_nothing_is_counted_from_a_list_that_failed() -> Result<()> {
    use simulators::control::{Fault, Kind};
    let mut world = before(21).await?;
    let alerts = Fault::new(Kind::Status, "/api/alert_manager/v1/alerts").status(500).times(1_000);
    world.acronis.control().add_fault(alerts);
    switch_tickets_on(&mut world).await?;
    assert_eq!(world.releases().await?, [Release::Pending]);
    world.acronis.control().clear_faults();
    world.after_minutes(1).await?;
    assert_eq!(world.releases().await?, [Release::Held { tickets: 21 }]);
    Ok(())
}

/// So many newly mapped customers, each with two problems of an hour ago.
async fn map_many(world: &mut World, customers: usize) -> Result<()> {
    let mut mapped = Vec::new();
    for n in 0..customers {
        let name = format!("Newcomer {n}");
        let tenant = world.acronis.add_tenant(&name, Kind::Customer, seed::ROOT_PARTNER)?;
        raise(world, "BackupFailed", tenant, 2)?;
        mapped.push((AccountId(world.autotask.add_company(&name)?.0), tenant));
    }
    world.advance(SignedDuration::from_hours(1));
    for (account, tenant) in mapped {
        world.map(account, tenant).await?;
    }
    world.after_minutes(1).await?;
    world.after_minutes(1).await
}

#[tokio::test(start_paused = true)]
async fn t15_accounts_that_are_mapped_together_are_asked_about_together() -> Result<()> {
    let mut world = World::new().await?;
    world.turn().await?;
    map_many(&mut world, 11).await?;
    assert_eq!(world.releases().await?, [Release::Held { tickets: 2 }; 11]);
    assert!(world.our_tickets().is_empty());
    let held = world.held().await?;
    let says_all = |held: &Held| held.reason.contains("would open 2 tickets") && held.reason.contains("22 together");
    assert!(held.len() == 11 && held.iter().all(says_all), "{held:?}");

    world.release_backlogs().await?;
    world.after_minutes(1).await?;
    assert_eq!(world.our_tickets().len(), 22, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_ten_accounts_with_two_alerts_each_are_mapped_without_asking() -> Result<()> {
    let mut world = World::new().await?;
    world.turn().await?;
    map_many(&mut world, 10).await?;
    assert_eq!(world.releases().await?, [Release::Released; 10]);
    assert_eq!(world.our_tickets().len(), 20, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_an_account_without_old_alerts_does_not_wait_for_the_answer_about_others() -> Result<()> {
    let mut world = World::new().await?;
    world.turn().await?;
    world.switch_on(Scope::Account(ALDER_ACCOUNT)).await?;
    map_many(&mut world, 11).await?;
    let released = world.releases().await?.into_iter().filter(|release| *release == Release::Released).count();
    assert_eq!(released, 1);
    Ok(())
}
