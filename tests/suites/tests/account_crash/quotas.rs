//! Quotas that change, each with a process that dies before and after every single call.

use anyhow::{Result, ensure};
use jiff::SignedDuration;
use simulators::acronis::seed::{ALDER, BIRCH_DENTAL, FRANKFURT};
use simulators::autotask::seed::{LOCAL_BACKUP, SERVERS, VIRTUAL_MACHINES, WORKSTATIONS};
use suites::world::World;
use suites::world::verbs_people::{ALDER_ACCOUNT, BIRCH_ACCOUNT};

use crate::kill::kill_everywhere;
use crate::picture::End;
use crate::stage::{contract, empty, hinted, map, move_backups, polled, sell, stage, worked};

/// *Alder & Sons* as its contract wants it: 25 workstations, 3 servers, 500 GB in Frankfurt.
async fn alder() -> Result<World> {
    Box::pin(stage(&[ALDER_ACCOUNT])).await
}

fn end<'a>(items: &'a [&'a str], journal: &'a [&'a str]) -> End<'a> {
    End { tenant: "Alder & Sons", items, journal, is_enabled: true }
}

#[tokio::test(start_paused = true)]
async fn more_units_are_a_raise_whoever_dies_over_it() -> Result<()> {
    let sold = async || {
        let world = Box::pin(alder()).await?;
        sell(&world, ALDER_ACCOUNT, WORKSTATIONS, 5)?;
        Ok(world)
    };
    let items = ["workstations 30", "servers 3", "storage in Frankfurt 500"];
    kill_everywhere(sold, polled, end(&items, &["quota of workstations raised: 25 → 30"])).await
}

/// Rule P11: raises come before cuts, and a death between them loses neither.
#[tokio::test(start_paused = true)]
async fn a_raise_a_cut_and_an_item_switched_on_come_about_together() -> Result<()> {
    let sold = async || {
        let world = Box::pin(alder()).await?;
        sell(&world, ALDER_ACCOUNT, WORKSTATIONS, -5)?;
        sell(&world, ALDER_ACCOUNT, SERVERS, 2)?;
        sell(&world, ALDER_ACCOUNT, VIRTUAL_MACHINES, 4)?;
        Box::pin(hinted(&world)).await?;
        Ok(world)
    };
    let items = ["workstations 20", "servers 5", "vms 4", "storage in Frankfurt 500"];
    let journal =
        ["quota of workstations cut: 25 → 20", "quota of servers raised: 3 → 5", "item vms switched on: off → 4"];
    kill_everywhere(sold, worked, end(&items, &journal)).await
}

/// Rule P10: at most one storage of a kind is on, also while the account moves from one to the other.
#[tokio::test(start_paused = true)]
async fn backups_move_to_another_storage() -> Result<()> {
    let moved = async || {
        let mut world = Box::pin(alder()).await?;
        empty(&world, ALDER, &[("pw_base_storage", FRANKFURT).into()])?;
        world.advance(SignedDuration::from_hours(7));
        Box::pin(polled(&mut world)).await?;
        move_backups(&world, ALDER_ACCOUNT, &[(WORKSTATIONS, 25), (SERVERS, 3), (LOCAL_BACKUP, 300)])?;
        Box::pin(hinted(&world)).await?;
        Ok(world)
    };
    let items = ["workstations 25", "servers 3", "storage in Dublin 300"];
    let journal = ["item storage switched on: off → 300 GB", "item storage switched off: 500 GB → off"];
    kill_everywhere(moved, worked, end(&items, &journal)).await
}

/// Rule P15: a cut by hand.
#[tokio::test(start_paused = true)]
async fn a_cut_by_hand_is_put_back() -> Result<()> {
    let cut = async || {
        let world = Box::pin(alder()).await?;
        world.acronis.set_quota(ALDER, "pw_base_workstations", Some(11.0), Some(0.0))?;
        world.acronis.switch_item(ALDER, "pw_base_servers", false)?;
        Box::pin(hinted(&world)).await?;
        Ok(world)
    };
    let items = ["workstations 25", "servers 3", "storage in Frankfurt 500"];
    let journal = ["quota of workstations raised: 11 → 25", "item servers switched on: off → 3"];
    kill_everywhere(cut, worked, end(&items, &journal)).await
}

/// Rule P15: a raise by hand, when its time is over.
#[tokio::test(start_paused = true)]
async fn a_raise_by_hand_is_put_back_when_its_time_is_over() -> Result<()> {
    let raised = async || {
        let mut world = Box::pin(alder()).await?;
        world.acronis.set_quota(ALDER, "pw_base_workstations", None, None)?;
        Box::pin(polled(&mut world)).await?;
        world.advance(SignedDuration::from_hours(71));
        Box::pin(polled(&mut world)).await?;
        let kept = world.quota(ALDER, "pw_base_workstations");
        ensure!(kept == Some((None, None)), "a raise by hand is kept for three days: {kept:?}");
        world.advance(SignedDuration::from_hours(1));
        Box::pin(hinted(&world)).await?;
        Ok(world)
    };
    let items = ["workstations 25", "servers 3", "storage in Frankfurt 500"];
    kill_everywhere(raised, worked, end(&items, &["quota of workstations cut: unlimited → 25"])).await
}

/// Rules P1, P12 and V3: what is used stays, and the tenant is marked once.
#[tokio::test(start_paused = true)]
async fn a_tenant_that_is_mapped_gets_its_first_plan_and_our_marker() -> Result<()> {
    let mapped = async || {
        let world = Box::pin(alder()).await?;
        world.autotask.activate_contract(contract(&world, BIRCH_ACCOUNT)?)?;
        map(&world, BIRCH_ACCOUNT, BIRCH_DENTAL).await?;
        Box::pin(hinted(&world)).await?;
        Ok(world)
    };
    let items = ["workstations 12", "servers 1", "storage in Frankfurt 250"];
    let journal = ["tenant marked as the account's", "quota of workstations raised: 8 → 12"];
    kill_everywhere(mapped, worked, End { tenant: "Birch Dental", items: &items, journal: &journal, is_enabled: true })
        .await
}
