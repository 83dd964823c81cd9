//! Two workers at one problem: the slower one stands still at each of its calls in turn, while the other does all its work.

use anyhow::{Context as _, Result, ensure};
use jiff::SignedDuration;
use simulators::acronis::AlertId;
use store::queue::QueueName;
use suites::world::seam::{SIDES, Side};
use suites::world::{COMPLETE, IN_PROGRESS, NEW, World};

use crate::kill::{End, recover, world};
use crate::scenarios::{raised, rises, with_closed_ticket, with_ticket};

/// While its lease still holds; and after it has ended, as long as a worker can live at all.
const PAUSES: [SignedDuration; 2] = [SignedDuration::ZERO, SignedDuration::from_secs(150)];

/// Plays `prepare`, tells of the alert twice, and gives one message to each of two workers, for every call of the first.
async fn meet_everywhere(prepare: impl AsyncFn(&mut World) -> Result<AlertId>, end: End) -> Result<()> {
    for pause in PAUSES {
        let mut met = 0;
        for call in 1.. {
            for side in SIDES {
                met += u32::from(Box::pin(meet(&prepare, end, (call, side), pause)).await?);
            }
            if met < 2 * call {
                break;
            }
        }
        let call = met / 2;
        ensure!(call >= 5, "the slower worker makes {call} calls only: it tests nothing");
    }
    Ok(())
}

/// Returns whether the slower worker ever made that call.
async fn meet(
    prepare: &impl AsyncFn(&mut World) -> Result<AlertId>,
    end: End,
    (call, side): (u32, Side),
    pause: SignedDuration,
) -> Result<bool> {
    let mut world = world().await?;
    let alert = prepare(&mut world).await?;
    world.hint(&[alert]).await?;
    world.hint(&[alert]).await?;
    let messages = world.queue.receive(QueueName::Alerts, 2).await?;
    let (first, second) = messages.split_at(1);
    world.seam.note("     -- the act".to_owned());
    let met = world.overlap((first, second), (call as usize, side), pause).await?;
    let told = async |world: &mut World| {
        recover(world).await?;
        end.check(world).await
    };
    told(&mut world).await.with_context(|| format!("met {side:?} call {call}, {pause}\n{}", world.seam.trace()))?;
    Ok(met)
}

#[tokio::test(start_paused = true)]
async fn two_workers_on_a_new_alert_make_one_ticket() -> Result<()> {
    meet_everywhere(raised, End { tickets: &[(1, NEW, 0)], count: 1 }).await
}

#[tokio::test(start_paused = true)]
async fn two_workers_on_a_rise_in_severity_write_one_note() -> Result<()> {
    let risen = async |world: &mut World| {
        let alert = with_ticket(world).await?;
        rises(world, alert).await?;
        Ok(alert)
    };
    meet_everywhere(risen, End { tickets: &[(1, NEW, 1)], count: 2 }).await
}

#[tokio::test(start_paused = true)]
async fn two_workers_on_a_clear_close_the_ticket() -> Result<()> {
    let cleared = async |world: &mut World| {
        let alert = with_ticket(world).await?;
        world.acronis.clear(alert)?;
        Ok(alert)
    };
    meet_everywhere(cleared, End { tickets: &[(1, COMPLETE, 0)], count: 1 }).await
}

#[tokio::test(start_paused = true)]
async fn two_workers_on_a_recurrence_reopen_it_with_one_note() -> Result<()> {
    let recurred = async |world: &mut World| {
        let alert = with_closed_ticket(world).await?;
        world.acronis.re_raise(alert)?;
        Ok(alert)
    };
    meet_everywhere(recurred, End { tickets: &[(1, IN_PROGRESS, 1)], count: 2 }).await
}

#[tokio::test(start_paused = true)]
async fn two_workers_on_a_recurrence_after_the_chosen_days_make_one_new_ticket() -> Result<()> {
    let recurred = async |world: &mut World| {
        world.settings(|tickets| tickets.new_ticket_after_days = Some(2)).await?;
        let alert = with_closed_ticket(world).await?;
        world.advance(SignedDuration::from_hours(48));
        world.acronis.re_raise(alert)?;
        Ok(alert)
    };
    meet_everywhere(recurred, End { tickets: &[(1, COMPLETE, 0), (2, NEW, 0)], count: 1 }).await
}
