//! Tokens, clients, activation.

use axum::body::Body;
use http::Request;
use serde_json::json;
use simulators::acronis::{Raise, seed};

use crate::client::{ALERTS, Session, TOKEN};

const ME: &str = "/api/2/clients/demo-client";

#[tokio::test]
async fn a_client_gets_a_token_for_two_hours_from_both_addresses() {
    let session = Session::demo().await;
    for path in [TOKEN, "/bc/idp/token"] {
        let answer = session.ask_token(path, seed::CLIENT_ID, seed::CLIENT_SECRET).await.expect(200).json();
        assert_eq!(answer["expires_on"], json!(session.now().as_second() + 7_200));
        assert_eq!(answer["token_type"], "bearer");
        assert_eq!(answer.get("expires_in"), None);
    }
}

#[tokio::test]
async fn a_token_answer_can_be_told_to_carry_expires_in() {
    let session = Session::demo().await;
    session.world.quirks(|quirks| quirks.token_expires_in = true);
    let answer = session.ask_token(TOKEN, seed::CLIENT_ID, seed::CLIENT_SECRET).await.json();
    assert_eq!(answer["expires_in"], 7_200);
}

#[tokio::test]
async fn a_wrong_secret_is_an_invalid_client() {
    let session = Session::demo().await;
    let answer = session.ask_token(TOKEN, seed::CLIENT_ID, "guess").await.expect(401).json();
    assert_eq!((&answer["error"], &answer["reason"]), (&json!("invalid_client"), &json!("InvalidClient")));
}

#[tokio::test]
async fn a_token_request_must_be_a_form_with_a_known_grant() {
    let session = Session::demo().await;
    let request = Request::post(TOKEN).header("content-type", "application/json").body(Body::from("{}")).unwrap();
    session.send(request).await.expect(415);
    let answer = session.form(TOKEN, "Basic eDp5", "grant_type=password").await.expect(400);
    assert_eq!(answer.json()["error"], "invalid_request");
}

#[tokio::test]
async fn a_token_is_refused_once_two_hours_have_passed() {
    let session = Session::demo().await;
    session.wait(7_199);
    session.get(ME).await.expect(200);
    session.wait(1);
    session.get(ME).await.expect(401);
}

#[tokio::test]
async fn revoking_resetting_disabling_and_suspending_end_a_token() {
    for end in [
        (|session: &Session| session.world.revoke_tokens(seed::CLIENT_ID)) as fn(&Session),
        |session| session.world.reset_secret(seed::CLIENT_ID, "new").unwrap(),
        |session| session.world.enable_client(seed::CLIENT_ID, false).unwrap(),
        |session| session.world.disable_tenant(seed::ROOT_PARTNER).unwrap(),
    ] {
        let session = Session::demo().await;
        session.get(ME).await.expect(200);
        end(&session);
        session.get(ME).await.expect(401);
    }
}

#[tokio::test]
async fn a_token_narrowed_to_a_customer_sees_that_customer_alone() {
    let mut session = Session::demo().await;
    session.raise("BackupFailed");
    session.world.raise(Raise::new("MachineOffline30").at(seed::ALDER).on("PC-1")).unwrap();
    let narrow = |tenant| {
        format!(
            "grant_type=urn:ietf:params:oauth:grant-type:jwt-bearer&assertion={}&scope=urn:acronis.com:tenant-id:{tenant}",
            session.token
        )
    };
    let bearer = format!("Bearer {}", session.token);
    let answer = session.form(TOKEN, &bearer, &narrow(seed::ALDER)).await.expect(200).json();
    session.form(TOKEN, &bearer, &narrow(simulators::acronis::TenantId::from_u128(7))).await.expect(403);
    session.form(TOKEN, "Bearer forged", &narrow(seed::ALDER)).await.expect(401);

    session.token = answer["access_token"].as_str().unwrap().to_owned();
    assert_eq!(session.types("").await, ["MachineOffline30"]);
    session.get(&format!("/api/2/tenants/{}", seed::BIRCH_DENTAL)).await.expect(403);
}

#[tokio::test]
async fn a_client_learns_its_own_tenant() {
    let session = Session::demo().await;
    let client = session.get(ME).await.expect(200).json();
    assert_eq!(client["tenant_id"], json!(seed::ROOT_PARTNER));
    assert_eq!(client["status"], "enabled");
    session.get("/api/2/clients/nobody").await.expect(404);
}

#[tokio::test]
async fn without_a_token_the_account_server_answers_json_and_the_alert_manager_a_page() {
    let mut session = Session::demo().await;
    session.token = "stale".to_owned();
    assert_eq!(session.get("/api/2/tenants").await.expect(401).code(), 401);
    let page = session.get(ALERTS).await.expect(401);
    assert_eq!(page.headers["content-type"], "text/html");
    assert!(page.text.contains("<html>"));
    for path in ["/types", "/types/BackupFailed", "/categories", "/count"] {
        session.get(&format!("/api/alert_manager/v1{path}")).await.expect(401);
    }
}

#[tokio::test]
async fn a_partner_sees_only_its_own_part_of_the_world() {
    let mut session = Session::demo().await;
    session.world.add_client("northside", "s", seed::NORTHSIDE_PARTNER).unwrap();
    session.raise("BackupFailed");
    session.token = session.log_in("northside", "s").await;
    session.get(&format!("/api/2/tenants/{}", seed::DOGWOOD_LAW)).await.expect(200);
    assert_eq!(session.get(&format!("/api/2/tenants/{}", seed::BIRCH_DENTAL)).await.expect(403).code(), 1002);
    assert!(session.types("").await.is_empty());
}

#[tokio::test]
async fn activation_is_recorded_and_checked() {
    let session = Session::demo().await;
    let path = format!("/api/integration_management/v2/status?tenantID={}", seed::ROOT_PARTNER);
    let report = json!({
        "application_code": "vendor.application", "module": { "name": "Integration", "version": "1.0.0" },
        "vendor_system": { "name": "Autotask PSA" },
        "events": [{ "category": "activation", "action": "activated integration", "activation_event": true }],
    });
    session.post(&path, report.clone()).await.expect(204);
    let kept = session.world.activation_reports();
    assert_eq!((kept.len(), &kept[0]["application_code"]), (1, &json!("vendor.application")));

    for (key, wrong) in
        [("application_id", json!("both")), ("module", json!({})), ("events", json!([{ "category": "x" }]))]
    {
        let mut report = report.clone();
        report[key] = wrong;
        session.post(&path, report).await.expect(400);
    }
    assert_eq!(session.world.activation_reports().len(), 1);
}

#[tokio::test]
async fn certification_refuses_calls_without_the_application_code() {
    let session = Session::demo().await;
    session.world.quirks(|quirks| quirks.application_code_required = true);
    session.get(ME).await.expect(403);
    session.get(ALERTS).await.expect(403);
    let request = Request::get(ME)
        .header("authorization", format!("Bearer {}", session.token))
        .header("x-application-secret", "vendor.application");
    session.send(request.body(Body::empty()).unwrap()).await.expect(200);
}
