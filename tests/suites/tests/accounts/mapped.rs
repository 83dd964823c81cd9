//! Rules V3 to V5: mapping accounts to tenants, and taking it back.

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use simulators::acronis::seed::{ALDER, IVY_MEDIA, JUNIPER as JUNIPER_TENANT, ROOT_PARTNER};
use simulators::autotask::seed;
use suites::console::Console;
use suites::world::World;
use suites::world::verbs_accounts::hard;
use suites::world::verbs_people::{ALDER_ACCOUNT, BIRCH_ACCOUNT, IVY_ACCOUNT};

use crate::{JUNIPER, KALE, SERVERS, WORKSTATIONS, settled};

async fn edit(world: &World, edit: Value) -> Result<()> {
    let applied = Console::of(world).map(json!([edit])).await?;
    anyhow::ensure!(applied["refused"].as_array().is_none_or(Vec::is_empty), "{applied:#}");
    Ok(())
}

async fn remove(world: &World, account: bridge_core::id::AccountId) -> Result<()> {
    let stored = world.systems.table.get::<store::record::Mapping>(&account, store::table::Read::Strong).await?;
    let version = stored.context("mapped")?.version;
    edit(world, json!({"account": account.0, "remove": true, "version": version})).await
}

#[tokio::test(start_paused = true)]
async fn v3_a_mapped_tenant_is_marked_and_what_others_wrote_there_stays() -> Result<()> {
    let mut world = settled().await?;
    let marked = world.acronis.tenant(ALDER).context("there")?;
    assert_eq!(marked.customer_id.as_deref(), Some("174"), "{}", world.seam.trace());
    assert!(marked.internal_tag.is_some());

    world.acronis.change_tenant(IVY_MEDIA, |tenant| tenant.customer_id = Some("CRM-9".to_owned()))?;
    world.acronis.change_tenant(JUNIPER_TENANT, |tenant| tenant.internal_tag = Some("other-tool".to_owned()))?;
    for (account, tenant) in [(IVY_ACCOUNT, IVY_MEDIA), (JUNIPER, JUNIPER_TENANT)] {
        world.map(account, tenant).await?;
        world.agree(account).await?;
    }
    world.next_accounts_turn().await?;
    let now = |tenant| world.acronis.tenant(tenant).context("there");
    assert_eq!(now(IVY_MEDIA)?.customer_id.as_deref(), Some("CRM-9"), "{}", world.seam.trace());
    assert!(now(IVY_MEDIA)?.internal_tag.is_some(), "there was room for it");
    assert_eq!(now(JUNIPER_TENANT)?.internal_tag.as_deref(), Some("other-tool"));
    assert_eq!(world.quota(IVY_MEDIA, WORKSTATIONS), hard(11), "its quotas follow all the same");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_a_removed_mapping_leaves_both_sides_alone() -> Result<()> {
    let mut world = settled().await?;
    remove(&world, ALDER_ACCOUNT).await?;
    world.change_billing(|billing| billing.guards.brake = false).await?;
    world.change_billing(|billing| billing.provisioning.automatic = true).await?;
    let before = world.acronis.tenant(ALDER);
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    world.next_accounts_turn().await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    assert_eq!(world.acronis.tenant(ALDER), before);
    let named = world.acronis.tenants().into_iter().filter(|tenant| tenant.name == "Alder & Sons").count();
    assert_eq!(named, 1, "rule V1 leaves alone who was unmapped on purpose");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_an_account_that_returns_to_its_tenant_waits_for_its_first_plan_again() -> Result<()> {
    let mut world = settled().await?;
    remove(&world, ALDER_ACCOUNT).await?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    world.next_accounts_turn().await?;
    edit(&world, json!({"account": ALDER_ACCOUNT.0, "return_to_old": true})).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    assert!(world.held().await?.iter().any(|held| held.kind == "first_plans"));
    world.agree(ALDER_ACCOUNT).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(30), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_a_person_who_maps_to_a_new_tenant_gets_one_though_it_is_not_automatic() -> Result<()> {
    let mut world = settled().await?;
    edit(&world, json!({"account": KALE.0, "new": true, "connection": ROOT_PARTNER.to_string()})).await?;
    world.work().await?;
    let tenant = world.acronis.tenant_named("Kale Foods").with_context(|| world.seam.trace())?;
    assert_eq!(world.quota(tenant.id, SERVERS), hard(2), "{}", world.seam.trace());
    assert_eq!(tenant.contact["email"], "casey@customer184.example");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v4_a_new_tenant_for_an_account_that_had_one_is_asked_about() -> Result<()> {
    let mut world = settled().await?;
    remove(&world, ALDER_ACCOUNT).await?;
    let console = Console::of(&world);
    let new = json!({"account": ALDER_ACCOUNT.0, "new": true, "connection": ROOT_PARTNER.to_string()});
    let refused = console.map(json!([new])).await?;
    assert_eq!(refused["refused"][0]["code"], "returns", "{refused:#}");
    world.work().await?;
    let named = world.acronis.tenants().into_iter().filter(|tenant| tenant.name == "Alder & Sons").count();
    assert_eq!(named, 1);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v5_a_tenant_of_another_account_cannot_be_taken() -> Result<()> {
    let world = settled().await?;
    let map = json!({"account": IVY_ACCOUNT.0, "connection": ROOT_PARTNER.to_string(), "tenant": ALDER.to_string(), "confirm": true});
    let refused = Console::of(&world).map(json!([map])).await?;
    assert_eq!(refused["refused"][0]["code"], "tenant_taken", "{refused:#}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v5_a_rename_on_either_side_breaks_nothing() -> Result<()> {
    let mut world = settled().await?;
    world.autotask.rename_company(World::company(ALDER_ACCOUNT), "Alder Group")?;
    world.acronis.rename_tenant(ALDER, "Alder Holding")?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(30), "{}", world.seam.trace());
    let console = Console::of(&world);
    let row = console.get("/api/v1/accounts?search=alder").await?.expect(200)?.json()?["items"][0].clone();
    assert_eq!(
        (row["name"].as_str(), row["tenant_name"].as_str()),
        (Some("Alder Group"), Some("Alder Holding")),
        "{row:#}"
    );
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v5_moving_an_account_to_another_tenant_does_not_take_over_what_was_agreed_to() -> Result<()> {
    let mut world = settled().await?;
    world.map_instead(BIRCH_ACCOUNT, BIRCH_ACCOUNT, IVY_MEDIA).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(IVY_MEDIA, WORKSTATIONS), None, "{}", world.seam.trace());
    assert!(world.held().await?.iter().any(|held| held.kind == "first_plans"));
    Ok(())
}
