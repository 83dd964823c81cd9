//! Rule X3: what was not read, or not completely, is not empty.

use anyhow::Result;
use billing::Position;
use bridge_core::id::AccountId;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use simulators::control::{Fault, Kind};
use store::record::{Account, Cursor};
use store::table::{Key, Read, Record, Stored};

use crate::world::World;

impl World {
    async fn position(&self) -> Result<Position> {
        let stored: Option<Stored<Cursor>> = self.systems.table.get(&billing::NAME.to_owned(), Read::Strong).await?;
        Ok(serde_json::from_value(stored.expect("a run was made").value.value)?)
    }
}

#[tokio::test]
async fn x3_a_list_that_breaks_off_concludes_nothing_and_is_noted() -> Result<()> {
    let world = World::settled(10).await?;
    world.cut(3, -2)?;
    let units = "/atservicesrest/v1.0/ContractServiceUnits";
    world.autotask.control().add_fault(Fault::new(Kind::Status, units).status(500).times(100));
    for failed in 1..=3 {
        world.advance(SignedDuration::from_mins(3));
        assert!(world.poll().await.is_err());
        assert_eq!(world.position().await?.failed_runs, failed);
    }
    assert!(world.sent().is_empty());
    assert!(world.held().await?.is_empty());
    world.autotask.control().clear_faults();
    world.next_poll().await?;
    assert_eq!(world.position().await?.failed_runs, 0);
    assert_eq!(world.sent().len(), 1, "the change of the meantime is found");
    Ok(())
}

#[tokio::test]
async fn x3_contracts_that_may_not_be_read_any_more_are_no_contracts_that_ended() -> Result<()> {
    let world = World::settled(10).await?;
    world.autotask.quirks(|quirks| quirks.unreadable = vec!["Contracts"]);
    // Changes of contracts are read until the next full read.
    world.advance(SignedDuration::from_hours(25));
    let error = world.poll().await.expect_err("an empty list");
    assert!(error.to_string().contains("check that the API user may read contracts"), "{error}");
    assert!(world.sent().is_empty());
    world.autotask.quirks(|quirks| quirks.unreadable = Vec::new());
    assert_eq!(world.next_poll().await?.hinted, 0, "nothing has happened");
    Ok(())
}

#[tokio::test]
async fn x3_units_that_may_not_be_read_any_more_trip_the_brake() -> Result<()> {
    let world = World::settled(10).await?;
    world.autotask.quirks(|quirks| quirks.unreadable = vec!["ContractServiceUnits", "ContractServices"]);
    assert!(world.next_poll().await?.braked);
    assert!(world.sent().is_empty(), "{:?}", world.sent());
    assert!(world.next_poll().await?.braked, "the last good run is what counts");
    world.autotask.quirks(|quirks| quirks.unreadable = Vec::new());
    let summary = world.next_poll().await?;
    assert!(!summary.braked);
    assert_eq!(summary.hinted, 0);
    Ok(())
}

#[tokio::test]
async fn x4_a_connection_that_cannot_be_read_leaves_its_accounts_as_they_are() -> Result<()> {
    let world = World::settled(10).await?;
    world.cut(3, -2)?;
    world.acronis.control().add_fault(Fault::new(Kind::Status, "/api/2/tenants").status(500).times(100));
    let summary = world.next_poll().await?;
    assert_eq!((summary.accounts, summary.hinted, summary.failed.len()), (0, 0, 1));
    assert!(!summary.braked, "a connection that was not read is no fall");
    world.acronis.control().clear_faults();
    world.next_poll().await?;
    assert_eq!(world.sent().len(), 1);
    Ok(())
}

#[tokio::test]
async fn x3_a_tenant_that_is_missing_from_the_complete_list_is_shown_and_nothing_is_written() -> Result<()> {
    let world = World::settled(10).await?;
    world.acronis.delete_tenant(world.tenants[2])?;
    world.advance(SignedDuration::from_hours(25));
    world.forget();
    world.poll().await?;
    assert_eq!(world.held_kinds().await?, [("tenant_missing".to_owned(), 1)].into());
    assert!(world.sent().is_empty());
    Ok(())
}

#[tokio::test]
async fn x3_a_run_without_time_left_changes_nothing_and_the_next_one_goes_on_from_there() -> Result<()> {
    let world = World::settled(10).await?;
    world.cut(3, -2)?;
    // Everything is to be read in full again.
    world.advance(SignedDuration::from_hours(25));
    world.forget();
    let error = world.poll_until(world.clock.now()).await.expect_err("no time");
    assert!(error.to_string().contains("the next run goes on from there"), "{error}");
    assert_eq!((world.calls("available_for_child").1, world.sent().len()), (1, 0));
    assert_eq!(world.next_poll().await?.hinted, 1);
    assert_eq!(world.calls("available_for_child").1, 0, "what was read in full is not read again");
    Ok(())
}

/// An account's record as a later release writes it.
#[derive(Serialize, Deserialize)]
struct Later {
    account: AccountId,
}

impl Record for Later {
    const KIND: &'static str = Account::KIND;
    const FORMAT: u32 = Account::FORMAT + 2;
    type Id = AccountId;

    fn key(id: &AccountId) -> Key {
        Account::key(id)
    }

    fn id(&self) -> AccountId {
        self.account
    }
}

#[tokio::test]
async fn x3_what_waits_for_an_account_whose_record_cannot_be_read_stays_listed() -> Result<()> {
    let world = World::settled(10).await?;
    for contract in world.autotask.contracts_of(world.companies[2]) {
        world.autotask.deactivate_contract(contract)?;
    }
    let unsold = [("no_selling_contract".to_owned(), 1)].into();
    assert_eq!(world.next_poll().await?.held, 1);
    assert_eq!(world.held_kinds().await?, unsold);
    let (table, account) = (&world.systems.table, world.account(2));
    let stored = table.get::<Account>(&account, Read::Strong).await?.expect("it is remembered");
    table.delete(&stored).await?;
    table.insert(Later { account }).await?;
    assert_eq!(world.next_poll().await?.held, 1, "it still waits");
    assert_eq!(world.held_kinds().await?, unsold, "nothing was found out about it");
    Ok(())
}
