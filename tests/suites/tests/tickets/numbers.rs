//! Rule T1: another database has other numbers for its statuses, priorities and queues.

use anyhow::{Context as _, Result};
use simulators::acronis::seed;
use simulators::autotask::Complete;
use suites::world::World;
use suites::world::verbs_people::failed_backup;

#[tokio::test(start_paused = true)]
async fn t1_with_other_numbers_for_every_pick_list_the_whole_life_of_a_ticket_goes_on() -> Result<()> {
    let mut world = World::new().await?;
    world.autotask.shift_pick_lists(Complete::Stays);
    let value = |field: &str, label: &str| {
        world.autotask.pick_value("Tickets", field, label).with_context(|| format!("{field} {label}"))
    };
    let (new, again) = (value("status", "New")?, value("status", "In Progress")?);
    let (priority, queue) = (value("priority", "High")?, value("queueID", "Monitoring Alert")?);
    assert_ne!(new, suites::world::NEW, "the numbers are really others");
    world
        .settings(|tickets| {
            let row = &mut tickets.default_row;
            (row.status, row.reopened_status) = (Some(new), Some(again));
            (row.priority, row.queue) = (Some(priority), Some(queue));
        })
        .await?;
    let (alert, ticket) = world.ticket_for(failed_backup("SRV-1")).await?;
    assert_eq!((ticket.status, world.number(&ticket, "queueID")), (new, Some(queue)));
    assert_eq!(world.number(&ticket, "priority"), Some(priority));
    world.after_minutes(1).await?;
    world.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    assert_eq!(world.again(&ticket)?.status, world.autotask.complete_status());
    world.after_minutes(1).await?;
    world.acronis.re_raise(alert)?;
    world.after_minutes(1).await?;
    assert_eq!(world.the_ticket()?.status, again, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t1_a_value_that_no_longer_exists_is_never_guessed() -> Result<()> {
    let mut world = World::new().await?;
    world.autotask.shift_pick_lists(Complete::Stays);
    let raise = simulators::acronis::Raise::new("BackupFailed").at(seed::ALDER).on("SRV-1");
    let alert = world.acronis.raise(raise)?;
    world.hint(&[alert]).await?;
    world.work().await?;
    assert!(world.our_tickets().is_empty());
    let parked = world.parked().await?;
    assert!(parked.len() == 1 && parked[0].reason.text.contains("status"), "{parked:?}");
    Ok(())
}
