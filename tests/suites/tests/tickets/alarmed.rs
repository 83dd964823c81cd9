//! Rules X7, T2: what somebody is woken by, and how often.

use anyhow::Result;
use bridge_core::system::Id;
use jiff::SignedDuration;
use simulators::acronis::seed;
use simulators::autotask::CategoryId;
use simulators::autotask::seed::API_USER;
use suites::log::Log;
use suites::world::verbs_people::failed_backup;
use suites::world::{World, connection};

const LOG_IN: &str = "log_in_refused";
const TICKET: &str = "ticket_refused";
/// The category that every ticket has here.
const STANDARD: CategoryId = CategoryId(3);

/// The alarms of this code: as lines, and as counted.
fn alarms(log: &Log, code: &str) -> (usize, usize) {
    (log.alarms().iter().filter(|alarm| *alarm == code).count(), log.counted(code))
}

async fn tell(world: &mut World, workload: &str) -> Result<()> {
    let alert = world.acronis.raise(failed_backup(workload))?;
    world.hint(&[alert]).await?;
    world.work().await
}

#[tokio::test(start_paused = true)]
async fn x7_a_refused_log_in_alarms_once_for_each_pause() -> Result<()> {
    let mut world = World::new().await?;
    world.after_minutes(1).await?;
    let log = Log::watch();
    world.autotask.change_secret(API_USER.user, "another");
    tell(&mut world, "SRV-1").await?;
    tell(&mut world, "SRV-2").await?;
    assert_eq!(alarms(&log, LOG_IN), (1, 1), "at once, and for no other alert: {:?}", log.alarms());
    world.pass(SignedDuration::from_hours(2)).await?;
    assert_eq!(alarms(&log, LOG_IN), (1, 1), "its probes are refused, too, and that is no news: {:?}", log.alarms());
    assert!(
        log.said(LOG_IN)[0].starts_with("Autotask is paused, as the log-in was refused: "),
        "{:?}",
        log.said(LOG_IN)
    );

    world.autotask.change_secret(API_USER.user, API_USER.secret);
    world.systems.resume(&Id::Autotask).await?;
    world.pass(SignedDuration::from_mins(30)).await?;
    assert_eq!(alarms(&log, LOG_IN), (1, 1), "{:?}", log.alarms());
    world.autotask.change_secret(API_USER.user, "yet another");
    tell(&mut world, "SRV-3").await?;
    assert_eq!(alarms(&log, LOG_IN), (2, 2), "another pause: {:?}", log.alarms());
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn x7_the_alarm_of_a_refused_connection_names_it() -> Result<()> {
    let mut world = World::new().await?;
    world.after_minutes(1).await?;
    let log = Log::watch();
    world.acronis.reset_secret(seed::CLIENT_ID, "another")?;
    tell(&mut world, "SRV-1").await?;
    world.pass(SignedDuration::from_hours(2)).await?;
    assert!(world.is_paused(&Id::Acronis(connection())).await?);
    assert_eq!(alarms(&log, LOG_IN), (1, 1), "{:?}", log.alarms());
    let name = world.connection().await?.name;
    assert!(log.said(LOG_IN)[0].contains(&name), "{name}: {:?}", log.said(LOG_IN));
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn t2_a_ticket_that_autotask_refuses_alarms_with_what_to_do() -> Result<()> {
    let mut world = World::new().await?;
    let log = Log::watch();
    tell(&mut world, "SRV-1").await?;
    assert_eq!(log.alarms(), Vec::<String>::new(), "a ticket that is made wakes nobody");
    world.autotask.require_in_category(STANDARD, "subIssueType");
    tell(&mut world, "SRV-2").await?;
    world.pass(SignedDuration::from_hours(2)).await?;
    assert_eq!(alarms(&log, TICKET), (1, 1), "a refusal is not repeated, nor is its alarm: {:?}", log.alarms());
    for word in ["Alder & Sons", "subIssueType", "retry"] {
        assert!(log.said(TICKET)[0].contains(word), "{word}: {:?}", log.said(TICKET));
    }
    Ok(())
}
