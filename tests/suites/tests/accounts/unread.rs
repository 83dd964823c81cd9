//! Rules X3, X6 and X7: what was not read, or is not let in.

use anyhow::Result;
use simulators::acronis::seed::{ALDER, BIRCH_DENTAL, CLIENT_ID, CLIENT_SECRET};
use simulators::autotask::seed;
use simulators::control::{Fault, Kind};
use suites::world::verbs_accounts::hard;
use suites::world::verbs_people::ALDER_ACCOUNT;
use suites::world::{World, connection};

use crate::{DAY, HOUR, WORKSTATIONS, settled};

/// Nothing is written while these calls fail, and everything afterwards.
async fn while_failing(
    control: impl Fn(&World) -> &simulators::control::Control,
    path: &str,
    status: u16,
) -> Result<()> {
    let mut world = settled().await?;
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    let writes = world.writes();
    control(&world).add_fault(Fault::new(Kind::Status, path).status(status).times(10_000));
    for _ in 0..3 {
        world.next_accounts_turn().await.unwrap_or_default();
    }
    assert_eq!(world.writes(), writes, "{path} {status}\n{}", world.seam.trace());
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(25));
    control(&world).clear_faults();
    world.accounts_pass(HOUR * 2).await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(30), "{path} {status}\n{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x3_units_that_cannot_be_read_are_not_zero() -> Result<()> {
    while_failing(|world| world.autotask.control(), "/atservicesrest/v1.0/ContractServiceUnits/query", 500).await
}

#[tokio::test(start_paused = true)]
async fn x3_autotask_that_asks_for_silence_is_left_alone_and_everything_follows_later() -> Result<()> {
    while_failing(|world| world.autotask.control(), "/atservicesrest/", 429).await
}

#[tokio::test(start_paused = true)]
async fn x3_a_page_of_a_proxy_in_place_of_tenants_concludes_nothing() -> Result<()> {
    while_failing(|world| world.acronis.control(), "/api/2/tenants", 502).await
}

#[tokio::test(start_paused = true)]
async fn x7_a_refused_token_pauses_that_connection_and_a_new_secret_ends_it() -> Result<()> {
    let mut world = settled().await?;
    world.acronis.reset_secret(CLIENT_ID, "another")?;
    world.acronis.revoke_tokens(CLIENT_ID);
    world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 5)?;
    for _ in 0..3 {
        world.next_accounts_turn().await?;
    }
    let system = bridge_core::system::Id::Acronis(connection());
    assert!(world.is_paused(&system).await?, "{}", world.seam.trace());
    let tried = world.acronis.control().calls().iter().filter(|call| call.status == 401).count();
    world.accounts_turn_after(HOUR / 10).await?;
    world.accounts_turn_after(HOUR / 10).await?;
    let since = world.acronis.control().calls().iter().filter(|call| call.status == 401).count() - tried;
    assert_eq!(since, 0, "nobody goes on knocking\n{}", world.seam.trace());

    world.acronis.reset_secret(CLIENT_ID, CLIENT_SECRET)?;
    let stored = world.connection().await?;
    world.log_in_to_acronis(&stored, CLIENT_ID, CLIENT_SECRET).await?;
    world.systems.resume(&system).await?;
    world.next_accounts_turn().await?;
    assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(30), "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x6_a_change_reaches_acronis_within_five_minutes_whenever_it_is_made() -> Result<()> {
    let mut world = settled().await?;
    for (seconds, total) in [(1_i64, 26), (89, 27), (179, 28)] {
        world.advance(DAY);
        world.accounts_turn().await?;
        // The schedule goes on from here; the change falls into its middle.
        world.advance(jiff::SignedDuration::from_secs(seconds));
        world.sell(ALDER_ACCOUNT, seed::WORKSTATIONS, 1)?;
        let mut waited = 0;
        world.advance(jiff::SignedDuration::from_secs(180 - seconds));
        waited += 180 - seconds;
        world.accounts_turn().await?;
        assert!(waited < 300);
        assert_eq!(world.quota(ALDER, WORKSTATIONS), hard(total), "{seconds} s\n{}", world.seam.trace());
    }
    assert_eq!(world.quota(BIRCH_DENTAL, WORKSTATIONS), hard(12));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x6_the_run_keeps_its_distance_when_the_calls_of_an_hour_are_few() -> Result<()> {
    let mut world = World::new().await?;
    let mut options = (*world.systems.options).clone();
    options.autotask_calls_per_hour = 60;
    world.systems.options = std::sync::Arc::new(options);
    world.billing().await?;
    world.forget_calls();
    for _ in 0..20 {
        world.next_accounts_turn().await?;
    }
    assert!(world.autotask_calls().len() <= 60, "{} calls in an hour", world.autotask_calls().len());
    Ok(())
}
