//! Changing offering items, with what the account server refuses.

use serde::Serialize;
use serde_json::{Value, json};
use simulators::acronis::{TenantId, seed};

use crate::client::{Answer, Session};

const BACKUP: &str = "6e6d758d-8e74-3ae3-ac84-50eb0dff12eb";

fn on(name: &str, quota: impl Serialize) -> Value {
    json!({ "application_id": BACKUP, "name": name, "status": 1, "quota": quota })
}

fn feature(name: &str, status: u8) -> Value {
    json!({ "application_id": BACKUP, "name": name, "status": status })
}

fn off(name: &str) -> Value {
    feature(name, 0)
}

fn stored(mut item: Value, infra: simulators::acronis::InfraId) -> Value {
    item["infra_id"] = json!(infra);
    item
}

fn quota(value: u32, version: i64) -> Value {
    json!({ "value": value, "overage": 0, "version": version })
}

fn unlimited() -> Value {
    json!({ "value": null, "overage": null, "version": 0 })
}

async fn write(session: &Session, tenant: TenantId, items: Vec<Value>, check_usage: bool) -> Answer {
    let body = json!({ "offering_items": items, "check_usage": check_usage });
    session.put(&format!("/api/2/tenants/{tenant}/offering_items"), body).await
}

async fn put(session: &Session, tenant: TenantId, item: Value) -> Answer {
    write(session, tenant, vec![item], false).await
}

fn version(session: &Session, tenant: TenantId, name: &str) -> i64 {
    session.world.item(tenant, name).unwrap().quota.version
}

fn value(session: &Session, tenant: TenantId, name: &str) -> Option<f64> {
    session.world.item(tenant, name).and_then(|item| item.quota.value)
}

#[tokio::test]
async fn a_write_changes_the_items_it_names_and_answers_them() {
    let session = Session::demo().await;
    let changed = put(&session, seed::ALDER, on("pw_base_vms", quota(3, 0))).await.expect(200).json();
    let items = changed["items"].as_array().unwrap();
    assert_eq!((items.len(), &items[0]["name"], &items[0]["quota"]["value"]), (1, &json!("pw_base_vms"), &json!(3)));
    assert_eq!(items[0]["quota"]["version"], json!(version(&session, seed::ALDER, "pw_base_vms")));
    assert_eq!(value(&session, seed::ALDER, "pw_base_workstations"), Some(12.0));
}

#[tokio::test]
async fn what_a_partner_offers_can_be_sent_back_as_it_was_read() {
    let session = Session::demo().await;
    let offered = format!(
        "/api/2/tenants/{}/offering_items/available_for_child?kind=customer&edition=pck_per_workload",
        seed::DIRECT_FOLDER
    );
    let items = session.get(&offered).await.expect(200).json()["items"].as_array().unwrap().clone();
    let one_storage = items.into_iter().filter(|item| item["infra_id"] != json!(seed::DUBLIN)).collect();
    write(&session, seed::IVY_MEDIA, one_storage, true).await.expect(200);
    assert!(session.world.item(seed::IVY_MEDIA, "pw_base_vms").unwrap().is_on);
}

#[tokio::test]
async fn a_quota_needs_the_version_just_read() {
    let session = Session::demo().await;
    let known = version(&session, seed::ALDER, "pw_base_servers");
    put(&session, seed::ALDER, on("pw_base_servers", quota(3, known))).await.expect(200);
    assert!(version(&session, seed::ALDER, "pw_base_servers") > known);
    assert_eq!(put(&session, seed::ALDER, on("pw_base_servers", quota(4, known))).await.expect(409).code(), 1001);
    put(&session, seed::ALDER, on("pw_base_servers", json!({ "value": 4 }))).await.expect(400);
    session.world.quirks(|quirks| quirks.quota_conflict_is_426 = true);
    assert_eq!(put(&session, seed::ALDER, on("pw_base_servers", quota(4, known))).await.expect(426).code(), 1001);
    assert_eq!(value(&session, seed::ALDER, "pw_base_servers"), Some(3.0));
}

#[tokio::test]
async fn no_value_resets_overage_and_version() {
    let session = Session::demo().await;
    let known = version(&session, seed::ALDER, "pw_base_servers");
    let reset = json!({ "value": null, "overage": 5, "version": known });
    let changed = put(&session, seed::ALDER, on("pw_base_servers", reset)).await.expect(200).json();
    assert_eq!(changed["items"][0]["quota"], unlimited());
}

#[tokio::test]
async fn a_quota_is_refused_for_a_feature_and_for_an_item_that_is_off() {
    let session = Session::demo().await;
    let mut mailboxes = feature("pw_base_m365_mailboxes", 1);
    mailboxes["quota"] = quota(1, 0);
    let mut servers = off("pw_base_servers");
    servers["quota"] = quota(0, 0);
    put(&session, seed::ALDER, mailboxes.clone()).await.expect(400);
    put(&session, seed::ALDER, servers.clone()).await.expect(400);
    session.world.quirks(|quirks| quirks.stray_quotas_ignored = true);
    put(&session, seed::ALDER, mailboxes).await.expect(200);
    let changed = put(&session, seed::ALDER, servers).await.expect(200).json();
    assert_eq!((&changed["items"][0]["status"], changed["items"][0].get("quota")), (&json!(0), None));
}

#[tokio::test]
async fn an_item_that_is_unknown_or_not_on_above_is_not_available() {
    let session = Session::demo().await;
    for unknown in [
        on("pw_base_toasters", unlimited()),
        on("pw_base_storage", unlimited()),
        stored(on("pw_base_servers", unlimited()), seed::DUBLIN),
        json!({ "application_id": session.world.unused_id(), "name": "pw_base_servers", "status": 1 }),
    ] {
        assert_eq!(put(&session, seed::ALDER, unknown).await.expect(400).code(), 1021);
    }
    session.world.switch_item(seed::DIRECT_FOLDER, "pw_base_vms", false).unwrap();
    assert_eq!(put(&session, seed::ALDER, on("pw_base_vms", unlimited())).await.expect(400).code(), 1021);
    put(&session, seed::DOGWOOD_LAW, on("pw_base_vms", unlimited())).await.expect(200);
}

#[tokio::test]
async fn nobody_gets_more_than_the_hard_quota_above() {
    let session = Session::demo().await;
    session.world.set_quota(seed::ROOT_PARTNER, "pw_base_vms", Some(50.0), Some(10.0)).unwrap();
    assert_eq!(put(&session, seed::ALDER, on("pw_base_vms", quota(61, 0))).await.expect(400).code(), 1022);
    put(&session, seed::ALDER, on("pw_base_vms", quota(60, 0))).await.expect(200);
    session.world.set_quota(seed::ROOT_PARTNER, "pw_base_vms", Some(50.0), None).unwrap();
    put(&session, seed::BIRCH_DENTAL, on("pw_base_vms", quota(61, 0))).await.expect(200);
}

#[tokio::test]
async fn with_check_usage_nothing_goes_below_what_is_used_even_before_it_is_measured() {
    let session = Session::demo().await;
    session.world.set_usage(seed::ALDER, "pw_base_servers", 9.0).unwrap();
    let to = |value| on("pw_base_servers", quota(value, version(&session, seed::ALDER, "pw_base_servers")));
    assert_eq!(write(&session, seed::ALDER, vec![to(8)], true).await.expect(400).code(), 1022);
    let soft =
        on("pw_base_servers", json!({ "value": 1, "version": version(&session, seed::ALDER, "pw_base_servers") }));
    write(&session, seed::ALDER, vec![soft], true).await.expect(200);
    assert_eq!(write(&session, seed::ALDER, vec![off("pw_base_servers")], true).await.expect(400).code(), 1022);
    session.world.quirks(|quirks| quirks.usage_refused_as_business_rule = true);
    assert_eq!(write(&session, seed::ALDER, vec![off("pw_base_servers")], true).await.expect(400).code(), 1027);
    write(&session, seed::ALDER, vec![off("pw_base_servers")], false).await.expect(200);
}

#[tokio::test]
async fn an_item_that_needs_another_goes_on_with_it_and_off_before_it() {
    let session = Session::demo().await;
    let pack = "pw_pack_adv_backup_vms";
    assert_eq!(put(&session, seed::ALDER, on(pack, unlimited())).await.expect(400).code(), 1023);
    let both = vec![on(pack, unlimited()), on("pw_base_vms", unlimited())];
    write(&session, seed::ALDER, both, false).await.expect(200);
    assert_eq!(put(&session, seed::ALDER, off("pw_base_vms")).await.expect(400).code(), 1023);
    write(&session, seed::ALDER, vec![off("pw_base_vms"), off(pack)], false).await.expect(200);
}

#[tokio::test]
async fn a_customer_has_one_storage_of_a_kind_and_can_change_it_in_one_write() {
    let session = Session::demo().await;
    let dublin = stored(on("pw_base_storage", quota(1, 0)), seed::DUBLIN);
    assert_eq!(put(&session, seed::ALDER, dublin.clone()).await.expect(400).code(), 1027);
    let frankfurt = stored(off("pw_base_storage"), seed::FRANKFURT);
    assert_eq!(
        write(&session, seed::ALDER, vec![dublin.clone(), frankfurt.clone()], true).await.expect(400).code(),
        1022
    );
    write(&session, seed::ALDER, vec![dublin, frankfurt], false).await.expect(200);
    assert!(session.world.item(seed::ALDER, ("pw_base_storage", seed::DUBLIN)).unwrap().is_on);
    assert!(!session.world.item(seed::ALDER, ("pw_base_storage", seed::FRANKFURT)).unwrap().is_on);
}

#[tokio::test]
async fn a_partner_keeps_the_default_storage_and_those_that_are_used_below() {
    let session = Session::demo().await;
    let storage = |infra| stored(off("pw_base_storage"), infra);
    assert_eq!(put(&session, seed::HARBOUR_PARTNER, storage(seed::DUBLIN)).await.expect(400).code(), 1016);
    put(&session, seed::NORTHSIDE_PARTNER, stored(off("pg_base_storage"), seed::DUBLIN)).await.expect(200);
    let default = stored(off("pg_base_storage"), seed::FRANKFURT);
    assert_eq!(put(&session, seed::NORTHSIDE_PARTNER, default).await.expect(400).code(), 1017);
    session.world.quirks(|quirks| quirks.default_storage_fixed_at_customers = true);
    assert_eq!(put(&session, seed::ALDER, storage(seed::FRANKFURT)).await.expect(400).code(), 1017);
}

#[tokio::test]
async fn a_locked_item_stays_as_it_is_but_its_quota_may_change() {
    let session = Session::demo().await;
    session.world.lock_item(seed::ALDER, "pw_base_servers", true).unwrap();
    assert_eq!(put(&session, seed::ALDER, off("pw_base_servers")).await.expect(400).code(), 1027);
    let known = version(&session, seed::ALDER, "pw_base_servers");
    put(&session, seed::ALDER, on("pw_base_servers", quota(3, known))).await.expect(200);
}

#[tokio::test]
async fn editions_of_one_application_do_not_mix_unless_they_may() {
    let session = Session::demo().await;
    let other = on("pg_base_servers", unlimited());
    assert_eq!(put(&session, seed::ALDER, other.clone()).await.expect(400).code(), 1027);
    let mut files = on("pu_base_fc_seats", unlimited());
    files["application_id"] = json!("dfd85a5f-a464-32ab-81fd-99bcc66a070f");
    put(&session, seed::ALDER, files).await.expect(200);
    put(&session, seed::ALDER, on("local_storage", unlimited())).await.expect(200);
    session.world.quirks(|quirks| quirks.editions_may_be_mixed = true);
    put(&session, seed::ALDER, other).await.expect(200);
}

#[tokio::test]
async fn a_write_is_all_or_nothing_unless_it_stops_half_way() {
    let session = Session::demo().await;
    let items =
        || vec![on("pw_base_vms", quota(3, 0)), on("pw_base_servers", quota(3, 1)), off("pw_base_workstations")];
    assert_eq!(write(&session, seed::ALDER, items(), false).await.expect(409).code(), 1001);
    assert_eq!(value(&session, seed::ALDER, "pw_base_vms"), None);
    session.world.quirks(|quirks| quirks.item_writes_stop_at_refusal = true);
    write(&session, seed::ALDER, items(), false).await.expect(409);
    assert_eq!(value(&session, seed::ALDER, "pw_base_vms"), Some(3.0));
    assert!(session.world.item(seed::ALDER, "pw_base_workstations").unwrap().is_on);
}

#[tokio::test]
async fn a_write_is_refused_for_its_form() {
    let session = Session::demo().await;
    let twice = vec![off("pw_base_servers"), off("pw_base_servers")];
    write(&session, seed::ALDER, twice, false).await.expect(400);
    write(&session, seed::ALDER, vec![], false).await.expect(400);
    for wrong in [
        feature("pw_base_servers", 2),
        json!({ "application_id": BACKUP, "name": "pw_base_servers" }),
        on("pw_base_vms", json!({ "value": -1, "version": 0 })),
        on("pw_base_vms", json!({ "value": "3", "version": 0 })),
    ] {
        put(&session, seed::ALDER, wrong).await.expect(400);
    }
    session.call(http::Method::PUT, &format!("/api/2/tenants/{}/offering_items", seed::ALDER), None).await.expect(415);
}

#[tokio::test]
async fn items_are_written_by_those_above_who_may_change_the_tenant() {
    let session = Session::demo().await;
    let vms = || on("pw_base_vms", unlimited());
    assert_eq!(put(&session, seed::ROOT_PARTNER, vms()).await.expect(403).code(), 1002);
    assert_eq!(put(&session, TenantId::from_u128(7), vms()).await.expect(404).code(), 1005);
    session.world.change_tenant(seed::ALDER, |tenant| tenant.ancestral_access = false).unwrap();
    assert_eq!(put(&session, seed::ALDER, vms()).await.expect(403).code(), 1002);
    session.world.change_tenant(seed::BIRCH_DENTAL, |tenant| tenant.locked_by = Some(seed::DIRECT_FOLDER)).unwrap();
    assert_eq!(put(&session, seed::BIRCH_DENTAL, vms()).await.expect(403).code(), 1012);
    session.world.disable_tenant(seed::HARBOUR_PARTNER).unwrap();
    assert_eq!(put(&session, seed::GINKGO_HEALTH, vms()).await.expect(400).code(), 1003);
}

#[tokio::test]
async fn an_item_off_at_a_partner_is_off_below() {
    let session = Session::demo().await;
    let both = vec![off("pw_base_workstations"), off("pw_pack_adv_backup_workstations")];
    write(&session, seed::NORTHSIDE_PARTNER, both, false).await.expect(200);
    assert!(!session.world.item(seed::DOGWOOD_LAW, "pw_base_workstations").unwrap().is_on);
}
