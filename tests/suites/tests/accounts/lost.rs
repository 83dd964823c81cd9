//! Rule P4: units that are gone for no reason that Autotask shows.

use anyhow::Result;
use simulators::acronis::seed::{ALDER, ELM_STREET_BAKERY, FIR_ARCHITECTS};
use simulators::autotask::seed;
use suites::console::Console;
use suites::world::World;
use suites::world::verbs_accounts::{GIB, hard};
use suites::world::verbs_people::ALDER_ACCOUNT;

use crate::{DAY, ELM, FIR, WORKSTATIONS, settled};

const LOCAL: &str = "local_storage";

async fn lost() -> Result<World> {
    let mut world = settled().await?;
    assert!(world.autotask.lose_units(world.contract(ELM)?, seed::LOCAL_BACKUP));
    world.next_accounts_turn().await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ELM_STREET_BAKERY, LOCAL), hard(100 * GIB), "{}", world.seam.trace());
    Ok(world)
}

#[tokio::test(start_paused = true)]
async fn p4_units_that_vanish_unexplained_are_held_and_dropped_when_they_come_back() -> Result<()> {
    let mut world = lost().await?;
    let held = world.held_as(ELM, "lost_units").await?;
    assert!(held.reason.contains("Elm Street Bakery") && held.reason.contains("100"), "{}", held.reason);
    assert!(world.autotask.find_lost_units(world.contract(ELM)?, seed::LOCAL_BACKUP));
    world.next_accounts_turn().await?;
    assert!(world.held_of(ELM).await?.iter().all(|held| held.kind != "lost_units"));
    assert_eq!(world.quota(ELM_STREET_BAKERY, LOCAL), hard(100 * GIB));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_a_person_who_knows_that_they_are_gone_lets_the_quota_follow() -> Result<()> {
    let mut world = lost().await?;
    Console::of(&world).approve("lost_units", Some(ELM)).await?;
    world.work().await?;
    assert_eq!(world.quota(ELM_STREET_BAKERY, LOCAL), hard(0), "{}", world.seam.trace());
    world.next_accounts_turn().await?;
    assert!(world.held_of(ELM).await?.iter().all(|held| held.kind != "lost_units"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_units_that_were_adjusted_away_are_explained() -> Result<()> {
    let mut world = settled().await?;
    world.sell(ELM, seed::LOCAL_BACKUP, -100)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ELM_STREET_BAKERY, LOCAL), hard(0), "{}", world.seam.trace());
    assert!(world.held_of(ELM).await?.iter().all(|held| held.kind != "lost_units"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_rows_that_no_longer_name_their_line_are_still_its_rows() -> Result<()> {
    let mut world = settled().await?;
    world.autotask.quirks(|quirks| quirks.no_contract_service_before = Some(jiff::civil::date(2027, 1, 1)));
    let before = world.writes();
    world.next_accounts_turn().await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.writes(), before, "{}", world.seam.trace());
    assert!(world.held().await?.iter().all(|held| held.kind != "lost_units"), "{:#?}", world.held().await?);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_a_contract_that_is_listed_no_more_explains_nothing_until_it_can_be_asked() -> Result<()> {
    let mut world = settled().await?;
    let second = world.autotask.contract(World::company(ALDER_ACCOUNT)).sells(seed::WORKSTATIONS, 4).sign()?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(29), "{}", world.seam.trace());
    world.autotask.quirks(|quirks| quirks.unseen = vec![("Contracts", second.0)]);
    for _ in 0..2 {
        // Contracts are read in full once a day.
        world.accounts_turn_after(DAY).await?;
        world.next_accounts_turn().await?;
        assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(29), "{}", world.seam.trace());
        world.held_as(ALDER_ACCOUNT, "lost_units").await?;
    }
    world.autotask.deactivate_contract(second)?;
    world.autotask.quirks(|quirks| quirks.unseen.clear());
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "it says that it is inactive\n{}", world.seam.trace());
    assert!(world.held_of(ALDER_ACCOUNT).await?.iter().all(|held| held.kind != "lost_units"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_a_contract_that_is_listed_again_sells_what_it_did() -> Result<()> {
    let mut world = settled().await?;
    let second = world.autotask.contract(World::company(ALDER_ACCOUNT)).sells(seed::WORKSTATIONS, 4).sign()?;
    world.next_accounts_turn().await?;
    world.autotask.quirks(|quirks| quirks.unseen = vec![("Contracts", second.0)]);
    world.accounts_turn_after(DAY).await?;
    world.autotask.quirks(|quirks| quirks.unseen.clear());
    let writes = world.writes();
    world.next_accounts_turn().await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.writes(), writes, "{}", world.seam.trace());
    assert!(world.held_of(ALDER_ACCOUNT).await?.iter().all(|held| held.kind != "lost_units"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_a_user_who_may_no_longer_read_units_cuts_nothing() -> Result<()> {
    blind(&["ContractServiceUnits", "ContractServiceBundleUnits"]).await
}

#[tokio::test(start_paused = true)]
async fn x3_a_user_who_may_no_longer_read_lines_and_units_cuts_nothing() -> Result<()> {
    blind(&["ContractServices", "ContractServiceUnits", "ContractServiceBundles", "ContractServiceBundleUnits"]).await
}

#[tokio::test(start_paused = true)]
async fn x3_a_user_who_may_no_longer_read_what_bundles_contain_cuts_nothing() -> Result<()> {
    blind(&["ServiceBundleServices"]).await
}

#[tokio::test(start_paused = true)]
async fn x3_a_user_who_may_no_longer_read_bundles_on_contracts_cuts_nothing() -> Result<()> {
    blind(&["ContractServiceBundleUnits", "ContractServiceBundles"]).await
}

#[tokio::test(start_paused = true)]
async fn x3_a_user_who_may_no_longer_read_contracts_cuts_nothing() -> Result<()> {
    blind(&["Contracts"]).await
}

#[tokio::test(start_paused = true)]
async fn x3_a_user_who_may_no_longer_read_anything_cuts_nothing() -> Result<()> {
    blind(&[
        "Companies",
        "Contracts",
        "ContractServices",
        "ContractServiceUnits",
        "ContractServiceBundles",
        "ContractServiceBundleUnits",
        "ServiceBundleServices",
        "Contacts",
    ])
    .await
}

/// Autotask answers a user without rights with empty lists: for a day nothing is written, somebody is asked, and it goes on by
/// itself once the rights are back.
async fn blind(unreadable: &'static [&'static str]) -> Result<()> {
    let mut world = settled().await?;
    assert_eq!(world.quota(FIR_ARCHITECTS, "pu_base_fc_seats"), hard(5), "by a bundle alone, and not used");
    let writes = world.writes();
    world.autotask.quirks(|quirks| quirks.unreadable = unreadable.to_vec());
    let mut is_told = false;
    for hours in [0, 0, 12, 13] {
        let time = crate::HOUR * hours + jiff::SignedDuration::from_mins(3);
        // A run that sees that something is missing fails in words and concludes nothing.
        is_told |= world.accounts_turn_after(time).await.is_err_and(|error| error.to_string().contains("may read"));
    }
    assert_eq!(world.writes(), writes, "{unreadable:?}\n{}", world.seam.trace());
    let held = world.held().await?;
    let asks = ["brake", "lost_units", "no_selling_contract"];
    is_told |= held.iter().any(|held| asks.contains(&held.kind.as_str()));
    assert!(is_told, "{unreadable:?} {held:#?}");

    world.autotask.quirks(|quirks| quirks.unreadable = Vec::new());
    world.autotask.adjust(world.contract(FIR)?, seed::WORKSTATIONS, 3, world.today())?;
    world.next_accounts_turn().await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(FIR_ARCHITECTS, WORKSTATIONS), hard(23), "{}", world.seam.trace());
    let held = world.held().await?;
    assert!(held.iter().all(|held| !asks.contains(&held.kind.as_str())), "{unreadable:?} {held:#?}");
    Ok(())
}
