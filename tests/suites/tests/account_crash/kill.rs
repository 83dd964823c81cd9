//! Kills a process before and after every call that it makes, and looks at what is left once everything had its time.

use anyhow::{Context as _, Result, ensure};
use jiff::SignedDuration;
use suites::world::World;
use suites::world::seam::{SIDES, Side};

use crate::picture::{End, check_rest};
use crate::stage::{polled, recover};

/// Plays a scenario once undisturbed, and then as often as `act` makes calls, killing its process before and after each.
pub async fn kill_everywhere(
    prepare: impl AsyncFn() -> Result<World>,
    act: impl AsyncFn(&mut World) -> Result<()>,
    end: End<'_>,
) -> Result<()> {
    let calls = Box::pin(play(&prepare, &act, end, None)).await.context("undisturbed")?;
    ensure!(calls >= 20, "the scenario makes {calls} calls only: it tests nothing");
    let mut failed = Vec::new();
    for call in 1..=calls {
        for side in SIDES {
            if let Err(error) = Box::pin(play(&prepare, &act, end, Some((call, side)))).await {
                failed.push(error);
            }
        }
    }
    let count = failed.len();
    match failed.into_iter().next() {
        None => Ok(()),
        Some(error) => Err(error.context(format!("{count} of {} kills leave something wrong; the first:", 2 * calls))),
    }
}

/// Returns how many calls `act` made.
async fn play(
    prepare: &impl AsyncFn() -> Result<World>,
    act: &impl AsyncFn(&mut World) -> Result<()>,
    end: End<'_>,
    kill: Option<(usize, Side)>,
) -> Result<usize> {
    let mut world = prepare().await.context("prepared")?;
    let before = world.journal().await?.len();
    world.seam.note("     -- the act".to_owned());
    match kill {
        Some((call, side)) => world.seam.kill_at(call, side),
        None => world.seam.count(),
    }
    act(&mut world).await.context("acted")?;
    let calls = world.seam.calls();
    ensure!(world.seam.kills().len() == usize::from(kill.is_some()), "{kill:?} killed {:?}", world.seam.kills());
    world.seam.count();
    world.seam.note("     -- afterwards".to_owned());
    let told = async |world: &mut World| {
        recover(world).await?;
        end.check(world, before).await?;
        check_rest(world).await?;
        stays(world).await
    };
    told(&mut world).await.with_context(|| format!("killed at {kill:?} of {calls}\n{}", world.seam.trace()))?;
    Ok(calls)
}

/// Later nothing changes outside any more.
async fn stays(world: &mut World) -> Result<()> {
    let before = (world.writes(), world.journal().await?.len());
    world.advance(SignedDuration::from_mins(20));
    polled(world).await?;
    let after = (world.writes(), world.journal().await?.len());
    ensure!(before == after, "writes and journal went on by themselves: {before:?} became {after:?}");
    Ok(())
}
