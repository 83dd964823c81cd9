//! Rule T2: whose an alert is.

use anyhow::Result;
use bridge_core::mapping::Pause;
use http::Method;
use jiff::SignedDuration;
use simulators::acronis::{AlertId, Raise, TenantId, seed};
use simulators::control::{Fault, Kind};
use suites::world::verbs_people::{BIRCH_ACCOUNT, CEDAR_ACCOUNT, IVY_ACCOUNT};
use suites::world::{OurTicket, World};

fn at(tenant: TenantId) -> Raise {
    Raise::new("BackupFailed").at(tenant).on("SRV-1").plan("Daily")
}

async fn tell(world: &mut World, raise: Raise) -> Result<AlertId> {
    let alert = world.acronis.raise(raise)?;
    world.hint(&[alert]).await?;
    world.work().await?;
    Ok(alert)
}

fn companies(tickets: &[OurTicket]) -> Vec<i64> {
    tickets.iter().map(|ticket| ticket.company).collect()
}

#[tokio::test(start_paused = true)]
async fn t2_an_alert_of_a_unit_goes_to_the_account_of_its_customer() -> Result<()> {
    let mut world = World::new().await?;
    tell(&mut world, at(seed::CEDAR_WAREHOUSE)).await?;
    assert_eq!(companies(&world.our_tickets()), [CEDAR_ACCOUNT.0]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t2_an_alert_of_a_partner_is_held_until_an_account_is_chosen_for_such_alerts() -> Result<()> {
    let mut world = World::new().await?;
    let alert = tell(&mut world, at(seed::NORTHSIDE_PARTNER)).await?;
    tell(&mut world, at(seed::NORTHSIDE_PARTNER).id(alert)).await?;
    assert!(world.our_tickets().is_empty());
    let held = world.held().await?;
    assert_eq!(held.len(), 1, "{held:?}");
    assert!(held[0].what.contains("Backup failed of Northside IT"), "{}", held[0].what);

    world.settings(|tickets| tickets.partner_alerts_account = Some(BIRCH_ACCOUNT)).await?;
    world.walk_soon().await?;
    world.turn().await?;
    assert_eq!(companies(&world.our_tickets()), [BIRCH_ACCOUNT.0]);
    assert!(world.held().await?.is_empty(), "what is carried out is no longer held");
    Ok(())
}

/// A partner's alert with its confirmed ticket, which is Birch's.
async fn of_partner(world: &mut World) -> Result<(AlertId, OurTicket)> {
    world.settings(|tickets| tickets.partner_alerts_account = Some(BIRCH_ACCOUNT)).await?;
    let alert = tell(world, at(seed::NORTHSIDE_PARTNER)).await?;
    world.after_minutes(1).await?;
    Ok((alert, world.the_ticket()?))
}

fn refuse_next_close(world: &World, status: u16) {
    let patch = Fault::new(Kind::Status, "/atservicesrest/v1.0/Tickets").on(&Method::PATCH).status(status);
    world.autotask.control().add_fault(patch);
}

#[tokio::test(start_paused = true)]
async fn t5_a_partners_ticket_whose_close_meets_an_outage_is_closed_soon_after() -> Result<()> {
    for status in [429, 503] {
        let mut world = World::new().await?;
        let (alert, ticket) = of_partner(&mut world).await?;
        refuse_next_close(&world, status);
        world.acronis.clear(alert)?;
        world.after_minutes(1).await?;
        assert!(world.again(&ticket)?.is_open(), "the outage");
        world.pass(SignedDuration::from_mins(20)).await?;
        assert!(!world.again(&ticket)?.is_open(), "{status}\n{}", world.seam.trace());
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_a_partners_ticket_closes_although_acronis_is_away_when_it_is_looked_at_again() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = of_partner(&mut world).await?;
    refuse_next_close(&world, 503);
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    // A new generation: what is known of the tree is forgotten, and the partner's place in it is asked for again.
    world.switches(BIRCH_ACCOUNT, |switches| switches.queue = Some(6)).await?;
    world.acronis.control().add_fault(Fault::new(Kind::Status, "/api/2/tenants").status(503).times(5));
    world.pass(SignedDuration::from_mins(40)).await?;
    assert!(!world.again(&ticket)?.is_open(), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v8_a_partners_ticket_goes_to_the_queue_of_the_chosen_account_and_heeds_its_pause() -> Result<()> {
    let mut world = World::new().await?;
    world.switches(BIRCH_ACCOUNT, |switches| switches.queue = Some(6)).await?;
    let (alert, ticket) = of_partner(&mut world).await?;
    assert_eq!((ticket.company, world.number(&ticket, "queueID")), (BIRCH_ACCOUNT.0, Some(6)));
    let pause = Pause { reason: "office move".to_owned(), until: None };
    world.switches(BIRCH_ACCOUNT, |switches| switches.pause = Some(pause.clone())).await?;
    world.acronis.clear(alert)?;
    world.pass(SignedDuration::from_mins(5)).await?;
    assert!(world.again(&ticket)?.is_open(), "nothing is written for a paused account");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_the_ticket_of_a_customer_that_is_no_longer_mapped_is_not_taken_for_a_partners() -> Result<()> {
    let mut world = World::new().await?;
    // The same account, so that only the missing mapping speaks against the closing.
    world.settings(|tickets| tickets.partner_alerts_account = Some(CEDAR_ACCOUNT)).await?;
    let alert = tell(&mut world, at(seed::CEDAR_LOGISTICS)).await?;
    world.after_minutes(1).await?;
    let ticket = world.the_ticket()?;
    refuse_next_close(&world, 503);
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    world.unmap(CEDAR_ACCOUNT).await?;
    world.pass(SignedDuration::from_mins(20)).await?;
    assert!(world.again(&ticket)?.is_open(), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t2_alerts_of_an_unmapped_tenant_are_counted_and_become_tickets_when_it_is_mapped() -> Result<()> {
    let mut world = World::new().await?;
    for workload in ["SRV-1", "SRV-2"] {
        tell(&mut world, Raise::new("BackupFailed").at(seed::IVY_MEDIA).on(workload)).await?;
    }
    assert!(world.our_tickets().is_empty());
    let unmapped = world.unmapped().await?;
    assert_eq!(
        unmapped.iter().map(|tenant| (tenant.name.as_str(), tenant.count)).collect::<Vec<_>>(),
        [("Ivy Media Ltd", 2)]
    );

    world.map(IVY_ACCOUNT, seed::IVY_MEDIA).await?;
    world.after_minutes(1).await?;
    assert_eq!(companies(&world.our_tickets()), [IVY_ACCOUNT.0; 2], "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t2_a_tenant_known_by_its_number_alone_is_found_through_usages() -> Result<()> {
    let mut world = World::new().await?;
    world.acronis.quirks(|quirks| quirks.no_tenant_uuid = true);
    tell(&mut world, at(seed::CEDAR_LOGISTICS)).await?;
    assert_eq!(companies(&world.our_tickets()), [CEDAR_ACCOUNT.0], "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t2_an_alert_in_whichever_spelling_of_its_id_makes_one_ticket() -> Result<()> {
    let mut world = World::new().await?;
    let alert = tell(&mut world, at(seed::ALDER)).await?;
    world.acronis.quirks(|quirks| quirks.lower_case_alert_ids = true);
    world.hint(&[alert]).await?;
    world.turn().await?;
    world.the_ticket().map(drop)
}

#[tokio::test(start_paused = true)]
async fn t2_an_alert_of_an_unknown_tenant_is_parked_and_a_retry_looks_again() -> Result<()> {
    let mut world = World::new().await?;
    let unknown = Fault::new(Kind::Status, format!("/api/2/tenants/{}", seed::IVY_MEDIA)).status(404);
    world.acronis.control().add_fault(unknown);
    let alert = tell(&mut world, at(seed::IVY_MEDIA)).await?;
    let parked = world.parked().await?;
    assert_eq!(parked.iter().map(|parked| parked.reason.code.as_str()).collect::<Vec<_>>(), ["unknown_tenant"]);
    assert!(parked[0].reason.text.contains(&alert.to_string()), "{}", parked[0].reason.text);

    world.map(IVY_ACCOUNT, seed::IVY_MEDIA).await?;
    world.advance(SignedDuration::from_mins(1));
    world.poll().await?;
    world.retry_parked().await?;
    world.work().await?;
    assert_eq!(companies(&world.our_tickets()), [IVY_ACCOUNT.0], "{}", world.seam.trace());
    assert!(world.parked().await?.is_empty());
    Ok(())
}
