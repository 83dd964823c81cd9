//! Rules P11 and X4: what Acronis refuses concerns one item of one account.

use anyhow::Result;
use http::Method;
use simulators::acronis::seed::{ALDER, BIRCH_DENTAL, DIRECT_FOLDER, HAZEL_TRAVEL, ROOT_PARTNER};
use simulators::autotask::seed;
use simulators::control::{Fault, Kind};
use suites::world::World;
use suites::world::verbs_accounts::{GIB, hard};
use suites::world::verbs_people::{ALDER_ACCOUNT, BIRCH_ACCOUNT};

use crate::{HAZEL, HOUR, MACHINES, SERVERS, WORKSTATIONS, settled};

/// Alder & Sons, Birch Dental and Hazel Travel buy one workstation more each, and Alder & Sons a server.
fn all_buy(world: &World) -> Result<()> {
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 1)?;
    world.sell(ALDER_ACCOUNT, seed::SERVERS, 1)?;
    world.autotask.adjust_bundle(world.contract(BIRCH_ACCOUNT)?, seed::OFFICE_BUNDLE, 1, world.today())?;
    world.sell(HAZEL, seed::WORKSTATIONS, 1)
}

fn others_have_theirs(world: &World) {
    assert_eq!(world.quota(BIRCH_DENTAL, WORKSTATIONS), hard(13), "{}", world.seam.trace());
    assert_eq!(world.quota(HAZEL_TRAVEL, WORKSTATIONS), hard(10));
}

#[tokio::test(start_paused = true)]
async fn x4_an_item_that_acronis_refuses_is_named_and_all_others_go_on() -> Result<()> {
    let mut world = settled().await?;
    // The folder may give each customer three servers at most.
    world.set_by_hand(DIRECT_FOLDER, SERVERS, 3)?;
    all_buy(&world)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(26), "{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, SERVERS), hard(3));
    others_have_theirs(&world);
    let last = world.account(ALDER_ACCOUNT).await?.last;
    let is_told = |text: &String| text.contains(SERVERS) && text.contains("set to 4");
    assert!(last.problems.iter().any(is_told), "{last:#?}");

    world.acronis.set_quota(DIRECT_FOLDER, SERVERS, None, None)?;
    world.accounts_pass(HOUR / 2).await?;
    assert_eq!(world.quota(ALDER, SERVERS), hard(4), "{}", world.seam.trace());
    assert!(world.account(ALDER_ACCOUNT).await?.last.problems.is_empty());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p11_an_item_that_is_withdrawn_from_the_partner_is_named_and_never_enabled_there() -> Result<()> {
    let mut world = settled().await?;
    world.acronis.switch_item(DIRECT_FOLDER, MACHINES, false)?;
    all_buy(&world)?;
    world.autotask.adjust(world.contract(ALDER_ACCOUNT)?, seed::VIRTUAL_MACHINES, 4, world.today())?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, MACHINES), None, "{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(26));
    others_have_theirs(&world);
    assert!(world.acronis.item(DIRECT_FOLDER, MACHINES).is_some_and(|item| !item.is_on));
    let problems = world.account(ALDER_ACCOUNT).await?.last.problems;
    assert!(problems.iter().any(|text| text.contains(MACHINES) && text.contains("enable it there")), "{problems:#?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p11_somebody_who_writes_at_the_same_time_is_not_overwritten_unseen() -> Result<()> {
    let mut world = settled().await?;
    let acronis = world.acronis.clone();
    world
        .before_item_writes(ALDER, 1, move || {
            acronis.set_quota(ALDER, WORKSTATIONS, Some(40.0), Some(0.0)).unwrap_or_default();
        })
        .await?;
    all_buy(&world)?;
    world.next_accounts_turn().await?;
    // The raise by hand is seen in the second reading, and kept (rule P15).
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(40), "{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, SERVERS), hard(4));
    others_have_theirs(&world);
    world.next_accounts_turn().await?;
    world.held_as(ALDER_ACCOUNT, "raised_by_hand").await?;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p11_a_conflict_that_does_not_end_is_told_and_tried_again_later() -> Result<()> {
    let mut world = settled().await?;
    let acronis = world.acronis.clone();
    world
        .before_item_writes(ALDER, 6, move || {
            for value in [10.0, 9.0] {
                acronis.set_quota(ALDER, WORKSTATIONS, Some(value), Some(0.0)).unwrap_or_default();
            }
        })
        .await?;
    all_buy(&world)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(9), "{}", world.seam.trace());
    assert_eq!(world.account(ALDER_ACCOUNT).await?.last.code.as_deref(), Some("conflict"));
    others_have_theirs(&world);
    world.accounts_pass(HOUR).await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(26), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_a_tenant_that_is_locked_waits_and_goes_on_when_it_is_unlocked() -> Result<()> {
    let mut world = settled().await?;
    world.acronis.change_tenant(ALDER, |tenant| tenant.locked_by = Some(ROOT_PARTNER))?;
    all_buy(&world)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    others_have_theirs(&world);
    let problems = world.account(ALDER_ACCOUNT).await?.last.problems;
    assert!(problems.iter().any(|text| text.contains("locked")), "{problems:#?}");
    world.acronis.change_tenant(ALDER, |tenant| tenant.locked_by = None)?;
    world.accounts_pass(HOUR / 2).await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(26), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_a_locked_item_is_named_and_not_forced() -> Result<()> {
    let mut world = settled().await?;
    world.acronis.lock_item(ALDER, MACHINES, true)?;
    all_buy(&world)?;
    world.sell(ALDER_ACCOUNT, seed::VIRTUAL_MACHINES, 4)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(26), "{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, MACHINES), None);
    let held = world.held_as(ALDER_ACCOUNT, "plan_problem").await?;
    assert!(held.reason.contains(MACHINES) && held.reason.contains("locked"), "{}", held.reason);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_a_tenant_that_was_deleted_in_acronis_is_shown_and_all_others_go_on() -> Result<()> {
    let mut world = settled().await?;
    world.acronis.delete_tenant(ALDER)?;
    all_buy(&world)?;
    world.next_accounts_turn().await?;
    others_have_theirs(&world);
    let problems = world.account(ALDER_ACCOUNT).await?.last.problems;
    assert!(problems.iter().any(|text| text.contains("Alder & Sons") && text.contains("deleted")), "{problems:#?}");
    // The list of changes leaves deleted tenants out; the daily one shows that it is gone.
    world.accounts_turn_after(HOUR * 25).await?;
    let held = world.held_as(ALDER_ACCOUNT, "tenant_missing").await?;
    assert!(held.reason.contains("Alder & Sons"), "{}", held.reason);
    let named = world.acronis.tenants().into_iter().filter(|tenant| tenant.name == "Alder & Sons").count();
    assert_eq!(named, 0, "none is made in its place");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x4_acronis_failing_for_one_tenant_holds_up_nobody_else() -> Result<()> {
    for status in [429, 500, 503] {
        let mut world = settled().await?;
        let fault = Fault::new(Kind::Status, format!("/api/2/tenants/{ALDER}/offering_items")).on(&Method::PUT);
        world.acronis.control().add_fault(fault.status(status).times(100));
        all_buy(&world)?;
        world.next_accounts_turn().await?;
        assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{status}\n{}", world.seam.trace());
        others_have_theirs(&world);
        world.acronis.control().clear_faults();
        world.accounts_pass(HOUR).await?;
        assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(26), "{status}\n{}", world.seam.trace());
        assert_eq!(world.quota(ALDER, SERVERS), hard(4));
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p11_a_write_whose_reply_is_lost_is_recorded_and_not_repeated() -> Result<()> {
    let mut world = settled().await?;
    let path = format!("/api/2/tenants/{ALDER}/offering_items");
    world.acronis.control().add_fault(Fault::new(Kind::EffectThenDrop, path).on(&Method::PUT));
    all_buy(&world)?;
    world.next_accounts_turn().await?;
    world.accounts_pass(HOUR / 2).await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(26), "{}", world.seam.trace());
    let raised = |item: &str| format!("quota of {item} raised");
    let entries = world.activity().await?;
    for item in [WORKSTATIONS, SERVERS] {
        let of_it = entries.iter().filter(|entry| {
            entry.what == raised(item)
                && entry.subject.account == Some(ALDER_ACCOUNT)
                && entry.at > suites::world::start()
        });
        assert_eq!(of_it.count(), 1, "{item}: {entries:#?}");
    }
    assert_eq!(world.account(ALDER_ACCOUNT).await?.pending, None);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p11_a_storage_that_cannot_be_switched_on_keeps_the_other_one_on() -> Result<()> {
    use simulators::acronis::seed::{DUBLIN, FIR_ARCHITECTS, FRANKFURT, NORTHSIDE_PARTNER};
    let mut world = settled().await?;
    let storage = crate::STORAGE;
    world.use_up(FIR_ARCHITECTS, (storage, DUBLIN), 0)?;
    world.accounts_turn_after(HOUR * 7).await?;
    // Frankfurt is full for this reseller, as only the write will tell.
    world.acronis.set_quota(NORTHSIDE_PARTNER, (storage, FRANKFURT), Some(1.0), Some(0.0))?;
    let dublin = DUBLIN.to_string().into();
    world
        .change_products(move |products| {
            for row in products.rows.iter_mut().filter(|row| row.item.infra.as_ref() == Some(&dublin)) {
                if let bridge_core::settings::billing::Treatment::Managed(managed) = &mut row.treatment {
                    managed.service = None;
                }
            }
        })
        .await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(FIR_ARCHITECTS, (storage, DUBLIN)), hard(2_000 * GIB), "{}", world.seam.trace());
    assert_eq!(world.quota(FIR_ARCHITECTS, (storage, FRANKFURT)), None);
    Ok(())
}
