//! From an alert to a ticket, through the real handlers.

use anyhow::Result;
use simulators::acronis::{Raise, seed};
use suites::world::{COMPLETE, NEW, World};

#[tokio::test(start_paused = true)]
async fn an_alert_becomes_one_ticket_and_closes_with_it() -> Result<()> {
    let mut world = World::new().await?;
    let alert = world.acronis.raise(Raise::new("BackupFailed").at(seed::ALDER).on("SRV-1").plan("Daily"))?;
    world.hint(&[alert]).await?;
    world.work().await?;
    let ticket = world.the_ticket()?;
    assert_eq!(ticket.status, NEW, "{}", world.seam.trace());
    world.acronis.clear(alert)?;
    world.turn().await?;
    assert_eq!(world.the_ticket()?.status, COMPLETE, "{}", world.seam.trace());
    Ok(())
}
