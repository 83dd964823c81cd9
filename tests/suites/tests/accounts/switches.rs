//! Rule V8: each account's own switches.

use anyhow::Result;
use bridge_core::mapping::{Pause, Switches};
use simulators::acronis::seed::{ALDER, BIRCH_DENTAL};
use simulators::autotask::seed;
use suites::world::World;
use suites::world::verbs_accounts::hard;
use suites::world::verbs_people::{ALDER_ACCOUNT, BIRCH_ACCOUNT};

use crate::{HOUR, WORKSTATIONS, settled};

/// A world in which Alder & Sons buys five more, and the same is done for nobody else.
async fn while_off(off: impl Fn(&mut Switches)) -> Result<World> {
    let mut world = settled().await?;
    world.switches(ALDER_ACCOUNT, off).await?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    world.autotask.adjust_bundle(world.contract(BIRCH_ACCOUNT)?, seed::OFFICE_BUNDLE, 1, world.today())?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    assert_eq!(world.quota(BIRCH_DENTAL, WORKSTATIONS), hard(13), "others go on\n{}", world.seam.trace());
    Ok(world)
}

#[tokio::test(start_paused = true)]
async fn v8_an_account_with_quotas_off_is_left_alone_until_they_are_on_again() -> Result<()> {
    let mut world = while_off(|switches| switches.quotas = false).await?;
    world.switches(ALDER_ACCOUNT, |switches| switches.quotas = true).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(30), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v8_an_excluded_account_is_left_alone() -> Result<()> {
    while_off(|switches| switches.excluded = Some("billed by hand".to_owned())).await.map(drop)
}

#[tokio::test(start_paused = true)]
async fn v8_a_paused_account_is_left_alone_until_its_pause_ends_by_itself() -> Result<()> {
    let until = suites::world::start() + HOUR;
    let pause = Pause { reason: "migration".to_owned(), until: Some(until) };
    let mut world = while_off(move |switches| switches.pause = Some(pause.clone())).await?;
    world.accounts_turn_after(until.duration_since(world.now())).await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(30), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v8_tickets_off_does_not_stop_the_quotas() -> Result<()> {
    let mut world = settled().await?;
    world.switches(ALDER_ACCOUNT, |switches| switches.tickets = false).await?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(30), "{}", world.seam.trace());
    Ok(())
}
