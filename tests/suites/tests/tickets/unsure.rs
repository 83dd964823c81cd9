//! Rule T2: a ticket that Autotask refuses is tried once with the required fields only, then parked for a person.

use anyhow::Result;
use jiff::SignedDuration;
use simulators::autotask::CategoryId;
use simulators::control::{Fault, Kind};
use suites::world::World;
use suites::world::verbs_people::{ALDER_ACCOUNT, failed_backup};

/// A category that this database's administrator made demanding.
const MONITORING: CategoryId = CategoryId(4);
const STANDARD: CategoryId = CategoryId(3);

async fn tell(world: &mut World) -> Result<()> {
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.hint(&[alert]).await?;
    world.work().await
}

fn creates(world: &World) -> usize {
    world.autotask_calls().iter().filter(|call| *call == "POST /Tickets").count()
}

#[tokio::test(start_paused = true)]
async fn t2_a_refused_ticket_is_made_with_the_required_fields_only() -> Result<()> {
    let mut world = World::new().await?;
    world.autotask.require_in_category(MONITORING, "subIssueType");
    world.settings(|tickets| tickets.default_row.category = Some(MONITORING.0)).await?;
    tell(&mut world).await?;
    let ticket = world.the_ticket()?;
    assert_eq!(creates(&world), 2);
    assert_eq!(world.number(&ticket, "ticketCategory"), Some(STANDARD.0));
    assert_eq!(world.number(&ticket, "queueID"), Some(8), "the queue is kept, as most categories require it");
    assert!(world.parked().await?.is_empty());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t1_a_due_time_that_the_category_does_not_supply_is_set_with_the_second_try() -> Result<()> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.default_row.due_in_hours = None).await?;
    let made_at = world.now();
    tell(&mut world).await?;
    let due_at: jiff::Timestamp = world.field(&world.the_ticket()?, "dueDateTime").parse()?;
    assert_eq!((due_at.duration_since(made_at), creates(&world)), (SignedDuration::from_hours(24), 2));
    assert!(world.parked().await?.is_empty());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t2_a_ticket_refused_twice_is_parked_with_the_reason_and_made_after_mending() -> Result<()> {
    let mut world = World::new().await?;
    world.autotask.require_in_category(STANDARD, "subIssueType");
    tell(&mut world).await?;
    assert!(world.our_tickets().is_empty());
    let parked = world.parked().await?;
    assert_eq!(parked.len(), 1, "{parked:?}");
    assert_eq!((parked[0].reason.code.as_str(), parked[0].count), ("refused", 1));
    for word in ["Backup failed", "Alder & Sons", "subIssueType", "retry"] {
        assert!(parked[0].reason.text.contains(word), "{word}: {}", parked[0].reason.text);
    }
    let before = creates(&world);
    world.pass(SignedDuration::from_hours(2)).await?;
    assert_eq!(creates(&world), before, "a refusal is not repeated");

    world
        .settings(|tickets| {
            tickets.default_row.issue_type = Some(11);
            tickets.default_row.sub_issue_type = Some(111);
        })
        .await?;
    world.retry_parked().await?;
    world.work().await?;
    assert_eq!(world.number(&world.the_ticket()?, "subIssueType"), Some(111));
    assert!(world.parked().await?.is_empty());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t2_a_row_without_a_priority_is_named_and_nothing_is_guessed() -> Result<()> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.default_row.priority = None).await?;
    tell(&mut world).await?;
    let parked = world.parked().await?;
    assert_eq!(parked.len(), 1);
    assert!(parked[0].reason.text.contains("BackupFailed has no priority"), "{}", parked[0].reason.text);
    assert_eq!(creates(&world), 0);
    Ok(())
}

/// Lets time pass with a few polls at its end.
async fn hours_pass(world: &mut World, hours: i64) -> Result<()> {
    world.advance(SignedDuration::from_hours(hours));
    world.pass(SignedDuration::from_mins(3)).await
}

#[tokio::test(start_paused = true)]
async fn t9_an_inactive_company_is_held_and_tried_again_once_a_day_until_it_is_active() -> Result<()> {
    let mut world = World::new().await?;
    world.autotask.deactivate_company(World::company(ALDER_ACCOUNT))?;
    tell(&mut world).await?;
    let parked = world.parked().await?;
    assert_eq!(parked.iter().map(|parked| parked.reason.code.as_str()).collect::<Vec<_>>(), ["inactive-account"]);
    assert!(parked[0].reason.text.contains("Alder & Sons"), "{}", parked[0].reason.text);
    hours_pass(&mut world, 23).await?;
    assert_eq!(creates(&world), 1, "no loop");
    hours_pass(&mut world, 25).await?;
    assert_eq!(creates(&world), 2, "once a day");
    world.autotask.activate_company(World::company(ALDER_ACCOUNT))?;
    hours_pass(&mut world, 25).await?;
    assert_eq!(world.our_tickets().len(), 1, "nothing holds it any more");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_one_accounts_refusal_does_not_stop_another_account() -> Result<()> {
    let mut world = World::new().await?;
    world.autotask.deactivate_company(World::company(ALDER_ACCOUNT))?;
    let birch = simulators::acronis::Raise::new("BackupFailed").at(simulators::acronis::seed::BIRCH_DENTAL).on("SRV-9");
    let alerts = [world.acronis.raise(failed_backup("SRV-1"))?, world.acronis.raise(birch)?];
    world.hint(&alerts).await?;
    world.work().await?;
    assert_eq!(world.the_ticket()?.company, suites::world::verbs_people::BIRCH_ACCOUNT.0);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x2_a_page_instead_of_an_answer_to_the_create_is_a_doubt_and_not_a_refusal() -> Result<()> {
    let mut world = World::new().await?;
    let page = Fault::new(Kind::Html, "/atservicesrest/v1.0/Tickets").on(&http::Method::POST);
    world.autotask.control().add_fault(page);
    tell(&mut world).await?;
    assert_eq!((creates(&world), world.parked().await?.len()), (1, 0));
    world.pass(SignedDuration::from_mins(9)).await?;
    assert_eq!(creates(&world), 2, "{}", world.seam.trace());
    world.the_ticket().map(drop)
}
