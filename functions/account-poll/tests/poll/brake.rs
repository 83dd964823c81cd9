//! Rule P12's brake over the whole run.

use anyhow::{Context as _, Result};
use jiff::SignedDuration;
use simulators::autotask::seed::{SERVERS, WORKSTATIONS};
use store::record::brake::{Approved, Why};
use store::record::{Account, Brake, Mapping};
use store::table::{Read, Stored};

use bridge_core::id::ServiceId;
use bridge_core::settings::billing::Row;

use crate::world::{World, connection};

impl World {
    async fn brake(&self) -> Result<Option<Brake>> {
        let stored: Option<Stored<Brake>> = self.systems.table.get(&(), Read::Strong).await?;
        Ok(stored.map(|stored| stored.value))
    }

    async fn approve(&self) -> Result<()> {
        let now = self.clock.now();
        let approve = |brake: Option<Brake>| {
            let mut brake = brake?;
            let (until, digest) = (now + SignedDuration::from_hours(1), brake.digest.clone());
            brake.approved = Some(Approved { by: "Ann".to_owned(), at: now, until, digest });
            Some(brake)
        };
        self.systems.table.modify(&(), approve).await?;
        Ok(())
    }

    /// A worker has cut this service's item of a tenant to what its contract sells now.
    async fn carry_out(&self, position: usize, service: simulators::autotask::ServiceId) -> Result<()> {
        let config = self.systems.config().await?;
        let rows = &config.products[&connection()].rows;
        let sold = |row: &&Row| row.managed().and_then(|managed| managed.service) == Some(ServiceId(service.0));
        let name = rows.iter().find(sold).context("mapped")?.item.name.clone();
        let units = position % 20;
        Ok(self.acronis.set_quota(self.tenants[position], name.as_str(), Some(units as f64), Some(0.0))?)
    }

    /// Switches quotas of some accounts on or off.
    async fn manage(&self, positions: std::ops::Range<usize>, quotas: bool) -> Result<()> {
        for position in positions {
            let switch = |mapping: Option<Mapping>| {
                let mut mapping = mapping?;
                mapping.switches.quotas = quotas;
                Some(mapping)
            };
            self.systems.table.modify(&self.account(position), switch).await?;
        }
        Ok(())
    }

    fn end_contracts(&self, positions: std::ops::Range<usize>) -> Result<()> {
        for position in positions {
            self.autotask.deactivate_contract(self.autotask.contracts_of(self.companies[position])[0])?;
        }
        Ok(())
    }
}

#[tokio::test]
async fn p12_two_cuts_go_on_and_a_third_of_all_accounts_waits_for_a_person() -> Result<()> {
    let world = World::settled(10).await?;
    for position in [4, 5] {
        world.cut(position, 1)?;
    }
    assert!(!world.next_poll().await?.braked);
    assert_eq!(world.sent().len(), 2);

    world.cut(6, 1)?;
    world.cut(7, -1)?;
    assert!(world.next_poll().await?.braked);
    assert_eq!(world.sent().into_keys().collect::<Vec<_>>(), [world.account(7)], "a raise goes on");
    assert_eq!(world.held_kinds().await?, [("brake".to_owned(), 1)].into());
    let brake = world.brake().await?.context("on")?;
    assert_eq!((brake.why, brake.accounts, brake.mapped), (Why::Drastic, 3, 10));
    Ok(())
}

#[tokio::test]
async fn p12_an_approval_lets_through_what_was_shown_and_not_more() -> Result<()> {
    let world = World::settled(10).await?;
    for position in [4, 5, 6] {
        world.cut(position, 1)?;
    }
    world.next_poll().await?;
    assert!(world.sent().is_empty());
    world.approve().await?;
    assert!(!world.next_poll().await?.braked);
    assert_eq!(world.sent().len(), 3);
    assert!(world.held().await?.is_empty());

    world.cut(8, 1)?;
    assert!(world.next_poll().await?.braked, "nobody has seen a fourth account");
    assert!(world.sent().is_empty());
    Ok(())
}

#[tokio::test]
async fn p12_the_brake_lets_go_by_itself_once_nothing_would_trip_it() -> Result<()> {
    let world = World::settled(10).await?;
    for position in [4, 5, 6] {
        world.cut(position, 1)?;
    }
    assert!(world.next_poll().await?.braked);
    // A contract takes one adjustment a day.
    world.advance(SignedDuration::from_hours(24));
    for position in [4, 5, 6] {
        world.cut(position, -1)?;
    }
    assert!(!world.next_poll().await?.braked);
    assert_eq!(world.brake().await?, None);
    assert!(world.held().await?.is_empty());
    Ok(())
}

#[tokio::test]
async fn p12_contracts_that_end_all_at_once_are_asked_about_in_every_run_until_somebody_answers() -> Result<()> {
    let world = World::settled(10).await?;
    for position in 0..4 {
        let contract = world.autotask.contracts_of(world.companies[position])[0];
        world.autotask.deactivate_contract(contract)?;
    }
    for _ in 0..2 {
        assert!(world.next_poll().await?.braked);
        let brake = world.brake().await?.context("on")?;
        assert_eq!((brake.why, brake.selling_before, brake.selling_now), (Why::FewerSelling, 10, 6));
    }
    world.approve().await?;
    assert!(!world.next_poll().await?.braked);
    assert!(!world.next_poll().await?.braked, "the new number is the one to compare with");
    assert_eq!(world.held_kinds().await?, [("no_selling_contract".to_owned(), 4)].into());
    Ok(())
}

#[tokio::test]
async fn p12_without_the_guard_everything_goes_on() -> Result<()> {
    let world = World::settled(10).await?;
    world.billing(|billing| billing.guards.brake = false).await?;
    for position in 4..10 {
        world.cut(position, 1)?;
    }
    assert!(!world.next_poll().await?.braked);
    assert_eq!(world.sent().len(), 6);
    Ok(())
}

#[tokio::test]
async fn p12_an_approval_covers_what_is_left_of_what_was_shown() -> Result<()> {
    let world = World::settled(10).await?;
    for position in [4, 5, 6, 7] {
        world.cut(position, 1)?;
    }
    let contract = world.autotask.contracts_of(world.companies[5])[0];
    let today = world.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
    world.autotask.adjust(contract, SERVERS, -1, today)?;
    assert!(world.next_poll().await?.braked);
    world.approve().await?;
    // One account is done; of another one an item was refused.
    world.carry_out(4, WORKSTATIONS).await?;
    world.carry_out(5, WORKSTATIONS).await?;
    assert!(!world.next_poll().await?.braked);
    assert_eq!(world.sent().into_keys().collect::<Vec<_>>(), [5, 6, 7].map(|position| world.account(position)));
    Ok(())
}

#[tokio::test]
async fn p12_an_approval_covers_no_other_accounts_however_few_they_are() -> Result<()> {
    let world = World::settled(10).await?;
    for position in [3, 4, 5, 6] {
        world.cut(position, 1)?;
    }
    assert!(world.next_poll().await?.braked);
    world.approve().await?;
    for position in [3, 4, 5, 6] {
        world.carry_out(position, WORKSTATIONS).await?;
    }
    for position in [7, 8, 9] {
        world.cut(position, 1)?;
    }
    assert!(world.next_poll().await?.braked, "nobody has seen these three");
    assert!(world.sent().is_empty(), "{:?}", world.sent());
    Ok(())
}

#[tokio::test]
async fn p12_accounts_that_wait_after_a_failure_count_for_the_brake() -> Result<()> {
    let world = World::settled(10).await?;
    for position in [4, 5, 6] {
        world.cut(position, 1)?;
    }
    world.billing(|billing| billing.guards.brake = false).await?;
    world.next_poll().await?;
    let due_at = world.clock.now() + SignedDuration::from_hours(1);
    for (account, plan) in world.sent() {
        let wait = |record: Option<Account>| {
            let mut record = record?;
            (record.due_at, record.last.digest) = (Some(due_at), Some(plan.clone()));
            Some(record)
        };
        world.systems.table.modify(&account, wait).await?;
    }
    assert_eq!(world.next_poll().await?.hinted, 0, "they wait");
    world.billing(|billing| billing.guards.brake = true).await?;
    assert!(world.next_poll().await?.braked, "they will be tried again");
    assert_eq!(world.brake().await?.context("on")?.accounts, 3);
    // One after the other comes out of its wait.
    world.advance(SignedDuration::from_hours(2));
    assert!(world.next_poll().await?.braked);
    assert!(world.sent().is_empty(), "{:?}", world.sent());
    Ok(())
}

#[tokio::test]
async fn p12_accounts_that_are_not_looked_after_any_more_are_no_fall() -> Result<()> {
    let world = World::settled(10).await?;
    world.manage(0..4, false).await?;
    let summary = world.next_poll().await?;
    assert_eq!((summary.accounts, summary.braked), (6, false));
    Ok(())
}

#[tokio::test]
async fn x3_new_customers_hide_no_fall() -> Result<()> {
    let world = World::settled(15).await?;
    world.manage(10..15, false).await?;
    world.next_poll().await?;
    world.manage(10..15, true).await?;
    world.end_contracts(0..5)?;
    assert!(world.next_poll().await?.braked, "as many sell as before, but not the same ones");
    let brake = world.brake().await?.context("on")?;
    assert_eq!((brake.why, brake.selling_before, brake.selling_now), (Why::FewerSelling, 15, 10));
    Ok(())
}

#[tokio::test]
async fn x6_while_the_brake_waits_for_a_person_everything_is_read_again_only_once() -> Result<()> {
    let world = World::settled(10).await?;
    world.end_contracts(0..4)?;
    let mut offers = Vec::new();
    for _ in 0..3 {
        assert!(world.next_poll().await?.braked);
        offers.push(world.calls("available_for_child").1);
    }
    assert_eq!(offers, [0, 1, 0], "what a partner may give is asked in full reads only");
    Ok(())
}
