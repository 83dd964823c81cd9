//! Users, roles and activation e-mails.

use serde_json::{Value, json};
use simulators::acronis::{TenantId, seed};

use crate::client::{Answer, Session};

const USERS: &str = "/api/2/users";

fn ann(tenant: TenantId) -> Value {
    json!({
        "tenant_id": tenant, "login": "ann@alder.example", "external_id": "marker:174",
        "contact": { "email": "ann@alder.example", "firstname": "Ann", "lastname": "Lee" }, "notifications": ["quota"],
    })
}

async fn create(session: &Session, body: Value) -> String {
    session.post(USERS, body).await.expect(200).json()["id"].as_str().unwrap().to_owned()
}

async fn check(session: &Session, login: &str) -> Answer {
    session.get(&format!("{USERS}/check_login?username={login}")).await
}

fn policy(user: &str, tenant: TenantId, role: &str) -> Value {
    let none = "00000000-0000-0000-0000-000000000000";
    json!({ "items": [{
        "id": none, "issuer_id": none, "version": 0, "trustee_type": "user", "trustee_id": user, "tenant_id": tenant, "role_id": role,
    }] })
}

#[tokio::test]
async fn a_login_is_free_taken_or_malformed() {
    let session = Session::demo().await;
    check(&session, "ann@alder.example").await.expect(204);
    create(&session, ann(seed::ALDER)).await;
    check(&session, "ANN@alder.example").await.expect(409);
    session.world.take_login("bob@elsewhere.example");
    check(&session, "bob@elsewhere.example").await.expect(409);
    check(&session, "an").await.expect(406);
    check(&session, "ann%20lee").await.expect(406);
}

#[tokio::test]
async fn a_new_user_is_answered_with_200_and_not_yet_activated() {
    let session = Session::demo().await;
    let created = session.post(USERS, ann(seed::ALDER)).await.expect(200).json();
    assert_eq!(
        (&created["version"], &created["activated"], &created["external_id"]),
        (&json!(1), &json!(false), &json!("marker:174"))
    );
    assert_eq!(session.get(&format!("{USERS}/{}", created["id"].as_str().unwrap())).await.expect(200).json(), created);
    let ids = session.get(&format!("/api/2/tenants/{}/users", seed::ALDER)).await.expect(200).json();
    assert_eq!(ids["items"], json!([created["id"]]));
}

#[tokio::test]
async fn a_user_is_refused_for_its_form_and_its_login() {
    let session = Session::demo().await;
    for (key, wrong, status) in [
        ("contact", json!({ "firstname": "Ann" }), 400),
        ("tenant_id", json!("nobody"), 400),
        ("notifications", json!(["gossip"]), 400),
        ("login", Value::Null, 400),
    ] {
        let mut body = ann(seed::ALDER);
        body[key] = wrong;
        session.post(USERS, body).await.expect(status);
    }
    let mut malformed = ann(seed::ALDER);
    malformed["login"] = json!("ann lee");
    assert_eq!(session.post(USERS, malformed).await.expect(400).code(), 1033);
    create(&session, ann(seed::ALDER)).await;
    session.post(USERS, ann(seed::BIRCH_DENTAL)).await.expect(409);
    assert_eq!(session.world.users_with_external_id("marker:174").len(), 1);
}

#[tokio::test]
async fn users_are_found_by_id_by_the_integrators_id_and_by_subtree() {
    let session = Session::demo().await;
    let id = create(&session, ann(seed::ALDER)).await;
    let mut bob = ann(seed::DOGWOOD_LAW);
    bob["login"] = json!("bob@dogwood.example");
    create(&session, bob).await;
    let logins = async |query: &str| session.get(&format!("{USERS}?{query}")).await.expect(200).each("login");
    assert_eq!(logins(&format!("uuids={id}")).await, ["ann@alder.example"]);
    assert_eq!(
        logins(&format!("external_ids=other,marker:174&tenant_id={}", seed::ALDER)).await,
        ["ann@alder.example"]
    );
    assert_eq!(logins(&format!("subtree_root_tenant_id={}", seed::NORTHSIDE_PARTNER)).await, ["bob@dogwood.example"]);
    session.get(USERS).await.expect(400);
    session.get(&format!("{USERS}?external_ids=marker:174")).await.expect(400);
}

#[tokio::test]
async fn users_come_in_pages() {
    let session = Session::demo().await;
    for number in 0..5 {
        let mut body = ann(seed::ALDER);
        body["login"] = json!(format!("user-{number}"));
        create(&session, body).await;
    }
    let mut path = format!("{USERS}?subtree_root_tenant_id={}&limit=2", seed::ROOT_PARTNER);
    let mut logins = Vec::new();
    loop {
        let page = session.get(&path).await.expect(200);
        logins.extend(page.each("login"));
        match page.json()["paging"]["cursors"]["after"].as_str() {
            Some(after) => path = format!("{USERS}?limit=2&after={after}"),
            None => break,
        }
    }
    assert_eq!(logins, ["user-0", "user-1", "user-2", "user-3", "user-4"]);
}

#[tokio::test]
async fn roles_are_replaced_and_must_fit_the_tenant() {
    let session = Session::demo().await;
    let id = create(&session, ann(seed::ALDER)).await;
    let path = format!("{USERS}/{id}/access_policies");
    assert_eq!(session.get(&path).await.expect(200).json()["items"], json!([]));
    session.put(&path, policy(&id, seed::ALDER, "readonly_admin")).await.expect(200);
    session.put(&path, policy(&id, seed::ALDER, "company_admin")).await.expect(200);
    assert_eq!(session.get(&path).await.each("role_id"), ["company_admin"]);
    session.put(&path, policy(&id, seed::ALDER, "partner_admin")).await.expect(400);
    session.put(&path, policy(&id, seed::ALDER, "emperor")).await.expect(400);
    session.put(&path, policy(&session.world.unused_id().to_string(), seed::ALDER, "company_admin")).await.expect(400);
    assert_eq!(session.world.users_of(seed::ALDER)[0].roles.len(), 1);
}

#[tokio::test]
async fn activation_mails_are_counted_and_a_password_activates() {
    let session = Session::demo().await;
    let id = create(&session, ann(seed::ALDER)).await;
    for _ in 0..2 {
        session.post(&format!("{USERS}/{id}/send-activation-email"), json!({})).await.expect(204);
    }
    let user = || session.world.users_of(seed::ALDER).remove(0);
    assert_eq!((user().activation_mails, user().activated), (2, false));
    session.post(&format!("{USERS}/{id}/password"), json!({})).await.expect(400);
    session.post(&format!("{USERS}/{id}/password"), json!({ "password": "long enough" })).await.expect(204);
    assert!(user().activated);
}

#[tokio::test]
async fn a_user_is_changed_with_its_version_and_deleted_when_disabled() {
    let session = Session::demo().await;
    let path = format!("{USERS}/{}", create(&session, ann(seed::ALDER)).await);
    assert_eq!(session.put(&path, json!({ "enabled": false, "version": 9 })).await.expect(409).code(), 1001);
    session.delete(&format!("{path}?version=1")).await.expect(400);
    session.put(&path, json!({ "enabled": false, "version": 1 })).await.expect(200);
    session.delete(&format!("{path}?version=2")).await.expect(204);
    session.get(&path).await.expect(404);
    check(&session, "ann@alder.example").await.expect(204);
}

#[tokio::test]
async fn the_users_of_a_customer_that_manages_itself_are_out_of_reach() {
    let session = Session::demo().await;
    let id = create(&session, ann(seed::ALDER)).await;
    session.world.change_tenant(seed::ALDER, |tenant| tenant.ancestral_access = false).unwrap();
    assert_eq!(session.get(&format!("{USERS}/{id}")).await.expect(403).code(), 1002);
    let mut another = ann(seed::ALDER);
    another["login"] = json!("bob");
    session.post(USERS, another).await.expect(403);
    let all = session.get(&format!("{USERS}?subtree_root_tenant_id={}", seed::ROOT_PARTNER)).await.expect(200);
    assert!(all.each("id").is_empty());
}

#[tokio::test]
async fn the_second_factor_is_switched_at_customers_and_partners_alone() {
    let session = Session::demo().await;
    let path = |tenant: TenantId| format!("/api/2/tenants/{tenant}/mfa/status");
    create(&session, ann(seed::ALDER)).await;
    let before = session.get(&path(seed::ALDER)).await.expect(200).json();
    assert_eq!((&before["mfa_status"], &before["users_count"]), (&json!("disabled"), &json!(1)));
    let after = session.put(&path(seed::ALDER), json!({ "enabled": true })).await.expect(200).json();
    assert_eq!(after["mfa_status"], "enabled");
    assert_eq!(session.get(&format!("/api/2/tenants/{}", seed::ALDER)).await.json()["mfa_status"], "enabled");
    session.put(&path(seed::ALDER), json!({})).await.expect(400);
    session.get(&path(seed::DIRECT_FOLDER)).await.expect(400);
    session.put(&path(seed::CEDAR_WAREHOUSE), json!({ "enabled": true })).await.expect(400);
}
