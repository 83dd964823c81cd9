//! Rule P10: one storage of a kind for each customer.

use anyhow::Result;
use bridge_core::id::ServiceId;
use bridge_core::settings::billing::Treatment;
use simulators::acronis::seed::{ALDER, DUBLIN, ELM_STREET_BAKERY, FIR_ARCHITECTS, FRANKFURT};
use simulators::autotask::{self, seed};
use suites::console::Console;
use suites::world::World;
use suites::world::verbs_accounts::{GIB, UNLIMITED, hard};
use suites::world::verbs_people::ALDER_ACCOUNT;

use crate::{ELM, FIR, HOUR, STORAGE, WORKSTATIONS, settled};

/// Dublin is sold by a service of its own.
async fn dublin_by(world: &World, service: autotask::ServiceId) -> Result<()> {
    let dublin = DUBLIN.to_string().into();
    world
        .change_products(move |products| {
            for row in products.rows.iter_mut().filter(|row| row.item.infra.as_ref() == Some(&dublin)) {
                if let Treatment::Managed(managed) = &mut row.treatment {
                    managed.service = Some(ServiceId(service.0));
                }
            }
        })
        .await
}

#[tokio::test(start_paused = true)]
async fn p10_two_storages_sold_are_refused_and_both_are_named() -> Result<()> {
    let mut world = settled().await?;
    // Alder & Sons buys 25 of the help desk and 500 of the storage.
    dublin_by(&world, seed::HELP_DESK).await?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, (STORAGE, FRANKFURT)), hard(500 * GIB), "{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, (STORAGE, DUBLIN)), None);
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(30), "the account's other items go on");
    let held = world.held_as(ALDER_ACCOUNT, "plan_problem").await?;
    let named = [FRANKFURT, DUBLIN].iter().all(|storage| held.reason.contains(&storage.to_string()));
    assert!(named, "{}", held.reason);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p10_a_storage_with_data_is_never_switched_off_without_a_person() -> Result<()> {
    let mut world = settled().await?;
    // Fir Architects has its data in Dublin, and buys storage in Frankfurt now.
    dublin_by(&world, seed::NETWORK_MONITORING).await?;
    world.next_accounts_turn().await?;
    let has = |world: &World| [FRANKFURT, DUBLIN].map(|storage| world.quota(FIR_ARCHITECTS, (STORAGE, storage)));
    assert_eq!(has(&world), [None, hard(2_000 * GIB)], "{}", world.seam.trace());
    let kinds: Vec<String> = world.held_of(FIR).await?.into_iter().map(|held| held.kind).collect();
    assert!(kinds.iter().any(|kind| kind == "storage_in_use"), "{kinds:?}");

    world.use_up(FIR_ARCHITECTS, (STORAGE, DUBLIN), 0)?;
    world.accounts_turn_after(HOUR * 7).await?;
    world.next_accounts_turn().await?;
    assert_eq!(has(&world), [hard(2_000 * GIB), None], "its data are gone\n{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p10_a_person_may_have_the_storage_changed_once_the_data_were_moved() -> Result<()> {
    let mut world = settled().await?;
    dublin_by(&world, seed::NETWORK_MONITORING).await?;
    world.next_accounts_turn().await?;
    world.use_up(FIR_ARCHITECTS, (STORAGE, DUBLIN), 0)?;
    // The console shows what was measured hours ago; the worker reads anew.
    let held = world.held_of(FIR).await?;
    let is_storage = |held: &&store::record::Held| held.kind == "switch_off" && held.what.contains(&DUBLIN.to_string());
    assert_eq!(held.iter().filter(is_storage).count(), 1, "{held:#?}");
    Console::of(&world).approve("switch_off", Some(FIR)).await?;
    world.work().await?;
    assert_eq!(world.quota(FIR_ARCHITECTS, (STORAGE, FRANKFURT)), hard(2_000 * GIB), "{}", world.seam.trace());
    assert_eq!(world.quota(FIR_ARCHITECTS, (STORAGE, DUBLIN)), None);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p10_free_switches_no_second_storage_on() -> Result<()> {
    let mut world = settled().await?;
    world.change_billing(|billing| billing.guards.brake = false).await?;
    world
        .change_products(|products| {
            for row in products.rows.iter_mut().filter(|row| row.item.name == STORAGE) {
                if let Treatment::Managed(managed) = &mut row.treatment {
                    managed.free = true;
                }
            }
        })
        .await?;
    world.next_accounts_turn().await?;
    let has = [FRANKFURT, DUBLIN].map(|storage| world.quota(ELM_STREET_BAKERY, (STORAGE, storage)));
    assert_eq!(has, [UNLIMITED, None], "not sold to it and Free\n{}", world.seam.trace());
    assert!(world.held_of(ELM).await?.iter().all(|held| held.kind != "storage_in_use"));
    assert_eq!(world.quota(ALDER, (STORAGE, FRANKFURT)), hard(500 * GIB), "sold");
    Ok(())
}
