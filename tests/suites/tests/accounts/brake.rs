//! Rule P12: a run that would change much at once asks first.

use anyhow::{Context as _, Result};
use simulators::acronis::seed::{ALDER, BIRCH_DENTAL, CEDAR_LOGISTICS, GINKGO_HEALTH};
use simulators::autotask::seed;
use store::record::brake::Why;
use suites::console::Console;
use suites::world::World;
use suites::world::verbs_accounts::{UNLIMITED, hard};
use suites::world::verbs_people::{ALDER_ACCOUNT, BIRCH_ACCOUNT, CEDAR_ACCOUNT};

use crate::{DAY, DOGWOOD, ELM, FIR, GINKGO, HAZEL, HOUR, MACHINES, WORKSTATIONS, settled};

/// Three of eight accounts are cut by five at once, and a fourth one buys one more.
async fn braked() -> Result<World> {
    let mut world = settled().await?;
    for account in [ALDER_ACCOUNT, CEDAR_ACCOUNT, GINKGO] {
        // The first contract of Cedar Logistics has no workstations.
        let contracts = world.autotask.contracts_of(World::company(account));
        let contract = contracts[usize::from(account == CEDAR_ACCOUNT)];
        world.autotask.adjust(contract, seed::WORKSTATIONS, -5, world.today())?;
    }
    world.autotask.adjust_bundle(world.contract(BIRCH_ACCOUNT)?, seed::OFFICE_BUNDLE, 1, world.today())?;
    world.next_accounts_turn().await?;
    Ok(world)
}

fn cut(world: &World) -> [suites::world::verbs_accounts::Allowed; 3] {
    [ALDER, CEDAR_LOGISTICS, GINKGO_HEALTH].map(|tenant| world.quota(tenant, WORKSTATIONS))
}

#[tokio::test(start_paused = true)]
async fn p12_a_mass_cut_is_not_made_but_asked_for_and_what_raises_goes_on() -> Result<()> {
    let mut world = braked().await?;
    assert_eq!(cut(&world), [hard(25), hard(40), hard(60)], "{}", world.seam.trace());
    assert_eq!(world.quota(BIRCH_DENTAL, WORKSTATIONS), hard(13));
    let brake = world.brake().await?.context("on")?;
    assert_eq!((brake.why, brake.accounts, brake.mapped), (Why::Drastic, 3, 8));
    assert_eq!(world.held().await?.iter().filter(|held| held.kind == "brake").count(), 1);
    world.accounts_pass(HOUR).await?;
    assert_eq!(cut(&world), [hard(25), hard(40), hard(60)], "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_an_approved_mass_cut_is_made_in_full() -> Result<()> {
    let mut world = braked().await?;
    Console::of(&world).approve("brake", None).await?;
    world.work().await?;
    assert_eq!(cut(&world), [hard(20), hard(35), hard(55)], "{}", world.seam.trace());
    world.next_accounts_turn().await?;
    assert_eq!(world.brake().await?, None);
    assert!(world.held().await?.iter().all(|held| held.kind != "brake"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_an_approval_of_the_brake_covers_nobody_who_came_after() -> Result<()> {
    let mut world = braked().await?;
    world.autotask.adjust(world.contract(HAZEL)?, seed::WORKSTATIONS, -1, world.today())?;
    Console::of(&world).approve("brake", None).await?;
    world.work().await?;
    assert_eq!(cut(&world), [hard(25), hard(40), hard(60)], "{}", world.seam.trace());
    assert_eq!(world.brake().await?.context("on")?.accounts, 4);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_two_cuts_are_no_mass_change() -> Result<()> {
    let mut world = settled().await?;
    for account in [ALDER_ACCOUNT, GINKGO] {
        world.sell(account, seed::WORKSTATIONS, -5)?;
    }
    world.next_accounts_turn().await?;
    assert_eq!(cut(&world), [hard(20), hard(40), hard(55)], "{}", world.seam.trace());
    assert_eq!(world.brake().await?, None);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_making_an_item_free_for_everybody_is_a_mass_change() -> Result<()> {
    let mut world = settled().await?;
    world
        .change_products(|products| {
            use bridge_core::settings::billing::Treatment;
            let row = products.rows.iter_mut().find(|row| row.item.name == MACHINES);
            if let Some(Treatment::Managed(managed)) = row.map(|row| &mut row.treatment) {
                managed.free = true;
            }
        })
        .await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, MACHINES), None, "{}", world.seam.trace());
    Console::of(&world).approve("brake", None).await?;
    world.work().await?;
    assert_eq!(world.quota(ALDER, MACHINES), UNLIMITED, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_more_than_ten_times_as_much_for_many_at_once_is_a_mass_change() -> Result<()> {
    let mut world = settled().await?;
    world
        .change_products(|products| {
            use bridge_core::settings::billing::Treatment;
            let row = products.rows.iter_mut().find(|row| row.item.name == WORKSTATIONS);
            if let Some(Treatment::Managed(managed)) = row.map(|row| &mut row.treatment) {
                managed.unit_size = Some(1_000);
            }
        })
        .await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    assert_eq!(world.brake().await?.context("on")?.why, Why::Drastic);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_contracts_that_end_for_many_at_once_are_asked_about() -> Result<()> {
    let mut world = settled().await?;
    for account in [DOGWOOD, ELM, FIR] {
        world.autotask.deactivate_contract(world.contract(account)?)?;
    }
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, -5)?;
    world.next_accounts_turn().await?;
    let brake = world.brake().await?.context("on")?;
    assert_eq!((brake.why, brake.selling_before, brake.selling_now), (Why::FewerSelling, 8, 5));
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "what was read may be wrong\n{}", world.seam.trace());
    world.accounts_turn_after(DAY).await?;
    assert!(world.brake().await?.is_some(), "until somebody answers");
    Console::of(&world).approve("brake", None).await?;
    world.work().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(20), "{}", world.seam.trace());
    world.next_accounts_turn().await?;
    assert_eq!(world.brake().await?, None);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_while_the_brake_is_on_a_person_may_still_apply_a_single_reviewed_plan() -> Result<()> {
    let mut world = braked().await?;
    let console = Console::of(&world);
    let asked = serde_json::json!({"accounts": [ALDER_ACCOUNT.0]});
    let started = console.post("/api/v1/previews", &asked).await?.expect(202)?.json()?;
    world.work().await?;
    let path = format!("/api/v1/previews/{}", started["id"].as_str().context("an id")?);
    let digest = console.get(&path).await?.expect(200)?.json()?["digest"].clone();
    console.post(&format!("{path}/apply"), &serde_json::json!({"digest": digest})).await?.expect(200)?;
    world.work().await?;
    assert_eq!(cut(&world), [hard(20), hard(40), hard(60)], "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p12_the_brake_names_the_accounts_and_what_would_become_of_each() -> Result<()> {
    let world = braked().await?;
    let console = Console::of(&world);
    let of = async |path: &str| -> Result<serde_json::Value> { console.get(path).await?.expect(200)?.json() };
    let held = of("/api/v1/held?kind=brake").await?["items"][0].clone();
    for name in ["Alder & Sons", "Cedar Logistics", "Ginkgo Health"] {
        assert!(held["reason"].as_str().is_some_and(|reason| reason.contains(name)), "{held:#}");
    }
    let what = held["what"].as_str().unwrap_or_default();
    assert!(what.contains("Alder & Sons: Workstations from 25 to 20"), "{what}");
    assert_eq!(held["accounts"].as_array().map(Vec::len), Some(3));
    assert_eq!(held["accounts"][0]["what"], "Workstations from 25 to 20");

    let about = async |account| -> Result<bool> {
        let page = of(&format!("/api/v1/held?account={account}")).await?;
        Ok(page["items"].as_array().into_iter().flatten().any(|held| held["kind"] == "brake"))
    };
    assert!(about(ALDER_ACCOUNT).await? && !about(BIRCH_ACCOUNT).await?);
    let row = of(&format!("/api/v1/accounts/{ALDER_ACCOUNT}")).await?;
    assert!(row["words"].to_string().contains("The brake stops what would be done: Workstations"), "{row:#}");
    let why = of(&format!("/api/v1/accounts/{ALDER_ACCOUNT}/why")).await?;
    let items = why["items"].as_array().into_iter().flatten();
    let workstations = items.clone().find(|item| item["label"] == "Workstations").context("managed")?;
    let waits = workstations["change"]["held"].as_str();
    assert!(waits.is_some_and(|waits| waits.contains("the brake is on") && waits.contains("Cedar")), "{why:#}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p16_with_the_brake_on_the_report_stays_as_the_last_good_run_left_it() -> Result<()> {
    let mut world = braked().await?;
    let reported = async |world: &World| {
        let path = format!("/api/v1/report?search={}", ALDER_ACCOUNT.0);
        let report = Console::of(world).get(&path).await?.expect(200)?.json()?;
        let mut lines = report["items"][0]["lines"].as_array().context("lines")?.iter();
        let line = lines.find(|line| line["label"] == "Workstations").context("workstations")?;
        line["units"].as_i64().context("units")
    };
    assert_eq!(reported(&world).await?, 25);
    Console::of(&world).approve("brake", None).await?;
    world.work().await?;
    world.next_accounts_turn().await?;
    assert_eq!(reported(&world).await?, 20);
    Ok(())
}
