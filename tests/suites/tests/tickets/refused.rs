//! Rule X7: a refused log-in stops calls at once, so that nobody is locked out, and loses no work. Also the zone that moves.

use anyhow::Result;
use bridge_core::system::Id;
use jiff::SignedDuration;
use simulators::acronis::{Raise, seed};
use simulators::autotask::seed::API_USER;
use simulators::control::Control;
use suites::world::verbs_calls::refused;
use suites::world::verbs_people::failed_backup;
use suites::world::{World, connection};

fn acronis() -> Id {
    Id::Acronis(connection())
}

/// Minutes, counted from the first refusal, at which calls were refused; each with how many.
fn minutes(control: &Control) -> Vec<(i64, usize)> {
    let times = refused(control);
    let Some(first) = times.first().copied() else { return Vec::new() };
    let mut minutes: Vec<(i64, usize)> = Vec::new();
    for minute in times.into_iter().map(|at| at.duration_since(first).as_mins()) {
        match minutes.last_mut() {
            Some((last, count)) if *last == minute => *count += 1,
            _ => minutes.push((minute, 1)),
        }
    }
    minutes
}

/// A world that has already done something, so that nothing needs a first look.
async fn settled() -> Result<World> {
    let mut world = World::new().await?;
    world.ticket_for(failed_backup("SRV-0")).await?;
    world.turn().await?;
    world.after_minutes(3).await?;
    world.forget_calls();
    Ok(world)
}

/// Ten alerts in one batch, told by webhook.
async fn ten_alerts(world: &mut World) -> Result<()> {
    let raise = |n: usize| failed_backup(&format!("SRV-{n}"));
    let alerts = (1..=10).map(|n| world.acronis.raise(raise(n))).collect::<Result<Vec<_>, _>>()?;
    world.hint(&alerts).await?;
    world.work().await
}

#[tokio::test(start_paused = true)]
async fn x7_a_wrong_acronis_secret_costs_two_calls_and_three_probes_and_no_work() -> Result<()> {
    let mut world = settled().await?;
    world.acronis.reset_secret(seed::CLIENT_ID, "another")?;
    ten_alerts(&mut world).await?;
    let log_ins = world.acronis_calls().iter().filter(|call| call.ends_with("/idp/token")).count();
    assert_eq!((log_ins, minutes(world.acronis.control())), (2, vec![(0, 3)]), "the call itself, and the token twice");
    assert!(world.is_paused(&acronis()).await?);
    world.pass(SignedDuration::from_hours(8)).await?;
    let probes: Vec<i64> = minutes(world.acronis.control()).iter().map(|(minute, _)| *minute).collect();
    assert_eq!(probes, [0, 15, 60, 360]);
    assert_eq!(world.our_tickets().len(), 1);

    world.acronis.reset_secret(seed::CLIENT_ID, seed::CLIENT_SECRET)?;
    world.systems.resume(&acronis()).await?;
    world.pass(SignedDuration::from_mins(30)).await?;
    assert_eq!(world.our_tickets().len(), 11, "nothing is lost");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x7_a_wrong_autotask_secret_is_tried_once_and_confirmed_once() -> Result<()> {
    let mut world = settled().await?;
    world.autotask.change_secret(API_USER.user, "another");
    ten_alerts(&mut world).await?;
    let calls = world.autotask_calls();
    let zone_lookups = calls.iter().filter(|call| call.contains("zoneInformation")).count();
    assert_eq!(
        (minutes(world.autotask.control()), zone_lookups),
        (vec![(0, 2)], 1),
        "the call and its confirmation: {calls:?}"
    );
    assert!(world.is_paused(&Id::Autotask).await?);

    world.pass(SignedDuration::from_hours(8)).await?;
    let probes: Vec<i64> = minutes(world.autotask.control()).iter().map(|(minute, _)| *minute).collect();
    assert_eq!(probes, [0, 15, 60, 360]);

    world.autotask.change_secret(API_USER.user, API_USER.secret);
    world.systems.resume(&Id::Autotask).await?;
    world.pass(SignedDuration::from_mins(30)).await?;
    assert_eq!(world.our_tickets().len(), 11, "nothing is lost");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x7_a_probe_that_goes_through_resumes_by_itself() -> Result<()> {
    let mut world = settled().await?;
    world.autotask.change_secret(API_USER.user, "another");
    ten_alerts(&mut world).await?;
    world.autotask.change_secret(API_USER.user, API_USER.secret);
    world.pass(SignedDuration::from_mins(14)).await?;
    assert!(world.is_paused(&Id::Autotask).await?);
    world.pass(SignedDuration::from_mins(20)).await?;
    assert!(!world.is_paused(&Id::Autotask).await?);
    assert_eq!(world.our_tickets().len(), 11, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x7_a_wrong_integration_code_is_believed_at_once() -> Result<()> {
    let mut world = settled().await?;
    world.log_in_to_autotask(API_USER.user, API_USER.secret, "ANOTHERINTEGRATIONCODE00001").await?;
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.hint(&[alert]).await?;
    world.work().await?;
    assert_eq!(minutes(world.autotask.control()), [(0, 1)], "{:?}", world.autotask_calls());
    world.pass(SignedDuration::from_mins(59)).await?;
    assert_eq!(minutes(world.autotask.control()), [(0, 1), (15, 1)]);

    world.log_in_to_autotask(API_USER.user, API_USER.secret, API_USER.code).await?;
    world.systems.resume(&Id::Autotask).await?;
    world.pass(SignedDuration::from_mins(16)).await?;
    assert_eq!(world.our_tickets().len(), 2);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x7_an_unknown_user_is_believed_at_once() -> Result<()> {
    let mut world = settled().await?;
    world.log_in_to_autotask("nobody@demo.example", API_USER.secret, API_USER.code).await?;
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.hint(&[alert]).await?;
    world.work().await?;
    assert_eq!(minutes(world.autotask.control()), [(0, 1)], "{:?}", world.autotask_calls());
    assert!(world.is_paused(&Id::Autotask).await?);
    world.pass(SignedDuration::from_mins(10)).await?;
    assert_eq!(minutes(world.autotask.control()), [(0, 1)]);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x7_one_connection_refused_stops_neither_autotask_nor_another_connection() -> Result<()> {
    let mut world = World::new().await?;
    let other = world.second_connection().await?;
    world.map_at(suites::world::verbs_people::IVY_ACCOUNT, other.customer, &other.connection.id).await?;
    world.turn().await?;
    world.acronis.reset_secret(seed::CLIENT_ID, "another")?;
    world.after_minutes(1).await?;
    assert!(world.is_paused(&acronis()).await?);

    let raise = Raise::new("BackupFailed").at(other.customer).on("PRINT-1").plan("Daily");
    let alert = other.acronis.raise(raise)?;
    world.after_minutes(1).await?;
    let ticket = world.the_ticket()?;
    assert!(ticket.is_open(), "{}", world.seam.trace());
    other.acronis.clear(alert)?;
    world.after_minutes(1).await?;
    assert!(!world.again(&ticket)?.is_open());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x7_a_revoked_token_is_no_refused_log_in() -> Result<()> {
    let mut world = settled().await?;
    world.acronis.revoke_tokens(seed::CLIENT_ID);
    ten_alerts(&mut world).await?;
    assert!(!world.is_paused(&acronis()).await?);
    assert_eq!(world.our_tickets().len(), 11);
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x7_a_missing_right_is_no_refused_log_in() -> Result<()> {
    use simulators::control::{Fault, Kind};
    let mut world = settled().await?;
    let create = Fault::new(Kind::Status, "/atservicesrest/v1.0/Tickets").on(&http::Method::POST).status(401);
    world.autotask.control().add_fault(create.times(1));
    let alert = world.acronis.raise(failed_backup("SRV-1"))?;
    world.hint(&[alert]).await?;
    world.work().await?;
    assert!(!world.is_paused(&Id::Autotask).await?);
    world.pass(SignedDuration::from_mins(20)).await?;
    assert_eq!(world.our_tickets().len(), 2, "{}", world.seam.trace());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x7_a_database_that_moves_to_another_zone_is_followed_without_a_pause() -> Result<()> {
    let mut world = settled().await?;
    world.autotask.quirks(|quirks| quirks.zone = Some("zone9".to_owned()));
    ten_alerts(&mut world).await?;
    assert!(!world.is_paused(&Id::Autotask).await?);
    assert_eq!(world.our_tickets().len(), 11, "{}", world.seam.trace());
    let lookups = world.autotask_calls().iter().filter(|call| call.contains("zoneInformation")).count();
    assert_eq!(lookups, 1);
    Ok(())
}
