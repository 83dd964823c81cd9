//! Rule X3, the Autotask side: a list without our tickets does not mean that they are gone.

use anyhow::Result;
use http::Method;
use jiff::SignedDuration;
use simulators::control::{Fault, Kind};
use suites::world::World;
use suites::world::verbs_people::failed_backup;

const QUERY: &str = "/atservicesrest/v1.0/Tickets/query";

#[tokio::test(start_paused = true)]
async fn x3_a_failing_list_of_tickets_changes_nothing() -> Result<()> {
    let mut world = World::new().await?;
    let (_, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.turn().await?;
    world.advance(SignedDuration::from_hours(24));
    world.autotask.control().add_fault(Fault::new(Kind::Status, QUERY).on(&Method::POST).status(503).times(100));
    for _ in 0..5 {
        world.after_minutes(1).await?;
    }
    world.autotask.control().clear_faults();
    world.pass(SignedDuration::from_mins(10)).await?;
    assert_eq!(world.the_ticket()?.id, ticket.id);
    assert!(world.the_ticket()?.is_open() && world.entry(&ticket).await?.link().is_some());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_a_user_who_sees_no_tickets_any_more_gets_empty_lists_and_no_ticket_is_made_twice() -> Result<()> {
    let mut world = World::new().await?;
    let rights = world.rights().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    let (cleared, second) = world.ticket_for(failed_backup("SRV-2")).await?;
    world.after_minutes(1).await?;
    rights.take_away();
    world.advance(SignedDuration::from_hours(24));
    world.turn().await?;
    world.after_minutes(6).await?;
    world.acronis.re_raise(alert)?;
    world.acronis.clear(cleared)?;
    world.after_minutes(1).await?;
    world.after_minutes(1).await?;
    assert_eq!(world.our_tickets().len(), 2, "{}", world.seam.trace());

    rights.give_back();
    world.advance(SignedDuration::from_hours(24));
    world.turn().await?;
    world.after_minutes(1).await?;
    assert!(world.again(&ticket)?.is_open(), "{}", world.seam.trace());
    assert!(!world.again(&second)?.is_open());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_a_new_ticket_that_the_user_may_not_see_is_not_taken_for_deleted() -> Result<()> {
    let mut world = World::new().await?;
    let rights = world.rights().await?;
    rights.take_away();
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.pass(SignedDuration::from_mins(5)).await?;
    world.acronis.re_raise(alert)?;
    world.pass(SignedDuration::from_mins(5)).await?;
    assert_eq!(world.the_ticket()?.id, ticket.id, "{}", world.seam.trace());
    Ok(())
}
