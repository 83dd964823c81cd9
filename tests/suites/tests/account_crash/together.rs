//! Two at one account: one stands still at each of its calls in turn, while the other does all its work.

use anyhow::{Context as _, Result, ensure};
use bridge_core::hint::{Hint, Message};
use bridge_core::id::AccountId;
use jiff::SignedDuration;
use simulators::acronis::seed::ALDER;
use simulators::autotask::seed::{SERVERS, VIRTUAL_MACHINES, WORKSTATIONS};
use store::queue::{Queue as _, QueueName};
use suites::world::World;
use suites::world::seam::Side;
use suites::world::verbs_people::ALDER_ACCOUNT;

use crate::customers::{END, check_customer, sold};
use crate::kill::points;
use crate::picture::{End, check_rest, items};
use crate::process::{poll, stands_still, worker};
use crate::stage::{KALE, hinted, recover, sell, stage, unmap};

/// How long the slower one stands still: while its lease holds, and for longer than that.
const PAUSES: [SignedDuration; 2] = [SignedDuration::ZERO, SignedDuration::from_secs(185)];
/// More calls than any worker here makes.
const MANY: usize = 1_000;

/// More workstations, fewer servers and virtual machines for the first time.
async fn changed() -> Result<World> {
    let world = Box::pin(stage(&[ALDER_ACCOUNT])).await?;
    sell(&world, ALDER_ACCOUNT, WORKSTATIONS, 5)?;
    sell(&world, ALDER_ACCOUNT, SERVERS, -1)?;
    sell(&world, ALDER_ACCOUNT, VIRTUAL_MACHINES, 4)?;
    Ok(world)
}

/// The same, and the poll has found it.
async fn found() -> Result<World> {
    let world = Box::pin(changed()).await?;
    Box::pin(hinted(&world)).await?;
    Ok(world)
}

const CHANGED: End<'static> = End {
    tenant: "Alder & Sons",
    items: &["workstations 30", "servers 2", "vms 4", "storage in Frankfurt 500"],
    journal: &["quota of workstations raised: 25 → 30", "quota of servers cut: 3 → 2", "item vms switched on: off → 4"],
    is_enabled: true,
};

/// Sends the account to work once more, as the poll did.
async fn hint_again(world: &World, account: AccountId) -> Result<()> {
    let hint = Hint::Account { account, plan: None };
    Ok(world.queue.send(QueueName::Accounts, &[Message::new(hint, None)]).await?)
}

/// Plays with one standing still at every call of its in turn; `meet` answers whether it ever came to that call.
async fn meet_everywhere(
    end: End<'_>,
    prepare: impl AsyncFn() -> Result<World>,
    meet: impl AsyncFn(&mut World, (usize, Side)) -> Result<bool>,
) -> Result<()> {
    let mut world = Box::pin(prepare()).await?;
    let moment = world.moment().await?;
    for (met, at) in points(MANY).enumerate() {
        world.back_to(&moment).await?;
        let before = world.journal().await?.len();
        world.seam.note("     -- the act".to_owned());
        if !Box::pin(meet(&mut world, at)).await? {
            ensure!(met >= 10, "the slower one makes {met} calls only: it tests nothing");
            return Ok(());
        }
        let told = async |world: &mut World| {
            Box::pin(recover(world)).await?;
            end.check(world, before).await?;
            check_rest(world).await
        };
        told(&mut world).await.with_context(|| format!("met at {at:?}\n{}", world.seam.trace()))?;
    }
    anyhow::bail!("the slower one never ends")
}

/// Two workers, each with a message about the same account.
async fn workers(world: &mut World, at: (usize, Side), account: AccountId, pause: SignedDuration) -> Result<bool> {
    hint_again(world, account).await?;
    let messages = world.queue.receive(QueueName::Accounts, 2).await?;
    let (first, second) = messages.split_at(1);
    Box::pin(world.overlap_on(QueueName::Accounts, (first, second), at, pause)).await
}

#[tokio::test(start_paused = true)]
async fn two_workers_bring_an_account_to_where_it_must_be_once() -> Result<()> {
    for pause in PAUSES {
        let meet = async |world: &mut World, at| workers(world, at, ALDER_ACCOUNT, pause).await;
        meet_everywhere(CHANGED, found, meet).await.with_context(|| format!("a pause of {pause}"))?;
    }
    Ok(())
}

/// *Kale Foods* has a contract, and the poll has found it.
async fn signed() -> Result<World> {
    let world = Box::pin(sold()).await?;
    Box::pin(hinted(&world)).await?;
    Ok(world)
}

#[tokio::test(start_paused = true)]
async fn two_workers_make_one_customer() -> Result<()> {
    for pause in PAUSES {
        let meet = async |world: &mut World, at| {
            let met = workers(world, at, KALE, pause).await?;
            check_customer_unless_under_way(world)?;
            Ok(met)
        };
        meet_everywhere(END, signed, meet).await.with_context(|| format!("a pause of {pause}"))?;
    }
    Ok(())
}

fn check_customer_unless_under_way(world: &World) -> Result<()> {
    crate::picture::check_single(world)?;
    match world.acronis.tenant_named("Kale Foods").map(|tenant| world.acronis.users_of(tenant.id).len()) {
        Some(1) => check_customer(world),
        _ => Ok(()),
    }
}

/// A worker writes what an earlier poll has found, while the poll finds it again: the two share nothing but the table.
#[tokio::test(start_paused = true)]
async fn a_poll_that_stands_still_while_a_worker_works_does_nothing_twice() -> Result<()> {
    let meet = async |world: &mut World, at| {
        let slow = poll(world);
        Box::pin(stands_still(world, at, slow, async |world| Box::pin(world.work()).await)).await
    };
    meet_everywhere(CHANGED, found, meet).await
}

#[tokio::test(start_paused = true)]
async fn a_worker_that_stands_still_while_the_poll_finds_the_same_does_nothing_twice() -> Result<()> {
    let meet = async |world: &mut World, at| {
        let batch = world.queue.receive(QueueName::Accounts, 10).await?;
        let slow = worker(world, batch);
        Box::pin(stands_still(world, at, slow, async |world| Box::pin(world.accounts_turn()).await)).await
    };
    meet_everywhere(CHANGED, found, meet).await
}

/// Rules V4 and X5: a mapping that is removed in the middle of the work. What was written before stays, all of it is in the
/// journal, and nothing is under way for ever.
#[tokio::test(start_paused = true)]
async fn a_mapping_removed_during_the_work_ends_it_and_loses_no_entry() -> Result<()> {
    let mut world = Box::pin(found()).await?;
    let moment = world.moment().await?;
    for at in points(MANY) {
        world.back_to(&moment).await?;
        let before = world.journal().await?.len();
        let batch = world.queue.receive(QueueName::Accounts, 10).await?;
        let slow = worker(&world, batch);
        let removed = async |world: &mut World| Box::pin(unmap(world, ALDER_ACCOUNT)).await;
        if !Box::pin(stands_still(&mut world, at, slow, removed)).await? {
            return Ok(());
        }
        let told = async |world: &mut World| {
            Box::pin(recover(world)).await?;
            check_recorded(world, before).await?;
            check_rest(world).await
        };
        told(&mut world).await.with_context(|| format!("removed at {at:?}\n{}", world.seam.trace()))?;
    }
    anyhow::bail!("the worker never ends")
}

/// The same where the worker dies at that call, and nobody may look at the tenant any more.
#[tokio::test(start_paused = true)]
async fn a_mapping_removed_after_a_worker_has_died_leaves_nothing_under_way() -> Result<()> {
    let mut world = Box::pin(found()).await?;
    let moment = world.moment().await?;
    for (call, side) in points(MANY) {
        world.back_to(&moment).await?;
        let before = world.journal().await?.len();
        world.seam.kill_at(call, side);
        Box::pin(world.work()).await?;
        if world.seam.kills().is_empty() {
            return Ok(());
        }
        world.seam.count();
        Box::pin(unmap(&world, ALDER_ACCOUNT)).await?;
        let told = async |world: &mut World| {
            Box::pin(recover(world)).await?;
            check_recorded(world, before).await?;
            check_rest(world).await
        };
        told(&mut world).await.with_context(|| format!("killed at {call} {side:?}\n{}", world.seam.trace()))?;
    }
    anyhow::bail!("the worker never ends")
}

/// What differs from what *Alder & Sons* had is in the journal, and nothing else is.
async fn check_recorded(world: &World, before: usize) -> Result<()> {
    let tenant = world.acronis.tenant(ALDER).context("no tenant")?;
    let items = items(world, &tenant);
    let written = CHANGED.items[..3].iter().zip(CHANGED.journal);
    let mut expected: Vec<&str> =
        written.filter(|(item, _)| items.iter().any(|found| found == *item)).map(|(_, entry)| *entry).collect();
    expected.push("the account's mapping was removed");
    End { items: &items.iter().map(String::as_str).collect::<Vec<_>>(), journal: &expected, ..CHANGED }
        .check(world, before)
        .await
}
