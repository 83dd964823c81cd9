//! Rules P9 and P12: what is never done without a person.

use anyhow::Result;
use http::Method;
use simulators::acronis::seed::{ALDER, BIRCH_DENTAL, CEDAR_LOGISTICS, ELM_STREET_BAKERY};
use simulators::autotask::seed;
use simulators::control::{Fault, Kind};
use suites::console::Console;
use suites::world::World;
use suites::world::verbs_accounts::{GIB, hard};
use suites::world::verbs_people::{ALDER_ACCOUNT, CEDAR_ACCOUNT};

use crate::{ELM, HOUR, MACHINES, SERVERS, WORKSTATIONS, settled};

/// Alder & Sons sells one server although two are used, and five workstations more.
async fn below_usage() -> Result<World> {
    let mut world = settled().await?;
    world.sell(ALDER_ACCOUNT, seed::SERVERS, -2)?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    world.next_accounts_turn().await?;
    Ok(world)
}

#[tokio::test(start_paused = true)]
async fn p12_a_cut_below_usage_is_held_with_the_usage_and_the_accounts_other_items_go_on() -> Result<()> {
    let world = below_usage().await?;
    assert_eq!(world.quota(ALDER, SERVERS), hard(3), "{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(30));
    let held = world.held_of(ALDER_ACCOUNT).await?;
    let of_servers = held.iter().find(|held| held.what.contains(SERVERS)).map(|held| {
        (
            held.kind.as_str(),
            held.reason.contains("Alder & Sons: 2 are in use"),
            held.what.contains("3 would become 1: 1 × 1 of service"),
        )
    });
    assert_eq!(of_servers, Some(("below_usage", true, true)), "{held:#?}");
    Ok(())
}

/// Alder & Sons without the seats, which are held as well.
async fn only_servers_held(world: &World) -> Result<()> {
    world.change_products(|products| products.rows.retain(|row| row.item.name != crate::SEATS)).await
}

#[tokio::test(start_paused = true)]
async fn p12_an_approval_lets_exactly_this_cut_through() -> Result<()> {
    let mut world = below_usage().await?;
    only_servers_held(&world).await?;
    world.next_accounts_turn().await?;
    Console::of(&world).approve("below_usage", Some(ALDER_ACCOUNT)).await?;
    world.work().await?;
    assert_eq!(
        world.quota(ALDER, SERVERS),
        hard(1),
        "{}\n{:#?}",
        world.seam.trace(),
        world.account(ALDER_ACCOUNT).await?
    );
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(30));
    world.next_accounts_turn().await?;
    assert!(world.held_of(ALDER_ACCOUNT).await?.is_empty());

    world.advance(crate::DAY);
    world.sell(ALDER_ACCOUNT, seed::SERVERS, -1)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, SERVERS), hard(1), "nobody has agreed to none\n{}", world.seam.trace());
    world.held_as(ALDER_ACCOUNT, "below_usage").await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_an_approval_lapses_when_more_is_used_than_was_shown() -> Result<()> {
    let mut world = below_usage().await?;
    only_servers_held(&world).await?;
    world.next_accounts_turn().await?;
    Console::of(&world).approve("below_usage", Some(ALDER_ACCOUNT)).await?;
    // Acronis does not answer while the approval would be carried out, and the customer goes on meanwhile.
    let fault = Fault::new(Kind::Status, format!("/api/2/tenants/{ALDER}/offering_items")).on(&Method::PUT).status(503);
    world.acronis.control().add_fault(fault.times(50));
    world.work().await?;
    world.use_up(ALDER, SERVERS, 3)?;
    world.acronis.control().clear_faults();
    world.accounts_pass(HOUR * 7).await?;
    assert_eq!(world.quota(ALDER, SERVERS), hard(3), "{}", world.seam.trace());
    assert!(world.held_as(ALDER_ACCOUNT, "below_usage").await?.reason.contains("3 are in use"));
    assert!(world.account(ALDER_ACCOUNT).await?.memory.approvals.is_empty());
    let entries = Console::of(&world).get(&format!("/api/v1/activity?account={ALDER_ACCOUNT}")).await?.expect(200)?;
    assert!(entries.text.contains("an approval lapsed, and nothing was done"), "{}", entries.text);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_a_held_cut_goes_on_by_itself_once_less_is_used() -> Result<()> {
    let mut world = below_usage().await?;
    only_servers_held(&world).await?;
    world.use_up(ALDER, SERVERS, 1)?;
    world.accounts_turn_after(HOUR * 7).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, SERVERS), hard(1), "{}", world.seam.trace());
    assert!(world.held_of(ALDER_ACCOUNT).await?.is_empty());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_a_cut_is_held_while_acronis_does_not_say_what_is_used() -> Result<()> {
    let mut world = settled().await?;
    world.acronis.quirks(|quirks| quirks.unused_items_unlisted = true);
    world.accounts_turn_after(HOUR * 13).await?;
    world.sell(CEDAR_ACCOUNT, seed::VIRTUAL_MACHINES, -5)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(CEDAR_LOGISTICS, MACHINES), hard(20), "{}", world.seam.trace());
    world.next_accounts_turn().await?;
    world.held_as(CEDAR_ACCOUNT, "usage_unknown").await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_without_the_guard_a_cut_below_usage_is_made() -> Result<()> {
    let mut world = settled().await?;
    world.change_billing(|billing| (billing.guards.never_below_usage, billing.guards.brake) = (false, false)).await?;
    world.sell(ALDER_ACCOUNT, seed::SERVERS, -2)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, SERVERS), hard(1), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p9_an_account_without_a_selling_contract_keeps_its_quotas_and_is_shown() -> Result<()> {
    let mut world = settled().await?;
    world.autotask.deactivate_contract(world.contract(ELM)?)?;
    let before = world.writes();
    world.next_accounts_turn().await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ELM_STREET_BAKERY, WORKSTATIONS), hard(4), "{}", world.seam.trace());
    assert_eq!(world.quota(ELM_STREET_BAKERY, "local_storage"), hard(100 * GIB));
    assert_eq!(world.writes(), before);
    let held = world.held_as(ELM, "no_selling_contract").await?;
    assert!(held.reason.contains("Elm Street Bakery"), "{}", held.reason);

    world.autotask.activate_contract(world.contract(ELM)?)?;
    world.next_accounts_turn().await?;
    assert!(world.held_of(ELM).await?.iter().all(|held| held.kind != "no_selling_contract"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p9_an_unrelated_contract_does_not_count_as_one_that_sells() -> Result<()> {
    let mut world = settled().await?;
    // Help desk goes on.
    world.autotask.deactivate_contract(world.contract(ALDER_ACCOUNT)?)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    world.held_as(ALDER_ACCOUNT, "no_selling_contract").await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p9_by_the_literal_reading_everything_goes_to_zero_as_far_as_nothing_is_used() -> Result<()> {
    let mut world = settled().await?;
    world
        .change_billing(|billing| {
            billing.no_selling_contract = bridge_core::settings::billing::NoSellingContract::Zero;
        })
        .await?;
    world.autotask.deactivate_contract(world.contract(ELM)?)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ELM_STREET_BAKERY, "local_storage"), hard(0), "{}", world.seam.trace());
    assert_eq!(world.quota(ELM_STREET_BAKERY, WORKSTATIONS), hard(4), "four are used");
    assert_eq!(world.quota(BIRCH_DENTAL, WORKSTATIONS), hard(12), "nobody else");
    Ok(())
}
