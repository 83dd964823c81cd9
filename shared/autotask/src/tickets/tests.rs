use bridge_core::alert::Reference;
use bridge_core::failure::Class;
use bridge_core::id::DeviceId;
use runtime::http::scripted::Answer;

use super::*;
use crate::fixture::{client, page};

const QUERY: &str = "POST /atservicesrest/v1.0/Tickets/query";
const TICKETS: &str = "/atservicesrest/v1.0/Tickets";

fn reference() -> Reference {
    Reference::parse("acr1-c94f98dd53ebea2a2f4cb00d3a9e53ad-2").expect("valid")
}

fn ticket() -> NewTicket {
    NewTicket {
        account: AccountId(174),
        reference: reference(),
        title: "Backup failed".repeat(30),
        description: "Why".to_owned(),
        status: 1,
        priority: 2,
        due_at: "2026-01-02T03:04:05.678Z".parse().ok(),
        queue: Some(8),
        source: None,
        category: None,
        ticket_type: None,
        issue_type: None,
        sub_issue_type: None,
        work_type: None,
        sla: None,
        device: None,
    }
}

fn row(id: i64) -> Value {
    json!({"id": id, "ticketNumber": format!("T20260102.{id:04}"), "status": 1, "companyID": 174, "userDefinedFields": []})
}

fn rows(from: i64, count: i64) -> Vec<Value> {
    (from..from + count).map(row).collect()
}

fn full_page(items: &[Value]) -> Answer {
    let elsewhere = "https://attacker.example/Tickets/query/next";
    Answer::json(200, &json!({"items": items, "pageDetails": {"nextPageUrl": elsewhere}}))
}

#[tokio::test]
async fn a_new_ticket_sends_what_is_set_and_nothing_else() {
    let (client, autotask) = client([Answer::json(200, &json!({"itemId": 5101}))]);
    assert_eq!(client.create_ticket(&ticket()).await.expect("created"), TicketId(5101));
    assert_eq!(autotask.calls(), [format!("POST {TICKETS}")]);
    let mut sent = autotask.sent(0);
    let title = sent["title"].take();
    assert_eq!(title.as_str().map(|title| title.chars().count()), Some(255));
    assert_eq!(
        sent,
        json!({
            "id": 0, "companyID": 174, "externalID": "acr1-c94f98dd53ebea2a2f4cb00d3a9e53ad-2", "title": null,
            "description": "Why", "status": 1, "priority": 2, "queueID": 8, "dueDateTime": "2026-01-02T03:04:05Z",
        })
    );
}

#[tokio::test]
async fn t1_whatever_an_alert_types_row_sets_reaches_autotask_under_its_own_name() {
    let (client, autotask) = client([Answer::json(200, &json!({"itemId": 5101}))]);
    let full = NewTicket {
        queue: Some(1),
        source: Some(2),
        category: Some(3),
        ticket_type: Some(4),
        issue_type: Some(5),
        sub_issue_type: Some(6),
        work_type: Some(7),
        sla: Some(8),
        device: Some(DeviceId(9)),
        ..ticket()
    };
    client.create_ticket(&full).await.expect("created");
    let sent = autotask.sent(0);
    for (name, value) in [
        ("queueID", 1),
        ("source", 2),
        ("ticketCategory", 3),
        ("ticketType", 4),
        ("issueType", 5),
        ("subIssueType", 6),
        ("billingCodeID", 7),
        ("serviceLevelAgreementID", 8),
        ("configurationItemID", 9),
    ] {
        assert_eq!(sent[name], json!(value), "{name}");
    }
    assert_eq!(sent["dueDateTime"], json!("2026-01-02T03:04:05Z"));
}

#[tokio::test]
async fn t12_a_new_ticket_names_its_configuration_item() {
    let (client, autotask) = client([Answer::json(200, &json!({"itemId": 5101}))]);
    let linked = NewTicket { device: Some(DeviceId(4411)), ..ticket() };
    client.create_ticket(&linked).await.expect("created");
    assert_eq!(autotask.sent(0)["configurationItemID"], json!(4411));
}

#[tokio::test]
async fn x2_a_create_without_a_clear_answer_is_doubtful_and_never_sent_again() {
    let odd = [
        Answer::Lost,
        Answer::text(500, "<html>"),
        Answer::text(502, ""),
        Answer::text(200, "<html>"),
        Answer::json(200, &json!({"itemId": null})),
        Answer::text(204, ""),
    ];
    for answer in odd {
        let (client, autotask) = client([answer]);
        let error = client.create_ticket(&ticket()).await.expect_err("not clear");
        assert_eq!(error.class(), Class::OutcomeUnknown, "{error}");
        assert_eq!(autotask.calls().len(), 1);
    }
}

#[tokio::test]
async fn x2_a_create_that_certainly_had_no_effect_may_wait() {
    let (client, autotask) = client([Answer::NotSent, Answer::text(429, "")]);
    assert_eq!(client.create_ticket(&ticket()).await.expect_err("down").class(), Class::Transient { after: None });
    assert_eq!(client.create_ticket(&ticket()).await.expect_err("throttled").class(), Class::Throttled { after: None });
    assert_eq!(autotask.calls().len(), 2);
}

#[tokio::test]
async fn t2_a_refused_ticket_carries_autotasks_reasons() {
    let body = json!({"errors": ["queueID is required", "Picklist value [3] does not exist for priority"]});
    let (client, _) = client([Answer::json(500, &body)]);
    let error = client.create_ticket(&ticket()).await.expect_err("refused");
    assert_eq!(error.class(), Class::Permanent);
    assert!(error.to_string().contains("queueID is required; Picklist value [3]"), "{error}");
}

#[tokio::test]
async fn t19_a_snapshot_is_read_whatever_the_case_of_its_names() {
    let item = json!({
        "ID": 7, "TicketNumber": "T1", "externalId": reference().to_string(), "status": "5", "companyid": 174,
        "completedDate": "2026-01-02T03:04:05.67", "completedByResourceID": 29, "creatorResourceID": 4,
        "resolution": " ", "lastActivityDate": "2026-01-02T03:04:06Z",
    });
    let (client, autotask) = client([page(&[item])]);
    let found = client.tickets_by_reference(&reference()).await.expect("found");
    let expected = Snapshot {
        id: TicketId(7),
        number: "T1".to_owned(),
        external_id: Some(reference().to_string()),
        status: 5,
        completed_at: "2026-01-02T03:04:05.67Z".parse().ok(),
        completed_by: Some(ResourceId(29)),
        created_by: Some(ResourceId(4)),
        account: AccountId(174),
        resolution_is_empty: true,
        last_activity_at: "2026-01-02T03:04:06Z".parse().ok(),
    };
    assert_eq!(found, [expected]);
    assert_eq!(autotask.calls(), [QUERY]);
    assert_eq!(
        autotask.sent(0)["filter"],
        json!([{"op": "eq", "field": "externalID", "value": reference().to_string()}])
    );
    assert_eq!(autotask.sent(0)["IncludeFields"].as_array().map(Vec::len), Some(10));
}

#[tokio::test]
async fn x2_a_search_that_cannot_read_a_ticket_does_not_say_that_there_is_none() {
    let (client, _) = client([page(&[json!({"id": 7, "status": null, "companyID": 174})])]);
    assert_eq!(client.tickets_by_reference(&reference()).await.expect_err("malformed").class(), Class::Bug);
}

#[tokio::test]
async fn pages_are_walked_by_id_and_never_by_a_url_from_a_reply() {
    let (client, autotask) = client([full_page(&rows(1, 500)), full_page(&rows(600, 2)), page(&rows(700, 1))]);
    let mut pages = client.our_open_tickets(&[5, 13]);
    let mut ids = Vec::new();
    while let Some(page) = pages.next().await.expect("good") {
        ids.extend(page.rows.iter().map(|ticket| ticket.id.0));
    }
    assert_eq!((ids.len(), ids[499], ids[502]), (503, 500, 700));
    assert_eq!(autotask.calls(), [QUERY; 3]);
    let ours = json!({"op": "beginsWith", "field": "externalID", "value": "acr"});
    let open =
        [json!({"op": "noteq", "field": "status", "value": 5}), json!({"op": "noteq", "field": "status", "value": 13})];
    assert_eq!(autotask.sent(0)["filter"], json!([ours, open[0], open[1]]));
    assert_eq!(autotask.sent(1)["filter"], json!([ours, open[0], open[1], {"op": "gt", "field": "id", "value": 500}]));
    assert_eq!(autotask.sent(2)["filter"][3]["value"], json!(601));
    assert_eq!(autotask.sent(0)["MaxRecords"], json!(500));
}

#[tokio::test]
async fn x4_one_malformed_ticket_spoils_only_itself() {
    let (client, _) = client([page(&[row(1), json!({"id": 2, "companyID": 174}), row(3)])]);
    let page = client.tickets_changed_since(Timestamp::UNIX_EPOCH).next().await.expect("good").expect("a page");
    assert_eq!(page.rows.iter().map(|ticket| ticket.id.0).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(page.unreadable, ["record 2: no status"]);
}

#[tokio::test]
async fn x3_a_walk_that_could_miss_tickets_is_an_error() {
    let mut shuffled = rows(1, 500);
    shuffled.swap(10, 11);
    let mut twice = rows(1, 500);
    twice[11] = row(11);
    for answers in [
        vec![full_page(&shuffled)],
        vec![full_page(&twice)],
        vec![full_page(&[])],
        vec![full_page(&rows(5, 500)), full_page(&rows(5, 500))],
    ] {
        let (client, autotask) = client(answers);
        let error = client.our_open_tickets(&[5]).collect().await.expect_err("not reliable");
        assert_eq!(error.class(), Class::Bug);
        assert_eq!(autotask.left(), 0);
    }
    let (client, _) = client([Answer::json(200, &json!({"pageDetails": {}}))]);
    assert_eq!(client.our_open_tickets(&[5]).collect().await.expect_err("no list").class(), Class::Bug);
}

#[tokio::test]
async fn changes_are_asked_for_by_the_second() {
    let (client, autotask) = client([page(&[])]);
    let since = "2026-01-02T03:04:05.999Z".parse().expect("valid");
    assert!(client.tickets_changed_since(since).collect().await.expect("good").is_empty());
    let changed = json!({"op": "gte", "field": "lastActivityDate", "value": "2026-01-02T03:04:05Z"});
    assert_eq!(autotask.sent(0)["filter"][1], changed);
}

#[tokio::test]
async fn tickets_are_read_by_id_five_hundred_at_a_time() {
    let wanted: Vec<_> = (1..=501).map(TicketId).collect();
    let (client, autotask) = client([page(&rows(1, 3)), page(&rows(501, 1))]);
    assert_eq!(client.tickets_by_id(&wanted).await.expect("good").len(), 4);
    assert_eq!(autotask.sent(1)["filter"], json!([{"op": "in", "field": "id", "value": [501]}]));
    assert!(client.tickets_by_id(&[]).await.expect("nothing to do").is_empty());
    assert_eq!(autotask.calls().len(), 2);
}

#[tokio::test]
async fn t5_status_and_resolution_are_one_call() {
    let done = || Answer::json(200, &json!({"itemId": 5101}));
    let (client, autotask) = client([done(), done()]);
    client.update_status(TicketId(5101), 5, Some("Backup ran")).await.expect("changed");
    client.update_status(TicketId(5101), 1, None).await.expect("changed");
    assert_eq!(autotask.calls(), [format!("PATCH {TICKETS}"), format!("PATCH {TICKETS}")]);
    assert_eq!(autotask.sent(0), json!({"id": 5101, "status": 5, "resolution": "Backup ran"}));
    assert_eq!(autotask.sent(1), json!({"id": 5101, "status": 1}));
}

#[tokio::test]
async fn x8_description_and_status_are_one_call_within_the_documented_length() {
    let done = || Answer::json(200, &json!({"itemId": 5101}));
    let (client, autotask) = client([done(), done()]);
    client.update_description(TicketId(5101), "Two wait", Some(1)).await.expect("changed");
    client.update_description(TicketId(5101), &"x".repeat(8_001), None).await.expect("changed");
    assert_eq!(autotask.calls(), [format!("PATCH {TICKETS}"), format!("PATCH {TICKETS}")]);
    assert_eq!(autotask.sent(0), json!({"id": 5101, "description": "Two wait", "status": 1}));
    assert_eq!(autotask.sent(1)["description"].as_str().map(|text| text.chars().count()), Some(8_000));
    assert_eq!(autotask.sent(1).get("status"), None);
}

#[tokio::test]
async fn a_zone_without_patch_gets_the_whole_ticket_without_what_is_autotasks() {
    let no_patch =
        Answer::json(405, &json!({"Message": "The requested resource does not support http method 'PATCH'."}));
    let fields = || {
        let field = |name: &str, read_only: bool| json!({"name": name, "isReadOnly": read_only, "isPickList": false});
        Answer::json(200, &json!({"fields": [field("id", true), field("CompletedDate", true), field("title", false)]}))
    };
    let item = json!({
        "id": 5101, "status": 1, "title": "T", "description": null, "resolution": "old", "completedDate": null,
        "ticketNumber": "T1", "userDefinedFields": [{"name": "a", "value": "b"}],
    });
    let record = || Answer::json(200, &json!({"item": item}));
    let done = || Answer::json(200, &json!({"itemId": 5101}));
    let (client, autotask) = client([no_patch, fields(), record(), done(), fields(), record(), done()]);
    client.update_status(TicketId(5101), 5, Some("new")).await.expect("changed");
    client.update_status(TicketId(5101), 5, None).await.expect("changed");
    let calls = autotask.calls();
    assert_eq!(calls[2..4], [format!("GET {TICKETS}/5101"), format!("PUT {TICKETS}")]);
    assert_eq!(calls.iter().filter(|call| call.starts_with("PATCH")).count(), 1, "it is not tried again");
    let udfs = json!([{"name": "a", "value": "b"}]);
    assert_eq!(
        autotask.sent(3),
        json!({"id": 5101, "status": 5, "title": "T", "description": null, "resolution": "new", "userDefinedFields": udfs})
    );
    assert_eq!(autotask.sent(6)["resolution"], json!("old"));
}

#[tokio::test]
async fn t9_a_ticket_that_is_gone_says_so() {
    let no_patch = || Answer::json(405, &json!({"Message": "no"}));
    let fields = || Answer::json(200, &json!({"fields": []}));
    for missing in [Answer::json(200, &json!({"item": null})), Answer::text(404, "")] {
        let (client, _) = client([no_patch(), fields(), missing]);
        let error = client.update_status(TicketId(1), 5, None).await.expect_err("gone");
        assert!(matches!(error, Error::NotFound { .. }), "{error}");
    }
}
