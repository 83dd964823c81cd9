//! Kills a process before and after every call that it makes, and looks at what is left once everything had its time.
//!
//! Between two calls a process changes nothing that outlives it, so to die after one call is to die before the next: one kill
//! before the first call and one after each are all that there are.

use anyhow::{Context as _, Result, ensure};
use suites::world::seam::Side;
use suites::world::{Moment, World};

use crate::picture::{End, check_rest};
use crate::stage::recover;

/// Plays a scenario once undisturbed, and then as often as `act` makes calls, killing its process before and after each. It is
/// prepared once: every play goes back to that moment.
pub async fn kill_everywhere(
    prepare: impl AsyncFn() -> Result<World>,
    act: impl AsyncFn(&mut World) -> Result<()>,
    end: End<'_>,
) -> Result<()> {
    let mut world = Box::pin(prepare()).await.context("prepared")?;
    let moment = world.moment().await?;
    let calls = Box::pin(play(&mut world, &moment, &act, end, None)).await.context("undisturbed")?;
    ensure!(calls >= 10, "the scenario makes {calls} calls only: it tests nothing");
    let mut failed = Vec::new();
    for kill in points(calls) {
        if let Err(error) = Box::pin(play(&mut world, &moment, &act, end, Some(kill))).await {
            failed.push(error);
        }
    }
    let count = failed.len();
    match failed.into_iter().next() {
        None => Ok(()),
        Some(error) => Err(error.context(format!("{count} of {} kills leave something wrong; the first:", calls + 1))),
    }
}

/// Where a process that makes so many calls can die or stand still.
pub fn points(calls: usize) -> impl Iterator<Item = (usize, Side)> {
    std::iter::once((1, Side::Before)).chain((1..=calls).map(|call| (call, Side::After)))
}

/// Returns how many calls `act` made.
async fn play(
    world: &mut World,
    moment: &Moment,
    act: &impl AsyncFn(&mut World) -> Result<()>,
    end: End<'_>,
    kill: Option<(usize, Side)>,
) -> Result<usize> {
    world.back_to(moment).await?;
    let before = world.journal().await?.len();
    world.seam.note("     -- the act".to_owned());
    match kill {
        Some((call, side)) => world.seam.kill_at(call, side),
        None => world.seam.count(),
    }
    Box::pin(act(world)).await.context("acted")?;
    let calls = world.seam.calls();
    ensure!(world.seam.kills().len() == usize::from(kill.is_some()), "{kill:?} killed {:?}", world.seam.kills());
    world.seam.count();
    world.seam.note("     -- afterwards".to_owned());
    let told = async |world: &mut World| {
        Box::pin(recover(world)).await?;
        end.check(world, before).await?;
        check_rest(world).await
    };
    told(world).await.with_context(|| format!("killed at {kill:?} of {calls}\n{}", world.seam.trace()))?;
    Ok(calls)
}
