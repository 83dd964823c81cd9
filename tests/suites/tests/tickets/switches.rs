//! Rules T1, V8: what a type's row says of its tickets, and each account's own switches.

use anyhow::Result;
use bridge_core::mapping::Switches;
use bridge_core::settings::Release;
use jiff::SignedDuration;
use simulators::autotask::CategoryId;
use suites::world::verbs_people::{ALDER_ACCOUNT, failed_backup};
use suites::world::{COMPLETE, NEW, World};

/// The category that is taken where none is chosen.
const STANDARD: CategoryId = CategoryId(3);

/// When the ticket of a new alert is due, counted from now.
async fn due(world: &mut World) -> Result<SignedDuration> {
    let (_, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    Ok(world.field(&ticket, "dueDateTime").parse::<jiff::Timestamp>()?.duration_since(world.now()))
}

#[tokio::test(start_paused = true)]
async fn t1_a_ticket_is_due_a_day_after_it_was_made_or_in_the_hours_of_its_row() -> Result<()> {
    let mut world = World::new().await?;
    assert_eq!(due(&mut world).await?, SignedDuration::from_hours(24));
    let mut world = World::new().await?;
    world.autotask.supply_due_in_category(STANDARD, SignedDuration::from_hours(8));
    world.settings(|tickets| tickets.default_row.due_in_hours = Some(4)).await?;
    assert_eq!(due(&mut world).await?, SignedDuration::from_hours(4), "the row goes before the category");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t1_a_row_without_hours_leaves_the_due_time_to_the_category() -> Result<()> {
    let mut world = World::new().await?;
    world.autotask.supply_due_in_category(STANDARD, SignedDuration::from_hours(8));
    world.settings(|tickets| tickets.default_row.due_in_hours = None).await?;
    assert_eq!(due(&mut world).await?, SignedDuration::from_hours(8));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v8_an_accounts_own_queue_and_priority_go_before_the_types() -> Result<()> {
    let mut world = World::new().await?;
    world
        .switches(ALDER_ACCOUNT, |switches| {
            switches.queue = Some(6);
            switches.priority = Some(4);
        })
        .await?;
    let (_, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    assert_eq!((world.number(&ticket, "queueID"), world.number(&ticket, "priority")), (Some(6), Some(4)));
    Ok(())
}

/// A ticket whose alert clears, and a new alert, while the account is switched off.
async fn meanwhile(world: &mut World) -> Result<()> {
    let before = world.our_tickets();
    let [alert] = world.acronis.alerts().iter().map(|alert| alert.id).collect::<Vec<_>>()[..] else {
        anyhow::bail!("one alert")
    };
    world.acronis.clear(alert)?;
    world.acronis.raise(failed_backup("SRV-2"))?;
    world.pass(SignedDuration::from_mins(25)).await?;
    assert_eq!(world.our_tickets(), before, "neither a new ticket nor a close\n{}", world.seam.trace());
    Ok(())
}

async fn is_silent(off: impl Fn(&mut Switches)) -> Result<()> {
    let mut world = World::new().await?;
    world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.switches(ALDER_ACCOUNT, off).await?;
    meanwhile(&mut world).await
}

#[tokio::test(start_paused = true)]
async fn v8_an_account_with_tickets_off_is_left_alone() -> Result<()> {
    is_silent(|switches| switches.tickets = false).await
}

#[tokio::test(start_paused = true)]
async fn v8_an_excluded_account_is_left_alone() -> Result<()> {
    is_silent(|switches| switches.excluded = Some("handled by another desk".to_owned())).await
}

#[tokio::test(start_paused = true)]
async fn v8_a_paused_account_is_left_alone_and_taken_up_when_the_pause_expires() -> Result<()> {
    let mut world = World::new().await?;
    world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.pause(ALDER_ACCOUNT, world.now() + SignedDuration::from_mins(30)).await?;
    meanwhile(&mut world).await?;
    world.pass(SignedDuration::from_mins(7)).await?;
    let statuses: Vec<i64> = world.our_tickets().iter().map(|ticket| ticket.status).collect();
    assert_eq!(statuses, [COMPLETE, NEW], "the clear and the raise of the meantime\n{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t15_a_pause_that_expires_asks_about_more_than_twenty_alerts_of_the_meantime() -> Result<()> {
    let mut world = World::new().await?;
    world.turn().await?;
    world.pause(ALDER_ACCOUNT, world.now() + SignedDuration::from_mins(30)).await?;
    (0..21).try_for_each(|n| world.acronis.raise(failed_backup(&format!("PC-{n}"))).map(drop))?;
    world.pass(SignedDuration::from_mins(35)).await?;
    assert_eq!(world.our_tickets().len(), 0);
    assert_eq!(world.releases().await?, [Release::Held { tickets: 21 }]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t1_with_tickets_off_altogether_nothing_is_read_or_written() -> Result<()> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.enabled = false).await?;
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.hint(&[alert]).await?;
    world.pass(SignedDuration::from_mins(3)).await?;
    assert!(world.our_tickets().is_empty() && world.autotask_calls().is_empty());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t2_a_type_without_tickets_makes_none() -> Result<()> {
    let mut world = World::new().await?;
    world.settings(|tickets| tickets.default_row.create = false).await?;
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.hint(&[alert]).await?;
    world.turn().await?;
    assert!(world.our_tickets().is_empty());
    Ok(())
}
