//! Rule X6, over the network and in real time.

use std::time::Duration;

use runtime::http::StatusCode;
use serde_json::{Value, json};
use simulators::acronis::seed;

use super::turn;
use super::world::World;

fn is_about(ticket: &Value, workload: &str) -> bool {
    ticket["title"].as_str().is_some_and(|title| title.contains(workload))
}

#[tokio::test]
async fn x6_a_signed_webhook_becomes_a_ticket_within_two_seconds() {
    let _turn = turn().await;
    let world = World::demonstrated().await;
    let alert = world.raise("BackupFailed", seed::GINKGO_HEALTH, "SRV-LAB").await;
    let becomes_a_ticket = async {
        assert_eq!(world.send(world.signed(&alert)).await.unwrap().status, StatusCode::ACCEPTED);
        while !world.tickets().await.iter().any(|ticket| is_about(ticket, "SRV-LAB")) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let within = tokio::time::timeout(Duration::from_secs(2), becomes_a_ticket).await;
    assert!(within.is_ok(), "{}", world.local().errors());
}

#[tokio::test]
async fn x6_without_a_webhook_one_poll_is_enough() {
    let _turn = turn().await;
    let world = World::demonstrated().await;
    world.raise("BackupFailed", seed::HAZEL_TRAVEL, "SRV-BOOKING").await;
    let summary = world.ask("/local/run/alert-poll", json!({})).await;
    assert_eq!((&summary["alerts"], &summary["failed"]), (&json!(1), &json!([])), "{summary}");
    world.settle().await;
    assert_eq!(world.tickets().await.iter().filter(|ticket| is_about(ticket, "SRV-BOOKING")).count(), 1);
}

#[tokio::test]
async fn x6_moving_the_clock_by_a_minute_runs_the_schedule() {
    let _turn = turn().await;
    let world = World::demonstrated().await;
    world.raise("BackupFailed", seed::HAZEL_TRAVEL, "SRV-TOURS").await;
    world.pass(60).await;
    world.settle().await;
    assert_eq!(world.tickets().await.iter().filter(|ticket| is_about(ticket, "SRV-TOURS")).count(), 1);
}

#[tokio::test]
async fn b1_a_sender_signs_by_the_clock_on_the_wall_wherever_ours_was_moved_to() {
    let _turn = turn().await;
    let world = World::demonstrated().await;
    world.pass(3_600).await;
    let alert = world.raise("BackupFailed", seed::GINKGO_HEALTH, "SRV-LATER").await;
    assert_eq!(world.send(world.signed(&alert)).await.unwrap().status, StatusCode::ACCEPTED);
    let mut forged = world.signed(&alert);
    forged.body = Some(b"{}".to_vec().into());
    assert_eq!(world.send(forged).await.unwrap().status, StatusCode::UNAUTHORIZED);
}
