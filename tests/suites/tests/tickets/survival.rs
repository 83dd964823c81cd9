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
async fn t9_a_deleted_ticket_is_missed_also_when_its_alert_names_another_workload_now() -> Result<()> {
    let mut world = World::new().await?;
    world.autotask.quirks(|quirks| quirks.unreadable = vec!["DeletedTicketLogs"]);
    world.ticket_for(failed_backup("SRV-0")).await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.advance(SignedDuration::from_mins(30));
    world.acronis.raise(failed_backup("SRV-RENAMED").id(alert))?;
    world.after_minutes(1).await?;
    world.autotask.delete_ticket_as(TECHNICIAN, ticket.id)?;
    world.advance(SignedDuration::from_mins(1));
    world.acronis.re_raise(alert)?;
    world.turn().await?;
    world.advance(SignedDuration::from_hours(24));
    world.turn().await?;
    let new = world.our_tickets().pop().expect("a ticket");
    assert_eq!((new.reference.key, new.reference.episode), (ticket.reference.key, 2), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x1_a_walk_does_not_hint_at_an_alert_that_the_ledger_has_under_another_name() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, _) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.acronis.raise(failed_backup("SRV-RENAMED").id(alert))?;
    world.pass(SignedDuration::from_mins(10)).await?;
    world.advance(SignedDuration::from_hours(24));
    world.poll().await?;
    assert_eq!(world.deliver().await?, 0, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t3_a_lost_entry_is_made_anew_also_when_its_alert_names_another_workload_now() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.acronis.raise(failed_backup("SRV-RENAMED").id(alert))?;
    world.pass(SignedDuration::from_mins(10)).await?;
    world.lose_entry(&ticket).await?;
    world.walk_soon().await?;
    world.after_minutes(1).await?;
    assert_eq!(world.entry(&ticket).await?.link().map(|link| link.id.0), Some(ticket.id.0));
    assert_eq!(world.the_ticket()?.id, ticket.id);
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
