//! Rule P15: what somebody changes by hand in Acronis.

use anyhow::Result;
use jiff::SignedDuration;
use simulators::acronis::seed::{ALDER, ELM_STREET_BAKERY};
use simulators::autotask::seed;
use suites::console::Console;
use suites::world::verbs_accounts::{GIB, hard};
use suites::world::verbs_people::ALDER_ACCOUNT;

use crate::{HOUR, MACHINES, WORKSTATIONS, settled};

#[tokio::test(start_paused = true)]
async fn p15_a_cut_by_hand_is_put_back_at_the_next_run() -> Result<()> {
    let mut world = settled().await?;
    world.set_by_hand(ALDER, WORKSTATIONS, 20)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p15_an_item_switched_off_by_hand_is_put_back() -> Result<()> {
    let mut world = settled().await?;
    world.acronis.switch_item(ELM_STREET_BAKERY, "local_storage", false)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ELM_STREET_BAKERY, "local_storage"), hard(100 * GIB), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p15_a_raise_by_hand_stays_for_three_days_and_is_shown_with_its_end() -> Result<()> {
    let mut world = settled().await?;
    world.set_by_hand(ALDER, WORKSTATIONS, 40)?;
    world.next_accounts_turn().await?;
    let seen_at = world.now();
    world.accounts_turn_after(HOUR * 24).await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(40), "{}", world.seam.trace());
    let held = world.held_as(ALDER_ACCOUNT, "raised_by_hand").await?;
    let until = (seen_at + HOUR * 72).strftime("%Y-%m-%d %H:%M UTC").to_string();
    assert!(held.reason.contains(&until), "{} is not in {}", until, held.reason);

    world.accounts_turn_after(HOUR * 48 - SignedDuration::from_mins(1)).await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(40), "{}", world.seam.trace());
    world.accounts_turn_after(SignedDuration::from_mins(4)).await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    world.next_accounts_turn().await?;
    assert!(world.held_of(ALDER_ACCOUNT).await?.iter().all(|held| held.kind != "raised_by_hand"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p15_an_item_switched_on_by_hand_counts_as_a_raise() -> Result<()> {
    let mut world = settled().await?;
    world.set_by_hand(ALDER, MACHINES, 5)?;
    world.accounts_turn_after(HOUR).await?;
    assert_eq!(world.quota(ALDER, MACHINES), hard(5), "{}", world.seam.trace());
    world.held_as(ALDER_ACCOUNT, "raised_by_hand").await?;
    world.accounts_turn_after(HOUR * 73).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, MACHINES), hard(0), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p15_a_raise_that_is_used_by_then_is_held_below_usage() -> Result<()> {
    let mut world = settled().await?;
    world.set_by_hand(ALDER, WORKSTATIONS, 40)?;
    world.next_accounts_turn().await?;
    world.use_up(ALDER, WORKSTATIONS, 33)?;
    world.accounts_turn_after(HOUR * 73).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(40), "{}", world.seam.trace());
    let held = world.held_of(ALDER_ACCOUNT).await?;
    assert!(held.iter().any(|held| held.kind == "below_usage" && held.reason.contains("33 are in use")), "{held:#?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p15_a_raise_made_permanent_stays_until_somebody_changes_it_again() -> Result<()> {
    let mut world = settled().await?;
    world.set_by_hand(ALDER, WORKSTATIONS, 40)?;
    world.next_accounts_turn().await?;
    Console::of(&world).decline("raised_by_hand", Some(ALDER_ACCOUNT), "test laboratory").await?;
    world.accounts_turn_after(HOUR * 100).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(40), "{}", world.seam.trace());
    assert!(world.held_of(ALDER_ACCOUNT).await?.iter().all(|held| held.kind != "raised_by_hand"));

    world.set_by_hand(ALDER, WORKSTATIONS, 22)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "another value is drift again\n{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p15_a_cut_made_permanent_stays_while_the_contract_goes_on_changing() -> Result<()> {
    let mut world = settled().await?;
    world.set_by_hand(ALDER, WORKSTATIONS, 20)?;
    let item = serde_json::json!({"application": suites::world::verbs_accounts::PROTECTION, "name": WORKSTATIONS});
    let grant = serde_json::json!({"quota": {"value": 20, "overage": 0}});
    let entered = serde_json::json!({"item": item, "grant": grant, "reason": "the customer wants no more"});
    let path = format!("/api/v1/accounts/{ALDER_ACCOUNT}/exceptions");
    Console::of(&world).post(&path, &entered).await?.expect(204)?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    world.next_accounts_turn().await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(20), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p15_a_contract_that_catches_up_with_a_raise_ends_it() -> Result<()> {
    let mut world = settled().await?;
    world.set_by_hand(ALDER, WORKSTATIONS, 40)?;
    world.next_accounts_turn().await?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 20)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(45), "{}", world.seam.trace());
    assert!(world.held_of(ALDER_ACCOUNT).await?.iter().all(|held| held.kind != "raised_by_hand"));
    Ok(())
}
