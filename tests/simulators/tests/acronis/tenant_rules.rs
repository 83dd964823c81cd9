//! Creating, changing and deleting tenants, with what the account server refuses.

use serde_json::{Value, json};
use simulators::acronis::{TenantId, seed};

use crate::client::Session;

const TENANTS: &str = "/api/2/tenants";

fn path(id: TenantId) -> String {
    format!("{TENANTS}/{id}")
}

fn customer(name: &str) -> Value {
    json!({ "name": name, "kind": "customer", "parent_id": seed::ROOT_PARTNER })
}

#[tokio::test]
async fn a_new_customer_is_in_trial_at_version_one_and_can_be_read_back() {
    let session = Session::demo().await;
    let mut body = customer("Kale Foods");
    body["customer_id"] = json!("184");
    body["internal_tag"] = json!("marker:184");
    body["contact"] = json!({ "email": "it@kale.example" });
    body["settings"] = json!({ "enhanced_security": false });
    let created = session.post(TENANTS, body).await.expect(201).json();
    assert_eq!(
        (&created["version"], &created["pricing_mode"], &created["enabled"]),
        (&json!(1), &json!("trial"), &json!(true))
    );
    let read = session.get(&format!("{TENANTS}/{}", created["id"].as_str().unwrap())).await.expect(200).json();
    assert_eq!(read, created);
    assert_eq!(read["internal_tag"], "marker:184");
}

#[tokio::test]
async fn a_creation_is_refused_for_its_form() {
    let session = Session::demo().await;
    let before = session.world.tenants().len();
    for (key, wrong) in [
        ("name", json!("")),
        ("name", json!("a\nb")),
        ("kind", json!("root")),
        ("parent_id", json!("not an id")),
        ("language", json!("xx")),
        ("internal_tag", json!("x".repeat(257))),
        ("colour", json!("blue")),
    ] {
        let mut body = customer("Kale Foods");
        body[key] = wrong;
        session.post(TENANTS, body).await.expect(400);
    }
    for missing in ["name", "kind", "parent_id"] {
        let mut body = customer("Kale Foods");
        body.as_object_mut().unwrap().remove(missing);
        session.post(TENANTS, body).await.expect(400);
    }
    assert_eq!(session.world.tenants().len(), before);
}

#[tokio::test]
async fn a_name_is_taken_in_the_whole_hierarchy_or_among_siblings_only() {
    let session = Session::demo().await;
    assert_eq!(session.post(TENANTS, customer("birch dental")).await.expect(409).code(), 1004);
    session.world.quirks(|quirks| quirks.names_unique_among_siblings = true);
    session.post(TENANTS, customer("Birch Dental")).await.expect(201);
    session.post(TENANTS, customer("Birch Dental")).await.expect(409);
}

#[tokio::test]
async fn the_kinds_below_each_other_are_fixed() {
    let session = Session::demo().await;
    let below = |parent, kind: &str| json!({ "name": "Kale Foods", "kind": kind, "parent_id": parent });
    for refused in [below(seed::ALDER, "customer"), below(seed::ROOT_PARTNER, "unit"), below(seed::ALDER, "partner")] {
        session.post(TENANTS, refused).await.expect(400);
    }
    session.post(TENANTS, below(seed::ALDER, "unit")).await.expect(201);
}

#[tokio::test]
async fn nothing_is_created_below_a_disabled_or_unknown_parent() {
    let session = Session::demo().await;
    let below = |parent: TenantId| json!({ "name": "Kale Foods", "kind": "customer", "parent_id": parent });
    session.world.disable_tenant(seed::HARBOUR_PARTNER).unwrap();
    assert_eq!(session.post(TENANTS, below(seed::HARBOUR_PARTNER)).await.expect(400).code(), 1003);
    assert_eq!(session.post(TENANTS, below(TenantId::from_u128(7))).await.expect(404).code(), 1005);
}

#[tokio::test]
async fn nothing_is_created_below_a_parent_out_of_reach_or_one_that_manages_itself() {
    let session = Session::demo().await;
    session.world.add_client("northside", "secret", seed::NORTHSIDE_PARTNER).unwrap();
    let token = session.log_in("northside", "secret").await;
    let session = Session { token, ..session };
    let below = |parent: TenantId| json!({ "name": "Kale Foods", "kind": "customer", "parent_id": parent });
    assert_eq!(session.post(TENANTS, below(seed::HARBOUR_PARTNER)).await.expect(403).code(), 1002);
    session.world.change_tenant(seed::DOGWOOD_LAW, |tenant| tenant.ancestral_access = false).unwrap();
    let unit = json!({ "name": "Dogwood North", "kind": "unit", "parent_id": seed::DOGWOOD_LAW });
    assert_eq!(session.post(TENANTS, unit).await.expect(403).code(), 1002);
    session.post(TENANTS, below(seed::NORTHSIDE_PARTNER)).await.expect(201);
}

#[tokio::test]
async fn a_created_tenant_is_found_by_its_tag() {
    let session = Session::demo().await;
    let mut body = customer("Kale Foods");
    body["internal_tag"] = json!("marker:184");
    let created = session.post(TENANTS, body).await.expect(201).json();
    let tagged = session.world.tenants_tagged("marker:184");
    assert_eq!((tagged.len(), json!(tagged[0].id)), (1, created["id"].clone()));
}

#[tokio::test]
async fn a_change_needs_the_newest_version_and_touches_only_what_it_names() {
    let session = Session::demo().await;
    let before = session.get(&path(seed::ALDER)).await.json();
    session.put(&path(seed::ALDER), json!({ "customer_id": "174" })).await.expect(400);
    session.wait(1);
    let changed =
        session.put(&path(seed::ALDER), json!({ "customer_id": "174", "version": 1 })).await.expect(200).json();
    assert_eq!(
        (&changed["customer_id"], &changed["version"], &changed["name"]),
        (&json!("174"), &json!(2), &before["name"])
    );
    assert_ne!(changed["updated_at"], before["updated_at"]);
    assert_eq!(
        session.put(&path(seed::ALDER), json!({ "enabled": false, "version": 1 })).await.expect(409).code(),
        1001
    );
    let cleared =
        session.put(&path(seed::ALDER), json!({ "customer_id": null, "version": 2 })).await.expect(200).json();
    assert_eq!(cleared["customer_id"], Value::Null);
}

#[tokio::test]
async fn a_tenant_can_be_sent_back_as_it_was_read() {
    let session = Session::demo().await;
    let mut tenant = session.get(&path(seed::ALDER)).await.json();
    tenant["name"] = json!("Alder & Daughters");
    let changed = session.put(&path(seed::ALDER), tenant).await.expect(200).json();
    assert_eq!(changed["name"], "Alder & Daughters");
}

#[tokio::test]
async fn moves_obey_the_hierarchy() {
    let session = Session::demo().await;
    let to = |parent| json!({ "parent_id": parent, "version": 1 });
    session.put(&path(seed::ALDER), to(seed::HARBOUR_PARTNER)).await.expect(200);
    assert_eq!(session.world.tenant(seed::ALDER).unwrap().parent, seed::HARBOUR_PARTNER);
    assert_eq!(session.put(&path(seed::HARBOUR_PARTNER), to(seed::ALDER)).await.expect(400).code(), 1007);
    assert_eq!(session.put(&path(seed::CEDAR_WAREHOUSE), to(seed::BIRCH_DENTAL)).await.expect(400).code(), 1008);
    session.world.disable_tenant(seed::NORTHSIDE_PARTNER).unwrap();
    assert_eq!(session.put(&path(seed::BIRCH_DENTAL), to(seed::NORTHSIDE_PARTNER)).await.expect(400).code(), 1013);
}

#[tokio::test]
async fn only_partner_and_folder_change_into_each_other() {
    let session = Session::demo().await;
    session.put(&path(seed::DIRECT_FOLDER), json!({ "kind": "partner", "version": 1 })).await.expect(200);
    session.put(&path(seed::ALDER), json!({ "kind": "partner", "version": 1 })).await.expect(400);
}

#[tokio::test]
async fn a_locked_tenant_obeys_its_owner_alone() {
    let session = Session::demo().await;
    let lock = json!({ "update_lock": { "enabled": true, "owner_id": seed::DIRECT_FOLDER }, "version": 1 });
    session.put(&path(seed::ALDER), lock).await.expect(200);
    assert_eq!(
        session.put(&path(seed::ALDER), json!({ "enabled": false, "version": 2 })).await.expect(403).code(),
        1012
    );
}

#[tokio::test]
async fn deletion_needs_a_disabled_tenant_and_its_version_and_takes_everything_below() {
    let session = Session::demo().await;
    let cedar = path(seed::CEDAR_LOGISTICS);
    assert_eq!(session.delete(&format!("{cedar}?version=1")).await.expect(400).code(), 1006);
    session.put(&cedar, json!({ "enabled": false, "version": 1 })).await.expect(200);
    session.delete(&cedar).await.expect(400);
    assert_eq!(session.delete(&format!("{cedar}?version=1")).await.expect(409).code(), 1001);
    session.delete(&format!("{cedar}?version=2")).await.expect(204);
    session.get(&cedar).await.expect(404);
    session.get(&path(seed::CEDAR_WAREHOUSE)).await.expect(404);
    assert!(session.get(&format!("{cedar}?allow_deleted=true")).await.expect(200).json()["deleted_at"].is_string());
}

#[tokio::test]
async fn a_deleted_tenant_can_be_restored_for_thirty_days() {
    let session = Session::demo().await;
    session.world.delete_tenant(seed::CEDAR_LOGISTICS).unwrap();
    session.wait(29 * 86_400);
    let token = session.log_in(seed::CLIENT_ID, seed::CLIENT_SECRET).await;
    let session = Session { token, ..session };
    session.post(&format!("{}/restore", path(seed::CEDAR_LOGISTICS)), json!({})).await.expect(204);
    session.get(&path(seed::CEDAR_WAREHOUSE)).await.expect(200);

    session.world.delete_tenant(seed::CEDAR_LOGISTICS).unwrap();
    session.wait(30 * 86_400);
    let token = session.log_in(seed::CLIENT_ID, seed::CLIENT_SECRET).await;
    let session = Session { token, ..session };
    session.post(&format!("{}/restore", path(seed::CEDAR_LOGISTICS)), json!({})).await.expect(404);
    session.get(&format!("{}?allow_deleted=true", path(seed::CEDAR_LOGISTICS))).await.expect(404);
}

#[tokio::test]
async fn a_restored_tenant_gives_way_to_the_one_that_took_its_name() {
    let session = Session::demo().await;
    session.world.delete_tenant(seed::ALDER).unwrap();
    session.create_customer("Alder & Sons").await;
    let restore = format!("{}/restore", path(seed::ALDER));
    assert_eq!(session.post(&restore, json!({})).await.expect(409).code(), 1004);
    session.post(&format!("{restore}?force=true"), json!({})).await.expect(204);
    assert_eq!(session.get(&path(seed::ALDER)).await.json()["name"], "Alder & Sons (1)");
}

#[tokio::test]
async fn production_starts_by_request_needs_the_version_and_has_no_way_back() {
    let session = Session::demo().await;
    let created = session.create_customer("Kale Foods").await;
    let pricing = format!("{TENANTS}/{}/pricing", created["id"].as_str().unwrap());
    let mut body = session.get(&pricing).await.expect(200).json();
    assert_eq!((&body["mode"], &body["production_start_date"]), (&json!("trial"), &json!("2026-03-01T00:00:00")));
    session.wait(10);
    body["mode"] = json!("production");
    let priced = session.put(&pricing, body.clone()).await.expect(200).json();
    assert_eq!(
        (&priced["mode"], &priced["production_start_date"]),
        (&json!("production"), &json!("2026-01-05T09:00:10"))
    );
    assert_eq!(session.put(&pricing, body).await.expect(409).code(), 1001);
    session.put(&pricing, json!({ "mode": "trial", "version": priced["version"] })).await.expect(400);
    session
        .put(&pricing, json!({ "mode": "production", "currency": "XXX", "version": priced["version"] }))
        .await
        .expect(400);
}

#[tokio::test]
async fn a_trial_becomes_production_when_its_first_full_month_is_over() {
    let session = Session::demo().await;
    session.create_customer("Kale Foods").await;
    let mode = || session.world.tenant_named("Kale Foods").unwrap().pricing.mode;
    let to = |at: &str| session.wait(at.parse::<jiff::Timestamp>().unwrap().duration_since(session.now()).as_secs());
    to("2026-02-28T23:59:59Z");
    assert_eq!(mode(), simulators::acronis::PricingMode::Trial);
    to("2026-03-01T00:00:00Z");
    assert_eq!(mode(), simulators::acronis::PricingMode::Production);
}

#[tokio::test]
async fn a_body_that_is_not_json_is_refused_by_its_type() {
    let session = Session::demo().await;
    session.call(http::Method::POST, TENANTS, None).await.expect(415);
}
