//! Rules T9, T16: tickets that cannot be reopened, or are another account's now.

use anyhow::Result;
use http::Method;
use jiff::SignedDuration;
use simulators::acronis::{AlertId, seed};
use simulators::autotask::StatusRule;
use simulators::autotask::seed::TECHNICIAN;
use simulators::control::{Fault, Kind};
use suites::world::verbs_people::{ALDER_ACCOUNT, BIRCH_ACCOUNT, IVY_ACCOUNT, failed_backup};
use suites::world::{COMPLETE, IN_PROGRESS, NEW, OurTicket, World};

/// An open ticket that a bulk read has confirmed.
async fn open(world: &mut World) -> Result<(AlertId, OurTicket)> {
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    Ok((alert, ticket))
}

/// A ticket that closed with its alert.
async fn closed(world: &mut World) -> Result<(AlertId, OurTicket)> {
    let (alert, ticket) = open(world).await?;
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    world.after_minutes(1).await?;
    Ok((alert, world.again(&ticket)?))
}

async fn raise_again(world: &mut World, alert: AlertId) -> Result<OurTicket> {
    world.advance(SignedDuration::from_mins(1));
    world.acronis.re_raise(alert)?;
    world.turn().await?;
    world.after_minutes(1).await?;
    world.our_tickets().pop().ok_or_else(|| anyhow::anyhow!("no ticket\n{}", world.seam.trace()))
}

fn follows(world: &World, old: &str, new: &OurTicket, why: &str) {
    let text = world.field(new, "description");
    assert!(text.starts_with(&format!("Follows {old}, which {why}.")), "{text}");
    assert_eq!((new.reference.episode, new.status), (2, NEW));
}

#[tokio::test(start_paused = true)]
async fn t9_a_deleted_ticket_is_followed_by_a_new_one_that_says_why() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = closed(&mut world).await?;
    let number = world.field(&ticket, "ticketNumber");
    world.autotask.delete_ticket_as(TECHNICIAN, ticket.id)?;
    let new = raise_again(&mut world, alert).await?;
    follows(&world, &number, &new, "was deleted or merged");
    assert_eq!(world.our_tickets().len(), 1, "only the new one is left");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t9_a_ticket_deleted_while_open_does_not_come_back_before_the_alert_is_raised_again() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = open(&mut world).await?;
    world.autotask.delete_ticket_as(TECHNICIAN, ticket.id)?;
    world.advance(SignedDuration::from_hours(24));
    world.turn().await?;
    world.after_minutes(6).await?;
    assert!(world.our_tickets().is_empty());
    let new = raise_again(&mut world, alert).await?;
    assert_eq!(new.reference.episode, 2);
    Ok(())
}

/// The log of deleted tickets takes a permission of its own.
const LOG: &str = "DeletedTicketLogs";

/// A world without that permission; by another ticket the user is known to see tickets at all (rule X3).
async fn without_log() -> Result<World> {
    let mut world = World::new().await?;
    world.autotask.quirks(|quirks| quirks.unreadable = vec![LOG]);
    world.ticket_for(failed_backup("SRV-0")).await?;
    Ok(world)
}

/// Episodes of the problem's tickets that are left.
fn episodes(world: &World) -> Vec<u32> {
    let is_of_it = |ticket: &OurTicket| ticket.title.contains("SRV-1");
    world.our_tickets().into_iter().filter(is_of_it).map(|ticket| ticket.reference.episode).collect()
}

/// The alert is raised once more as it was, a minute after its open ticket was deleted. Nothing is written to the ticket then.
async fn delete_and_raise(world: &mut World, alert: AlertId, ticket: &OurTicket) -> Result<()> {
    world.autotask.delete_ticket_as(TECHNICIAN, ticket.id)?;
    world.advance(SignedDuration::from_mins(1));
    world.acronis.re_raise(alert)?;
    world.turn().await?;
    anyhow::ensure!(episodes(world).is_empty(), "a raise asks nothing of Autotask");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t9_a_raise_after_an_open_ticket_was_deleted_has_a_new_one_within_minutes() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = open(&mut world).await?;
    delete_and_raise(&mut world, alert, &ticket).await?;
    world.pass(SignedDuration::from_mins(20)).await?;
    assert_eq!(episodes(&world), [2], "{}", world.seam.trace());
    world.forget_calls();
    world.pass(SignedDuration::from_mins(60)).await?;
    assert_eq!(world.acronis_calls().len(), 60, "a deletion that was seen asks for no further walk");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t9_a_callout_about_a_deleted_ticket_is_enough_where_the_log_of_deletions_is_closed() -> Result<()> {
    let mut world = without_log().await?;
    let doors = world.doors().await?;
    let (alert, ticket) = open(&mut world).await?;
    world.autotask.delete_ticket_as(TECHNICIAN, ticket.id)?;
    assert_eq!(doors.tell_deleted(ticket.id).await, 202);
    world.work().await?;
    world.advance(SignedDuration::from_mins(1));
    world.acronis.re_raise(alert)?;
    world.pass(SignedDuration::from_mins(20)).await?;
    assert_eq!(episodes(&world), [2], "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t9_a_callout_about_a_deleted_ticket_counts_no_raise_from_before_it() -> Result<()> {
    let mut world = without_log().await?;
    let doors = world.doors().await?;
    let (alert, ticket) = open(&mut world).await?;
    world.advance(SignedDuration::from_mins(30));
    world.acronis.re_raise(alert)?;
    world.turn().await?;
    world.advance(SignedDuration::from_mins(1));
    world.autotask.delete_ticket_as(TECHNICIAN, ticket.id)?;
    assert_eq!(doors.tell_deleted(ticket.id).await, 202);
    world.work().await?;
    world.pass(SignedDuration::from_mins(20)).await?;
    assert_eq!(episodes(&world), [0_u32; 0], "whoever deleted it knew");
    raise_again(&mut world, alert).await?;
    assert_eq!(episodes(&world), [2], "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t9_a_deletion_that_nobody_tells_of_is_found_by_the_daily_walk_and_costs_no_raise() -> Result<()> {
    let mut world = without_log().await?;
    let (alert, ticket) = open(&mut world).await?;
    delete_and_raise(&mut world, alert, &ticket).await?;
    world.pass(SignedDuration::from_mins(20)).await?;
    assert_eq!(episodes(&world), [0_u32; 0], "nobody knows yet");
    world.advance(SignedDuration::from_hours(24));
    world.turn().await?;
    assert_eq!(episodes(&world), [2], "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t9_a_raise_whose_note_finds_the_ticket_deleted_has_a_new_one_at_once() -> Result<()> {
    let mut world = without_log().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1").severity("warning")).await?;
    world.after_minutes(1).await?;
    world.autotask.delete_ticket_as(TECHNICIAN, ticket.id)?;
    world.advance(SignedDuration::from_mins(1));
    world.acronis.re_raise(alert)?;
    world.acronis.raise(failed_backup("SRV-1").severity("critical").id(alert))?;
    world.turn().await?;
    assert_eq!(episodes(&world), [2], "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t9_a_log_of_deletions_that_is_refused_fails_no_poll() -> Result<()> {
    let world = World::new().await?;
    let refused = Fault::new(Kind::Status, format!("/atservicesrest/v1.0/{LOG}")).status(403).times(100);
    world.autotask.control().add_fault(refused);
    for _ in 0..3 {
        world.advance(SignedDuration::from_mins(15));
        let summary = world.poll().await?.expect("the poll lives");
        assert_eq!(summary.failed, Vec::<String>::new());
    }
    assert_eq!(world.autotask_calls().iter().filter(|call| call.contains(LOG)).count(), 3);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t9_a_refused_reopening_is_followed_by_a_new_ticket() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = closed(&mut world).await?;
    let number = world.field(&ticket, "ticketNumber");
    assert!(world.autotask.deactivate_pick_value("Tickets", "status", IN_PROGRESS));
    let new = raise_again(&mut world, alert).await?;
    follows(&world, &number, &new, "Autotask refused to reopen");
    assert_eq!(world.again(&ticket)?.status, COMPLETE);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t9_a_workflow_rule_that_closes_the_reopened_ticket_is_noticed_and_followed_by_a_new_one() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = closed(&mut world).await?;
    let number = world.field(&ticket, "ticketNumber");
    world.autotask.quirks(|quirks| quirks.workflow = Some(StatusRule { from: IN_PROGRESS, to: COMPLETE }));
    let new = raise_again(&mut world, alert).await?;
    follows(&world, &number, &new, "a rule in Autotask closed again after it was reopened");
    world.pass(SignedDuration::from_mins(5)).await?;
    assert_eq!(world.our_tickets().len(), 2, "no loop");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t9_a_ticket_moved_to_another_company_is_left_alone_and_followed_by_a_new_one() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = closed(&mut world).await?;
    let number = world.field(&ticket, "ticketNumber");
    world.autotask.move_ticket(ticket.id, World::company(BIRCH_ACCOUNT))?;
    world.after_minutes(1).await?;
    let new = raise_again(&mut world, alert).await?;
    follows(&world, &number, &new, "belongs to another account now");
    assert_eq!((new.company, world.again(&ticket)?.status), (ALDER_ACCOUNT.0, COMPLETE));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t16_a_moved_ticket_is_not_closed_with_its_alert() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = open(&mut world).await?;
    world.autotask.move_ticket(ticket.id, World::company(BIRCH_ACCOUNT))?;
    world.after_minutes(1).await?;
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    world.after_minutes(5).await?;
    assert_eq!((world.the_ticket()?.status, world.note_titles(&ticket).len()), (NEW, 0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t16_after_a_new_mapping_the_next_raise_makes_a_ticket_under_the_new_account() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = open(&mut world).await?;
    world.map_instead(ALDER_ACCOUNT, IVY_ACCOUNT, seed::ALDER).await?;
    world.after_minutes(1).await?;
    world.advance(SignedDuration::from_mins(1));
    world
        .acronis
        .raise(failed_backup("SRV-1").severity("critical").detail("error", serde_json::json!({"code": 1})).id(alert))?;
    world.turn().await?;
    world.after_minutes(1).await?;
    let tickets = world.our_tickets();
    assert_eq!(tickets.iter().map(|ticket| ticket.company).collect::<Vec<_>>(), [ALDER_ACCOUNT.0, IVY_ACCOUNT.0]);
    assert_eq!((world.again(&ticket)?.status, world.note_titles(&ticket).len()), (NEW, 0), "the old one is left alone");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t9_a_ticket_that_cannot_be_reached_for_a_moment_is_reopened_and_not_replaced() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = closed(&mut world).await?;
    let patch = Fault::new(Kind::Status, "/atservicesrest/v1.0/Tickets").on(&Method::PATCH).status(503);
    world.autotask.control().add_fault(patch);
    world.advance(SignedDuration::from_mins(1));
    world.acronis.re_raise(alert)?;
    world.pass(SignedDuration::from_mins(20)).await?;
    assert_eq!((world.the_ticket()?.id, world.the_ticket()?.status), (ticket.id, IN_PROGRESS));
    assert_eq!(world.note_titles(&ticket), ["Acronis alert occurred again (note 1)"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t9_a_zone_without_patch_closes_and_reopens_all_the_same() -> Result<()> {
    let mut world = World::new().await?;
    world.autotask.quirks(|quirks| quirks.no_ticket_patch = true);
    let (alert, ticket) = closed(&mut world).await?;
    assert_eq!(ticket.status, COMPLETE);
    raise_again(&mut world, alert).await?;
    assert_eq!(world.the_ticket()?.status, IN_PROGRESS);
    Ok(())
}
