//! The controls beside the API: call log, faults, clock.

use axum::body::Body;
use http::{Method, Request};
use serde_json::{Value, json};
use simulators::acronis::seed;
use simulators::control::{Fault, Kind};

use crate::client::{ALERTS, Answer, Session};

const TENANTS: &str = "/api/2/tenants";

async fn order(session: &Session, body: &str) -> Answer {
    let request = Request::post("/_simulator/faults").body(Body::from(body.to_owned()));
    session.send(request.unwrap()).await
}

fn new_customer() -> Value {
    json!({ "name": "Kale Foods", "kind": "customer", "parent_id": seed::ROOT_PARTNER })
}

#[tokio::test]
async fn every_call_is_logged_with_path_status_size_and_time() {
    let session = Session::demo().await;
    session.world.control().clear_calls();
    let list = session.get(&format!("{ALERTS}?limit=5")).await;
    session.get("/api/2/nonsense?x=y").await.expect(404);
    let calls = session.get("/_simulator/calls").await.expect(200).json();
    assert_eq!(calls.as_array().unwrap().len(), 2);
    assert_eq!((&calls[0]["method"], &calls[0]["path"]), (&json!("GET"), &json!(format!("{ALERTS}?limit=5"))));
    assert_eq!((&calls[0]["status"], &calls[0]["bytes"]), (&json!(200), &json!(list.text.len())));
    assert_eq!((&calls[0]["in_flight"], &calls[1]["status"]), (&json!(1), &json!(404)));
    session.delete("/_simulator/calls").await.expect(204);
    assert!(session.world.control().calls().is_empty());
}

#[tokio::test]
async fn a_status_fault_answers_in_the_shape_of_the_api_and_has_no_effect() {
    let session = Session::demo().await;
    let fault = r#"{"method":"POST","path":"/api/2/tenants","kind":"status","status":429,"retry_after":7}"#;
    order(&session, fault).await.expect(204);
    let refused = session.post(TENANTS, new_customer()).await.expect(429);
    assert_eq!((refused.headers["retry-after"].to_str().unwrap(), refused.code()), ("7", json!(429)));
    assert!(session.world.tenant_named("Kale Foods").is_none());
    session.post(TENANTS, new_customer()).await.expect(201);

    session.world.control().add_fault(Fault::new(Kind::Status, ALERTS).status(503));
    let flat = session.get(ALERTS).await.expect(503).json();
    assert!(flat.get("error").is_none() && flat["code"].is_string());
}

#[tokio::test]
async fn a_fault_strikes_as_often_as_told_and_can_be_withdrawn() {
    let session = Session::demo().await;
    session.world.control().add_fault(Fault::new(Kind::Status, "/API/alert_manager/*/alerts").times(2));
    session.get(ALERTS).await.expect(500);
    session.get("/api/alert_manager/v1/categories").await.expect(200);
    session.get(ALERTS).await.expect(500);
    session.get(ALERTS).await.expect(200);

    order(&session, r#"{"method":null,"path":"/api","kind":"html","times":99}"#).await.expect(204);
    session.get(ALERTS).await.expect(200);
    order(&session, "").await.expect(204);
    assert!(session.get(ALERTS).await.json()["items"].is_array());
    order(&session, r#"{"kind":"tickle"}"#).await.expect(400);
}

#[tokio::test]
async fn a_page_comes_with_a_good_status_unless_told_otherwise() {
    let session = Session::demo().await;
    session.world.control().add_fault(Fault::new(Kind::Html, ALERTS));
    session.world.control().add_fault(Fault::new(Kind::Html, ALERTS).status(502));
    let page = session.get(ALERTS).await.expect(200);
    assert!(page.headers["content-type"] == "text/html" && page.text.contains("nginx"));
    assert!(session.get(ALERTS).await.expect(502).text.contains("502 Bad Gateway"));
}

#[tokio::test]
async fn a_drop_before_has_no_effect_and_a_drop_after_has() {
    let session = Session::demo().await;
    let create = Fault::new(Kind::DropBefore, TENANTS).on(&Method::POST);
    session.world.control().add_fault(create.clone());
    assert!(session.post(TENANTS, new_customer()).await.dropped);
    assert!(session.world.tenant_named("Kale Foods").is_none());

    session.world.control().add_fault(Fault { kind: Kind::EffectThenDrop, ..create });
    assert!(session.post(TENANTS, new_customer()).await.dropped);
    assert!(session.world.tenant_named("Kale Foods").is_some());
    let statuses: Vec<_> = session.world.control().calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses[statuses.len() - 2..], [0, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_delayed_request_waits_and_counts_as_in_flight_meanwhile() {
    let session = Session::demo().await;
    let fault = Fault { delay_ms: Some(30_000), ..Fault::new(Kind::Delay, ALERTS) };
    session.world.control().add_fault(fault);
    let started = tokio::time::Instant::now();
    let late = async {
        session.get(ALERTS).await.expect(200);
        started.elapsed()
    };
    let prompt = async {
        session.get(&format!("{ALERTS}?limit=1")).await.expect(200);
        started.elapsed()
    };
    let (late, prompt) = tokio::join!(late, prompt);
    assert!(late.as_secs() >= 30 && prompt.as_secs() < 30);
    let calls = session.world.control().calls();
    let in_flight: Vec<_> =
        calls.iter().filter(|call| call.path.starts_with(ALERTS)).map(|call| call.in_flight).collect();
    assert_eq!(in_flight, [2, 1], "the prompt one finished first and saw both");
}

#[tokio::test]
async fn the_clock_moves_over_http() {
    let session = Session::demo().await;
    let before = session.now();
    session.post("/_simulator/clock", json!({ "advance_s": 3_600 })).await.expect(200);
    assert_eq!(session.now().duration_since(before).as_secs(), 3_600);
    session.post("/_simulator/clock", json!({})).await.expect(400);
}
