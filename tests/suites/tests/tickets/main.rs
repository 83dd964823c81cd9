//! From an alert to a ticket and back, through the real handlers: webhook and poll, queue, worker, both vendors simulated. One
//! module for each theme; each test begins with the rule that it proves.

mod again;
mod alarmed;
mod backlog;
mod bulk;
mod cleared;
mod created;
mod duplicates;
mod linked;
mod lost;
mod numbers;
mod owner;
mod refused;
mod repeated;
mod settle;
mod storm;
mod survival;
mod switches;
mod text;
mod two_way;
mod unknown;
mod unsure;
mod vanished;

use anyhow::Result;
use suites::world::verbs_people::failed_backup;
use suites::world::{COMPLETE, NEW, World};

#[tokio::test(start_paused = true)]
async fn an_alert_becomes_one_ticket_and_closes_with_it() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    assert_eq!(ticket.status, NEW, "{}", world.seam.trace());
    world.acronis.clear(alert)?;
    world.turn().await?;
    assert_eq!(world.the_ticket()?.status, COMPLETE, "{}", world.seam.trace());
    Ok(())
}
