//! What tenants use, as the account server tells it.

use serde_json::{Value, json};
use simulators::acronis::{TenantId, seed};

use crate::client::Session;

async fn lines(session: &Session, tenant: TenantId, query: &str) -> Vec<Value> {
    let answer = session.get(&format!("/api/2/tenants/{tenant}/usages?{query}")).await.expect(200);
    answer.json()["items"].as_array().unwrap().clone()
}

async fn used(session: &Session, tenant: TenantId, name: &str) -> Option<f64> {
    let lines = lines(session, tenant, "").await;
    lines.iter().find(|line| line["name"] == name).map(|line| line["absolute_value"].as_f64().unwrap())
}

async fn log_in_again(session: Session) -> Session {
    let token = session.log_in(seed::CLIENT_ID, seed::CLIENT_SECRET).await;
    Session { token, ..session }
}

#[tokio::test]
async fn a_usage_shows_its_item_with_quota_and_the_tenants_numbers() {
    let session = Session::demo().await;
    let lines = lines(&session, seed::ALDER, "usage_names=servers").await;
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!(
        (&line["name"], &line["usage_name"], &line["absolute_value"]),
        (&json!("pw_base_servers"), &json!("servers"), &json!(2))
    );
    assert_eq!((&line["offering_item"]["status"], &line["offering_item"]["quota"]["value"]), (&json!(1), &json!(2)));
    assert_eq!(line["tenant_uuid"], json!(seed::ALDER));
    assert_eq!(line["range_start"], "2026-01-01T00:00:00");
}

#[tokio::test]
async fn a_change_is_told_after_the_next_measurement_hours_later() {
    let session = Session::demo().await;
    session.world.set_usage(seed::ALDER, "pw_base_servers", 7.0).unwrap();
    session.wait(2 * 3_600);
    let session = log_in_again(session).await;
    assert_eq!(used(&session, seed::ALDER, "pw_base_servers").await, Some(2.0));
    session.wait(3_600);
    assert_eq!(used(&session, seed::ALDER, "pw_base_servers").await, Some(7.0));
    session.world.set_usage(seed::ALDER, "pw_base_servers", 8.0).unwrap();
    session.world.measure_usage();
    assert_eq!(used(&session, seed::ALDER, "pw_base_servers").await, Some(8.0));
}

#[tokio::test]
async fn an_item_that_is_on_but_unused_is_a_line_of_zero_or_none() {
    let session = Session::demo().await;
    session.world.set_quota(seed::ALDER, "pw_base_vms", Some(3.0), None).unwrap();
    assert_eq!(used(&session, seed::ALDER, "pw_base_vms").await, Some(0.0));
    assert_eq!(used(&session, seed::ALDER, "pw_base_mobiles").await, None);
    session.world.quirks(|quirks| quirks.unused_items_unlisted = true);
    assert_eq!(used(&session, seed::ALDER, "pw_base_vms").await, None);
}

#[tokio::test]
async fn storages_have_a_line_each_and_one_without_an_item_in_all() {
    let session = Session::demo().await;
    session.world.set_usage(seed::ALDER, ("pw_base_storage", seed::DUBLIN), 5.0).unwrap();
    session.world.measure_usage();
    let lines = lines(&session, seed::ALDER, "usage_names=storage,storage_total").await;
    let infras: Vec<_> = lines.iter().map(|line| line["infra_id"].clone()).collect();
    assert_eq!(infras, [json!(seed::FRANKFURT), json!(seed::DUBLIN), Value::Null]);
    let amount = |at: usize| lines[at]["absolute_value"].as_f64().unwrap();
    assert_eq!(amount(0) + amount(1), amount(2));
    assert_eq!(lines[1].get("offering_item"), None);
    assert_eq!(lines[2].get("offering_item"), None);
}

#[tokio::test]
async fn a_tenants_usage_takes_in_what_is_below_it() {
    let session = Session::demo().await;
    session.world.set_usage(seed::CEDAR_WAREHOUSE, "pw_base_servers", 3.0).unwrap();
    session.world.measure_usage();
    assert_eq!(used(&session, seed::CEDAR_WAREHOUSE, "pw_base_servers").await, Some(3.0));
    assert_eq!(used(&session, seed::CEDAR_LOGISTICS, "pw_base_servers").await, Some(8.0));
}

#[tokio::test]
async fn times_with_a_zone_and_a_value_of_zero_are_possible() {
    let session = Session::demo().await;
    session.world.quirks(|quirks| (quirks.usage_times_with_zone, quirks.usage_value_is_zero) = (true, true));
    let line = lines(&session, seed::ALDER, "usage_names=servers").await.remove(0);
    assert_eq!(line["range_start"], "2026-01-01T00:00:00+00:00");
    assert_eq!((&line["value"], &line["absolute_value"]), (&json!(0), &json!(2)));
}
