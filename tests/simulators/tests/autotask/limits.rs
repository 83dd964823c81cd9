//! Thresholds and threads.

use std::time::Duration;

use serde_json::json;
use simulators::autotask::seed::HUMAN_USER;

use super::desk::Desk;

#[tokio::test]
async fn the_threshold_counts_the_calls_of_the_last_hour() {
    let desk = Desk::new();
    desk.get("/Companies/0").await.ok();
    desk.as_user(HUMAN_USER).get("/Companies/0").await.ok();
    let report = desk.get("/ThresholdInformation").await.ok();
    let expected = json!({ "externalRequestThreshold": 10000, "requestThresholdTimeframe": 60, "currentTimeframeRequestCount": 3 });
    assert_eq!(report, expected);
    desk.pass(3_600);
    assert_eq!(desk.get("/ThresholdInformation").await.ok()["currentTimeframeRequestCount"], 1);
}

#[tokio::test]
async fn an_exhausted_threshold_is_429_until_the_hour_has_passed() {
    let desk = Desk::new();
    desk.autotask.other_integrations_call(10_000);
    let answer = desk.get("/Companies/0").await;
    assert_eq!((answer.status, answer.headers.get("retry-after")), (429, None));
    desk.autotask.quirks(|quirks| quirks.retry_after = Some(Duration::from_secs(90)));
    assert_eq!(desk.get("/Companies/0").await.headers["retry-after"], "90");
    desk.pass(3_600);
    assert_eq!(desk.get("/Companies/0").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_fourth_call_in_flight_at_one_endpoint_is_refused() {
    let desk = Desk::new();
    desk.autotask.quirks(|quirks| quirks.response_time = Duration::from_secs(1));
    let four =
        tokio::join!(desk.get("/Tickets/1"), desk.get("/Tickets/1"), desk.get("/Tickets/1"), desk.get("/Tickets/1"));
    assert_eq!([four.0.status, four.1.status, four.2.status, four.3.status], [404, 404, 404, 429]);
    assert_eq!(four.3.json()["errors"][0], "API thread threshold of 3 threads has been exceeded");
    assert_eq!(desk.get("/Tickets/1").await.status, 404, "ended calls free their threads");
}

#[tokio::test(start_paused = true)]
async fn calls_at_different_endpoints_do_not_count_together() {
    let desk = Desk::new();
    desk.autotask.quirks(|quirks| quirks.response_time = Duration::from_secs(1));
    let answers = tokio::join!(
        desk.get("/Tickets/1"),
        desk.get("/Tickets/1"),
        desk.get("/Companies/0"),
        desk.get("/Companies/0")
    );
    assert_eq!([answers.0.status, answers.1.status, answers.2.status, answers.3.status], [404, 404, 200, 200]);
}

#[tokio::test(start_paused = true)]
async fn a_busy_database_answers_late() {
    let desk = Desk::new();
    desk.autotask.quirks(|quirks| quirks.latency_bands = true);
    desk.autotask.other_integrations_call(5_000);
    let before = tokio::time::Instant::now();
    desk.get("/Companies/0").await.ok();
    assert_eq!(before.elapsed(), Duration::from_millis(500));
}
