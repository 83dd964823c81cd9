//! Rule V8: each account's own switches.

use anyhow::Result;
use bridge_core::mapping::{Pause, Switches};
use jiff::SignedDuration;
use suites::world::verbs_people::{ALDER_ACCOUNT, failed_backup};
use suites::world::{COMPLETE, NEW, World};

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

/// Nothing is written for the account while `off` holds: no new ticket, no close.
async fn is_silent(off: impl Fn(&mut Switches)) -> Result<World> {
    let mut world = World::new().await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    world.after_minutes(1).await?;
    world.switches(ALDER_ACCOUNT, off).await?;
    world.acronis.clear(alert)?;
    world.acronis.raise(failed_backup("SRV-2"))?;
    world.pass(SignedDuration::from_mins(5)).await?;
    assert_eq!((world.the_ticket()?.id, world.the_ticket()?.status), (ticket.id, NEW), "{}", world.seam.trace());
    Ok(world)
}

#[tokio::test(start_paused = true)]
async fn v8_an_account_with_tickets_off_is_left_alone() -> Result<()> {
    is_silent(|switches| switches.tickets = false).await.map(drop)
}

#[tokio::test(start_paused = true)]
async fn v8_an_excluded_account_is_left_alone() -> Result<()> {
    is_silent(|switches| switches.excluded = Some("handled by another desk".to_owned())).await.map(drop)
}

#[tokio::test(start_paused = true)]
async fn v8_a_paused_account_is_left_alone_and_taken_up_when_the_pause_expires() -> Result<()> {
    let until = suites::world::start() + SignedDuration::from_mins(30);
    let pause = Pause { reason: "office move".to_owned(), until: Some(until) };
    let mut world = is_silent(|switches| switches.pause = Some(pause.clone())).await?;
    world.pass(SignedDuration::from_mins(30)).await?;
    let statuses: Vec<i64> = world.our_tickets().iter().map(|ticket| ticket.status).collect();
    assert_eq!(statuses, [COMPLETE, NEW], "the clear and the raise of the meantime\n{}", world.seam.trace());
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
