use runtime::http::scripted::Answer;
use serde_json::json;

use super::*;
use crate::fixture::{client, granted};

#[tokio::test]
async fn the_tree_is_read_to_its_end_and_a_malformed_tenant_spoils_only_itself() {
    let (client, acronis) = client([
        granted("t"),
        Answer::json(
            200,
            &json!({"timestamp": 17, "paging": {"cursors": {"after": "c/1"}}, "items": [
                {"id": "P-1", "kind": "partner", "name": "MSP", "enabled": true, "parent_id": null},
                {"id": "C-0", "kind": "customer", "enabled": true},
            ]}),
        ),
        Answer::json(
            200,
            &json!({"paging": {"cursors": {}}, "items": [
                {"id": "C-1", "parent_id": "P-1", "kind": "customer", "name": "Contoso", "enabled": false, "customer_id": 174,
                 "internal_tag": "x", "version": "3", "created_at": "2026-01-02T10:00:00", "external_operation_status": "deleting"},
            ]}),
        ),
    ]);
    let pages = client.tenants(&"P-1".into(), Some("16")).collect().await.expect("both pages are good");
    assert_eq!(pages[0].timestamp.as_deref(), Some("17"));
    assert_eq!(pages[0].tenants[0].kind, TenantKind::Partner);
    assert_eq!(pages[0].unreadable, ["tenant C-0: no name"]);
    let expected = Tenant {
        id: "c-1".into(),
        parent: Some("p-1".into()),
        kind: TenantKind::Customer,
        name: "Contoso".to_owned(),
        enabled: false,
        ancestral_access: true,
        customer_id: Some("174".to_owned()),
        internal_tag: Some("x".to_owned()),
        created_at: Some("2026-01-02T10:00:00Z".parse().expect("valid")),
        version: Some(3),
        locked: false,
        busy: true,
    };
    assert_eq!(pages[0].tenants[0].created_at, None);
    assert_eq!(pages[1].tenants, [expected]);
    assert_eq!(
        acronis.calls()[1..],
        [
            "GET /api/2/tenants?subtree_root_id=p-1&lod=basic&updated_since=16&limit=5000",
            "GET /api/2/tenants?limit=5000&after=c%2F1",
        ]
    );
}

#[tokio::test]
async fn t2_a_number_is_resolved_through_usages() {
    let usages =
        |uuid: &str, number: i64| json!({"tenant": uuid, "usages": [{"tenant_uuid": uuid, "tenant_id": number}]});
    let batch = json!({"items": [usages("a", 1), usages("b", 20417)]});
    let (client, acronis) = client([granted("t"), Answer::json(200, &batch), Answer::json(200, &batch)]);
    let candidates = ["a".into(), "b".into()];
    let found = client.tenant_by_number("20417", &candidates).await.expect("good");
    assert_eq!(found, Some("b".into()));
    assert_eq!(client.tenant_by_number("9", &candidates).await.expect("good"), None);
    assert_eq!(acronis.calls()[1], "GET /api/2/tenants/usages?tenants=a%2Cb");
}

#[tokio::test]
async fn tenants_are_read_by_parent_and_by_id() {
    let locked = json!({
        "id": "C-1", "kind": "customer", "name": "Contoso", "enabled": true, "update_lock": {"enabled": true, "owner_id": "x"},
        "external_operation_status": "no_operation",
    });
    let page = || Answer::json(200, &json!({"items": [locked]}));
    let (client, acronis) = client([granted("t"), page(), page()]);
    let pages = client.children(&"P-1".into()).collect().await.expect("read");
    assert_eq!((pages[0].tenants[0].locked, pages[0].tenants[0].busy), (true, false));
    client.tenants_by_id(&["c-2".into(), "C-1".into(), "a,b".into()]).collect().await.expect("read");
    assert!(client.tenants_by_id(&[]).collect().await.expect("nothing to do").is_empty());
    assert_eq!(
        acronis.calls()[1..],
        [
            "GET /api/2/tenants?parent_id=p-1&lod=basic&limit=5000",
            "GET /api/2/tenants?uuids=c-1%2Cc-2&lod=basic&limit=5000",
        ]
    );
}

#[tokio::test]
async fn a_tenant_that_is_not_there_says_so() {
    let missing = json!({"error": {"code": 404, "message": "Not found"}});
    let (client, _) = client([granted("t"), Answer::json(404, &missing)]);
    let error = client.tenant(&"gone".into()).await.expect_err("not there");
    assert!(error.is_not_found(), "{error}");
}
