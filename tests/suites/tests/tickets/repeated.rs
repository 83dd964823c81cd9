//! Rules T4, T20: what an open ticket is told.

use anyhow::Result;
use http::Method;
use jiff::SignedDuration;
use serde_json::json;
use simulators::acronis::{AlertId, Raise};
use simulators::control::{Fault, Kind};
use suites::world::verbs_people::failed_backup;
use suites::world::{OurTicket, World};

async fn tell(world: &mut World, raise: Raise) -> Result<()> {
    let alert = world.acronis.raise(raise)?;
    world.hint(&[alert]).await?;
    world.work().await
}

async fn ticket() -> Result<(World, AlertId, OurTicket)> {
    let mut world = World::new().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1").severity("warning")).await?;
    world.after_minutes(1).await?;
    Ok((world, alert, ticket))
}

fn other_cause() -> Raise {
    let error = json!({ "code": 1, "text": "Outer.", "suberror": { "code": 4711, "text": "The disk is full." } });
    failed_backup("SRV-1").severity("warning").detail("error", error)
}

#[tokio::test(start_paused = true)]
async fn t4_a_repeated_alert_adds_neither_ticket_nor_note_and_is_counted() -> Result<()> {
    let (mut world, alert, ticket) = ticket().await?;
    for _ in 0..5 {
        world.advance(SignedDuration::from_hours(1));
        world.acronis.re_raise(alert)?;
        world.hint(&[alert]).await?;
        world.work().await?;
    }
    assert_eq!(world.the_ticket()?.id, ticket.id);
    assert_eq!(world.note_titles(&ticket), Vec::<String>::new());
    assert_eq!(world.entry(&ticket).await?.count, 6);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t4_another_alert_id_of_the_same_workload_and_plan_is_the_same_problem() -> Result<()> {
    let (mut world, alert, ticket) = ticket().await?;
    world.advance(SignedDuration::from_mins(1));
    let twin = world.acronis.raise(failed_backup("SRV-1").severity("warning"))?;
    world.turn().await?;
    assert_eq!(world.the_ticket()?.id, ticket.id);
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    assert!(world.the_ticket()?.is_open(), "one of the two is still active");
    world.acronis.clear(twin)?;
    world.after_minutes(1).await?;
    assert!(!world.the_ticket()?.is_open());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t4_a_changed_cause_is_told_once_a_day_and_a_rise_always() -> Result<()> {
    let (mut world, alert, ticket) = ticket().await?;
    tell(&mut world, other_cause().id(alert)).await?;
    assert_eq!(world.note_titles(&ticket), ["Acronis alert changed (note 1)"]);
    world.advance(SignedDuration::from_hours(1));
    tell(&mut world, failed_backup("SRV-1").severity("warning").id(alert)).await?;
    assert_eq!(world.note_titles(&ticket).len(), 1, "once in 24 hours");
    world.advance(SignedDuration::from_hours(1));
    tell(&mut world, failed_backup("SRV-1").severity("critical").id(alert)).await?;
    assert_eq!(world.note_titles(&ticket).len(), 2, "a rise is always told");
    world.advance(SignedDuration::from_hours(25));
    tell(&mut world, other_cause().severity("critical").id(alert)).await?;
    assert_eq!(world.note_titles(&ticket).last().map(String::as_str), Some("Acronis alert changed (note 3)"));
    let notes = world.autotask.notes(ticket.id);
    let text = notes.last().and_then(|note| note["description"].as_str()).unwrap_or_default();
    assert!(text.contains("The disk is full.") && text.contains("5 times"), "{text}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t4_a_text_that_changes_under_the_same_code_says_nothing() -> Result<()> {
    let (mut world, alert, ticket) = ticket().await?;
    let error =
        json!({ "code": 20_250_646, "text": "Der Vorgang schlug fehl.", "suberror": { "code": 1060, "text": "Neu." } });
    let raise = failed_backup("SRV-1").severity("warning").detail("error", error).id(alert);
    tell(&mut world, raise).await?;
    assert_eq!(world.note_titles(&ticket), Vec::<String>::new());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t20_a_note_whose_answer_is_lost_is_found_by_its_title_and_not_written_twice() -> Result<()> {
    let (mut world, alert, ticket) = ticket().await?;
    let notes = Fault::new(Kind::EffectThenDrop, "/atservicesrest/v1.0/Tickets/*/Notes").on(&Method::POST);
    world.autotask.control().add_fault(notes);
    tell(&mut world, other_cause().id(alert)).await?;
    world.pass(SignedDuration::from_mins(10)).await?;
    assert_eq!(world.note_titles(&ticket), ["Acronis alert changed (note 1)"], "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t20_a_note_that_was_certainly_not_written_is_written() -> Result<()> {
    let (mut world, alert, ticket) = ticket().await?;
    let notes = Fault::new(Kind::Status, "/atservicesrest/v1.0/Tickets/*/Notes").on(&Method::POST).status(429);
    world.autotask.control().add_fault(notes);
    tell(&mut world, other_cause().id(alert)).await?;
    assert_eq!(world.note_titles(&ticket), Vec::<String>::new());
    world.pass(SignedDuration::from_mins(2)).await?;
    assert_eq!(world.note_titles(&ticket), ["Acronis alert changed (note 1)"], "{}", world.seam.trace());
    Ok(())
}
