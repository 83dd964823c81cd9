//! Tenants whose account has no contract any more, and what becomes of them (rule V6), each with a process that dies before and
//! after every single call.

use anyhow::{Context as _, Result, ensure};
use jiff::SignedDuration;
use simulators::acronis::seed::{ALDER, FRANKFURT};
use simulators::autotask::seed::WORKSTATIONS;
use suites::world::World;
use suites::world::verbs_people::{ALDER_ACCOUNT, BIRCH_ACCOUNT};

use crate::kill::kill_everywhere;
use crate::picture::End;
use crate::stage::{contract, empty, hinted, polled, sell, stage, worked};

/// *Alder & Sons* uses nothing and has had no contract for a day, after which tenants are disabled.
async fn unsold() -> Result<World> {
    let mut world = Box::pin(stage(&[ALDER_ACCOUNT, BIRCH_ACCOUNT])).await?;
    world.change_billing(|billing| billing.deprovisioning.disable_after_days = Some(1)).await?;
    let used = [
        "pw_base_workstations".into(),
        "pw_base_servers".into(),
        "pw_base_m365_seats".into(),
        ("pw_base_storage", FRANKFURT).into(),
    ];
    empty(&world, ALDER, &used)?;
    for contract in world.autotask.contracts_of(World::company(ALDER_ACCOUNT)) {
        world.autotask.deactivate_contract(contract)?;
    }
    Box::pin(polled(&mut world)).await?;
    world.advance(SignedDuration::from_hours(24));
    Ok(world)
}

/// The same a while later: its tenant is disabled.
async fn disabled() -> Result<World> {
    let mut world = Box::pin(unsold()).await?;
    Box::pin(polled(&mut world)).await?;
    ensure!(!is_enabled(&world)?, "it is not disabled");
    world.advance(SignedDuration::from_hours(1));
    Ok(world)
}

fn is_enabled(world: &World) -> Result<bool> {
    Ok(world.acronis.tenant(ALDER).context("no tenant")?.enabled)
}

const ITEMS: [&str; 3] = ["workstations 25", "servers 3", "storage in Frankfurt 500"];

#[tokio::test(start_paused = true)]
async fn a_tenant_without_a_contract_is_disabled_once() -> Result<()> {
    let end = End { tenant: "Alder & Sons", items: &ITEMS, journal: &["tenant disabled"], is_enabled: false };
    kill_everywhere(unsold, polled, end).await
}

#[tokio::test(start_paused = true)]
async fn a_contract_that_returns_enables_the_tenant_and_then_its_quotas_follow() -> Result<()> {
    let returned = async || {
        let world = Box::pin(disabled()).await?;
        world.autotask.activate_contract(contract(&world, ALDER_ACCOUNT)?)?;
        sell(&world, ALDER_ACCOUNT, WORKSTATIONS, 5)?;
        Box::pin(hinted(&world)).await?;
        Ok(world)
    };
    let items = ["workstations 30", "servers 3", "storage in Frankfurt 500"];
    let journal = ["tenant enabled again", "quota of workstations raised: 25 → 30"];
    kill_everywhere(
        returned,
        worked,
        End { tenant: "Alder & Sons", items: &items, journal: &journal, is_enabled: true },
    )
    .await
}
