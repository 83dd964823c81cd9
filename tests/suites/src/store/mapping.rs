//! Rule V5, enforced by storage.

use ::store::record::{Activity, Mapped, Mapping, Subject, Unmapping};
use ::store::table::{Read, Stored};
use anyhow::{Context as _, Result, bail};
use bridge_core::id::AccountId;
use bridge_core::mapping::Switches;
use futures::future::join_all;

use super::World;

fn mapping(world: &dyn World, account: i64, tenant: &str) -> Mapping {
    Mapping {
        account: AccountId(account),
        tenant: tenant.into(),
        connection: "connection".into(),
        switches: Switches::default(),
        account_name: format!("Account {account}"),
        tenant_name: format!("Tenant {tenant}"),
        mapped_at: world.now(),
    }
}

async fn map(world: &dyn World, account: i64, tenant: &str) -> Result<Stored<Mapping>> {
    match Mapping::map(world.table(), mapping(world, account, tenant), None).await? {
        Mapped::Done(stored) => Ok(stored),
        Mapped::Taken { account, tenant } => bail!("{account:?} and {tenant:?} are in the way"),
    }
}

/// V5: each side has one partner; a refusal names who has it.
pub async fn v5_one_account_has_one_tenant(world: &dyn World) -> Result<()> {
    let first = map(world, 1, "t1").await?;
    map(world, 2, "t2").await?;
    let taken = |account: Option<&Stored<Mapping>>, tenant: Option<i64>| Mapped::Taken {
        account: account.cloned(),
        tenant: tenant.map(AccountId),
    };
    assert_eq!(Mapping::map(world.table(), mapping(world, 1, "t3"), None).await?, taken(Some(&first), None));
    assert_eq!(Mapping::map(world.table(), mapping(world, 3, "t1"), None).await?, taken(None, Some(1)));
    assert_eq!(Mapping::map(world.table(), mapping(world, 1, "t2"), None).await?, taken(Some(&first), Some(2)));
    assert_eq!(
        Mapping::map(world.table(), mapping(world, 1, "t1"), None).await?,
        Mapped::Done(first.clone()),
        "a repeat is no conflict"
    );

    assert_eq!(Mapping::of_tenant(world.table(), &"T1".into()).await?, Some(first));
    assert_eq!(Mapping::of_tenant(world.table(), &"t3".into()).await?, None);
    assert_eq!(world.table().get::<Mapping>(&AccountId(3), Read::Strong).await?, None);
    Ok(())
}

/// X5: an entry for the journal is there if its mapping, or its removal, is.
pub async fn x5_a_mapping_is_recorded_with_it_and_not_without(world: &dyn World) -> Result<()> {
    let entry = |id: &str| Activity {
        at: world.now(),
        id: id.to_owned(),
        actor: "Ann".to_owned(),
        actor_id: None,
        system: "console".to_owned(),
        what: "mapped".to_owned(),
        subject: Subject::default(),
        why: "asked for".to_owned(),
        old: None,
        new: None,
    };
    let is_recorded = async |id: &str| {
        let stored = world.table().get::<Activity>(&(world.now(), id.to_owned()), Read::Strong).await?;
        anyhow::Ok(stored.is_some())
    };
    let first = match Mapping::map(world.table(), mapping(world, 1, "t1"), Some(&entry("first"))).await? {
        Mapped::Done(stored) => stored,
        taken @ Mapped::Taken { .. } => bail!("{taken:?}"),
    };
    assert!(is_recorded("first").await?);
    Mapping::map(world.table(), mapping(world, 2, "t1"), Some(&entry("taken"))).await?;
    assert!(!is_recorded("taken").await?);
    let stale = Stored { version: first.version + 1, ..first.clone() };
    assert_eq!(Mapping::unmap(world.table(), &stale, Some(&entry("stale"))).await?, Unmapping::Conflict);
    assert!(!is_recorded("stale").await?);
    assert_eq!(Mapping::unmap(world.table(), &first, Some(&entry("gone"))).await?, Unmapping::Done);
    assert!(is_recorded("gone").await?);
    Ok(())
}

/// V5: of two people who map the same tenant at once, one wins and the other learns who.
pub async fn v5_of_two_people_one_maps(world: &dyn World) -> Result<()> {
    let wishes = join_all((1..=8).map(|account| Mapping::map(world.table(), mapping(world, account, "t"), None))).await;
    let mut winners = Vec::new();
    for wish in wishes {
        // Where transactions meet, the loser may be told to try again.
        match wish {
            Ok(Mapped::Done(stored)) => winners.push(stored.value.account),
            Ok(Mapped::Taken { tenant, .. }) => assert!(tenant.is_some()),
            Err(::store::table::Error::Throttled(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    assert_eq!(winners.len(), 1);
    let mapped = Mapping::of_tenant(world.table(), &"t".into()).await?.context("one has won")?;
    assert_eq!(mapped.value.account, winners[0]);
    assert_eq!(Mapping::all(world.table()).await?.records, [mapped]);
    Ok(())
}

/// V4: removing a mapping frees both sides, but only as it was read.
pub async fn v4_removing_frees_both_sides(world: &dyn World) -> Result<()> {
    let first = map(world, 1, "t1").await?;
    let renamed = first.clone().map(|mapping| Mapping { account_name: "Renamed".into(), ..mapping });
    world.table().replace(renamed).await?;
    assert_eq!(Mapping::unmap(world.table(), &first, None).await?, Unmapping::Conflict);

    let now = Mapping::of_tenant(world.table(), &"t1".into()).await?.context("still mapped")?;
    assert_eq!(Mapping::unmap(world.table(), &now, None).await?, Unmapping::Done);
    assert_eq!(Mapping::unmap(world.table(), &now, None).await?, Unmapping::Conflict);
    map(world, 2, "t1").await?;
    map(world, 1, "t2").await?;
    Ok(())
}

/// Mappings are listed by account, page by page.
pub async fn mappings_are_listed_by_account(world: &dyn World) -> Result<()> {
    for account in [1000, 9, 0, 20] {
        map(world, account, &format!("t{account}")).await?;
    }
    let first = Mapping::page(world.table(), None, 3).await?;
    let rest = Mapping::page(world.table(), first.next.clone(), 3).await?;
    let accounts =
        |records: Vec<Stored<Mapping>>| records.into_iter().map(|stored| stored.value.account.0).collect::<Vec<_>>();
    assert_eq!((accounts(first.records), accounts(rest.records)), (vec![0, 9, 20], vec![1000]));
    Ok(())
}
