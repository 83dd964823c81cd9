use bridge_core::failure::Class;
use runtime::http::scripted::Answer;

use super::*;
use crate::fixture::{client, page};

fn settings() -> WebhookSettings {
    WebhookSettings {
        url: BaseUrl::parse("https://bridge.example/webhooks/autotask").expect("valid"),
        deactivation_url: BaseUrl::parse("https://bridge.example/webhooks/autotask").expect("valid"),
        secret: "canary-webhook-secret".into(),
        own_resource: ResourceId(29),
    }
}

fn reportable(labels: &[(&str, &str)]) -> Answer {
    let values: Vec<_> =
        labels.iter().map(|(value, label)| json!({"value": value, "label": label, "isActive": true})).collect();
    Answer::json(200, &json!({"fields": [{"name": "fieldID", "isPickList": true, "picklistValues": values}]}))
}

fn created(id: i64) -> Answer {
    Answer::json(200, &json!({"itemId": id}))
}

#[tokio::test]
async fn a_new_webhook_gets_its_fields_and_leaves_our_own_changes_out() {
    let (client, autotask) = client([
        reportable(&[("12", "Status"), ("13", "Priority"), ("14", "Company ID")]),
        page(&[json!({"id": 3, "webhookUrl": "https://other.example/hook", "isActive": true})]),
        created(77),
        page(&[]),
        created(1),
        created(2),
        page(&[]),
        created(3),
    ]);
    assert_eq!(client.register_ticket_webhook(&settings()).await.expect("registered"), WebhookId(77));
    assert_eq!(
        autotask.calls().iter().map(|call| call.replace("/atservicesrest/v1.0", "")).collect::<Vec<_>>(),
        [
            "GET /TicketWebhookFields/entityInformation/fields",
            "POST /TicketWebhooks/query",
            "POST /TicketWebhooks",
            "POST /TicketWebhookFields/query",
            "POST /TicketWebhooks/77/Fields",
            "POST /TicketWebhooks/77/Fields",
            "POST /TicketWebhookExcludedResources/query",
            "POST /TicketWebhooks/77/ExcludedResources",
        ]
    );
    assert_eq!(autotask.sent(2)["secretKey"], json!("canary-webhook-secret"));
    assert_eq!(autotask.sent(2)["isSubscribedToUpdateEvents"], json!(true));
    assert_eq!((&autotask.sent(4)["fieldID"], &autotask.sent(5)["fieldID"]), (&json!(12), &json!(14)));
    assert_eq!(autotask.sent(7), json!({"webhookID": 77, "resourceID": 29}));
    assert!(!format!("{:?}", settings()).contains("canary"));
}

#[tokio::test]
async fn a_registration_made_again_completes_the_first_and_adds_no_twin() {
    let (client, autotask) = client([
        reportable(&[("12", "Status")]),
        page(&[json!({"id": 77, "webhookUrl": "https://bridge.example/webhooks/autotask", "isActive": false})]),
        created(77),
        page(&[json!({"id": 1, "fieldID": 12})]),
        page(&[json!({"id": 2, "resourceID": 29})]),
    ]);
    assert_eq!(client.register_ticket_webhook(&settings()).await.expect("completed"), WebhookId(77));
    assert!(autotask.calls()[2].starts_with("PATCH "));
    assert_eq!((&autotask.sent(2)["id"], &autotask.sent(2)["isActive"]), (&json!(77), &json!(true)));
    assert_eq!(autotask.left(), 0);
}

#[tokio::test]
async fn a_webhook_that_could_not_work_is_not_registered() {
    let (client, autotask) = client([reportable(&[("13", "Priority")])]);
    let error = client.register_ticket_webhook(&settings()).await.expect_err("no status");
    assert_eq!(error.class(), Class::Permanent);
    let long = WebhookSettings { secret: "x".repeat(65).into(), ..settings() };
    assert!(client.register_ticket_webhook(&long).await.is_err());
    assert_eq!(autotask.calls().len(), 1);
}
