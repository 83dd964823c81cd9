//! Rule P12's brake over the whole run.

use anyhow::{Context as _, Result};
use jiff::SignedDuration;
use store::record::Brake;
use store::record::brake::{Approved, Why};
use store::table::{Read, Stored};

use crate::world::World;

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
