//! Rule T17: a settle delay.

use anyhow::Result;
use jiff::SignedDuration;
use suites::world::verbs_people::failed_backup;
use suites::world::{COMPLETE, IN_PROGRESS, World};

async fn slow() -> Result<World> {
    let world = World::new().await?;
    world.settings(|tickets| tickets.default_row.settle_s = 600).await?;
    Ok(world)
}

#[tokio::test(start_paused = true)]
async fn t17_the_ticket_is_made_only_if_the_alert_stays_active_for_the_delay() -> Result<()> {
    let mut world = slow().await?;
    let (short, long) = (world.acronis.raise(failed_backup("SRV-1"))?, world.acronis.raise(failed_backup("SRV-2"))?);
    world.hint(&[short, long]).await?;
    world.work().await?;
    world.pass(SignedDuration::from_mins(5)).await?;
    world.acronis.clear(short)?;
    world.pass(SignedDuration::from_mins(4)).await?;
    assert!(world.our_tickets().is_empty());
    world.pass(SignedDuration::from_mins(2)).await?;
    assert_eq!(world.the_ticket()?.title, "Backup failed on SRV-2 (Daily)");
    let unseen: Vec<String> = world.activity().await?.into_iter().map(|done| done.what).collect();
    assert!(unseen.contains(&"cleared unseen".to_owned()), "{unseen:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t17_a_ticket_is_reopened_only_after_the_delay_too() -> Result<()> {
    let mut world = slow().await?;
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.pass(SignedDuration::from_mins(12)).await?;
    world.acronis.clear(alert)?;
    world.pass(SignedDuration::from_mins(3)).await?;
    assert_eq!(world.the_ticket()?.status, COMPLETE);

    world.acronis.re_raise(alert)?;
    world.pass(SignedDuration::from_mins(5)).await?;
    world.acronis.clear(alert)?;
    world.pass(SignedDuration::from_mins(10)).await?;
    assert_eq!(world.the_ticket()?.status, COMPLETE, "five minutes are not enough");

    world.acronis.re_raise(alert)?;
    world.pass(SignedDuration::from_mins(9)).await?;
    assert_eq!(world.the_ticket()?.status, COMPLETE);
    world.pass(SignedDuration::from_mins(3)).await?;
    assert_eq!(world.the_ticket()?.status, IN_PROGRESS, "{}", world.seam.trace());
    Ok(())
}
