//! Rule T10: Autotask's own duplicate handling answers a create with an older ticket.

use anyhow::Result;
use jiff::SignedDuration;
use serde_json::json;
use simulators::acronis::AlertId;
use simulators::autotask::TicketId;
use simulators::autotask::seed::TECHNICIAN;
use suites::world::verbs_people::{ALDER_ACCOUNT, BIRCH_ACCOUNT, failed_backup};

use suites::world::{COMPLETE, NEW, World};

/// A ticket that a technician opened for a company.
fn by_hand(world: &World, company: i64) -> Result<TicketId> {
    let fields = json!({
        "companyID": company, "title": "Backups again", "status": NEW, "priority": 2, "queueID": 8,
        "dueDateTime": "2026-12-01T00:00:00Z",
    });
    Ok(world.autotask.create_ticket_as(TECHNICIAN, &fields)?)
}

async fn raise(world: &mut World, workload: &str) -> Result<AlertId> {
    let alert = world.acronis.raise(failed_backup(workload))?;
    world.hint(&[alert]).await?;
    world.work().await?;
    world.pass(SignedDuration::from_mins(3)).await?;
    Ok(alert)
}

fn status(world: &World, ticket: TicketId) -> Option<i64> {
    world.autotask.ticket(ticket)?.get("status")?.as_i64()
}

#[tokio::test(start_paused = true)]
async fn t10_a_technicians_ticket_of_the_same_company_is_taken_for_ours_and_never_closed() -> Result<()> {
    let mut world = World::new().await?;
    let older = by_hand(&world, ALDER_ACCOUNT.0)?;
    world.next_create_answers(older).await?;
    let alert = raise(&mut world, "SRV-1").await?;
    assert!(world.our_tickets().is_empty());
    world.acronis.clear(alert)?;
    world.pass(SignedDuration::from_mins(3)).await?;
    assert_eq!(status(&world, older), Some(NEW), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t10_another_problems_ticket_is_shared_and_closes_with_the_last_clear() -> Result<()> {
    let mut world = World::new().await?;
    let first = raise(&mut world, "SRV-1").await?;
    let ticket = world.the_ticket()?;
    world.next_create_answers(ticket.id).await?;
    let second = raise(&mut world, "SRV-2").await?;
    world.the_ticket()?;
    world.acronis.clear(first)?;
    world.pass(SignedDuration::from_mins(3)).await?;
    assert!(world.again(&ticket)?.is_open(), "the other problem is still active\n{}", world.seam.trace());
    world.acronis.clear(second)?;
    world.pass(SignedDuration::from_mins(3)).await?;
    assert_eq!(world.again(&ticket)?.status, COMPLETE, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t10_another_companys_ticket_is_not_taken_and_a_person_is_told() -> Result<()> {
    let mut world = World::new().await?;
    let older = by_hand(&world, BIRCH_ACCOUNT.0)?;
    world.next_create_answers(older).await?;
    let alert = raise(&mut world, "SRV-1").await?;
    world.acronis.clear(alert)?;
    world.pass(SignedDuration::from_mins(3)).await?;
    assert_eq!(status(&world, older), Some(NEW));
    assert!(world.autotask.notes(older).is_empty());
    let parked = world.parked().await?;
    assert!(parked.iter().any(|parked| parked.reason.text.contains("duplicate ticket handling")), "{parked:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t10_our_own_ticket_found_again_by_its_external_id_is_adopted() -> Result<()> {
    use http::Method;
    use simulators::control::{Fault, Kind};
    let mut world = World::new().await?;
    world.autotask.quirks(|quirks| quirks.merge_duplicates = true);
    let create = Fault::new(Kind::EffectThenDrop, "/atservicesrest/v1.0/Tickets").on(&Method::POST);
    world.autotask.control().add_fault(create);
    let alert = raise(&mut world, "SRV-1").await?;
    world.pass(SignedDuration::from_mins(10)).await?;
    let ticket = world.the_ticket()?;
    world.acronis.clear(alert)?;
    world.pass(SignedDuration::from_mins(2)).await?;
    assert_eq!(world.again(&ticket)?.status, COMPLETE);
    Ok(())
}
