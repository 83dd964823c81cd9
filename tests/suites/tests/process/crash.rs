//! Rule X2 under the hardest of all faults: the process is gone at any moment, again and again, while the world outside goes on.

use std::collections::BTreeMap;
use std::time::Duration;

use runtime::http::StatusCode;
use serde_json::Value;
use simulators::acronis::seed;

use super::turn;
use super::world::World;

const SEED: u64 = 20_261_122;
const KINDS: [&str; 5] =
    ["BackupFailed", "BackupDidNotStart", "MachineOffline30", "PlanDeploymentFailed", "ActiveProtectionServiceNotRunning"];
const WORKLOADS: usize = 5;
/// Customers that the demonstration maps.
const CUSTOMERS: usize = 8;
const KILLS: usize = 40;
/// A round's alerts take about this long to become tickets, so a kill within it meets work in progress.
const ROUND: Duration = Duration::from_millis(150);
/// After so long a create whose outcome is unknown is repeated, if nothing came of it.
const UNTIL_REPEATED_S: u32 = 400;

fn workload(alert: &Value) -> &str {
    alert["details"]["resourceName"].as_str().unwrap()
}

/// Posts alerts until the process is gone. Returns those that it has accepted.
async fn post<'a>(world: &World, alerts: &'a [Value]) -> Vec<&'a str> {
    let mut accepted = Vec::new();
    for alert in alerts {
        match world.send(world.signed(alert)).await {
            Ok(answer) if answer.status == StatusCode::ACCEPTED => accepted.push(workload(alert)),
            Ok(_) | Err(_) => return accepted,
        }
    }
    accepted
}

/// How many tickets each of these workloads has.
async fn tickets_of(world: &World, alerts: &[Value]) -> BTreeMap<String, usize> {
    let tickets = world.tickets().await;
    let titles: Vec<&str> = tickets.iter().filter_map(|ticket| ticket["title"].as_str()).collect();
    let count = |alert: &Value| titles.iter().filter(|title| title.ends_with(workload(alert))).count();
    alerts.iter().map(|alert| (workload(alert).to_owned(), count(alert))).collect()
}

#[tokio::test]
async fn x2_ten_kills_among_two_hundred_alerts_lose_none_and_double_none() {
    let _turn = turn().await;
    let mut random = fastrand::Rng::with_seed(std::env::var("SEEDX").unwrap().parse().unwrap());
    let mut world = World::demonstrated().await;
    let mut alerts = Vec::new();
    for customer in seed::CUSTOMERS.iter().take(CUSTOMERS) {
        for kind in KINDS {
            for _ in 0..WORKLOADS {
                alerts.push(world.raise(kind, customer.id, &format!("CRASH-{:03}", alerts.len())).await);
            }
        }
    }
    random.shuffle(&mut alerts);

    let mut interrupted = 0;
    for round in alerts.chunks(alerts.len() / KILLS) {
        let moment = ROUND.mul_f64(random.f64());
        let accepted = tokio::select! {
            accepted = async {
                let accepted = post(&world, round).await;
                tokio::time::sleep(moment).await;
                accepted
            } => accepted,
            // Some kills come while alerts are still being posted.
            () = tokio::time::sleep(moment * 2) => Vec::new(),
        };
        world.kill();
        let made = tickets_of(&world, round).await;
        interrupted += usize::from(accepted.iter().any(|workload| made[*workload] == 0) || accepted.is_empty());
        world.start().await;
        // A sender repeats what was not accepted, and it does not matter if it repeats more.
        post(&world, round).await;
    }
    println!("interrupted {interrupted}");
    assert!(interrupted >= KILLS / 3, "only {interrupted} kills have met work in progress");

    world.settle().await;
    world.pass(UNTIL_REPEATED_S).await;
    world.settle().await;
    let wrong: BTreeMap<_, _> = tickets_of(&world, &alerts).await.into_iter().filter(|(_, tickets)| *tickets != 1).collect();
    assert_eq!(wrong, BTreeMap::new(), "seed {SEED}; {}", world.local().errors());
    let references: Vec<String> = world.tickets().await.iter().map(|ticket| ticket["externalID"].to_string()).collect();
    let distinct: std::collections::BTreeSet<&String> = references.iter().collect();
    assert_eq!(distinct.len(), references.len(), "no two tickets are for the same thing");
}
