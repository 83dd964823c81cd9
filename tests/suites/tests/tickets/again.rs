//! Rules T7, T8: an alert that comes back after its ticket was closed, or never went.

use anyhow::Result;
use bridge_core::id::TicketId;
use jiff::SignedDuration;
use simulators::acronis::AlertId;
use simulators::autotask::seed::{SECOND_TECHNICIAN, TECHNICIAN, TECHNICIAN_ROLE};
use suites::world::verbs_people::{ALDER_ACCOUNT, failed_backup};
use suites::world::{COMPLETE, IN_PROGRESS, OurTicket, World};

const DAYS: i64 = 3;

/// A ticket that closed with its alert.
async fn closed(world: &mut World) -> Result<(AlertId, OurTicket)> {
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    anyhow::ensure!(!world.again(&ticket)?.is_open());
    world.after_minutes(1).await?;
    Ok((alert, ticket))
}

async fn raise_again(world: &mut World, alert: AlertId) -> Result<()> {
    world.acronis.re_raise(alert)?;
    world.hint(&[alert]).await?;
    world.work().await
}

#[tokio::test(start_paused = true)]
async fn t7_the_initial_ticket_is_reopened_with_a_note_however_old() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = closed(&mut world).await?;
    let assignment = serde_json::json!({
        "queueID": 6, "priority": 4, "assignedResourceID": TECHNICIAN.0, "assignedResourceRoleID": TECHNICIAN_ROLE,
    });
    world.autotask.change_ticket_as(TECHNICIAN, ticket.id, assignment)?;
    world.advance(SignedDuration::from_hours(24 * 400));
    raise_again(&mut world, alert).await?;
    assert_eq!(world.the_ticket()?.status, IN_PROGRESS);
    assert_eq!(world.note_titles(&ticket), ["Acronis alert occurred again (note 1)"]);
    let kept = ["queueID", "priority", "assignedResourceID"].map(|field| world.number(&ticket, field));
    assert_eq!(kept, [Some(6), Some(4), Some(TECHNICIAN.0)], "queue, priority and assignee stay");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t7_closed_for_less_than_n_days_is_reopened_and_from_n_days_on_followed_by_a_new_ticket() -> Result<()> {
    for (early_s, episodes) in [(1, vec![1]), (0, vec![1, 2])] {
        let mut world = World::new().await?;
        world.settings(|tickets| tickets.new_ticket_after_days = Some(DAYS as u32)).await?;
        let (alert, ticket) = closed(&mut world).await?;
        let closed_at: jiff::Timestamp = world.field(&ticket, "completedDate").parse()?;
        let raised_at = closed_at + SignedDuration::from_hours(DAYS * 24) - SignedDuration::from_secs(early_s);
        world.advance(raised_at.duration_since(world.now()));
        raise_again(&mut world, alert).await?;
        let found: Vec<u32> = world.our_tickets().iter().map(|ticket| ticket.reference.episode).collect();
        assert_eq!(found, episodes, "{early_s} s early");
        let last = world.our_tickets().pop().expect("a ticket");
        assert!(last.is_open());
        if episodes.len() == 2 {
            let number = world.field(&ticket, "ticketNumber");
            let text = world.field(&last, "description");
            assert!(text.starts_with(&format!("Follows {number}, which was closed some time ago.")), "{text}");
            assert_eq!(world.again(&ticket)?.status, COMPLETE, "the old one is left alone");
        }
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t7_a_raise_while_a_technician_closes_the_ticket_reopens_it() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.advance(SignedDuration::from_secs(10));
    world.autotask.complete_as(TECHNICIAN, ticket.id)?;
    world.advance(SignedDuration::from_secs(10));
    // The worker hears of the raise before any read has shown that the ticket was closed.
    raise_again(&mut world, alert).await?;
    assert_eq!(world.again(&ticket)?.status, COMPLETE);
    world.after_minutes(1).await?;
    assert_eq!(world.again(&ticket)?.status, IN_PROGRESS, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t7_after_three_reopenings_in_a_day_closing_waits_for_a_day_of_quiet() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = closed(&mut world).await?;
    for _ in 0..3 {
        world.advance(SignedDuration::from_hours(1));
        raise_again(&mut world, alert).await?;
        world.after_minutes(1).await?;
        world.acronis.clear(alert)?;
        world.after_minutes(1).await?;
    }
    let flapping = |world: &World| {
        world.note_titles(&ticket).iter().filter(|title| title.starts_with("Acronis alert comes and goes")).count()
    };
    assert_eq!((world.again(&ticket)?.is_open(), flapping(&world)), (true, 1), "{:?}", world.note_titles(&ticket));
    world.advance(SignedDuration::from_hours(23));
    world.turn().await?;
    assert!(world.again(&ticket)?.is_open());
    world.advance(SignedDuration::from_mins(61));
    world.turn().await?;
    assert_eq!((world.again(&ticket)?.is_open(), flapping(&world)), (false, 1), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t8_a_ticket_closed_while_its_alert_stays_active_is_not_reopened() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.autotask.complete_as(SECOND_TECHNICIAN, ticket.id)?;
    world.after_minutes(1).await?;
    world.hint(&[alert]).await?;
    world.work().await?;
    world.advance(SignedDuration::from_hours(24 * 30));
    world.turn().await?;
    assert_eq!((world.the_ticket()?.status, world.note_titles(&ticket).len()), (COMPLETE, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t8_a_ticket_closed_while_its_alert_stays_active_is_listed_once() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.autotask.complete_as(SECOND_TECHNICIAN, ticket.id)?;
    world.after_minutes(1).await?;
    world.hint(&[alert]).await?;
    world.work().await?;
    world.advance(SignedDuration::from_hours(24));
    world.turn().await?;
    let activity = world.activity().await?;
    let listed: Vec<_> = activity.iter().filter(|done| done.what == "alert active, ticket closed").collect();
    assert_eq!(listed.len(), 1, "{activity:?}");
    assert_eq!(listed[0].why, "its ticket was closed in Autotask while the alert is still active");
    let subject = &listed[0].subject;
    assert_eq!((subject.account, subject.ticket), (Some(ALDER_ACCOUNT), Some(TicketId(ticket.id.0))));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t8_a_reminder_reopens_the_ticket_once_after_the_chosen_days() -> Result<()> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.default_row.remind_after_days = Some(DAYS as u32)).await?;
    let (_, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.autotask.complete_as(TECHNICIAN, ticket.id)?;
    world.after_minutes(1).await?;
    world.advance(SignedDuration::from_hours(DAYS * 24 - 1));
    world.turn().await?;
    assert!(!world.again(&ticket)?.is_open(), "not before");
    world.advance(SignedDuration::from_hours(1));
    world.turn().await?;
    assert_eq!(world.again(&ticket)?.status, IN_PROGRESS, "{}", world.seam.trace());
    assert_eq!(world.note_titles(&ticket), ["Acronis alert is still active (note 1)"]);

    world.autotask.complete_as(TECHNICIAN, ticket.id)?;
    world.after_minutes(1).await?;
    world.advance(SignedDuration::from_hours(DAYS * 24 * 2));
    world.turn().await?;
    world.after_minutes(1).await?;
    assert!(!world.again(&ticket)?.is_open(), "once");
    Ok(())
}
