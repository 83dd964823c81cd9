//! Nothing has changed, or one thing.

use anyhow::Result;
use jiff::SignedDuration;
use simulators::autotask::seed::WORKSTATIONS;

use crate::world::{EACH, World};

const CUSTOMERS: usize = 150;

#[tokio::test]
async fn x6_a_first_run_and_every_later_one_keep_to_their_number_of_calls() -> Result<()> {
    let world = World::with(CUSTOMERS).await?;
    world.forget();
    let units_pages = (CUSTOMERS * EACH).div_ceil(500);
    world.poll().await?;
    let (autotask, acronis) = world.calls("/");
    assert!(autotask <= units_pages + 2 * CUSTOMERS.div_ceil(500) + 10, "first run: {autotask} calls of Autotask");
    let usages = world.calls("/tenants/usages").1;
    let acronis_pages = (CUSTOMERS * EACH).div_ceil(5_000) + CUSTOMERS.div_ceil(5_000);
    assert!(acronis - usages <= acronis_pages + 8, "first run: {acronis} calls of Acronis, {usages} for usages");

    world.next_poll().await?;
    let (autotask, acronis) = world.calls("/");
    assert!(autotask <= units_pages + 8, "later run: {autotask} calls of Autotask");
    assert!(acronis <= 6, "later run: {acronis} calls of Acronis");
    let calls = world.autotask.control().calls().into_iter().chain(world.acronis.control().calls());
    assert!(calls.into_iter().all(|call| call.in_flight <= 2));
    Ok(())
}

#[tokio::test]
async fn x1_a_run_that_finds_everything_as_it_must_be_writes_its_cursor_and_sends_nothing() -> Result<()> {
    let world = World::settled(30).await?;
    let summary = world.poll().await?;
    assert_eq!((summary.accounts, summary.hinted, summary.held), (30, 0, 0), "{summary:?} {:?}", world.sent());
    let writes = world.writes();
    assert_eq!(writes.len(), 1, "{writes:#?}");
    assert!(writes[0].contains("CURSOR#accounts"), "{}", writes[0]);
    Ok(())
}

#[tokio::test]
async fn x6_one_contract_that_changed_sends_one_account_to_work() -> Result<()> {
    let world = World::settled(10).await?;
    world.cut(3, -2)?;
    let summary = world.next_poll().await?;
    assert_eq!(summary.hinted, 1);
    assert_eq!(world.sent().into_keys().collect::<Vec<_>>(), [world.account(3)]);
    Ok(())
}

#[tokio::test]
async fn p15_a_cut_by_hand_is_seen_by_a_list_of_changes_and_put_back() -> Result<()> {
    let world = World::settled(10).await?;
    let config = world.systems.config().await?;
    let item = config.products[&crate::world::connection()].rows[0].item.name.clone();
    world.acronis.set_quota(world.tenants[4], item.as_str(), Some(0.0), Some(0.0))?;
    world.next_poll().await?;
    assert_eq!(world.sent().into_keys().collect::<Vec<_>>(), [world.account(4)]);
    Ok(())
}

#[tokio::test]
async fn p4_units_that_vanish_unexplained_are_held_and_come_back_by_themselves() -> Result<()> {
    let world = World::settled(10).await?;
    let contract = world.autotask.contracts_of(world.companies[2])[0];
    assert!(world.autotask.lose_units(contract, WORKSTATIONS));
    world.next_poll().await?;
    assert!(world.sent().is_empty(), "nothing that is held needs a worker: {:?}", world.sent());
    assert_eq!(world.held_kinds().await?, [("lost_units".to_owned(), 1)].into());
    assert!(world.autotask.find_lost_units(contract, WORKSTATIONS));
    world.next_poll().await?;
    assert!(world.held().await?.is_empty(), "what nobody wants any more is dropped");
    Ok(())
}

#[tokio::test]
async fn x6_runs_keep_their_distance_where_their_calls_would_use_up_the_budget() -> Result<()> {
    let mut world = World::with(20).await?;
    let options = systems::Options { autotask_calls_per_hour: 60, ..(*world.systems.options).clone() };
    world.systems.options = std::sync::Arc::new(options);
    let calls = world.poll().await?.autotask_calls;
    world.advance(SignedDuration::from_mins(3));
    world.forget();
    let skipped = world.poll().await?.skipped_until;
    assert!(skipped.is_some(), "{calls} calls every three minutes are more than 60 an hour");
    assert_eq!(world.calls("/"), (0, 0));
    world.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(world.poll().await?.skipped_until, None);
    Ok(())
}

#[tokio::test]
async fn v5_a_renamed_company_is_shown_under_its_new_name() -> Result<()> {
    let world = World::settled(5).await?;
    world.autotask.rename_company(world.companies[1], "Contoso")?;
    world.next_poll().await?;
    let mapping: Option<store::table::Stored<store::record::Mapping>> =
        world.systems.table.get(&world.account(1), store::table::Read::Strong).await?;
    assert_eq!(mapping.map(|mapping| mapping.value.account_name), Some("Contoso".to_owned()));
    Ok(())
}
