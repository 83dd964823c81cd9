//! Alerts come, come again and go.

use serde_json::{Value, json};
use simulators::acronis::{Raise, seed};

use crate::client::{ALERTS, Session};

fn posted(alert_type: &str, details: &Value) -> Value {
    json!({ "type": alert_type, "details": details, "tenantID": seed::ALDER })
}

#[tokio::test]
async fn a_re_raised_alert_keeps_its_id_and_first_reception_and_moves_its_times() {
    let session = Session::demo().await;
    let id = session.raise("BackupFailed");
    let first = session.world.alert(id).unwrap();
    session.wait(3_600);
    session.world.re_raise(id).unwrap();
    let again = session.world.alert(id).unwrap();
    assert_eq!((again.id, again.received_at), (first.id, first.received_at));
    assert_eq!((again.created_at, again.updated_at), (session.now(), session.now()));
}

#[tokio::test]
async fn an_alert_that_cleared_is_open_again_when_raised_again() {
    let session = Session::demo().await;
    let id = session.raise("BackupFailed");
    session.world.clear(id).unwrap();
    assert!(session.types("").await.is_empty());
    session.world.re_raise(id).unwrap();
    assert_eq!(session.types("").await, ["BackupFailed"]);
}

#[tokio::test]
async fn whether_a_re_raise_moves_updated_at_can_be_chosen() {
    let session = Session::demo().await;
    let id = session.raise("BackupFailed");
    let before = session.world.alert(id).unwrap().updated_at;
    session.world.quirks(|quirks| quirks.re_raise_keeps_updated_at = true);
    session.wait(60);
    session.world.re_raise(id).unwrap();
    let after = session.world.alert(id).unwrap();
    assert_eq!((after.updated_at, after.created_at), (before, session.now()));
}

#[tokio::test]
async fn a_cleared_alert_is_kept_as_dismissed_or_vanishes() {
    let session = Session::demo().await;
    let id = session.raise("BackupFailed");
    session.world.clear(id).unwrap();
    assert_eq!(session.types("show_deleted=true").await, ["BackupFailed"]);
    session.world.quirks(|quirks| quirks.cleared_alerts_vanish = true);
    let id = session.raise("BackupCanceled");
    session.world.clear(id).unwrap();
    assert_eq!(session.types("show_deleted=true").await, ["BackupFailed"]);
    assert!(session.world.clear(id).is_err());
}

#[tokio::test]
async fn posting_takes_any_type_with_any_details() {
    let session = Session::demo().await;
    for (alert_type, details) in [
        ("BackupFailed", json!({ "resourceName": "SRV-1", "extra": [1, { "a": null }] })),
        ("NeverHeardOf", Value::Null),
        ("cti.a.p.am.alert.v1.0~a.p.basic.v1.0~vendor.app.x.v1.0", json!({ "title": "T", "ResourceName": "PC" })),
    ] {
        let id = session.post(ALERTS, posted(alert_type, &details)).await.expect(200).json()["id"].clone();
        let read = session.get(&format!("{ALERTS}/{}", id.as_str().unwrap())).await.expect(200).json();
        assert_eq!((&read["type"], &read["details"], &read["id"]), (&json!(alert_type), &details, &id));
        assert_eq!(read["tenant"]["uuid"], json!(seed::ALDER));
    }
    assert_eq!(session.types("resourceName=eq(PC)").await.len(), 1);
}

#[tokio::test]
async fn posting_sets_what_it_names_and_takes_the_rest_from_the_type() {
    let session = Session::demo().await;
    let mut body = posted("BackupFailed", &json!({}));
    body["severity"] = json!("warning");
    body["createdAt"] = json!("2026-01-04T08:00:00.123456789Z");
    body["affinity"] = json!("host");
    body["_source"] = json!("relay");
    session.post(ALERTS, body).await.expect(200);
    let alert = session.get(&format!("{ALERTS}?source=relay")).await.expect(200).json()["items"][0].clone();
    assert_eq!(
        (&alert["severity"], &alert["category"], &alert["affinity"]),
        (&json!("warning"), &json!("Backup"), &json!("host"))
    );
    assert_eq!(alert["createdAt"], "2026-01-04T08:00:00.123456789Z");
    assert_eq!(alert["updatedAt"], "2026-01-05T09:00:00Z");
}

#[tokio::test]
async fn posting_an_id_again_in_another_case_raises_the_same_alert_again() {
    let session = Session::demo().await;
    let mut body = posted("BackupFailed", &json!({ "try": 1 }));
    body["id"] = json!("6c1e4a0b-90d3-4b6b-8c53-3b1c6a2d9f10");
    session.post(ALERTS, body.clone()).await.expect(200);
    session.wait(60);
    body["id"] = json!("6C1E4A0B-90D3-4B6B-8C53-3B1C6A2D9F10");
    body["details"] = json!({ "try": 2 });
    session.post(ALERTS, body).await.expect(200);
    let alerts = session.world.alerts();
    assert_eq!((alerts.len(), &alerts[0].details), (1, &json!({ "try": 2 })));
    assert_eq!(alerts[0].updated_at.duration_since(alerts[0].received_at).as_secs(), 60);
}

#[tokio::test]
async fn posting_the_id_of_a_dismissed_alert_opens_it_again() {
    let session = Session::demo().await;
    let id = session.raise("BackupFailed");
    session.delete(&format!("{ALERTS}/{id}")).await.expect(204);
    let mut body = posted("BackupFailed", &json!({}));
    body["id"] = json!(id);
    session.post(ALERTS, body).await.expect(200);
    assert_eq!(session.types("").await, ["BackupFailed"]);
}

#[tokio::test]
async fn posting_is_refused_for_its_form_and_reach() {
    let session = Session::demo().await;
    let without = |key: &str| {
        let mut body = posted("BackupFailed", &json!({}));
        body.as_object_mut().unwrap().remove(key);
        body
    };
    let with = |key: &str, value: &str| {
        let mut body = posted("BackupFailed", &json!({}));
        body[key] = json!(value);
        body
    };
    let unused = session.world.unused_id().to_string();
    for wrong in [
        without("type"),
        without("details"),
        with("severity", "dreadful"),
        with("createdAt", "yesterday"),
        with("id", "nonsense"),
        with("tenantID", &unused),
    ] {
        session.post(ALERTS, wrong).await.expect(400);
    }
    session.world.add_client("northside", "s", seed::NORTHSIDE_PARTNER).unwrap();
    let token = session.log_in("northside", "s").await;
    let northside = Session { token, ..session };
    northside.post(ALERTS, posted("BackupFailed", &json!({}))).await.expect(403);
    assert!(northside.world.alerts().is_empty());
}

#[tokio::test]
async fn a_client_dismisses_one_alert() {
    let session = Session::demo().await;
    let id = session.raise("BackupFailed");
    session.delete(&format!("{ALERTS}/{id}")).await.expect(204);
    assert!(session.world.alert(id).unwrap().deleted_at.is_some());
    assert_eq!(session.world.dismissed_by_clients(), [id]);
    session.delete(&format!("{ALERTS}/{id}")).await.expect(404);
    session.world.quirks(|quirks| quirks.dismissing_twice_succeeds = true);
    session.delete(&format!("{ALERTS}/{id}")).await.expect(204);
    assert_eq!(session.world.dismissed_by_clients(), [id]);
}

#[tokio::test]
async fn dismissing_in_the_console_is_not_taken_for_a_client() {
    let session = Session::demo().await;
    let id = session.raise("BackupFailed");
    session.world.dismiss(id).unwrap();
    assert!(session.types("").await.is_empty());
    assert!(session.world.dismissed_by_clients().is_empty());
}

#[tokio::test]
async fn dismissing_by_filter_takes_what_the_filter_leaves_and_without_one_everything_in_reach() {
    let session = Session::demo().await;
    session.raise("BackupFailed");
    session.raise("MachineOffline30");
    session.world.raise(Raise::new("Elsewhere").at(seed::DOGWOOD_LAW)).unwrap();
    session.delete(&format!("{ALERTS}?category=Backup")).await.expect(204);
    assert_eq!(session.types("order=type").await, ["Elsewhere", "MachineOffline30"]);

    session.world.add_client("northside", "s", seed::NORTHSIDE_PARTNER).unwrap();
    let root = session.token.clone();
    let northside = Session { token: session.log_in("northside", "s").await, ..session };
    northside.delete(ALERTS).await.expect(204);
    let session = Session { token: root, ..northside };
    assert_eq!(session.types("").await, ["MachineOffline30"]);
}

#[tokio::test]
async fn a_false_positive_is_marked() {
    let session = Session::demo().await;
    let id = session.raise("EDRIncidentDetected");
    session.patch(&format!("{ALERTS}/{id}/false_positive"), json!({ "falsePositive": true })).await.expect(204);
    assert_eq!(session.get(&format!("{ALERTS}/{id}")).await.json()["falsePositive"], true);
    session.patch(&format!("{ALERTS}/{id}/false_positive"), json!({})).await.expect(400);
}
