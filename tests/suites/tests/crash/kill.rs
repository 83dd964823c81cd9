//! Kills a process before and after every call that it makes, and looks at what is left once everything had its time.

use anyhow::{Context as _, Result, ensure};
use jiff::SignedDuration;
use simulators::acronis::AlertId;
use suites::world::World;
use suites::world::seam::{SIDES, Side};

/// What a call takes: enough for no two times to be the same by chance.
const CALL: SignedDuration = SignedDuration::from_millis(7);

/// How a scenario ends, however often it was interrupted.
#[derive(Debug, Clone, Copy)]
pub struct End {
    /// Episode, status and number of our notes of each ticket, oldest first.
    pub tickets: &'static [(u32, i64, usize)],
    /// How often the problem has occurred in the current episode.
    pub count: u32,
}

/// A world in which calls take time.
pub async fn world() -> Result<World> {
    let world = World::new().await?;
    world.seam.calls_take(CALL);
    Ok(world)
}

/// As [`kill_everywhere_until`], for a single problem.
pub async fn kill_everywhere(
    prepare: impl AsyncFn(&mut World) -> Result<AlertId>,
    act: impl AsyncFn(&mut World, AlertId) -> Result<()>,
    end: End,
) -> Result<()> {
    kill_everywhere_until(prepare, act, async |world: &World| end.check(world).await).await
}

/// Plays a scenario once undisturbed, and then as often as `act` makes calls, killing its process before and after each. `end`
/// looks at what is left.
pub async fn kill_everywhere_until<T>(
    prepare: impl AsyncFn(&mut World) -> Result<T>,
    act: impl AsyncFn(&mut World, T) -> Result<()>,
    end: impl AsyncFn(&World) -> Result<()>,
) -> Result<()> {
    let calls = Box::pin(play(&prepare, &act, &end, None)).await.context("undisturbed")?;
    ensure!(calls >= 5, "the scenario makes {calls} calls only: it tests nothing");
    for call in 1..=calls {
        for side in SIDES {
            Box::pin(play(&prepare, &act, &end, Some((call, side)))).await?;
        }
    }
    Ok(())
}

/// Returns how many calls `act` made.
async fn play<T>(
    prepare: &impl AsyncFn(&mut World) -> Result<T>,
    act: &impl AsyncFn(&mut World, T) -> Result<()>,
    end: &impl AsyncFn(&World) -> Result<()>,
    kill: Option<(usize, Side)>,
) -> Result<usize> {
    let mut world = world().await?;
    let subject = prepare(&mut world).await.context("prepared")?;
    world.seam.note("     -- the act".to_owned());
    match kill {
        Some((call, side)) => world.seam.kill_at(call, side),
        None => world.seam.count(),
    }
    act(&mut world, subject).await.context("acted")?;
    let calls = world.seam.calls();
    ensure!(world.seam.kills().len() == usize::from(kill.is_some()), "{kill:?} killed {:?}", world.seam.kills());
    world.seam.count();
    world.seam.note("     -- afterwards".to_owned());
    let told = async |world: &mut World| {
        recover(world).await?;
        end(world).await?;
        stays(world).await
    };
    told(&mut world).await.with_context(|| format!("killed at {kill:?} of {calls}\n{}", world.seam.trace()))?;
    Ok(calls)
}

/// Lets everything come to its end: after 2 minutes no lease holds any more, after 6 a doubtful create may be repeated, after 12
/// messages in flight come back, and 10 later a ticket for many is told who joined (rule T13).
pub async fn recover(world: &mut World) -> Result<()> {
    for seconds in [150, 300, 360, 60, 660, 60] {
        world.advance(SignedDuration::from_secs(seconds));
        world.turn().await?;
    }
    Ok(())
}

/// A further hour changes nothing outside.
async fn stays(world: &mut World) -> Result<()> {
    let before = (world.writes(), world.journal().await?.len());
    world.advance(SignedDuration::from_hours(1));
    world.turn().await?;
    let after = (world.writes(), world.journal().await?.len());
    ensure!(before == after, "writes and journal went on by themselves: {before:?} became {after:?}");
    Ok(())
}

impl End {
    /// Compares the world with it, and with what is always true.
    pub async fn check(&self, world: &World) -> Result<()> {
        world.check_tickets()?;
        let tickets = world.our_tickets();
        let seen: Vec<(u32, i64, usize)> = tickets
            .iter()
            .map(|ticket| (ticket.reference.episode, ticket.status, world.our_notes(ticket.id).len()))
            .collect();
        ensure!(seen == self.tickets, "expected {:?}, found {seen:?}", self.tickets);
        for (_, entry) in world.entries().await? {
            ensure!(entry.count == self.count, "expected {} occurrences: {entry:?}", self.count);
        }
        let dead = world.queue.depth(store::queue::QueueName::Alerts).await?.dead;
        ensure!(dead == 0, "{dead} dead letters");
        world.check_rest().await?;
        world.check_journal().await
    }
}
