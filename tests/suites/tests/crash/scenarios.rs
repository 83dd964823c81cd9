//! What was there, what happens, how it ends; each with a process that dies before and after every single call.

use anyhow::Result;
use jiff::SignedDuration;
use serde_json::json;
use simulators::acronis::{AlertId, Raise, seed};
use simulators::autotask::seed::{ALDERS_SERVER, TECHNICIAN};
use simulators::control::{Fault, Kind};
use suites::world::network::TICKETS;
use suites::world::{COMPLETE, IN_PROGRESS, NEW, World};

use crate::kill::{End, kill_everywhere};

/// What goes wrong at the customer's.
pub fn backup_failed() -> Raise {
    Raise::new("BackupFailed").at(seed::ALDER).on("SRV-1").plan("Daily")
}

/// An alert without a ticket yet.
pub async fn raised(world: &mut World) -> Result<AlertId> {
    Ok(world.acronis.raise(backup_failed().severity("warning"))?)
}

/// An alert with its ticket, a while ago.
pub async fn with_ticket(world: &mut World) -> Result<AlertId> {
    let alert = raised(world).await?;
    world.hint(&[alert]).await?;
    world.work().await?;
    world.advance(SignedDuration::from_mins(2));
    world.turn().await?;
    Ok(alert)
}

/// An alert that has cleared, with its closed ticket, an hour ago.
pub async fn with_closed_ticket(world: &mut World) -> Result<AlertId> {
    let alert = with_ticket(world).await?;
    world.acronis.clear(alert)?;
    world.turn().await?;
    world.advance(SignedDuration::from_mins(2));
    world.turn().await?;
    world.advance(SignedDuration::from_hours(1));
    Ok(alert)
}

/// A webhook tells of the alert, and the poll runs too.
pub async fn told(world: &mut World, alert: AlertId) -> Result<()> {
    world.hint(&[alert]).await?;
    world.work().await?;
    world.turn().await
}

/// The same problem again, with another severity.
pub async fn rises(world: &mut World, alert: AlertId) -> Result<()> {
    world.acronis.raise(backup_failed().severity("critical").id(alert))?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn a_new_alert_by_webhook_makes_one_ticket() -> Result<()> {
    kill_everywhere(raised, told, End { tickets: &[(1, NEW, 0)], count: 1 }).await
}

#[tokio::test(start_paused = true)]
async fn a_new_alert_by_the_poll_makes_one_ticket() -> Result<()> {
    let polled = async |world: &mut World, _| world.turn().await;
    kill_everywhere(raised, polled, End { tickets: &[(1, NEW, 0)], count: 1 }).await
}

/// Rule T12: Autotask refuses the link to a configuration item.
#[tokio::test(start_paused = true)]
async fn an_alert_whose_link_is_refused_makes_one_ticket() -> Result<()> {
    let retired = async |world: &mut World| {
        world.turn().await?;
        world.autotask.retire_device(ALDERS_SERVER)?;
        raised(world).await
    };
    kill_everywhere(retired, told, End { tickets: &[(1, NEW, 0)], count: 1 }).await
}

/// Rule T17.
#[tokio::test(start_paused = true)]
async fn an_alert_that_stays_beyond_its_settle_delay_makes_one_ticket() -> Result<()> {
    let settling = async |world: &mut World| {
        world.settings(|tickets| tickets.default_row.settle_s = 300).await?;
        raised(world).await
    };
    let stays = async |world: &mut World, alert| {
        world.hint(&[alert]).await?;
        world.work().await?;
        world.advance(SignedDuration::from_mins(6));
        world.turn().await
    };
    kill_everywhere(settling, stays, End { tickets: &[(1, NEW, 0)], count: 1 }).await
}

/// Rules T6 and T17.
#[tokio::test(start_paused = true)]
async fn an_alert_that_clears_within_its_settle_delay_makes_none() -> Result<()> {
    let settling = async |world: &mut World| {
        world.settings(|tickets| tickets.default_row.settle_s = 3_600).await?;
        raised(world).await
    };
    let clears = async |world: &mut World, alert| {
        told(world, alert).await?;
        world.acronis.clear(alert)?;
        told(world, alert).await
    };
    kill_everywhere(settling, clears, End { tickets: &[], count: 1 }).await
}

/// Rule T4.
#[tokio::test(start_paused = true)]
async fn a_repeat_counts_and_writes_nothing() -> Result<()> {
    let repeats = async |world: &mut World, alert| {
        world.acronis.re_raise(alert)?;
        told(world, alert).await
    };
    kill_everywhere(with_ticket, repeats, End { tickets: &[(1, NEW, 0)], count: 2 }).await
}

/// Rules T4 and T20.
#[tokio::test(start_paused = true)]
async fn a_rise_in_severity_writes_one_note() -> Result<()> {
    let rises = async |world: &mut World, alert| {
        rises(world, alert).await?;
        told(world, alert).await
    };
    kill_everywhere(with_ticket, rises, End { tickets: &[(1, NEW, 1)], count: 2 }).await
}

/// Rule T5.
#[tokio::test(start_paused = true)]
async fn a_clear_closes_the_ticket() -> Result<()> {
    let clears = async |world: &mut World, alert| {
        world.acronis.clear(alert)?;
        told(world, alert).await
    };
    kill_everywhere(with_ticket, clears, End { tickets: &[(1, COMPLETE, 0)], count: 1 }).await
}

/// Rule T5, with *note when cleared*.
#[tokio::test(start_paused = true)]
async fn a_clear_with_a_note_writes_it_once_and_closes() -> Result<()> {
    let noted = async |world: &mut World| {
        world.settings(|tickets| tickets.note_when_cleared = true).await?;
        with_ticket(world).await
    };
    let clears = async |world: &mut World, alert| {
        world.acronis.clear(alert)?;
        told(world, alert).await
    };
    kill_everywhere(noted, clears, End { tickets: &[(1, COMPLETE, 1)], count: 1 }).await
}

/// Rule T7, first branch.
#[tokio::test(start_paused = true)]
async fn a_recurrence_reopens_the_ticket_with_one_note() -> Result<()> {
    let recurs = async |world: &mut World, alert| {
        world.acronis.re_raise(alert)?;
        told(world, alert).await
    };
    kill_everywhere(with_closed_ticket, recurs, End { tickets: &[(1, IN_PROGRESS, 1)], count: 2 }).await
}

/// Rule T7, second branch.
#[tokio::test(start_paused = true)]
async fn a_recurrence_after_the_chosen_days_makes_one_new_ticket() -> Result<()> {
    let long_closed = async |world: &mut World| {
        world.settings(|tickets| tickets.new_ticket_after_days = Some(2)).await?;
        let alert = with_closed_ticket(world).await?;
        world.advance(SignedDuration::from_hours(48));
        // The daily walk is not what this is about.
        world.turn().await?;
        Ok(alert)
    };
    let recurs = async |world: &mut World, alert| {
        world.acronis.re_raise(alert)?;
        told(world, alert).await
    };
    kill_everywhere(long_closed, recurs, End { tickets: &[(1, COMPLETE, 0), (2, NEW, 0)], count: 1 }).await
}

/// Rule T9.
#[tokio::test(start_paused = true)]
async fn a_recurrence_after_the_ticket_was_deleted_makes_one_new_ticket() -> Result<()> {
    let deleted = async |world: &mut World| {
        let alert = with_closed_ticket(world).await?;
        world
            .autotask
            .delete_ticket_as(TECHNICIAN, world.the_ticket()?.id)
            .map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
        Ok(alert)
    };
    let recurs = async |world: &mut World, alert| {
        world.acronis.re_raise(alert)?;
        told(world, alert).await
    };
    kill_everywhere(deleted, recurs, End { tickets: &[(2, NEW, 0)], count: 1 }).await
}

/// Rule T14.
#[tokio::test(start_paused = true)]
async fn a_technicians_completion_dismisses_the_alert_and_the_clear_writes_nothing() -> Result<()> {
    let two_way = async |world: &mut World| {
        world.settings(|tickets| tickets.default_row.two_way = true).await?;
        with_ticket(world).await
    };
    let completes = async |world: &mut World, alert| {
        let done = json!({ "status": COMPLETE, "resolution": "Freed some space." });
        world
            .autotask
            .change_ticket_as(TECHNICIAN, world.the_ticket()?.id, done)
            .map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
        world.turn().await?;
        world.advance(SignedDuration::from_mins(15));
        world.turn().await?;
        anyhow::ensure!(world.acronis.dismissed_by_clients() == [alert], "not dismissed exactly once");
        Ok(())
    };
    kill_everywhere(two_way, completes, End { tickets: &[(1, COMPLETE, 0)], count: 1 }).await
}

/// Rule X2: the create's reply is lost, and then the process that looks into it dies.
#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_looked_into_whoever_dies_over_it() -> Result<()> {
    let lost = async |world: &mut World| {
        let alert = raised(world).await?;
        world.autotask.control().add_fault(Fault::new(Kind::EffectThenDrop, TICKETS).on(&http::Method::POST));
        Ok(alert)
    };
    let looked_into = async |world: &mut World, alert| {
        world.hint(&[alert]).await?;
        world.work().await?;
        world.advance(SignedDuration::from_mins(1));
        world.turn().await
    };
    kill_everywhere(lost, looked_into, End { tickets: &[(1, NEW, 0)], count: 1 }).await
}

/// Rule X2: the create never arrived, and the process that may create a second time dies.
#[tokio::test(start_paused = true)]
async fn a_create_that_never_arrived_is_made_up_for_once() -> Result<()> {
    let lost = async |world: &mut World| {
        let alert = raised(world).await?;
        world.autotask.control().add_fault(Fault::new(Kind::DropBefore, TICKETS).on(&http::Method::POST));
        world.hint(&[alert]).await?;
        world.work().await?;
        world.advance(SignedDuration::from_mins(6));
        Ok(alert)
    };
    let made_up_for = async |world: &mut World, _| world.turn().await;
    kill_everywhere(lost, made_up_for, End { tickets: &[(1, NEW, 0)], count: 1 }).await
}
