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
