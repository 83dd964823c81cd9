//! Zones, log-in, impersonation.

use axum::body::Body;
use http::Request;
use serde_json::json;
use simulators::Seed;
use simulators::autotask::MissingId;
use simulators::autotask::seed::{API_RESOURCE, API_USER, HUMAN_USER, Login, SECOND_TECHNICIAN, TECHNICIAN};

use super::desk::{BASE_URL, Desk};

fn open(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).unwrap()
}

#[tokio::test]
async fn zone_discovery_answers_its_own_address_without_a_log_in() {
    let desk = Desk::new();
    let zone = desk.send(open("/atservicesrest/v1.0/zoneInformation?user=api%40demo.example")).await.ok();
    assert_eq!(zone["url"], format!("{BASE_URL}/atservicesrest/"));
    assert_eq!(zone["ci"], 20264);
    desk.autotask.set_base_url("http://127.0.0.1:4711/".to_owned());
    let zone = desk.send(open("/ATServicesRest/V1.0/ZoneInformation?user=api%40demo.example")).await.ok();
    assert_eq!(zone["url"], "http://127.0.0.1:4711/atservicesrest/");
    assert_eq!(zone["webUrl"], "http://127.0.0.1:4711/");
}

#[tokio::test]
async fn zone_discovery_refuses_unknown_and_blank_users() {
    let desk = Desk::new();
    for user in ["?user=nobody%40demo.example", "?user=", ""] {
        let answer = desk.send(open(&format!("/atservicesrest/v1.0/zoneInformation{user}"))).await;
        answer.refused_with("Zone information could not be determined");
    }
}

#[tokio::test]
async fn version_information_is_open_to_all() {
    let versions = Desk::new().send(open("/ATServicesRest/VersionInformation")).await.ok();
    assert_eq!(versions, json!({ "apiVersions": ["1.0"] }));
}

#[tokio::test]
async fn a_wrong_secret_is_401_without_a_body() {
    let desk = Desk::new().as_user(Login { secret: "wrong", ..API_USER });
    let answer = desk.get("/Tickets/entityInformation").await;
    assert_eq!((answer.status, answer.bytes.len()), (401, 0));
}

#[tokio::test]
async fn a_changed_secret_ends_the_old_one() {
    let desk = Desk::new();
    desk.autotask.change_secret(API_USER.user, "rotated");
    assert_eq!(desk.get("/Companies/0").await.status, 401);
    assert_eq!(desk.as_user(Login { secret: "rotated", ..API_USER }).get("/Companies/0").await.status, 200);
}

#[tokio::test]
async fn a_wrong_integration_code_is_named() {
    let desk = Desk::new().as_user(Login { code: "OTHER", ..API_USER });
    desk.get("/Companies/0").await.refused_with("IntegrationCode is invalid.");
}

#[tokio::test]
async fn an_unknown_user_is_500_and_a_missing_header_401() {
    let desk = Desk::new();
    let answer = desk.as_user(Login { user: "nobody@demo.example", ..API_USER }).get("/Companies/0").await;
    assert_eq!(answer.errors().len(), 1);
    assert_eq!(desk.send(open("/atservicesrest/v1.0/Companies/0")).await.status, 401);
}

#[tokio::test]
async fn paths_are_read_without_regard_to_case() {
    let company = Desk::new().get(&format!("{BASE_URL}/ATServicesRest/V1.0/cOMPANIES/0")).await.ok();
    assert_eq!(company["item"]["companyName"], "Demo MSP");
}

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let desk = Desk::new();
    for path in ["/Nonsense", "/Nonsense/query", "/Tickets/5/Notes/query", "/Tickets/query/last", "/Tickets/soon"] {
        assert_eq!(desk.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_url_beyond_2048_characters_is_not_found() {
    let desk = Desk::new();
    let search = "x".repeat(2_048);
    assert_eq!(desk.get(&format!("/Tickets/query?search={search}")).await.status, 404);
}

#[tokio::test]
async fn a_moved_database_answers_401_in_its_old_zone_and_tells_the_new_one() {
    let desk = Desk::new();
    desk.autotask.quirks(|quirks| quirks.zone = Some("zone2".to_owned()));
    let old = desk.get("/Companies/0").await;
    assert_eq!((old.status, old.bytes.len()), (401, 0));
    let zone = desk.send(open("/atservicesrest/v1.0/zoneInformation?user=api%40demo.example")).await.ok();
    assert_eq!(zone["url"], format!("{BASE_URL}/zone2/atservicesrest/"));
    assert_eq!(desk.in_zone("/zone2").get("/Companies/0").await.status, 200);
}

#[tokio::test]
async fn a_missing_record_is_404_or_a_null_item() {
    let desk = Desk::new();
    assert_eq!(desk.get("/Tickets/1").await.status, 404);
    desk.autotask.quirks(|quirks| quirks.missing_id = MissingId::NullItem);
    assert_eq!(desk.get("/Tickets/1").await.ok(), json!({ "item": null }));
}

#[tokio::test]
async fn an_impersonated_technician_is_the_one_who_acts() {
    let desk = Desk::new();
    let id = desk.impersonating(SECOND_TECHNICIAN.0).ticket().await;
    let ticket = desk.autotask.ticket(id).unwrap();
    assert_eq!(ticket["creatorResourceID"], SECOND_TECHNICIAN.0);
    assert_eq!(ticket["impersonatorCreatorResourceID"], API_RESOURCE.0);
}

#[tokio::test]
async fn an_impersonated_technician_completes_a_ticket_through_the_api() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    desk.impersonating(TECHNICIAN.0).patch("/Tickets", json!({ "id": id.0, "status": 5 })).await.ok();
    let ticket = desk.item(&format!("/Tickets/{id}")).await;
    assert_eq!(
        (&ticket["completedByResourceID"], &ticket["lastActivityResourceID"]),
        (&json!(29682885), &json!(29682885))
    );
}

#[tokio::test]
async fn api_users_and_strangers_cannot_be_impersonated() {
    let desk = Desk::new();
    for resource in [API_RESOURCE.0, 77] {
        let answer = desk.impersonating(resource).create_ticket(json!({})).await;
        answer
            .refused_with("The logged in Resource does not have the adequate permissions to create this entity type.");
    }
    let answer = desk.impersonating(77).get("/Tickets/query?search=%7B%7D").await;
    answer.refused_with("The logged in Resource does not have the adequate permissions to query this entity type.");
}

#[tokio::test]
async fn the_second_api_user_acts_as_a_technician() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    desk.as_user(HUMAN_USER).patch("/Tickets", json!({ "id": id.0, "status": 5 })).await.ok();
    assert_eq!(desk.item(&format!("/Tickets/{id}")).await["completedByResourceID"], TECHNICIAN.0);
}

#[tokio::test]
async fn an_empty_database_has_the_provider_and_its_people_but_no_customers() {
    let desk = Desk::seeded(Seed::Empty);
    assert_eq!(desk.ids("Companies", json!([{ "op": "exist", "field": "id" }])).await, [0]);
    assert_eq!(desk.ids("Resources", json!([{ "op": "exist", "field": "id" }])).await.len(), 3);
    assert_eq!(desk.autotask.add_company("First Customer").unwrap().0, 174);
}
