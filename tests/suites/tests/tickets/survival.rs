//! News that must survive its reader: a poll that dies, and details that change.

use anyhow::Result;
use bridge_core::ticket::storm::KEYS_ALONE;
use jiff::SignedDuration;
use simulators::acronis::{Raise, seed};
use simulators::autotask::seed::TECHNICIAN;
use suites::world::seam::Side;
use suites::world::verbs_people::failed_backup;
use suites::world::{COMPLETE, World};

#[tokio::test(start_paused = true)]
async fn t14_a_completion_is_not_lost_whichever_call_of_the_poll_is_its_last() -> Result<()> {
    for call in 1.. {
        let mut world = World::new().await?;
        world.settings(|tickets| tickets.default_row.two_way = true).await?;
        let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
        world.after_minutes(10).await?;
        // A newer alert moves the position past the first, so no overlap brings that one back.
        world.acronis.raise(failed_backup("SRV-2"))?;
        world.after_minutes(3).await?;
        world.autotask.complete_as(TECHNICIAN, ticket.id)?;
        world.advance(SignedDuration::from_secs(60));
        world.seam.kill_at(call, Side::After);
        let was_killed = world.poll().await?.is_none();
        world.seam.count();
        world.pass(SignedDuration::from_mins(20)).await?;
        assert_eq!(world.acronis.dismissed_by_clients(), [alert], "killed at {call}\n{}", world.seam.trace());
        if !was_killed {
            assert!(call > 5, "the poll makes more calls than that");
            break;
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_an_alert_whose_details_have_changed_still_closes_the_ticket_that_it_opened() -> Result<()> {
    let mut world = World::new().await?;
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.after_minutes(1).await?;
    let ticket = world.the_ticket()?;
    world.advance(SignedDuration::from_mins(30));
    // The same alert again, with another workload in its details: by these alone it would be another problem.
    world.acronis.raise(failed_backup("SRV-RENAMED").id(alert))?;
    world.after_minutes(1).await?;
    assert_eq!(world.the_ticket()?.id, ticket.id, "no second ticket");
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    assert_eq!(world.the_ticket()?.status, COMPLETE, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_consent_to_a_mass_closing_ends_with_its_hour() -> Result<()> {
    let mut world = World::new().await?;
    let mut alerts = Vec::new();
    // Of so many types that none is on a ticket for many (rule T13).
    for number in 0..25 {
        let raise = Raise::new(&format!("BackupFailed{}", number / KEYS_ALONE)).at(seed::ALDER);
        alerts.push(world.acronis.raise(raise.on(&format!("SRV-{number}")))?);
    }
    world.after_minutes(1).await?;
    world.allow_mass_close().await?;
    world.advance(SignedDuration::from_hours(2));
    for alert in alerts {
        world.acronis.remove(alert)?;
    }
    world.walk_soon().await?;
    world.pass(SignedDuration::from_mins(15)).await?;
    assert!(world.our_tickets().iter().all(|ticket| ticket.status != COMPLETE), "{}", world.seam.trace());
    Ok(())
}
