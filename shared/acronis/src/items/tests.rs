use bridge_core::failure::Class;
use bridge_core::id::InfraId;
use bridge_core::item::{Kind, Quota, Unit};
use runtime::http::scripted::Answer;

use super::*;
use crate::Code;
use crate::fixture::{client, granted};

const BACKUP: &str = "6E6D758D-8E74";

fn servers() -> Value {
    json!({
        "application_id": BACKUP, "name": "pw_base_servers", "edition": "pck_per_workload", "usage_name": "servers",
        "tenant_id": "C-1", "status": 1, "locked": false, "type": "count", "measurement_unit": "quantity",
        "quota": {"value": 10.0, "overage": 0.0, "version": 1_767_348_000_123_i64},
        "updated_at": "2026-01-02T10:00:00", "deleted_at": null,
    })
}

fn with(changes: &Value) -> Value {
    let mut row = servers();
    for (name, value) in changes.as_object().expect("an object") {
        row[name] = value.clone();
    }
    row
}

fn page(items: &[Value]) -> Answer {
    Answer::json(200, &json!({"items": items}))
}

async fn read(row: &Value) -> Result<Item, String> {
    let (client, _) = client([granted("t"), page(std::slice::from_ref(row))]);
    let mut found = client.items_of(&"c-1".into()).await.expect("a list");
    match (found.items.pop(), found.unreadable.pop()) {
        (Some(item), None) => Ok(item),
        (None, Some(reason)) => Err(reason),
        other => panic!("one row became {other:?}"),
    }
}

async fn grant(changes: Value) -> (Grant, i64) {
    let item = read(&with(&changes)).await.expect("readable");
    (item.grant, item.version)
}

#[tokio::test]
async fn p2_an_item_is_read_with_all_that_tells_it_from_others() {
    let item = read(&servers()).await.expect("readable");
    let offer = Offer {
        id: ItemId { application: BACKUP.into(), name: "pw_base_servers".to_owned(), infra: None },
        edition: Some("pck_per_workload".to_owned()),
        usage_name: Some("servers".to_owned()),
        kind: Kind::Count,
        unit: Unit::Quantity,
    };
    let version = 1_767_348_000_123;
    assert_eq!(item, Item { offer, grant: Grant::Quota(Quota::hard(10)), locked: false, version });

    let storage = with(&json!({
        "name": "pw_base_storage", "infra_id": "019097A6", "type": "infra", "measurement_unit": "bytes", "locked": true,
        "edition": null, "usage_name": null,
    }));
    let item = read(&storage).await.expect("readable");
    assert_eq!((item.offer.id.infra, item.offer.kind), (Some(InfraId::new("019097a6")), Kind::Infra));
    assert_eq!((item.offer.unit, item.offer.edition, item.locked), (Unit::Bytes, None, true));
}

#[tokio::test]
async fn p11_every_shape_of_a_quota_is_read() {
    let soft = json!({"value": "10", "overage": null, "version": "7"});
    assert_eq!(grant(json!({"quota": soft})).await, (Grant::Quota(Quota::soft(10)), 7));
    let overage = json!({"value": 10, "overage": 2.0, "version": 7.0});
    let hard = Quota { value: Some(10), overage: Some(2) };
    assert_eq!(grant(json!({"quota": overage})).await, (Grant::Quota(hard), 7));
    for unlimited in [json!(null), json!({}), json!({"value": null, "overage": 5, "version": 0})] {
        assert_eq!(grant(json!({"quota": unlimited})).await, (Grant::Quota(Quota::UNLIMITED), 0));
    }
    let terabyte = json!({"value": 1_099_511_627_776.0_f64, "overage": 0, "version": 1});
    assert_eq!(grant(json!({"quota": terabyte})).await, (Grant::Quota(Quota::hard(1 << 40)), 1));
    let fraction = json!({"value": 107_374_182.4, "overage": 0, "version": 1});
    assert_eq!(grant(json!({"quota": fraction})).await, (Grant::Quota(Quota::hard(107_374_182)), 1));
}

#[tokio::test]
async fn an_item_that_is_off_or_a_feature_has_no_quota() {
    let mut off = with(&json!({"status": 0}));
    off.as_object_mut().expect("an object").remove("quota");
    let item = read(&off).await.expect("readable");
    assert_eq!((item.grant, item.version), (Grant::Off, 0));
    let feature = json!({"type": "feature", "measurement_unit": "n/a", "quota": null});
    assert_eq!(grant(feature).await.0, Grant::On);
    assert_eq!(grant(json!({"type": "feature", "status": "0"})).await.0, Grant::Off);
    assert_eq!(grant(json!({"type": "odd", "quota": null})).await.0, Grant::On);
    assert_eq!(grant(json!({"deleted_at": "2026-01-02T10:00:00"})).await.0, Grant::Off);
}

#[tokio::test]
async fn x4_a_malformed_item_is_named_and_spoils_only_itself() {
    let rows = [
        with(&json!({"status": null})),
        with(&json!({"quota": {"value": "many"}})),
        with(&json!({"quota": 5})),
        with(&json!({"application_id": null})),
        json!("odd"),
        servers(),
    ];
    let (client, _) = client([granted("t"), page(&rows)]);
    let found = client.items_of(&"c-1".into()).await.expect("a list");
    assert_eq!(found.items.len(), 1);
    assert_eq!(found.unreadable.len(), 5);
    for reason in &found.unreadable[..4] {
        assert!(reason.starts_with("item pw_base_servers of tenant C-1: "), "{reason}");
    }
    assert!(found.unreadable[4].starts_with("an item without a name: "), "{}", found.unreadable[4]);
}

#[tokio::test]
async fn p2_what_a_parent_may_give_is_asked_for_in_every_edition() {
    let offered = with(&json!({"quota": {"value": null, "overage": null, "version": 0}, "tenant_id": null}));
    let more = Answer::json(200, &json!({"items": [offered], "paging": {"cursors": {"after": "c/1"}}}));
    let (client, acronis) = client([granted("t"), more, page(&[json!({"name": "x"})])]);
    let found = client.available_items(&"P-1".into()).await.expect("read");
    assert_eq!((found.offers.len(), found.unreadable.len()), (1, 1));
    assert_eq!(found.offers[0].usage_name.as_deref(), Some("servers"));
    assert_eq!(
        acronis.calls()[1..],
        [
            "GET /api/2/tenants/p-1/offering_items/available_for_child?kind=customer&edition=*",
            "GET /api/2/tenants/p-1/offering_items/available_for_child?after=c%2F1",
        ]
    );
}

#[tokio::test]
async fn items_of_a_whole_tree_come_in_pages_with_their_tenants() {
    let first = json!({"timestamp": "2026-01-02T10:00:01Z", "paging": {"cursors": {"after": "c"}},
        "items": [servers(), with(&json!({"tenant_id": null}))]});
    let last = json!({"timestamp": 17, "paging": {"cursors": {}}, "items": []});
    let (client, acronis) = client([granted("t"), Answer::json(200, &first), Answer::json(200, &last)]);
    let names = ["pw_base_servers".to_owned(), "pw_base_vms".to_owned()];
    let pages = client.items_below(&"P-1".into(), &names, Some("16")).collect().await.expect("both pages are good");
    assert_eq!(pages[0].timestamp.as_deref(), Some("2026-01-02T10:00:01Z"));
    assert_eq!(pages[0].items[0].tenant, "c-1".into());
    assert_eq!(pages[0].unreadable, ["item pw_base_servers: no tenant_id"]);
    assert_eq!((pages[1].items.len(), pages[1].timestamp.as_deref()), (0, Some("17")));
    assert_eq!(
        acronis.calls()[1..],
        [
            "GET /api/2/tenants/offering_items?subtree_root_tenant_id=p-1&editions=*&offering_items=pw_base_servers%2Cpw_base_vms&updated_since=16&limit=5000",
            "GET /api/2/tenants/offering_items?limit=5000&after=c",
        ]
    );
}

#[tokio::test]
async fn more_names_than_a_url_has_room_for_are_not_sent() {
    let (client, acronis) = client([granted("t"), page(&[]), page(&[])]);
    let names: Vec<String> = (0..200).map(|number| format!("pw_base_item_{number}")).collect();
    client.items_below(&"p".into(), &names, None).collect().await.expect("read");
    client.items_below(&"p".into(), &[], None).collect().await.expect("read");
    let all = "GET /api/2/tenants/offering_items?subtree_root_tenant_id=p&editions=*&limit=5000";
    assert_eq!(acronis.calls()[1..], [all, all]);
}

#[tokio::test]
async fn x3_no_list_is_not_an_empty_list() {
    let bodies = [(json!({"paging": {}}), Class::Bug), (json!({"items": null}), Class::Bug), (json!([]), Class::Bug)];
    for (body, class) in bodies {
        let (client, _) = client([granted("t"), Answer::json(200, &body)]);
        let error = client.items_of(&"c".into()).await.expect_err("no list");
        assert_eq!(error.class(), class, "{body}");
    }
    let (client, _) = client([granted("t"), Answer::text(200, "<html>maintenance</html>")]);
    let error = client.items_of(&"c".into()).await.expect_err("no JSON");
    assert_eq!(error.class(), Class::Transient { after: None });
}

fn change(name: &str, grant: Grant, version: i64) -> Change {
    Change { id: ItemId { application: BACKUP.into(), name: name.to_owned(), infra: None }, grant, version }
}

#[tokio::test]
async fn p11_a_change_says_no_more_than_acronis_takes() {
    let (client, acronis) = client([granted("t"), page(&[servers()])]);
    let mut storage = change("storage", Grant::Quota(Quota { value: None, overage: Some(5) }), 0);
    storage.id.infra = Some("I-1".into());
    let changes = [
        change("servers", Grant::Quota(Quota::hard(10)), 7),
        change("vms", Grant::Quota(Quota::soft(3)), 8),
        storage,
        change("mobiles", Grant::Off, 9),
        change("mailboxes", Grant::On, 0),
    ];
    let after = client.put_items(&"C-1".into(), &changes, BelowUsage::Refused).await.expect("accepted");
    assert_eq!(after.items[0].grant, Grant::Quota(Quota::hard(10)));
    assert_eq!(acronis.calls()[1], "PUT /api/2/tenants/c-1/offering_items");
    let application = "6e6d758d-8e74";
    assert_eq!(
        acronis.sent(1),
        json!({"check_usage": true, "offering_items": [
            {"application_id": application, "name": "servers", "status": 1, "quota": {"value": 10, "overage": 0, "version": 7}},
            {"application_id": application, "name": "vms", "status": 1, "quota": {"value": 3, "overage": null, "version": 8}},
            {"application_id": application, "name": "storage", "infra_id": "i-1", "status": 1,
             "quota": {"value": null, "overage": null, "version": 0}},
            {"application_id": application, "name": "mobiles", "status": 0},
            {"application_id": application, "name": "mailboxes", "status": 1},
        ]})
    );
}

#[tokio::test]
async fn p12_a_change_below_usage_is_made_only_where_somebody_wants_it() {
    for (below_usage, checked) in [(BelowUsage::Refused, true), (BelowUsage::Made, false)] {
        let (client, acronis) = client([granted("t"), page(&[servers()])]);
        let changes = [change("servers", Grant::Quota(Quota::hard(1)), 7)];
        client.put_items(&"c".into(), &changes, below_usage).await.expect("accepted");
        assert_eq!(acronis.sent(1)["check_usage"], json!(checked));
    }
}

#[tokio::test]
async fn p11_a_refused_change_says_why() {
    let refusals = [
        (409, 1001, Code::VersionMismatch, Class::Conflict),
        (426, 1001, Code::VersionMismatch, Class::Conflict),
        (400, 1021, Code::NotAvailable, Class::Permanent),
        (409, 1022, Code::OverQuota, Class::Permanent),
        (400, 1023, Code::Dependency, Class::Permanent),
        (403, 1012, Code::Locked, Class::NeedsOperator),
        (409, 1011, Code::BeingRemoved, Class::Transient { after: None }),
    ];
    for (status, number, code, class) in refusals {
        let body = json!({"error": {"code": number, "message": "no"}});
        let (client, _) = client([granted("t"), Answer::json(status, &body)]);
        let changes = [change("servers", Grant::Off, 1)];
        let error = client.put_items(&"c".into(), &changes, BelowUsage::Refused).await.expect_err("refused");
        assert_eq!((error.code(), error.class()), (Some(code), class), "{error}");
    }
}

#[tokio::test]
async fn a_lost_change_is_doubtful_and_not_repeated() {
    let changes = [change("servers", Grant::Off, 1)];
    for answer in [Answer::Lost, Answer::text(502, ""), Answer::text(200, "<html>"), Answer::text(200, "")] {
        let (client, acronis) = client([granted("t"), answer]);
        let error = client.put_items(&"c".into(), &changes, BelowUsage::Refused).await.expect_err("no clear answer");
        assert_eq!(error.class(), Class::OutcomeUnknown, "{error}");
        assert_eq!(acronis.calls().len(), 2);
    }
}

#[tokio::test]
async fn nothing_is_sent_when_nothing_changes() {
    let (client, acronis) = client([]);
    assert_eq!(client.put_items(&"c".into(), &[], BelowUsage::Refused).await.expect("nothing to do"), Items::default());
    assert_eq!(acronis.calls(), [""; 0]);
}
