//! Rule X2 under the hardest of all faults: the process is gone at any moment, again and again, while the world outside goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::future::pending;
use std::time::Duration;

use runtime::http::StatusCode;
use serde_json::Value;
use simulators::acronis::seed;

use super::turn;
use super::world::World;

const SEED: u64 = 20_261_122;
const KINDS: [&str; 5] = [
    "BackupFailed",
    "BackupDidNotStart",
    "MachineOffline30",
    "PlanDeploymentFailed",
    "ActiveProtectionServiceNotRunning",
];
const WORKLOADS: usize = 5;
/// Customers that the demonstration maps.
const CUSTOMERS: usize = 8;
const KILLS: usize = 10;
/// How often it is looked how far a round is.
const LOOK: Duration = Duration::from_millis(5);
/// No round takes longer.
const ROUND_MAX: Duration = Duration::from_secs(60);
/// Kills after which as much time passes as makes no storm of what follows (rule T13).
const KILLS_AT_ONCE: usize = 4;
const STORM_S: u32 = 660;
/// After so long a create whose outcome is unknown is repeated, if nothing came of it.
const UNTIL_REPEATED_S: u32 = 400;

fn workload(alert: &Value) -> &str {
    alert["details"]["resourceName"].as_str().unwrap()
}

/// Posts alerts, as far as the process lives to take them.
async fn post(world: &World, alerts: &[Value]) {
    for alert in alerts {
        if !world.send(world.signed(alert)).await.is_ok_and(|answer| answer.status == StatusCode::ACCEPTED) {
            return;
        }
    }
}

/// How many tickets each of these workloads has.
async fn tickets_of(world: &World, alerts: &[Value]) -> BTreeMap<String, usize> {
    let tickets = world.tickets().await;
    let titles: Vec<&str> = tickets.iter().filter_map(|ticket| ticket["title"].as_str()).collect();
    let count = |alert: &Value| titles.iter().filter(|title| title.ends_with(workload(alert))).count();
    alerts.iter().map(|alert| (workload(alert).to_owned(), count(alert))).collect()
}

/// Until so many of these workloads have a ticket, which meets work in progress.
async fn until_made(world: &World, alerts: &[Value], count: usize) {
    while tickets_of(world, alerts).await.values().filter(|tickets| **tickets > 0).count() < count {
        tokio::time::sleep(LOOK).await;
    }
}

#[tokio::test]
async fn x2_ten_kills_among_two_hundred_alerts_lose_none_and_double_none() {
    let _turn = turn().await;
    let mut random = fastrand::Rng::with_seed(SEED);
    let mut world = World::demonstrated().await;
    let mut problems = Vec::new();
    for customer in seed::CUSTOMERS.iter().take(CUSTOMERS) {
        problems.extend(KINDS.iter().flat_map(|kind| [(*kind, customer.id); WORKLOADS]));
    }
    random.shuffle(&mut problems);

    let (mut alerts, mut interrupted) = (Vec::new(), 0);
    for (number, round) in problems.chunks(problems.len() / KILLS).enumerate() {
        if number > 0 && number % KILLS_AT_ONCE == 0 {
            world.settle().await;
            world.pass(STORM_S).await;
        }
        let begun = alerts.len();
        for (kind, tenant) in round {
            alerts.push(world.raise(kind, *tenant, &format!("CRASH-{:03}", alerts.len())).await);
        }
        let round = &alerts[begun..];
        tokio::select! {
            () = async {
                post(&world, round).await;
                pending::<()>().await;
            } => {}
            made = tokio::time::timeout(ROUND_MAX, until_made(&world, round, random.usize(..round.len()))) => {
                made.expect("tickets are made");
            }
        }
        world.kill();
        let made = tickets_of(&world, round).await;
        interrupted += usize::from(made.values().any(|tickets| *tickets == 0));
        world.start().await;
        // A sender repeats what was not accepted, and it does not matter if it repeats more.
        post(&world, round).await;
    }
    assert!(interrupted >= KILLS / 3, "only {interrupted} kills have met work in progress");

    world.settle().await;
    world.pass(UNTIL_REPEATED_S).await;
    world.settle().await;
    let wrong: BTreeMap<_, _> =
        tickets_of(&world, &alerts).await.into_iter().filter(|(_, tickets)| *tickets != 1).collect();
    assert_eq!(wrong, BTreeMap::new(), "seed {SEED}; {}", world.local().errors());
    let references: Vec<String> = world.tickets().await.iter().map(|ticket| ticket["externalID"].to_string()).collect();
    let distinct: BTreeSet<&String> = references.iter().collect();
    assert_eq!(distinct.len(), references.len(), "no two tickets are for the same thing");
}
