//! Ticket webhooks.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha1::Sha1;
use simulators::autotask::seed::{API_RESOURCE, TECHNICIAN};
use simulators::autotask::{Delivery, TicketId};

use super::desk::{ALDER, Desk};

const SECRET: &str = "a-webhook-secret";
const URL: &str = "http://127.0.0.1:9/webhooks/autotask";
const DEACTIVATED: &str = "http://127.0.0.1:9/webhooks/autotask/deactivated";

fn registration() -> Value {
    json!({
        "name": "bridge tickets", "webhookUrl": URL, "deactivationUrl": DEACTIVATED, "secretKey": SECRET, "isActive": true,
        "isSubscribedToCreateEvents": true, "isSubscribedToUpdateEvents": true, "isSubscribedToDeleteEvents": true,
        "sendThresholdExceededNotification": false,
    })
}

/// The number under which a ticket field can be subscribed to.
async fn field_id(desk: &Desk, name: &str) -> i64 {
    let metadata = desk.get("/TicketWebhookFields/entityInformation/fields").await.ok();
    let field = metadata["fields"].as_array().unwrap().iter().find(|field| field["name"] == "fieldID").unwrap().clone();
    let value =
        field["picklistValues"].as_array().unwrap().iter().find(|value| value["label"] == name).unwrap().clone();
    value["value"].as_str().unwrap().parse().unwrap()
}

async fn watch(desk: &Desk, webhook: i64, name: &str, subscribed: bool) -> i64 {
    let field = field_id(desk, name).await;
    let body = json!({ "webhookID": webhook, "fieldID": field, "isSubscribedField": subscribed, "isDisplayAlwaysField": !subscribed });
    desk.post(&format!("/TicketWebhooks/{webhook}/Fields"), body).await.id()
}

/// A webhook that watches the status, shows the number always, and is silent about the integration's own changes.
async fn register(desk: &Desk) -> i64 {
    let webhook = desk.post("/TicketWebhooks", registration()).await.id();
    watch(desk, webhook, "status", true).await;
    watch(desk, webhook, "ticketNumber", false).await;
    let excluded = json!({ "webhookID": webhook, "resourceID": API_RESOURCE.0 });
    desk.post(&format!("/TicketWebhooks/{webhook}/ExcludedResources"), excluded).await.ok();
    webhook
}

fn due(desk: &Desk) -> Vec<Delivery> {
    desk.autotask.pending_deliveries(desk.now())
}

/// Takes the callout that is due and answers it.
#[track_caller]
fn answer(desk: &Desk, status: u16) -> Delivery {
    let delivery = due(desk).first().cloned().expect("a callout is due");
    desk.autotask.delivered(delivery.id, Ok(status));
    delivery
}

fn header<'a>(delivery: &'a Delivery, name: &str) -> Option<&'a str> {
    delivery.headers.iter().find(|(each, _)| *each == name).map(|(_, value)| value.as_str())
}

fn payload(delivery: &Delivery) -> Value {
    serde_json::from_slice(&delivery.body).unwrap()
}

fn expected_signature(body: &[u8]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(body);
    format!("sha1={}", STANDARD.encode(mac.finalize().into_bytes()))
}

async fn is_ready(desk: &Desk, webhook: i64) -> bool {
    desk.item(&format!("/TicketWebhooks/{webhook}")).await["isReady"].as_bool().unwrap()
}

#[tokio::test]
async fn a_webhook_is_ready_once_it_watches_a_field() {
    let desk = Desk::new();
    let webhook = desk.post("/TicketWebhooks", registration()).await.id();
    assert!(!is_ready(&desk, webhook).await);
    watch(&desk, webhook, "ticketNumber", false).await;
    assert!(!is_ready(&desk, webhook).await, "showing a field is not watching it");
    let row = watch(&desk, webhook, "status", true).await;
    assert!(is_ready(&desk, webhook).await);
    desk.delete(&format!("/TicketWebhooks/{webhook}/Fields/{row}")).await.ok();
    assert!(!is_ready(&desk, webhook).await);
}

#[tokio::test]
async fn a_webhook_that_is_not_ready_is_silent() {
    let desk = Desk::new();
    desk.post("/TicketWebhooks", registration()).await.ok();
    desk.ticket().await;
    assert!(due(&desk).is_empty());
}

#[tokio::test]
async fn a_webhook_needs_https_outside_this_machine() {
    let desk = Desk::new();
    let mut body = registration();
    body["webhookUrl"] = json!("http://bridge.example/hook");
    assert_eq!(desk.post("/TicketWebhooks", body.clone()).await.errors().len(), 1);
    body["webhookUrl"] = json!("https://bridge.example/hook");
    desk.post("/TicketWebhooks", body).await.ok();
}

#[tokio::test]
async fn a_technicians_change_is_called_out_with_signature() {
    let desk = Desk::new();
    register(&desk).await;
    let id = desk.ticket().await;
    assert!(due(&desk).is_empty(), "the integration's own change does not echo");
    desk.autotask.complete_as(TECHNICIAN, id).unwrap();
    let delivery = answer(&desk, 200);
    assert_eq!(delivery.url, URL);
    assert_eq!(header(&delivery, "Content-Type"), Some("application/json"));
    assert_eq!(header(&delivery, "X-Hook-Signature"), Some(expected_signature(&delivery.body).as_str()));
    let mut payload = payload(&delivery);
    assert!(payload["Guid"].is_string());
    payload.as_object_mut().unwrap().remove("Guid");
    let expected = json!({
        "Action": "Update", "EntityType": "Ticket", "Id": id.0, "Fields": { "Status": "5", "TicketNumber": "T20261122.0001" },
        "EventTime": "2026-11-22T10:15:00Z", "SequenceNumber": 1, "PersonID": TECHNICIAN.0,
    });
    assert_eq!(payload, expected);
    assert!(due(&desk).is_empty());
}

#[tokio::test]
async fn the_signed_bytes_escape_what_is_not_plain() {
    let desk = Desk::new();
    let webhook = register(&desk).await;
    watch(&desk, webhook, "title", true).await;
    let id = desk.ticket().await;
    desk.autotask.change_ticket_as(TECHNICIAN, id, json!({ "title": "R&D's <é>" })).unwrap();
    let delivery = answer(&desk, 200);
    let text = String::from_utf8(delivery.body.clone()).unwrap();
    assert!(text.contains(r"R\u0026D\u0027s \u003C\u00E9\u003E"), "{text}");
    assert_eq!(header(&delivery, "X-Hook-Signature"), Some(expected_signature(&delivery.body).as_str()));
    assert_eq!(payload(&delivery)["Fields"]["Title"], "R&D's <é>");
}

#[tokio::test]
async fn changes_of_unwatched_fields_are_not_called_out() {
    let desk = Desk::new();
    register(&desk).await;
    let id = desk.ticket().await;
    desk.autotask.change_ticket_as(TECHNICIAN, id, json!({ "priority": 1 })).unwrap();
    desk.autotask.write_note_as(TECHNICIAN, id, "T", "D").unwrap();
    assert!(due(&desk).is_empty());
}

#[tokio::test]
async fn creation_and_deletion_are_called_out_in_order() {
    let desk = Desk::new();
    register(&desk).await;
    let fields =
        json!({ "companyID": ALDER, "title": "Call me", "status": 1, "priority": 2, "dueDateTime": "2026-11-23" });
    let id = desk.autotask.create_ticket_as(TECHNICIAN, &fields).unwrap();
    desk.autotask.delete_ticket_as(TECHNICIAN, id).unwrap();
    let told: Vec<_> = [answer(&desk, 200), answer(&desk, 202)].iter().map(payload).collect();
    assert_eq!(
        (&told[0]["Action"], &told[0]["SequenceNumber"], &told[0]["Fields"]["Status"]),
        (&json!("Create"), &json!(1), &json!("1"))
    );
    assert_eq!(
        (&told[1]["Action"], &told[1]["SequenceNumber"], &told[1]["Id"]),
        (&json!("Delete"), &json!(2), &json!(id.0))
    );
}

#[tokio::test]
async fn a_failed_callout_is_repeated_every_30_seconds_and_holds_up_the_next() {
    let desk = Desk::new();
    register(&desk).await;
    let id = desk.ticket().await;
    desk.autotask.set_status_as(TECHNICIAN, id, 8).unwrap();
    desk.autotask.complete_as(TECHNICIAN, id).unwrap();
    let first = answer(&desk, 503);
    assert!(due(&desk).is_empty());
    desk.pass(29);
    assert!(due(&desk).is_empty());
    desk.pass(1);
    assert_eq!(due(&desk), std::slice::from_ref(&first), "the same bytes again");
    answer(&desk, 200);
    assert_eq!(payload(&due(&desk)[0])["Fields"]["Status"], "5");
}

#[tokio::test]
async fn after_five_attempts_the_event_is_logged_and_the_queue_goes_on() {
    let desk = Desk::new();
    register(&desk).await;
    let id = desk.ticket().await;
    desk.autotask.set_status_as(TECHNICIAN, id, 8).unwrap();
    desk.autotask.complete_as(TECHNICIAN, id).unwrap();
    for _ in 0..5 {
        let delivery = due(&desk)[0].clone();
        desk.autotask.delivered(delivery.id, Err("connection refused".to_owned()));
        desk.pass(30);
    }
    assert_eq!(payload(&due(&desk)[0])["SequenceNumber"], 2);
    let logs =
        desk.post("/WebhookEventErrorLogs/query", json!({ "filter": [{ "op": "exist", "field": "id" }] })).await.ok();
    let log = &logs["items"][0];
    assert_eq!((&log["sequenceNumber"], &log["errorMessage"]), (&json!(1), &json!("connection refused")));
    assert!(log["payload"].as_str().unwrap().contains(r#""Status":"8""#));
    desk.pass(31 * 86_400);
    assert!(
        desk.ids("WebhookEventErrorLogs", json!([{ "op": "exist", "field": "id" }])).await.is_empty(),
        "kept for 30 days"
    );
}

/// Lets so many callouts fail, with changes of the ticket to call out as needed.
async fn fail(desk: &Desk, id: TicketId, times: usize) {
    for _ in 0..times {
        if due(desk).is_empty() {
            let other = if desk.autotask.ticket(id).unwrap()["status"] == 8 { 9 } else { 8 };
            desk.autotask.set_status_as(TECHNICIAN, id, other).unwrap();
        }
        answer(desk, 500);
        desk.pass(30);
    }
}

#[tokio::test]
async fn twenty_five_failures_in_a_row_switch_the_webhook_off_and_say_so_unsigned() {
    let desk = Desk::new();
    let webhook = register(&desk).await;
    let id = desk.ticket().await;
    fail(&desk, id, 24).await;
    assert_eq!(desk.item(&format!("/TicketWebhooks/{webhook}")).await["isActive"], true);
    fail(&desk, id, 1).await;
    assert_eq!(desk.item(&format!("/TicketWebhooks/{webhook}")).await["isActive"], false);
    let notice = answer(&desk, 200);
    assert_eq!((notice.url.as_str(), header(&notice, "X-Hook-Signature")), (DEACTIVATED, None));
    assert_eq!(payload(&notice)["Action"], "Deactivated");
    desk.autotask.set_status_as(TECHNICIAN, id, 10).unwrap();
    assert!(due(&desk).is_empty());
}

#[tokio::test]
async fn a_success_starts_the_count_of_failures_anew_and_so_does_switching_on() {
    let desk = Desk::new();
    let webhook = register(&desk).await;
    let id = desk.ticket().await;
    fail(&desk, id, 24).await;
    answer(&desk, 200);
    fail(&desk, id, 24).await;
    assert_eq!(desk.item(&format!("/TicketWebhooks/{webhook}")).await["isActive"], true);
    fail(&desk, id, 1).await;
    answer(&desk, 200);
    desk.patch("/TicketWebhooks", json!({ "id": webhook, "isActive": true })).await.ok();
    fail(&desk, id, 1).await;
    assert_eq!(desk.item(&format!("/TicketWebhooks/{webhook}")).await["isActive"], true);
}

#[tokio::test]
async fn two_webhooks_with_one_address_are_told_once() {
    let desk = Desk::new();
    register(&desk).await;
    register(&desk).await;
    let id = desk.ticket().await;
    desk.autotask.complete_as(TECHNICIAN, id).unwrap();
    assert_eq!(due(&desk).len(), 1);
}

#[tokio::test]
async fn a_deleted_webhook_takes_its_fields_and_callouts_along() {
    let desk = Desk::new();
    let webhook = register(&desk).await;
    let id = desk.ticket().await;
    desk.autotask.complete_as(TECHNICIAN, id).unwrap();
    desk.delete(&format!("/TicketWebhooks/{webhook}")).await.ok();
    assert!(due(&desk).is_empty());
    assert!(desk.ids("TicketWebhookFields", json!([{ "op": "exist", "field": "id" }])).await.is_empty());
}

#[tokio::test]
async fn callouts_are_made_over_the_network_by_the_background_loop() {
    let desk = Desk::new();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, mut arrived) = tokio::sync::mpsc::unbounded_channel();
    let receiver = axum::Router::new().fallback(move |headers: http::HeaderMap, body: bytes::Bytes| {
        let sender = sender.clone();
        async move { sender.send((headers, body)).unwrap() }
    });
    tokio::spawn(async move { simulators::serve(receiver, listener).await });
    let webhook = register(&desk).await;
    desk.patch("/TicketWebhooks", json!({ "id": webhook, "webhookUrl": format!("http://{address}/hook") })).await.ok();
    let id = desk.ticket().await;
    tokio::spawn(desk.autotask.clone().deliver_webhooks());
    desk.autotask.complete_as(TECHNICIAN, id).unwrap();
    let (headers, body) = arrived.recv().await.unwrap();
    assert_eq!(headers["x-hook-signature"], expected_signature(&body));
}
