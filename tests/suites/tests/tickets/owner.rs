//! Rule T2: whose an alert is.

use anyhow::Result;
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
