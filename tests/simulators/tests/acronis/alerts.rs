//! Listing alerts: filters and shapes.

use serde_json::{Value, json};
use simulators::acronis::{Raise, TenantId, seed};

use crate::client::{ALERTS, Session};

#[tokio::test]
async fn an_alert_is_shown_in_camel_case_with_its_id_in_capitals() {
    let session = Session::demo().await;
    let id = session.raise("BackupFailed");
    let alert = session.get(ALERTS).await.expect(200).json()["items"][0].clone();
    assert_eq!(alert["id"], json!(id.to_string().to_uppercase()));
    assert_eq!(
        (&alert["type"], &alert["category"], &alert["severity"]),
        (&json!("BackupFailed"), &json!("Backup"), &json!("critical"))
    );
    assert_eq!(alert["createdAt"], "2026-01-05T09:00:00Z");
    assert_eq!(
        (&alert["details"]["resourceName"], &alert["details"]["planName"]),
        (&json!("SRV-1"), &json!("Servers daily"))
    );
    assert_eq!(alert.get("deletedAt"), None);
}

#[tokio::test]
async fn an_alert_names_its_tenant_by_uuid_number_and_locator() {
    let session = Session::demo().await;
    session.raise("BackupFailed");
    let number = session.world.tenant(seed::BIRCH_DENTAL).unwrap().number;
    let folder = session.world.tenant(seed::DIRECT_FOLDER).unwrap().number;
    let tenant = async || session.get(ALERTS).await.json()["items"][0]["tenant"].clone();
    let shown = tenant().await;
    assert_eq!((&shown["id"], &shown["uuid"]), (&json!(number.to_string()), &json!(seed::BIRCH_DENTAL)));
    assert_eq!(shown["locator"], json!(format!("/1/310/20001/{folder}/{number}/")));
    session.world.quirks(|quirks| quirks.no_tenant_uuid = true);
    assert_eq!(tenant().await.get("uuid"), None);
}

#[tokio::test]
async fn ids_of_third_party_types_are_in_small_letters_and_all_can_be() {
    let session = Session::demo().await;
    let id = session.raise("cti.a.p.am.alert.v1.0~a.p.basic.v1.0~vendor.app.x.v1.0");
    assert_eq!(session.get(ALERTS).await.each("id"), [json!(id.to_string())]);
    session.world.quirks(|quirks| quirks.lower_case_alert_ids = true);
    let native = session.raise("BackupFailed");
    assert!(session.get(ALERTS).await.each("id").contains(&json!(native.to_string())));
}

#[tokio::test]
async fn types_categories_and_ids_repeat_and_skip_leaves_out() {
    let session = Session::demo().await;
    let failed = session.raise("BackupFailed");
    session.raise("BackupCanceled");
    session.raise("MachineOffline30");
    let sorted = async |query: &str| session.types(&format!("{query}&order=type")).await;
    assert_eq!(sorted("type=BackupFailed&type=MachineOffline30").await, ["BackupFailed", "MachineOffline30"]);
    assert_eq!(sorted("category=Backup").await, ["BackupCanceled", "BackupFailed"]);
    assert_eq!(sorted(&format!("id={failed}")).await, ["BackupFailed"]);
    assert_eq!(sorted(&format!("id={}", failed.to_string().to_uppercase())).await, ["BackupFailed"]);
    assert_eq!(sorted(&format!("skip={failed}")).await, ["BackupCanceled", "MachineOffline30"]);
}

#[tokio::test]
async fn severities_compare_in_their_order() {
    let session = Session::demo().await;
    for severity in ["ok", "information", "warning", "error", "critical"] {
        session.world.raise(Raise::new(severity).at(seed::ALDER).severity(severity)).unwrap();
    }
    let of = async |condition: &str| session.types(&format!("severity={condition}&order=severity")).await;
    assert_eq!(of("critical").await, ["critical"]);
    assert_eq!(of("eq(ok)").await, ["ok"]);
    assert_eq!(of("or(ok,error)").await, ["ok", "error"]);
    assert_eq!(of("ge(error)").await, ["error", "critical"]);
    assert_eq!(of("gt(error)").await, ["critical"]);
    assert_eq!(of("le(information)").await, ["ok", "information"]);
    assert_eq!(of("lt(information)").await, ["ok"]);
}

#[tokio::test]
async fn times_are_filtered_in_nanoseconds() {
    let session = Session::demo().await;
    session.raise("First");
    let first = session.now().as_nanosecond();
    session.wait(1);
    session.raise("Second");
    let second = session.now().as_nanosecond();
    let of = async |query: String| session.types(&query).await;
    assert_eq!(of(format!("updated_at=gt({first})")).await, ["Second"]);
    assert_eq!(of(format!("updated_at=ge({first})")).await, ["First", "Second"]);
    assert_eq!(of(format!("created_at=lt({second})")).await, ["First"]);
    assert_eq!(of(format!("created_at=le({second})&updated_at=gt({first})")).await, ["Second"]);
    assert_eq!(of(format!("created_at={first}")).await, ["First"]);
    session.get(&format!("{ALERTS}?updated_at=gt(2026-01-05T09:00:00Z)")).await.expect(400);
}

#[tokio::test]
async fn the_tenant_filter_is_exact_unless_told_to_take_in_the_subtree_or_numbers() {
    let session = Session::demo().await;
    session.world.raise(Raise::new("AtUnit").at(seed::CEDAR_WAREHOUSE)).unwrap();
    session.world.raise(Raise::new("AtCustomer").at(seed::CEDAR_LOGISTICS)).unwrap();
    session.world.raise(Raise::new("Elsewhere").at(seed::ALDER)).unwrap();
    let of = async |value: String| session.types(&format!("order=type&tenant={value}")).await;
    assert_eq!(of(seed::CEDAR_LOGISTICS.to_string()).await, ["AtCustomer"]);
    assert_eq!(of(format!("or({},{})", seed::ALDER, seed::CEDAR_WAREHOUSE)).await, ["AtUnit", "Elsewhere"]);
    let number = session.world.tenant(seed::ALDER).unwrap().number;
    session.get(&format!("{ALERTS}?tenant={number}")).await.expect(400);
    session.world.quirks(|quirks| {
        quirks.tenant_filter_takes_number = true;
        quirks.tenant_filter_takes_in_subtree = true;
    });
    assert_eq!(of(number.to_string()).await, ["Elsewhere"]);
    assert_eq!(of(seed::CEDAR_LOGISTICS.to_string()).await, ["AtCustomer", "AtUnit"]);
}

#[tokio::test]
async fn workload_and_plan_are_filtered_by_part_by_whole_and_by_id() {
    let session = Session::demo().await;
    let raise = |name: &str, workload: &str, plan: &str| {
        session.world.raise(Raise::new(name).at(seed::ALDER).on(workload).plan(plan)).unwrap();
    };
    raise("A", "SRV-1", "Servers daily");
    raise("B", "SRV-10", "Servers weekly");
    let of = async |query: &str| session.types(&format!("order=type&{query}")).await;
    assert_eq!(of("resourceName=srv-1").await, ["A", "B"]);
    assert_eq!(of("resourceName=eq(SRV-1)").await, ["A"]);
    assert_eq!(of("planName=or(Servers%20daily,Servers%20weekly)").await, ["A", "B"]);
    assert_eq!(of("query=weekly").await, ["B"]);
    let id = session.world.alerts()[0].details["resourceId"].as_str().unwrap().to_owned();
    assert_eq!(of(&format!("resourceId={id}")).await, of("resourceName=eq(SRV-1)").await);
    assert!(of("source=somebody").await.is_empty());
}

#[tokio::test]
async fn dismissed_alerts_are_hidden_unless_asked_for() {
    let session = Session::demo().await;
    let gone = session.raise("Gone");
    session.raise("Open");
    session.wait(5);
    session.world.clear(gone).unwrap();
    assert_eq!(session.types("").await, ["Open"]);
    assert_eq!(session.types("show_deleted=true&order=type").await, ["Gone", "Open"]);
    let only = session.get(&format!("{ALERTS}?show_deleted_only=true")).await.expect(200).json();
    assert_eq!(only["items"][0]["deletedAt"], "2026-01-05T09:00:05Z");
    assert_eq!(only["items"][0]["updatedAt"], only["items"][0]["deletedAt"]);
    let since = session.now().as_nanosecond();
    assert_eq!(session.types(&format!("show_deleted=true&deleted_at=ge({since})")).await, ["Gone"]);
}

#[tokio::test]
async fn one_alert_is_read_by_its_id_in_either_case() {
    let session = Session::demo().await;
    let id = session.raise("BackupFailed");
    session.get(&format!("{ALERTS}/{id}")).await.expect(200);
    session.get(&format!("{ALERTS}/{}", id.to_string().to_uppercase())).await.expect(200);
    let flat = session.get(&format!("{ALERTS}/{}", session.world.unused_id())).await.expect(404).json();
    assert!(flat.get("error").is_none() && flat["code"].is_string());
    session.get(&format!("{ALERTS}/nonsense")).await.expect(400);
}

#[tokio::test]
async fn a_dismissed_alert_is_read_only_when_asked_for_and_perhaps_not_even_then() {
    let session = Session::demo().await;
    let id = session.raise("BackupFailed");
    session.world.clear(id).unwrap();
    session.get(&format!("{ALERTS}/{id}")).await.expect(404);
    session.get(&format!("{ALERTS}/{id}?show_deleted=true")).await.expect(200);
    session.world.quirks(|quirks| quirks.dismissed_unreadable_by_id = true);
    session.get(&format!("{ALERTS}/{id}?show_deleted=true")).await.expect(404);
}

#[tokio::test]
async fn alerts_of_suspended_and_self_managed_tenants_are_not_listed() {
    let session = Session::demo().await;
    let at = |name: &str, tenant: TenantId| session.world.raise(Raise::new(name).at(tenant)).unwrap();
    let suspended = at("Suspended", seed::CEDAR_WAREHOUSE);
    let private = at("Private", seed::ALDER);
    at("Open", seed::BIRCH_DENTAL);
    session.world.disable_tenant(seed::CEDAR_LOGISTICS).unwrap();
    session.world.change_tenant(seed::ALDER, |tenant| tenant.ancestral_access = false).unwrap();
    assert_eq!(session.types("show_deleted=true").await, ["Open"]);
    session.get(&format!("{ALERTS}/{suspended}")).await.expect(404);
    session.get(&format!("{ALERTS}/{private}")).await.expect(403);
    session.world.enable_tenant(seed::CEDAR_LOGISTICS).unwrap();
    assert_eq!(session.types("order=type").await, ["Open", "Suspended"]);
}

#[tokio::test]
async fn the_catalogue_of_types_needs_a_system_and_filters_by_it() {
    let session = Session::demo().await;
    let types = "/api/alert_manager/v1/types";
    session.get(types).await.expect(400);
    let all =
        session.get(&format!("{types}?os_type=windows&os_type=linux&os_type=macos&os_type=ios")).await.expect(200);
    let ios = session.get(&format!("{types}?os_type=ios")).await.each("id");
    assert!(all.each("id").contains(&json!("BackupFailed")));
    assert!(!ios.is_empty() && ios.len() < all.each("id").len());
    assert_eq!(
        session.get(&format!("{types}?os_type=linux&category=EDR&category=Licensing")).await.each("id").len(),
        3
    );
    assert_eq!(session.get(&format!("{types}/BackupFailed")).await.expect(200).json()["severity"], "critical");
    session.get(&format!("{types}/Nonsense")).await.expect(404);
    let categories = session.get("/api/alert_manager/v1/categories").await.expect(200).each("name");
    assert!(categories.contains(&json!("Backup")));
}

#[tokio::test]
async fn open_alerts_are_counted_as_asked_for() {
    let session = Session::demo().await;
    session.raise("BackupFailed");
    session.raise("BackupCanceled");
    session.world.raise(Raise::new("BackupFailed").at(seed::ALDER)).unwrap();
    let gone = session.raise("MachineOffline30");
    session.world.clear(gone).unwrap();
    let count =
        async |query: &str| session.get(&format!("/api/alert_manager/v1/count?{query}")).await.expect(200).json();
    assert_eq!(count("").await, json!({ "total": 3 }));
    let both = count("embed_types=true&embed_severities=true").await;
    assert_eq!(both["types"], json!({ "BackupFailed": 2, "BackupCanceled": 1 }));
    assert_eq!(both["severitiesAndTypes"]["critical"], json!({ "BackupFailed": 2 }));
    let categories = count("embed_types=true&embed_categories=true").await;
    assert_eq!((&categories["categories"], categories.get("types")), (&json!({ "Backup": 3 }), None));
    let totals: Vec<Value> = count("embed_tenants=true").await["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tenant| tenant["total"].clone())
        .collect();
    assert_eq!(totals, [json!(1), json!(2)]);
}
