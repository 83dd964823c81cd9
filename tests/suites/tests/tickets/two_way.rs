//! Rule T14: a ticket completed by a technician dismisses its alerts.

use anyhow::Result;
use jiff::SignedDuration;
use simulators::acronis::{AlertId, Raise, seed};
use simulators::autotask::seed::TECHNICIAN;
use suites::world::verbs_people::failed_backup;
use suites::world::{COMPLETE, NEW, OurTicket, World};

async fn two_way(world: &mut World, raise: Raise) -> Result<(AlertId, OurTicket)> {
    world.settings(|tickets| tickets.default_row.two_way = true).await?;
    let (alert, ticket) = world.ticket_for(raise).await?;
    world.after_minutes(1).await?;
    Ok((alert, ticket))
}

#[tokio::test(start_paused = true)]
async fn t14_learnt_from_the_bulk_read_the_alert_is_dismissed_by_its_id_and_nothing_more_is_written() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = two_way(&mut world, failed_backup("SRV-1")).await?;
    let bystander = world.acronis.raise(failed_backup("SRV-2"))?;
    world.after_minutes(1).await?;
    world.autotask.complete_as(TECHNICIAN, ticket.id)?;
    world.forget_calls();
    world.after_minutes(1).await?;
    assert_eq!(world.acronis.dismissed_by_clients(), [alert]);
    world.pass(SignedDuration::from_mins(5)).await?;
    let deletes: Vec<String> = world.acronis_calls().into_iter().filter(|call| call.starts_with("DELETE")).collect();
    assert_eq!(deletes, [format!("DELETE /api/alert_manager/v1/alerts/{alert}")]);
    let writes: Vec<String> = world.autotask_calls().into_iter().filter(|call| !call.contains("query")).collect();
    assert_eq!(writes, Vec::<String>::new(), "the clear that follows writes nothing");
    assert_eq!(world.again(&ticket)?.status, COMPLETE);
    assert!(world.acronis.alert(bystander).is_some_and(|alert| alert.deleted_at.is_none()));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t14_learnt_by_webhook_the_alert_is_dismissed_at_once() -> Result<()> {
    let mut world = World::new().await?;
    let doors = world.doors().await?;
    let (alert, ticket) = two_way(&mut world, failed_backup("SRV-1")).await?;
    world.advance(SignedDuration::from_secs(5));
    world.autotask.complete_as(TECHNICIAN, ticket.id)?;
    assert_eq!(doors.tell(ticket.id).await, 202);
    world.work().await?;
    assert_eq!(world.acronis.dismissed_by_clients(), [alert], "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t14_a_completion_by_another_integration_dismisses_nothing_and_is_looked_at_once() -> Result<()> {
    let mut world = World::new().await?;
    let program = world.autotask.add_integration("Monitoring");
    let (alert, ticket) = two_way(&mut world, failed_backup("SRV-1")).await?;
    world.autotask.complete_as(program, ticket.id)?;
    world.forget_calls();
    world.pass(SignedDuration::from_mins(10)).await?;
    world.hint(&[alert]).await?;
    world.work().await?;
    assert_eq!(world.acronis.dismissed_by_clients(), Vec::<AlertId>::new(), "{}", world.seam.trace());
    let looked = world.autotask_calls().iter().filter(|call| call.contains("/Resources/")).count();
    assert_eq!((looked, world.again(&ticket)?.status), (1, COMPLETE));

    world.autotask.set_status_as(TECHNICIAN, ticket.id, NEW)?;
    world.after_minutes(1).await?;
    world.autotask.complete_as(TECHNICIAN, ticket.id)?;
    world.after_minutes(1).await?;
    assert_eq!(world.acronis.dismissed_by_clients(), [alert], "a person has completed it now");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t14_a_ticket_that_was_opened_again_before_the_dismissal_dismisses_nothing() -> Result<()> {
    let mut world = World::new().await?;
    let (_, ticket) = two_way(&mut world, failed_backup("SRV-1")).await?;
    world.advance(SignedDuration::from_mins(1));
    world.autotask.complete_as(TECHNICIAN, ticket.id)?;
    world.poll().await?;
    world.autotask.set_status_as(TECHNICIAN, ticket.id, NEW)?;
    world.work().await?;
    assert_eq!(world.acronis.dismissed_by_clients(), Vec::<AlertId>::new(), "{}", world.seam.trace());
    assert!(world.again(&ticket)?.is_open());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t14_endpoint_detection_and_malware_are_never_dismissed() -> Result<()> {
    for raise in [
        Raise::new("EDRIncidentDetected").detail("incidentId", serde_json::json!("i-1")),
        Raise::new("MalwareDetected"),
        Raise::new("Anything").category("EDR"),
    ] {
        let mut world = World::new().await?;
        let (_, ticket) = two_way(&mut world, raise.at(seed::ALDER).on("PC-1")).await?;
        world.autotask.complete_as(TECHNICIAN, ticket.id)?;
        world.pass(SignedDuration::from_mins(5)).await?;
        assert_eq!(world.acronis.dismissed_by_clients(), Vec::<AlertId>::new());
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t14_our_own_closing_and_a_type_without_it_dismiss_nothing() -> Result<()> {
    let mut world = World::new().await?;
    let (_, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.autotask.complete_as(TECHNICIAN, ticket.id)?;
    world.pass(SignedDuration::from_mins(3)).await?;
    assert_eq!(world.acronis.dismissed_by_clients(), Vec::<AlertId>::new());

    let (alert, _) = two_way(&mut world, failed_backup("SRV-2")).await?;
    world.acronis.clear(alert)?;
    world.pass(SignedDuration::from_mins(3)).await?;
    assert_eq!(world.acronis.dismissed_by_clients(), Vec::<AlertId>::new());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t14_a_raise_after_the_completion_reopens_and_is_not_dismissed() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = two_way(&mut world, failed_backup("SRV-1")).await?;
    world.autotask.complete_as(TECHNICIAN, ticket.id)?;
    world.advance(SignedDuration::from_secs(20));
    world.acronis.re_raise(alert)?;
    world.turn().await?;
    world.after_minutes(1).await?;
    assert_eq!(world.acronis.dismissed_by_clients(), Vec::<AlertId>::new());
    assert!(world.again(&ticket)?.is_open(), "{}", world.seam.trace());
    Ok(())
}
