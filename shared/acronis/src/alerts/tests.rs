use bridge_core::alert::{Key, Severity};
use bridge_core::failure::Class;
use bridge_core::id::TenantId;
use proptest::prelude::*;
use runtime::http::scripted::Answer;
use serde_json::json;

use super::*;
use crate::fixture::{client, granted};

fn minimal(id: &str) -> Value {
    json!({"id": id, "type": "BackupFailed", "createdAt": "2026-01-02T03:10:00Z"})
}

fn page(items: &[Value], after: Option<&str>) -> Answer {
    let cursors = after.map_or_else(|| json!({}), |after| json!({"after": after}));
    Answer::json(200, &json!({"items": items, "paging": {"cursors": cursors}}))
}

fn ids(page: &AlertPage) -> Vec<&str> {
    page.alerts.iter().map(|alert| alert.id.as_str()).collect()
}

#[test]
fn a_full_alert_is_read() {
    let item = json!({
        "id": "6C1E4A0B-90D3", "type": "BackupFailed", "category": "Backup", "severity": "critical",
        "createdAt": "2026-01-03T03:10:00", "receivedAt": "2026-01-02T03:10:04.125778431Z",
        "updatedAt": "2026-01-03T03:10:02.5Z", "deletedAt": null, "affinity": "", "_source": "x",
        "tenant": {"id": "20417", "locator": "/1/", "uuid": "5C7AB1F2"},
        "details": {
            "planId": "P", "planName": " Servers daily ", "resourceId": "R", "resourceName": "SRV-1",
            "error": {"code": 20250646, "text": "The command failed.", "suberror": {
                "code": "7", "text": "The command failed.", "suberror": {"code": 1060, "text": "No route."}}},
            "errorMessage": {"reason": "LocationUnavailable", "context": {"cause_str": "unused"},
                "serCode": "0x1", "kbLink": {"serCode": "BackupFailed+0x1"}},
        },
    });
    let alert = wire::alert(&item).expect("readable");
    assert_eq!(
        (alert.id, alert.kind.as_str(), alert.severity),
        ("6c1e4a0b-90d3".into(), "BackupFailed", Some(Severity::Critical))
    );
    assert_eq!(alert.created_at, "2026-01-03T03:10:00Z".parse().expect("valid"));
    assert_eq!(alert.received_at, "2026-01-02T03:10:04.125778431Z".parse().ok());
    assert_eq!((alert.updated_at.is_some(), alert.deleted_at), (true, None));
    assert_eq!((alert.tenant.uuid, alert.tenant.number.as_deref()), (Some("5c7ab1f2".into()), Some("20417")));
    let details = alert.details;
    assert_eq!(details.error_texts, ["The command failed.", "No route."]);
    assert_eq!(details.error_code.as_deref(), Some("1060"));
    assert_eq!(details.reason.as_deref(), Some("LocationUnavailable"));
    assert_eq!(details.kb_code.as_deref(), Some("BackupFailed+0x1"));
    assert_eq!(details.plan_name.as_deref(), Some("Servers daily"));
}

/// The alerts of the sample event that holds one of every shape which Acronis documents.
fn every_shape() -> Vec<Alert> {
    let event = include_str!("../../../../events/alert-webhook/all-shapes.json");
    let event: Value = serde_json::from_str(event).expect("JSON");
    let body: Value = serde_json::from_str(event["body"].as_str().expect("a body")).expect("JSON");
    body["items"].as_array().expect("a list").iter().map(|item| wire::alert(item).expect("readable")).collect()
}

#[test]
fn t11_every_documented_shape_is_understood() {
    let told: Vec<_> = every_shape()
        .into_iter()
        .map(|Alert { kind, severity, details, .. }| (kind, severity, details))
        .map(|(kind, severity, details)| {
            let name = details.resource_name.unwrap_or_default();
            (kind, severity, name, details.plan_name.is_some(), details.reason, details.kb_code)
        })
        .collect();
    let text = |text: &str| Some(text.to_owned());
    let shape = |kind: &str, severity, number, has_plan, reason: Option<&str>, kb_code: Option<&str>| {
        let name = format!("WS-ACCOUNTING-0{number}");
        (kind.to_owned(), Some(severity), name, has_plan, reason.and_then(text), kb_code.and_then(text))
    };
    let unavailable = Some("LocationUnavailable");
    let expected = [
        shape("BackupFailed", Severity::Critical, 1, true, unavailable, Some("BackupFailed+0x01350016+0x00000424")),
        shape("BackupFailed", Severity::Critical, 2, true, unavailable, Some("BackupFailed+0x01350016")),
        shape("BackupCanceled", Severity::Warning, 3, true, None, None),
        shape("NoBackupForXDays", Severity::Error, 4, true, None, Some("NoBackupForXDays")),
        shape("BackupStatusUnknown", Severity::Warning, 5, true, None, Some("BackupStatusUnknown")),
        shape("MachineOffline30", Severity::Warning, 6, false, None, None),
    ];
    assert_eq!(told, expected);
}

#[test]
fn t11_a_failure_is_told_by_its_chain_of_causes_and_not_by_where_in_the_program_it_was() {
    let [failed, again, ..] = &every_shape()[..] else { panic!("two failures expected") };
    assert_eq!(failed.details.error_texts, ["The backup was not made.", "The storage did not answer in time."]);
    assert_eq!(failed.details.error_code.as_deref(), Some("1060"));
    let names: Vec<&str> = failed.details.more.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["backupSourcesType", "finishTime", "startTime"]);
    assert_eq!((again.details.error_texts.len(), again.details.error_code.as_deref()), (0, None));
    assert!(again.received_at < Some(again.created_at), "raised again: the first reception stays");
}

#[test]
fn t3_the_same_machine_is_the_same_workload_however_its_ids_are_spelled() {
    let tenant = TenantId::from("3f0a7c52-91d4-4c1e-8b57-2a6d0e94c711");
    let [.., unknown, _] = &every_shape()[..] else { panic!("a backup of unknown status expected") };
    let mut spelled = unknown.clone();
    spelled.details.resource_id = unknown.details.resource_id.as_deref().map(str::to_uppercase);
    spelled.details.plan_id = unknown.details.plan_id.as_deref().map(str::to_uppercase);
    assert_eq!(Key::of(&tenant, &spelled), Key::of(&tenant, unknown));
    let keys: BTreeSet<Key> = every_shape().iter().map(|alert| Key::of(&tenant, alert)).collect();
    assert_eq!(keys.len(), 6, "each is a problem of its own");
}

#[test]
fn what_may_be_missing_may_be_missing() {
    let mut item = minimal("a");
    item["severity"] = json!("apocalyptic");
    item["tenant"] = json!({"id": 20417});
    item["details"] = json!(null);
    let alert = wire::alert(&item).expect("readable");
    assert_eq!(alert.severity, None);
    assert_eq!((alert.tenant.uuid, alert.tenant.number.as_deref()), (None, Some("20417")));
    assert_eq!(alert.details, bridge_core::alert::Details::default());
}

#[test]
fn an_incident_is_read_with_numbers_as_texts_and_the_reverse() {
    let mut item = minimal("a");
    item["details"] = json!({"incidentId": 42, "edrAlertId": "E", "redirectLink": "https://x", "ResourceName": "PC-1", "isMalicious": "true"});
    let details = wire::alert(&item).expect("readable").details;
    assert_eq!((details.incident_id.as_deref(), details.edr_alert_id.as_deref()), (Some("42"), Some("E")));
    assert_eq!((details.link.as_deref(), details.resource_name.as_deref()), (Some("https://x"), Some("PC-1")));
}

#[test]
fn effect_and_cause_stand_in_for_an_error_chain() {
    let mut item = minimal("a");
    item["details"] = json!({"errorMessage": {"code": "NoSpace", "serCode": "0x2", "context": {"effect_str": "Backing up", "cause_str": "Full"}}});
    let details = wire::alert(&item).expect("readable").details;
    assert_eq!(details.error_texts, ["Backing up", "Full"]);
    assert_eq!((details.reason.as_deref(), details.kb_code.as_deref()), (Some("NoSpace"), Some("0x2")));
}

proptest! {
    #[test]
    fn no_item_makes_the_reader_panic(id in "\\PC{0,20}", time in "\\PC{0,30}", depth in 0usize..40) {
        let mut error = json!({"text": "innermost", "code": depth});
        for level in 0..depth {
            error = json!({"text": level.to_string(), "suberror": error});
        }
        let item = json!({"id": id, "type": "T", "createdAt": time, "details": {"error": error}});
        let _ = wire::alert(&item);
        let mut good = minimal("a");
        good["details"] = item["details"].clone();
        prop_assert!(wire::alert(&good).expect("readable").details.error_texts.len() <= depth + 1);
    }
}

#[tokio::test]
async fn x4_one_malformed_alert_spoils_only_itself() {
    let items = [
        minimal("a"),
        json!({"id": "b", "createdAt": "2026-01-02T03:10:00Z"}),
        json!("odd"),
        json!({"id": "c", "type": "T", "createdAt": "soon"}),
        minimal("D"),
    ];
    let (client, _) = client([granted("t"), page(&items, None)]);
    let pages = client.open_alerts().collect().await.expect("the page is good");
    assert_eq!(ids(&pages[0]), ["a", "d"]);
    assert_eq!(pages[0].unreadable, ["alert b: no type", "an alert without an id", "alert c: no readable createdAt"]);
}

#[tokio::test]
async fn alerts_are_read_by_id_forty_at_a_time_with_dismissed_ones() {
    let wanted: Vec<AlertId> = (0..41).map(|n| AlertId::new(format!("A-{n:02}"))).chain(["a-00".into()]).collect();
    let (client, acronis) =
        client([granted("t"), page(&[minimal("a-00")], Some("c")), page(&[minimal("a-01")], None), page(&[], None)]);
    let found = client.alerts_by_id(&wanted).await.expect("good");
    assert_eq!(ids(&found), ["a-00", "a-01"]);
    let calls = acronis.calls();
    assert_eq!(calls[1].matches("id=").count(), 40);
    assert!(calls[1].starts_with("GET /api/alert_manager/v1/alerts?id=a-00&id=a-01&"), "{}", calls[1]);
    assert!(calls[1].ends_with("&id=a-39&show_deleted=true&limit=200"), "{}", calls[1]);
    assert_eq!(
        calls[2..],
        [
            "GET /api/alert_manager/v1/alerts?limit=200&after=c",
            "GET /api/alert_manager/v1/alerts?id=a-40&show_deleted=true&limit=200"
        ]
    );
}

#[tokio::test]
async fn nothing_is_asked_when_nothing_is_wanted() {
    let (client, acronis) = client([]);
    assert_eq!(client.alerts_by_id(&[]).await.expect("nothing to do"), AlertPage::default());
    assert_eq!(acronis.calls(), [""; 0]);
}

#[tokio::test]
async fn changes_are_asked_for_in_nanoseconds_and_in_order() {
    let (client, acronis) = client([granted("t"), page(&[], None)]);
    let since = "2026-01-02T03:10:00.000000001Z".parse().expect("valid");
    client.alerts_changed_since(since).collect().await.expect("good");
    assert_eq!(
        acronis.calls()[1],
        "GET /api/alert_manager/v1/alerts?updated_at=ge%281767323400000000001%29&show_deleted=true&order=asc%28updated_at%29&limit=200"
    );
}

#[tokio::test(start_paused = true)]
async fn x3_a_failed_page_is_an_error_and_never_a_short_list() {
    let down = || Answer::text(500, "");
    let (client, _) = client([granted("t"), page(&[minimal("a")], Some("c")), down(), down(), down()]);
    let error = client.open_alerts().collect().await.expect_err("the second page failed");
    assert_eq!(error.class(), Class::Transient { after: None });

    let (client, _) = self::client([granted("t"), Answer::json(200, &json!({"paging": {}}))]);
    let error = client.open_alerts().collect().await.expect_err("no list is not an empty list");
    assert_eq!(error.class(), Class::Bug);
}

#[tokio::test]
async fn a_cursor_that_returns_ends_the_walk_with_an_error() {
    let (client, acronis) = client([granted("t"), page(&[], Some("c")), page(&[], Some("d")), page(&[], Some("c"))]);
    let error = client.open_alerts().collect().await.expect_err("it would never end");
    assert_eq!(error.class(), Class::Bug);
    assert_eq!(acronis.left(), 0);
}

#[tokio::test]
async fn throttling_is_passed_on_and_not_repeated() {
    let throttled = Answer::text(429, "").with_header(runtime::http::header::RETRY_AFTER, "30");
    let (client, acronis) = client([granted("t"), throttled, Answer::text(429, "")]);
    let class = async || client.open_alerts().next().await.expect_err("throttled").class();
    assert_eq!(class().await, Class::Throttled { after: Some(std::time::Duration::from_secs(30)) });
    assert_eq!(class().await, Class::Throttled { after: None });
    assert_eq!(acronis.calls().len(), 3);
}

#[tokio::test]
async fn t14_an_alert_is_dismissed_alone_and_one_that_is_gone_is_dismissed() {
    let gone = json!({"domain": "AlertManager", "code": "NotFound", "reason": "no such alert"});
    let (client, acronis) = client([granted("t"), Answer::text(204, ""), Answer::json(404, &gone)]);
    client.dismiss(&"A-1".into()).await.expect("dismissed");
    client.dismiss(&"A-1".into()).await.expect("gone already");
    assert_eq!(acronis.calls()[1], "DELETE /api/alert_manager/v1/alerts/a-1");
}

#[tokio::test]
async fn t14_an_id_that_could_widen_the_call_is_never_sent() {
    for id in ["", " ", "..", "-", "a/b", "a?show_deleted=true", "%2e"] {
        let (client, acronis) = client([]);
        let error = client.dismiss(&id.into()).await.expect_err("not sent");
        assert_eq!(error.class(), Class::Permanent, "{id}");
        assert!(client.alerts_by_id(&[id.into()]).await.is_err(), "{id}");
        assert_eq!(acronis.calls(), [""; 0], "{id}");
    }
}

#[tokio::test]
async fn a_lost_dismissal_is_doubtful_and_not_repeated() {
    let (client, acronis) = client([granted("t"), Answer::Lost]);
    let error = client.dismiss(&"a".into()).await.expect_err("lost");
    assert_eq!(error.class(), Class::OutcomeUnknown);
    assert_eq!(acronis.calls().len(), 2);
}
