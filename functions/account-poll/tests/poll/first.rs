//! Before anything was agreed to, and accounts without a tenant.

use anyhow::Result;
use bridge_core::id::AccountId;
use store::record::{Account, Mapping};
use store::table::Read;

use crate::world::World;

#[tokio::test]
async fn p1_no_first_plan_is_carried_out_and_one_entry_asks_for_all_of_them() -> Result<()> {
    let world = World::with(10).await?;
    let summary = world.poll().await?;
    assert_eq!((summary.accounts, summary.hinted), (10, 0));
    let held = world.held().await?;
    assert_eq!(held.len(), 1);
    assert!(held[0].kind == "first_plans" && held[0].reason.contains("10 mapped accounts"), "{held:?}");
    Ok(())
}

#[tokio::test]
async fn p1_with_billing_off_only_the_directories_are_kept() -> Result<()> {
    let world = World::settled(10).await?;
    world.billing(|billing| billing.enabled = false).await?;
    world.cut(3, -2)?;
    let summary = world.next_poll().await?;
    assert_eq!((summary.accounts, summary.hinted), (0, 0));
    assert_eq!(world.calls("/Contract").0, 0, "contracts are of no interest then");
    world.billing(|billing| billing.enabled = true).await?;
    world.next_poll().await?;
    assert_eq!(
        world.sent().into_keys().collect::<Vec<_>>(),
        [world.account(3)],
        "what changed meanwhile is not missed"
    );
    Ok(())
}

#[tokio::test]
async fn v1_accounts_that_buy_get_a_tenant_where_that_is_switched_on_and_the_brake_agrees() -> Result<()> {
    let world = World::settled(20).await?;
    for position in [0, 1] {
        unmap(&world, position).await?;
    }
    world.next_poll().await?;
    assert!(world.sent().is_empty(), "V1 is off");
    world.billing(|billing| billing.provisioning.automatic = true).await?;
    world.next_poll().await?;
    let create = |position: usize| (world.account(position), billing::CREATE.to_owned());
    assert_eq!(world.sent(), [create(0), create(1)].into());

    for position in 2..6 {
        unmap(&world, position).await?;
    }
    assert!(world.next_poll().await?.braked, "six of fourteen mapped accounts is a mass change");
    assert!(world.sent().is_empty());
    Ok(())
}

#[tokio::test]
async fn v4_an_account_that_was_unmapped_on_purpose_or_excluded_gets_none() -> Result<()> {
    let world = World::settled(20).await?;
    world.billing(|billing| billing.provisioning.automatic = true).await?;
    for position in [0, 1] {
        unmap(&world, position).await?;
    }
    remember(&world, world.account(0), |account| account.excluded = Some("own tools".to_owned())).await?;
    remember(&world, world.account(1), |account| {
        account.unmapped = Some(store::record::account::OnPurpose {
            at: jiff::Timestamp::UNIX_EPOCH,
            tenant: "t".into(),
            connection: crate::world::connection(),
            by: "Ann".to_owned(),
        });
    })
    .await?;
    world.next_poll().await?;
    assert!(world.sent().is_empty(), "{:?}", world.sent());
    Ok(())
}

#[tokio::test]
async fn v8_an_account_whose_quotas_are_off_is_left_alone() -> Result<()> {
    let world = World::settled(10).await?;
    let off = |mapping: Option<Mapping>| {
        let mut mapping = mapping?;
        mapping.switches.quotas = false;
        Some(mapping)
    };
    world.systems.table.modify(&world.account(3), off).await?;
    world.cut(3, -2)?;
    let summary = world.next_poll().await?;
    assert_eq!((summary.accounts, summary.hinted), (9, 0));
    Ok(())
}

/// Takes the mapping away, with all that was remembered.
pub async fn unmap(world: &World, position: usize) -> Result<()> {
    let (table, account) = (&world.systems.table, world.account(position));
    if let Some(mapping) = table.get::<Mapping>(&account, Read::Strong).await? {
        Mapping::unmap(table, &mapping, None).await?;
    }
    table.modify(&account, |_: Option<Account>| None).await?;
    Ok(())
}

async fn remember(world: &World, account: AccountId, change: impl Fn(&mut Account)) -> Result<()> {
    let changed = |record: Option<Account>| {
        let mut record = record.unwrap_or_else(|| Account::new(account));
        change(&mut record);
        Some(record)
    };
    world.systems.table.modify(&account, changed).await?;
    Ok(())
}
