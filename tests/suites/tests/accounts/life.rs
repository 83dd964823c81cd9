//! Rule V6: tenants of accounts that sell nothing any more.

use anyhow::{Context as _, Result};
use bridge_core::id::AccountId;
use simulators::acronis::TenantId;
use simulators::acronis::seed::{ELM_STREET_BAKERY, FRANKFURT, HAZEL_TRAVEL};
use simulators::autotask::seed;
use suites::console::Console;
use suites::world::World;
use suites::world::verbs_accounts::hard;

use crate::{DAY, ELM, HAZEL, HOUR, SEATS, SERVERS, STORAGE, WORKSTATIONS, settled};

fn is_enabled(world: &World, tenant: TenantId) -> Result<bool> {
    Ok(world.acronis.tenant(tenant).context("there")?.enabled)
}

/// Nothing of the tenant is in use.
fn empty(world: &World, tenant: TenantId) -> Result<()> {
    for item in [WORKSTATIONS, SERVERS, SEATS] {
        world.use_up(tenant, item, 0)?;
    }
    world.use_up(tenant, (STORAGE, FRANKFURT), 0)
}

/// Rule V6 is on, and the account's contract was switched off just now.
async fn unsold(account: AccountId, tenant: TenantId, is_empty: bool) -> Result<World> {
    let mut world = settled().await?;
    if is_empty {
        empty(&world, tenant)?;
        world.accounts_turn_after(HOUR * 7).await?;
        world.next_accounts_turn().await?;
    }
    world.change_billing(|billing| billing.deprovisioning.disable_after_days = Some(10)).await?;
    world.autotask.deactivate_contract(world.contract(account)?)?;
    world.next_accounts_turn().await?;
    Ok(world)
}

/// Lets days pass with two runs in each.
async fn days(world: &mut World, days: i64) -> Result<()> {
    for _ in 0..2 * days {
        world.accounts_turn_after(HOUR * 12).await?;
    }
    world.next_accounts_turn().await
}

#[tokio::test(start_paused = true)]
async fn v6_a_tenant_without_a_contract_is_disabled_after_its_days_and_not_before() -> Result<()> {
    let mut world = unsold(ELM, ELM_STREET_BAKERY, true).await?;
    days(&mut world, 9).await?;
    assert!(is_enabled(&world, ELM_STREET_BAKERY)?, "{}", world.seam.trace());
    days(&mut world, 1).await?;
    assert!(!is_enabled(&world, ELM_STREET_BAKERY)?, "{}", world.seam.trace());
    let entries = world.activity().await?;
    assert_eq!(entries.iter().filter(|entry| entry.what == "tenant disabled").count(), 1, "{entries:#?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v6_nobody_is_disabled_unless_that_is_switched_on() -> Result<()> {
    let mut world = unsold(ELM, ELM_STREET_BAKERY, true).await?;
    world.change_billing(|billing| billing.deprovisioning.disable_after_days = None).await?;
    days(&mut world, 12).await?;
    assert!(is_enabled(&world, ELM_STREET_BAKERY)?, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v6_a_tenant_that_is_in_use_is_disabled_only_by_a_person() -> Result<()> {
    let mut world = unsold(HAZEL, HAZEL_TRAVEL, false).await?;
    days(&mut world, 11).await?;
    assert!(is_enabled(&world, HAZEL_TRAVEL)?, "{}", world.seam.trace());
    world.held_as(HAZEL, "disable").await?;
    Console::of(&world).approve("disable", Some(HAZEL)).await?;
    world.work().await?;
    world.next_accounts_turn().await?;
    assert!(!is_enabled(&world, HAZEL_TRAVEL)?, "{}", world.seam.trace());
    assert!(world.held_of(HAZEL).await?.iter().all(|held| held.kind != "disable"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v6_an_approval_of_disabling_names_nothing_that_is_asked_later() -> Result<()> {
    let mut world = unsold(ELM, ELM_STREET_BAKERY, false).await?;
    world.change_billing(|billing| billing.deprovisioning.delete_after_days = Some(30)).await?;
    days(&mut world, 11).await?;
    let disabling = world.held_as(ELM, "disable").await?;
    Console::of(&world).approve("disable", Some(ELM)).await?;
    world.work().await?;
    world.next_accounts_turn().await?;
    world.accounts_turn_after(DAY * 28).await?;
    world.accounts_turn_after(DAY * 3).await?;
    let deleting = world.held_as(ELM, "delete").await?;
    assert_ne!(deleting.id, disabling.id);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v6_a_contract_that_returns_enables_the_tenant_and_its_quotas_follow() -> Result<()> {
    let mut world = unsold(ELM, ELM_STREET_BAKERY, true).await?;
    days(&mut world, 11).await?;
    assert!(!is_enabled(&world, ELM_STREET_BAKERY)?, "{}", world.seam.trace());
    world.autotask.contract(World::company(ELM)).sells(seed::WORKSTATIONS, 6).sign()?;
    world.next_accounts_turn().await?;
    world.next_accounts_turn().await?;
    assert!(is_enabled(&world, ELM_STREET_BAKERY)?, "{}", world.seam.trace());
    assert_eq!(world.quota(ELM_STREET_BAKERY, WORKSTATIONS), hard(6), "{}", world.seam.trace());
    let entries = world.activity().await?;
    assert_eq!(entries.iter().filter(|entry| entry.what == "tenant enabled again").count(), 1, "{entries:#?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v6_a_contract_that_returns_before_the_end_starts_the_days_over() -> Result<()> {
    let mut world = unsold(ELM, ELM_STREET_BAKERY, true).await?;
    days(&mut world, 8).await?;
    let contract = world.autotask.contract(World::company(ELM)).sells(seed::WORKSTATIONS, 6).sign()?;
    days(&mut world, 1).await?;
    world.autotask.deactivate_contract(contract)?;
    days(&mut world, 9).await?;
    assert!(is_enabled(&world, ELM_STREET_BAKERY)?, "{}", world.seam.trace());
    days(&mut world, 2).await?;
    assert!(!is_enabled(&world, ELM_STREET_BAKERY)?, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v6_a_tenant_disabled_by_hand_is_left_alone_and_shown() -> Result<()> {
    let mut world = settled().await?;
    world.acronis.disable_tenant(HAZEL_TRAVEL)?;
    world.sell(HAZEL, seed::WORKSTATIONS, 3)?;
    let before = world.writes();
    days(&mut world, 1).await?;
    assert!(!is_enabled(&world, HAZEL_TRAVEL)?, "{}", world.seam.trace());
    assert_eq!(world.quota(HAZEL_TRAVEL, WORKSTATIONS), hard(9));
    assert_eq!(world.writes(), before, "{}", world.seam.trace());
    world.held_as(HAZEL, "disabled_by_hand").await?;
    world.acronis.enable_tenant(HAZEL_TRAVEL)?;
    world.next_accounts_turn().await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(HAZEL_TRAVEL, WORKSTATIONS), hard(12), "{}", world.seam.trace());
    assert!(world.held_of(HAZEL).await?.iter().all(|held| held.kind != "disabled_by_hand"));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v6_a_disabled_tenant_is_not_worked_on_in_every_run() -> Result<()> {
    let mut world = settled().await?;
    world.acronis.disable_tenant(HAZEL_TRAVEL)?;
    world.sell(HAZEL, seed::WORKSTATIONS, 3)?;
    days(&mut world, 1).await?;
    world.advance(jiff::SignedDuration::from_mins(3));
    let summary = world.account_poll().await?.context("it ran")?;
    assert_eq!((summary.hinted, summary.skipped_until), (0, None), "{summary:?}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v6_disabling_many_at_once_trips_the_brake() -> Result<()> {
    let mut world = settled().await?;
    world.change_billing(|billing| billing.deprovisioning.disable_after_days = Some(10)).await?;
    let all =
        [(ELM, ELM_STREET_BAKERY), (HAZEL, HAZEL_TRAVEL), (crate::DOGWOOD, simulators::acronis::seed::DOGWOOD_LAW)];
    for (_, tenant) in all {
        empty(&world, tenant)?;
    }
    world.change_billing(|billing| billing.guards.brake = false).await?;
    for (account, _) in all {
        world.autotask.deactivate_contract(world.contract(account)?)?;
    }
    days(&mut world, 9).await?;
    world.change_billing(|billing| billing.guards.brake = true).await?;
    days(&mut world, 3).await?;
    for (_, tenant) in all {
        assert!(is_enabled(&world, tenant)?, "{}", world.seam.trace());
    }
    assert_eq!(world.brake().await?.context("on")?.accounts, 3);
    Console::of(&world).approve("brake", None).await?;
    world.work().await?;
    for (_, tenant) in all {
        assert!(!is_enabled(&world, tenant)?, "{}", world.seam.trace());
    }
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn v6_a_tenant_that_we_disabled_is_deleted_only_when_a_person_confirms_it() -> Result<()> {
    let mut world = unsold(ELM, ELM_STREET_BAKERY, true).await?;
    world.change_billing(|billing| billing.deprovisioning.delete_after_days = Some(30)).await?;
    days(&mut world, 11).await?;
    assert!(!is_enabled(&world, ELM_STREET_BAKERY)?, "{}", world.seam.trace());
    world.accounts_turn_after(DAY * 28).await?;
    assert!(world.held_of(ELM).await?.iter().all(|held| held.kind != "delete"));
    world.accounts_turn_after(DAY * 3).await?;
    assert!(world.acronis.tenant(ELM_STREET_BAKERY).context("there")?.deleted_at.is_none());
    Console::of(&world).approve("delete", Some(ELM)).await?;
    world.work().await?;
    world.next_accounts_turn().await?;
    let tenant = world.acronis.tenant(ELM_STREET_BAKERY).context("there")?;
    assert!(tenant.deleted_at.is_some(), "{}", world.seam.trace());
    let entries = world.activity().await?;
    assert_eq!(entries.iter().filter(|entry| entry.what == "tenant deleted").count(), 1, "{entries:#?}");
    Ok(())
}
