use bridge_core::failure::Class;
use runtime::http::scripted::Answer;
use serde_json::{Value, json};

use super::*;
use crate::fixture::{client, granted};

fn row(changes: &Value) -> Value {
    let mut row = json!({
        "application_id": "6E6D", "name": "pw_base_storage", "edition": "pck_per_workload", "usage_name": "storage",
        "type": "infra", "measurement_unit": "bytes", "infra_id": "I-1", "tenant_uuid": "C-1", "tenant_id": 20417,
        "range_start": "2026-01-01T00:00:00", "value": 5.0, "absolute_value": 7.0,
        "offering_item": {"status": 1, "quota": {"value": 10.0, "overage": null, "version": 1}},
    });
    for (name, value) in changes.as_object().expect("an object") {
        row[name] = value.clone();
    }
    row
}

#[tokio::test]
async fn p12_usages_are_read_whole_for_many_tenants_and_nothing_is_taken_for_nothing() {
    let rows = [
        row(&json!({})),
        row(&json!({"name": "pw_base_servers", "infra_id": null, "absolute_value": "2.25", "value": 0})),
        row(&json!({"name": "local_storage", "absolute_value": null, "value": 3})),
        row(&json!({"name": "vms", "absolute_value": null, "value": null})),
        row(&json!({"name": null, "offering_item": null})),
        row(&json!({"absolute_value": "many"})),
    ];
    let body =
        json!({"items": [{"tenant": "C-1", "usages": rows}, {"tenant": "C-2", "usages": []}, {"tenant": "C-3"}]});
    let (client, acronis) = client([granted("t"), Answer::json(200, &body)]);
    let tenants = ["c-2".into(), "c-1".into(), "c-1".into()];
    let page = client.usages_of(&tenants).next().await.expect("read").expect("a page");
    let usages = &page.tenants[0];
    assert_eq!(usages.tenant, "c-1".into());
    let seen: Vec<_> = usages.usages.iter().map(|usage| (usage.item.to_string(), usage.value)).collect();
    assert_eq!(
        seen,
        [("pw_base_storage@i-1".to_owned(), 7), ("pw_base_servers".to_owned(), 3), ("local_storage@i-1".to_owned(), 3)]
    );
    assert_eq!(usages.unreadable.len(), 2);
    assert_eq!(usages.unreadable[0], "usage vms: no value");
    assert_eq!((page.tenants[1].usages.len(), page.tenants.len(), page.unreadable.len()), (0, 2, 1));
    assert_eq!(acronis.calls()[1], "GET /api/2/tenants/usages?tenants=c-1%2Cc-2");
}

#[tokio::test]
async fn usages_are_read_forty_tenants_at_a_time() {
    let empty = || Answer::json(200, &json!({"items": []}));
    let (client, acronis) = client([granted("t"), empty(), empty()]);
    let tenants: Vec<TenantId> = (0..41).map(|number| TenantId::new(format!("c-{number:02}"))).collect();
    let mut usages = client.usages_of(&tenants);
    while usages.next().await.expect("read").is_some() {}
    assert_eq!(acronis.calls()[1].matches("%2C").count(), 39);
    assert_eq!(acronis.calls()[2], "GET /api/2/tenants/usages?tenants=c-40");
}

#[tokio::test]
async fn x4_a_tenant_that_is_gone_takes_nobody_elses_usages_away() {
    let gone = || Answer::json(404, &json!({"error": {"code": 1005, "message": "Tenant not found"}}));
    let of = |tenant: &str| Answer::json(200, &json!({"items": [{"tenant": tenant, "usages": [row(&json!({}))]}]}));
    let (client, acronis) = client([granted("t"), gone(), of("a"), gone(), gone(), of("c")]);
    let mut usages = client.usages_of(&["a".into(), "b".into(), "c".into()]);
    let (mut read, mut unreadable) = (Vec::new(), Vec::new());
    while let Some(page) = usages.next().await.expect("only one tenant is gone") {
        read.extend(page.tenants.into_iter().map(|tenant| tenant.tenant.to_string()));
        unreadable.extend(page.unreadable);
    }
    assert_eq!(read, ["a", "c"]);
    assert_eq!(unreadable.len(), 1);
    assert!(unreadable[0].starts_with("tenant b: "), "{}", unreadable[0]);
    let asked: Vec<_> =
        acronis.calls()[1..].iter().map(|call| call.rsplit('=').next().unwrap_or("").to_owned()).collect();
    assert_eq!(asked, ["a%2Cb%2Cc", "a", "b%2Cc", "b", "c"]);
}

#[tokio::test(start_paused = true)]
async fn x3_trouble_is_an_error_and_the_same_tenants_are_asked_for_again() {
    let down = || Answer::text(503, "");
    let empty = Answer::json(200, &json!({"items": []}));
    let (client, acronis) = client([granted("t"), down(), down(), down(), empty]);
    let mut usages = client.usages_of(&["c".into()]);
    let error = usages.next().await.expect_err("down");
    assert_eq!(error.class(), Class::Transient { after: None });
    assert_eq!(usages.next().await.expect("up again"), Some(UsagePage::default()));
    assert_eq!(usages.next().await.expect("no call"), None);
    assert_eq!(acronis.left(), 0);
}

#[tokio::test]
async fn x4_a_log_in_that_may_read_no_usages_is_not_asked_about_each_tenant() {
    let forbidden = || Answer::json(403, &json!({"error": {"code": 1002, "message": "Access denied"}}));
    let calls = 5 + REFUSED_MAX * 2;
    let (client, acronis) = client([granted("t")].into_iter().chain((0..calls).map(|_| forbidden())));
    let tenants: Vec<TenantId> = (0..40).map(|number| TenantId::new(format!("c-{number:02}"))).collect();
    let mut usages = client.usages_of(&tenants);
    let error = loop {
        match usages.next().await {
            Ok(page) => assert!(page.expect("more to come").tenants.is_empty()),
            Err(error) => break error,
        }
    };
    assert_eq!(error.class(), Class::NeedsOperator);
    assert!(acronis.calls().len() <= calls, "{} calls", acronis.calls().len());
}
