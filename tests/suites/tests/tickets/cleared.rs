//! Rules T5, T6: what happens when the last alert of a problem clears.

use anyhow::Result;
use bridge_core::id::TicketId;
use bridge_core::settings::Tickets;
use jiff::SignedDuration;
use serde_json::json;
use simulators::acronis::{AlertId, Raise, seed};
use simulators::autotask::seed::TECHNICIAN;
use suites::world::verbs_people::{ALDER_ACCOUNT, failed_backup};
use suites::world::{COMPLETE, NEW, OurTicket, World};

/// *Waiting Customer*: a status that an administrator may choose instead of Complete.
const WAITING: i64 = 7;

async fn cleared(world: &mut World) -> Result<(AlertId, OurTicket)> {
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.advance(SignedDuration::from_mins(1));
    world.acronis.clear(alert)?;
    world.forget_calls();
    world.turn().await?;
    Ok((alert, world.again(&ticket)?))
}

fn patches(world: &World) -> usize {
    world.autotask_calls().iter().filter(|call| *call == "PATCH /Tickets").count()
}

#[tokio::test(start_paused = true)]
async fn t5_the_ticket_is_completed_once_with_a_resolution_in_one_call() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = cleared(&mut world).await?;
    assert_eq!((ticket.status, patches(&world)), (COMPLETE, 1));
    let resolution = world.field(&ticket, "resolution");
    assert_eq!(resolution, "The alert cleared in Acronis on 2026-11-22 09:02 UTC. It had been raised once.");
    assert!(world.note_titles(&ticket).is_empty());
    world.hint(&[alert]).await?;
    world.pass(SignedDuration::from_mins(5)).await?;
    assert_eq!(patches(&world), 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_a_resolution_that_a_technician_wrote_stays() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.autotask.change_ticket_as(TECHNICIAN, ticket.id, json!({ "resolution": "New disk." }))?;
    world.after_minutes(1).await?;
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    assert_eq!((world.again(&ticket)?.status, world.field(&ticket, "resolution")), (COMPLETE, "New disk.".to_owned()));
    Ok(())
}

/// What a resolution is in the end that a technician types after the last bulk read and before the alert clears.
async fn typed_at_the_last_moment(change: impl Fn(&mut Tickets)) -> Result<String> {
    let mut world = World::new().await?;
    world.settings(change).await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.autotask.change_ticket_as(TECHNICIAN, ticket.id, json!({ "resolution": "New disk." }))?;
    world.acronis.clear(alert)?;
    world.hint(&[alert]).await?;
    world.work().await?;
    assert_ne!(world.again(&ticket)?.status, NEW, "{}", world.seam.trace());
    Ok(world.field(&ticket, "resolution"))
}

#[tokio::test(start_paused = true)]
async fn t19_a_resolution_typed_since_the_last_bulk_read_is_replaced_by_the_closing() -> Result<()> {
    let ours = "The alert cleared in Acronis on 2026-11-22 09:01 UTC. It had been raised once.";
    assert_eq!(typed_at_the_last_moment(|_| {}).await?, ours);
    // It is neither a note nor time, so it shows nobody at work.
    assert_eq!(typed_at_the_last_moment(|tickets| tickets.technician_safe = true).await?, ours);
    let reads_first = |tickets: &mut Tickets| tickets.auto_close_status = Some(WAITING);
    assert_eq!(typed_at_the_last_moment(reads_first).await?, "New disk.");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_a_ticket_that_a_technician_closed_is_not_written_to() -> Result<()> {
    let mut world = World::new().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.autotask.complete_as(TECHNICIAN, ticket.id)?;
    world.after_minutes(1).await?;
    world.acronis.clear(alert)?;
    world.forget_calls();
    world.after_minutes(1).await?;
    assert_eq!(patches(&world), 0);
    assert_eq!(world.number(&ticket, "completedByResourceID"), Some(TECHNICIAN.0));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_with_another_closing_status_the_ticket_is_read_first() -> Result<()> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.auto_close_status = Some(WAITING)).await?;
    let (_, ticket) = cleared(&mut world).await?;
    assert_eq!(ticket.status, WAITING);

    let (alert, second) = world.ticket_for(failed_backup("SRV-2")).await?;
    world.after_minutes(1).await?;
    // Closed by a technician since the last bulk read, and before the alert clears.
    world.autotask.complete_as(TECHNICIAN, second.id)?;
    world.acronis.clear(alert)?;
    world.hint(&[alert]).await?;
    world.work().await?;
    assert_eq!(world.again(&second)?.status, COMPLETE, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_a_refused_close_leaves_a_note_and_an_open_ticket_and_is_not_retried() -> Result<()> {
    let mut world = World::new().await?;
    world.autotask.quirks(|quirks| quirks.required_on_completion = vec!["subIssueType".to_owned()]);
    let (_, ticket) = cleared(&mut world).await?;
    assert_eq!(ticket.status, NEW);
    assert_eq!(world.note_titles(&ticket), ["Acronis alert cleared (note 1)"]);
    let note = world.autotask.notes(ticket.id)[0]["description"].as_str().unwrap_or_default().to_owned();
    assert!(note.contains("refused to close this ticket"), "{note}");
    let tried = patches(&world);
    world.pass(SignedDuration::from_hours(1)).await?;
    assert_eq!((tried, patches(&world)), (1, 1));
    let activity = world.activity().await?;
    let shown: Vec<_> = activity.iter().filter(|done| done.what == "closing refused by Autotask").collect();
    assert_eq!(shown.iter().map(|done| done.old.as_deref()).collect::<Vec<_>>(), [Some("status 1")], "shown once");
    let (said, subject) = (shown[0].new.as_deref().unwrap_or_default(), &shown[0].subject);
    assert!(said.contains("subIssueType"), "{said}");
    assert_eq!((subject.account, subject.ticket), (Some(ALDER_ACCOUNT), Some(TicketId(ticket.id.0))));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_technician_safe_leaves_a_ticket_with_a_technicians_note_open() -> Result<()> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.technician_safe = true).await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.autotask.write_note_as(TECHNICIAN, ticket.id, "On it", "Looking at the disk.")?;
    world.after_minutes(1).await?;
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    world.after_minutes(1).await?;
    assert_eq!(world.again(&ticket)?.status, NEW);
    assert_eq!(world.note_titles(&ticket), ["On it", "Acronis alert cleared (note 1)"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_technician_safe_leaves_a_ticket_with_booked_time_open() -> Result<()> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.technician_safe = true).await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.autotask.write_time_as(TECHNICIAN, ticket.id, 0.5)?;
    world.after_minutes(1).await?;
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    assert_eq!(world.again(&ticket)?.status, NEW);
    assert_eq!(world.note_titles(&ticket), ["Acronis alert cleared (note 1)"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_technician_safe_closes_a_ticket_that_nobody_touched_whatever_we_wrote() -> Result<()> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.technician_safe = true).await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1").severity("warning")).await?;
    world.acronis.raise(failed_backup("SRV-1").severity("critical").id(alert))?;
    world.after_minutes(1).await?;
    assert_eq!(world.note_titles(&ticket).len(), 1, "our own note");
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    assert_eq!(world.again(&ticket)?.status, COMPLETE, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_a_note_when_cleared_comes_before_the_close() -> Result<()> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.note_when_cleared = true).await?;
    let (_, ticket) = cleared(&mut world).await?;
    assert_eq!(
        (ticket.status, world.note_titles(&ticket)),
        (COMPLETE, vec!["Acronis alert cleared (note 1)".to_owned()])
    );
    let writes: Vec<String> = world.autotask_calls().into_iter().filter(|call| !call.contains("query")).collect();
    assert_eq!(writes, [format!("POST /Tickets/{}/Notes", ticket.id), "PATCH /Tickets".to_owned()]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t5_without_auto_closing_a_clear_does_nothing_or_writes_one_note() -> Result<()> {
    for (note_when_cleared, notes) in [(false, 0), (true, 1)] {
        let mut world = World::new().await?;
        world
            .settings(|tickets| {
                tickets.auto_close_status = None;
                tickets.note_when_cleared = note_when_cleared;
            })
            .await?;
        let (_, ticket) = cleared(&mut world).await?;
        world.pass(SignedDuration::from_mins(3)).await?;
        assert_eq!((world.again(&ticket)?.status, world.note_titles(&ticket).len()), (NEW, notes));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t6_an_alert_that_clears_before_its_ticket_makes_none_and_is_listed() -> Result<()> {
    let mut world = World::new().await?;
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.acronis.clear(alert)?;
    world.hint(&[alert]).await?;
    world.turn().await?;
    assert!(world.our_tickets().is_empty());
    let listed: Vec<String> = world.activity().await?.into_iter().map(|done| done.what).collect();
    assert_eq!(listed, ["cleared unseen"]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t6_a_type_may_make_a_ticket_also_when_cleared_and_closes_it_if_auto_closing_is_on() -> Result<()> {
    for (closing, status) in [(Some(COMPLETE), COMPLETE), (None, NEW)] {
        let mut world = World::new().await?;
        world
            .settings(|tickets| {
                tickets.auto_close_status = closing;
                tickets.default_row.also_when_cleared = Some(true);
            })
            .await?;
        let alert = world.acronis.raise(failed_backup("SRV-1"))?;
        world.advance(SignedDuration::from_mins(3));
        world.acronis.clear(alert)?;
        world.hint(&[alert]).await?;
        world.work().await?;
        world.after_minutes(1).await?;
        let ticket = world.the_ticket()?;
        assert_eq!(ticket.status, status, "{}", world.seam.trace());
        let text = world.field(&ticket, "description");
        assert!(text.contains("Raised: 2026-11-22 09:00 UTC\nCleared: 2026-11-22 09:03 UTC"), "{text}");
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t6_a_malware_alert_makes_a_ticket_even_when_it_has_cleared() -> Result<()> {
    let mut world = World::new().await?;
    let raise = Raise::new("MalwareDetected").category("EDR").at(seed::ALDER).on("PC-1");
    let alert = world.acronis.raise(raise)?;
    world.acronis.clear(alert)?;
    world.hint(&[alert]).await?;
    world.work().await?;
    world.the_ticket().map(drop)
}
