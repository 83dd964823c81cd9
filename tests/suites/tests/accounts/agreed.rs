//! Rules P1 and P13: nothing is written before somebody has looked at it, and then exactly that.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use simulators::acronis::seed::{ALDER, BIRCH_DENTAL, IVY_MEDIA};
use simulators::autotask::seed;
use suites::console::Console;
use suites::world::World;
use suites::world::verbs_accounts::{hard, products};
use suites::world::verbs_people::{ALDER_ACCOUNT, BIRCH_ACCOUNT, IVY_ACCOUNT};

use crate::{SERVERS, WORKSTATIONS, settled};

/// Works out a preview, and returns it with what it shows of Alder & Sons.
pub(crate) async fn preview(world: &mut World, asked: Value) -> Result<(Value, Value)> {
    let console = Console::of(world);
    let started = console.post("/api/v1/previews", &asked).await?.expect(202)?.json()?;
    world.work().await?;
    let path = format!("/api/v1/previews/{}", started["id"].as_str().context("an id")?);
    let preview = console.get(&path).await?.expect(200)?.json()?;
    ensure!(preview["state"] == "ready", "{preview:#}\n{}", world.seam.trace());
    let accounts = console.get(&format!("{path}/accounts?limit=500")).await?.expect(200)?.json()?;
    let mut rows = accounts["items"].as_array().into_iter().flatten();
    let alder = rows.find(|row| row["account"] == ALDER_ACCOUNT.0).cloned();
    Ok((preview, alder.unwrap_or_default()))
}

pub(crate) async fn apply(world: &World, preview: &Value) -> Result<suites::console::Answer> {
    let path = format!("/api/v1/previews/{}/apply", preview["id"].as_str().context("an id")?);
    Console::of(world).post(&path, &json!({"digest": preview["digest"]})).await
}

/// The draft that switches billing on.
async fn switching_on(world: &World) -> Result<Value> {
    let saved = Console::of(world).get("/api/v1/settings").await?.expect(200)?.json()?;
    let mut billing = saved["settings"]["billing"].clone();
    billing["enabled"] = json!(true);
    Ok(json!({"draft": {"billing": {"version": saved["version"], "billing": billing}}}))
}

#[tokio::test(start_paused = true)]
async fn p1_no_first_plan_is_carried_out_before_somebody_agreed_to_it() -> Result<()> {
    let mut world = World::new().await?;
    world.systems.table.insert(products()).await?;
    world.change_billing(|billing| billing.enabled = true).await?;
    let before = world.writes();
    world.accounts_turn().await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.writes(), before, "{}", world.seam.trace());
    let held = world.held().await?;
    assert_eq!(held.iter().map(|held| held.kind.as_str()).collect::<Vec<_>>(), ["first_plans", "without_tenant"]);
    let reason = &held[0].reason;
    assert!(reason.contains("8 mapped accounts") && reason.contains("Alder & Sons"), "{reason}");
    assert!(held[0].what.contains("Alder & Sons: "), "{}", held[0].what);

    world.agree(ALDER_ACCOUNT).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    assert_eq!(world.quota(BIRCH_DENTAL, WORKSTATIONS), hard(8), "nobody has agreed to that");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p1_an_existing_tenant_that_is_newly_mapped_waits_for_its_own_consent() -> Result<()> {
    let mut world = settled().await?;
    world.map(IVY_ACCOUNT, IVY_MEDIA).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(IVY_MEDIA, WORKSTATIONS), None, "{}", world.seam.trace());
    let held = world.held().await?;
    assert!(
        held.iter().any(|held| held.kind == "first_plans" && held.reason.contains("a mapped account")),
        "{held:#?}"
    );
    world.agree(IVY_ACCOUNT).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(IVY_MEDIA, WORKSTATIONS), hard(11), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p1_with_billing_off_nothing_is_written_and_what_changed_meanwhile_is_not_missed() -> Result<()> {
    let mut world = settled().await?;
    let held = world.held().await?.len();
    assert!(held > 0, "customers use more than is sold of some items");
    world.change_billing(|billing| billing.enabled = false).await?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    let before = world.writes();
    world.next_accounts_turn().await?;
    assert_eq!((world.writes(), world.quota(ALDER, WORKSTATIONS)), (before, hard(25)), "{}", world.seam.trace());
    assert!(world.held().await?.is_empty(), "nothing is planned, so nothing waits");
    world.change_billing(|billing| billing.enabled = true).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(30), "{}", world.seam.trace());
    assert_eq!(world.held().await?.len(), held);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_a_preview_shows_everything_and_writes_nothing_and_its_apply_is_the_consent() -> Result<()> {
    let mut world = World::new().await?;
    world.systems.table.insert(products()).await?;
    let before = world.writes();
    let asked = switching_on(&world).await?;
    let (shown, alder) = preview(&mut world, asked).await?;
    assert_eq!(world.writes(), before, "{}", world.seam.trace());
    assert_eq!(shown["totals"]["accounts"], 8, "{shown:#}");
    assert!(alder["is_first"] == true && alder["changes"].as_array().is_some_and(|all| all.len() >= 2), "{alder:#}");
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(12));

    apply(&world, &shown).await?.expect(200)?;
    world.work().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    assert_eq!(world.quota(BIRCH_DENTAL, WORKSTATIONS), hard(12));
    world.next_accounts_turn().await?;
    assert!(world.held().await?.iter().all(|held| held.kind != "first_plans"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_a_reviewed_plan_that_moved_since_is_refused_and_nothing_else_is_written() -> Result<()> {
    let mut world = World::new().await?;
    world.systems.table.insert(products()).await?;
    let asked = switching_on(&world).await?;
    let (shown, _) = preview(&mut world, asked).await?;
    world.sell(ALDER_ACCOUNT, seed::SERVERS, 5)?;
    apply(&world, &shown).await?.expect(200)?;
    world.work().await?;
    assert_eq!(world.quota(ALDER, SERVERS), hard(2), "{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(12), "not even what was shown");
    assert_eq!(world.account(ALDER_ACCOUNT).await?.last.code.as_deref(), Some("plan_moved"));
    assert_eq!(world.quota(BIRCH_DENTAL, WORKSTATIONS), hard(12), "its plan is what was shown");
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(12), "the consent was to what was shown\n{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_a_reviewed_mass_change_does_not_trip_the_brake() -> Result<()> {
    let mut world = settled().await?;
    for account in [ALDER_ACCOUNT, crate::GINKGO, suites::world::verbs_people::CEDAR_ACCOUNT] {
        world.sell(account, seed::WORKSTATIONS, -5)?;
    }
    let (shown, _) = preview(&mut world, json!({})).await?;
    apply(&world, &shown).await?.expect(200)?;
    world.work().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(20), "{}", world.seam.trace());
    world.next_accounts_turn().await?;
    assert_eq!(world.brake().await?, None);
    let by: Vec<String> = world
        .activity()
        .await?
        .into_iter()
        .filter(|entry| entry.what.contains("cut"))
        .map(|entry| entry.actor)
        .collect();
    assert!(by.len() >= 3 && by.iter().rev().take(3).all(|by| by != "account-sync"), "{by:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p13_an_account_alone_can_be_previewed_and_applied() -> Result<()> {
    let mut world = World::new().await?;
    world.systems.table.insert(products()).await?;
    world.change_billing(|billing| billing.enabled = true).await?;
    world.accounts_turn().await?;
    let (shown, _) = preview(&mut world, json!({"accounts": [BIRCH_ACCOUNT.0]})).await?;
    assert_eq!(shown["totals"]["accounts"], 1, "{shown:#}");
    apply(&world, &shown).await?.expect(200)?;
    world.work().await?;
    assert_eq!(world.quota(BIRCH_DENTAL, WORKSTATIONS), hard(12), "{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(12), "not applied: it has 12 by hand");
    assert_eq!(world.quota(ALDER, SERVERS), hard(2));
    Ok(())
}
