//! Rule P4: which contracts count, and from which day on.

use anyhow::Result;
use jiff::civil::date;
use jiff::{SignedDuration, Timestamp};
use simulators::acronis::seed::{ALDER, HAZEL_TRAVEL, IVY_MEDIA};
use simulators::autotask::{DateOnly, seed};
use suites::world::World;
use suites::world::verbs_accounts::hard;
use suites::world::verbs_people::{ALDER_ACCOUNT, IVY_ACCOUNT};

use crate::{DAY, HAZEL, SEATS, WORKSTATIONS, settled};

async fn at(world: &mut World, time: &str) -> Result<()> {
    let time: Timestamp = time.parse()?;
    world.accounts_turn_after(time.duration_since(world.now())).await
}

async fn in_zone(world: &World, zone: &str) -> Result<()> {
    let change = |settings: Option<bridge_core::settings::Settings>| {
        let mut settings = settings?;
        zone.clone_into(&mut settings.time_zone);
        Some(settings)
    };
    world.systems.table.modify(&(), change).await?;
    Ok(store::record::Generation::bump(&world.systems.table).await?)
}

#[tokio::test(start_paused = true)]
async fn p4_a_contract_counts_from_its_first_day_on_and_not_before() -> Result<()> {
    let mut world = settled().await?;
    assert_eq!(world.quota(HAZEL_TRAVEL, WORKSTATIONS), hard(9));
    at(&mut world, "2026-12-31T23:58:00Z").await?;
    assert_eq!(world.quota(HAZEL_TRAVEL, WORKSTATIONS), hard(9), "{}", world.seam.trace());
    at(&mut world, "2027-01-01T00:01:00Z").await?;
    assert_eq!(world.quota(HAZEL_TRAVEL, WORKSTATIONS), hard(9 + 14), "{}", world.seam.trace());
    assert_eq!(world.quota(HAZEL_TRAVEL, SEATS), hard(14));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_an_expired_contract_sells_nothing() -> Result<()> {
    let mut world = settled().await?;
    world.map(IVY_ACCOUNT, IVY_MEDIA).await?;
    world.agree(IVY_ACCOUNT).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(IVY_MEDIA, WORKSTATIONS), hard(11), "not 19\n{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_an_inactive_contract_and_one_of_another_type_sell_nothing() -> Result<()> {
    let mut world = settled().await?;
    let company = World::company(ALDER_ACCOUNT);
    let second = world.autotask.contract(company).sells(seed::WORKSTATIONS, 4).sign()?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(29), "{}", world.seam.trace());
    world.autotask.deactivate_contract(second)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_a_contract_counts_on_its_last_day_and_not_the_day_after() -> Result<()> {
    let mut world = settled().await?;
    let company = World::company(ALDER_ACCOUNT);
    let (first, last) = (date(2026, 11, 1), date(2026, 11, 25));
    world.autotask.contract(company).from(first).to(last).sells(seed::WORKSTATIONS, 4).sign()?;
    at(&mut world, "2026-11-25T23:55:00Z").await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(29), "{}", world.seam.trace());
    at(&mut world, "2026-11-26T00:01:00Z").await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_an_adjustment_in_the_middle_of_a_period_counts_from_its_day_on() -> Result<()> {
    let mut world = settled().await?;
    let contract = world.contract(ALDER_ACCOUNT)?;
    world.autotask.adjust(contract, seed::WORKSTATIONS, 6, date(2026, 11, 25))?;
    world.autotask.adjust(contract, seed::WORKSTATIONS, -10, date(2026, 11, 27))?;
    at(&mut world, "2026-11-24T23:55:00Z").await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    at(&mut world, "2026-11-25T00:01:00Z").await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(31), "{}", world.seam.trace());
    at(&mut world, "2026-11-27T00:01:00Z").await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(21), "{}", world.seam.trace());
    at(&mut world, "2026-12-01T00:01:00Z").await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(21), "the next period goes on with what was adjusted");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_rows_that_overlap_on_the_day_of_an_adjustment_are_not_added_up() -> Result<()> {
    let mut world = settled().await?;
    world.autotask.quirks(|quirks| quirks.cut_rows_overlap = true);
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(30), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_a_day_begins_at_midnight_in_the_installations_time_zone() -> Result<()> {
    let mut world = settled().await?;
    in_zone(&world, "Australia/Sydney").await?;
    world.autotask.adjust(world.contract(ALDER_ACCOUNT)?, seed::WORKSTATIONS, 6, date(2026, 11, 23))?;
    at(&mut world, "2026-11-22T12:55:00Z").await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    at(&mut world, "2026-11-22T13:01:00Z").await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(31), "eleven hours ahead of UTC\n{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_a_day_does_not_begin_before_midnight_west_of_greenwich() -> Result<()> {
    let mut world = settled().await?;
    in_zone(&world, "America/Los_Angeles").await?;
    world.autotask.adjust(world.contract(ALDER_ACCOUNT)?, seed::WORKSTATIONS, 6, date(2026, 11, 23))?;
    at(&mut world, "2026-11-23T07:55:00Z").await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25), "{}", world.seam.trace());
    at(&mut world, "2026-11-23T08:01:00Z").await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(31), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_a_contract_that_is_moved_into_the_future_stops_selling() -> Result<()> {
    let mut world = settled().await?;
    let company = World::company(HAZEL);
    let second = world.autotask.contract(company).sells(seed::WORKSTATIONS, 4).sign()?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(HAZEL_TRAVEL, WORKSTATIONS), hard(13), "{}", world.seam.trace());
    world.autotask.move_contract(second, date(2026, 12, 1), date(2027, 11, 30))?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(HAZEL_TRAVEL, WORKSTATIONS), hard(9), "{}", world.seam.trace());
    world.accounts_turn_after(DAY * 9).await?;
    world.accounts_turn_after(SignedDuration::from_mins(3)).await?;
    assert_eq!(world.quota(HAZEL_TRAVEL, WORKSTATIONS), hard(13), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn p4_days_that_a_database_shows_as_its_own_midnight_begin_on_their_day() -> Result<()> {
    for (zone, ahead, begins, ends) in [
        ("Australia/Sydney", 11, "2026-11-22T13:00:00Z", "2026-11-25T13:00:00Z"),
        ("America/New_York", -5, "2026-11-23T05:00:00Z", "2026-11-26T05:00:00Z"),
    ] {
        let mut world = settled().await?;
        world.autotask.quirks(|quirks| quirks.date_only = DateOnly::LocalMidnight { ahead });
        in_zone(&world, zone).await?;
        let writes = world.writes();
        world.next_accounts_turn().await?;
        assert_eq!(world.writes(), writes, "{}", world.seam.trace());
        let (first, last) = (date(2026, 11, 23), date(2026, 11, 25));
        let company = World::company(ALDER_ACCOUNT);
        world.autotask.contract(company).from(first).to(last).sells(seed::WORKSTATIONS, 4).sign()?;
        for (midnight, before, after) in [(begins, 25, 29), (ends, 29, 25)] {
            let midnight: Timestamp = midnight.parse()?;
            at(&mut world, &(midnight - SignedDuration::from_mins(5)).to_string()).await?;
            assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(before), "before {midnight}\n{}", world.seam.trace());
            at(&mut world, &(midnight + SignedDuration::from_mins(1)).to_string()).await?;
            assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(after), "after {midnight}\n{}", world.seam.trace());
        }
    }
    Ok(())
}
