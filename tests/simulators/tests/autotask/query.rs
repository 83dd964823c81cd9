//! The query language and paging.

use serde_json::{Value, json};
use simulators::autotask::seed::CUSTOMERS;

use super::desk::{ALDER, BASE_URL, BIRCH, Desk};

fn all() -> Value {
    json!([{ "op": "exist", "field": "id" }])
}

async fn names(desk: &Desk, filter: Value) -> Vec<String> {
    let found = desk.post("/Companies/query", json!({ "filter": filter })).await.ok();
    found["items"].as_array().unwrap().iter().map(|item| item["companyName"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_demo_world_has_its_customers_in_order_of_their_ids() {
    let desk = Desk::new();
    let customers = json!([{ "op": "eq", "field": "companyType", "value": 1 }, { "op": "eq", "field": "isActive", "value": true },
        { "op": "noteq", "field": "id", "value": 0 }]);
    assert_eq!(names(&desk, customers.clone()).await, CUSTOMERS);
    assert_eq!(desk.ids("Companies", customers).await, (ALDER..ALDER + 14).collect::<Vec<_>>());
}

#[tokio::test]
async fn texts_take_every_operator_whatever_the_case() {
    let desk = Desk::new();
    for (op, value, expected) in [
        ("eq", json!("birch dental"), vec!["Birch Dental"]),
        ("beginsWith", json!("DOG"), vec!["Dogwood Law"]),
        ("endsWith", json!("foods"), vec!["Kale Foods"]),
        ("contains", json!("street"), vec!["Elm Street Bakery"]),
        ("lt", json!("b"), vec!["Alder & Sons", "Acronis"]),
        ("in", json!(["ivy media", "HAZEL TRAVEL"]), vec!["Hazel Travel", "Ivy Media"]),
    ] {
        assert_eq!(names(&desk, json!([{ "op": op, "field": "companyName", "value": value }])).await, expected, "{op}");
    }
    let others = json!([{ "op": "notIn", "field": "companyName", "value": CUSTOMERS }]);
    assert_eq!(names(&desk, others).await, ["Demo MSP", "Oak & Partners", "Acronis"]);
}

#[tokio::test]
async fn numbers_and_dates_are_ordered() {
    let desk = Desk::new();
    for (op, expected) in [("gt", vec![188, 189]), ("gte", vec![187, 188, 189])] {
        assert_eq!(desk.ids("Companies", json!([{ "op": op, "field": "id", "value": 187 }])).await, expected, "{op}");
    }
    assert_eq!(desk.ids("Companies", json!([{ "op": "lte", "field": "id", "value": 174 }])).await, [0, 174]);
    let id = desk.ticket().await.0;
    for (op, value, expected) in [
        ("gte", "2026-11-22", vec![id]),
        ("lt", "2026-11-22", vec![]),
        ("eq", "2026-11-22T10:15:00", vec![id]),
        ("gt", "2026-11-22T10:15:00.000Z", vec![]),
    ] {
        assert_eq!(
            desk.ids("Tickets", json!([{ "op": op, "field": "lastActivityDate", "value": value }])).await,
            expected,
            "{op}"
        );
    }
}

#[tokio::test]
async fn only_exist_and_not_exist_see_what_is_not_set() {
    let desk = Desk::new();
    let with = desk.create_ticket(json!({ "externalID": "a" })).await.id();
    let without = desk.ticket().await.0;
    assert_eq!(desk.ids("Tickets", json!([{ "op": "exist", "field": "externalID" }])).await, [with]);
    assert_eq!(desk.ids("Tickets", json!([{ "op": "notExist", "field": "externalID" }])).await, [without]);
    assert_eq!(desk.ids("Tickets", json!([{ "op": "noteq", "field": "externalID", "value": "b" }])).await, [with]);
    assert_eq!(desk.ids("Tickets", json!([{ "op": "notIn", "field": "externalID", "value": ["b"] }])).await, [with]);
}

#[tokio::test]
async fn conditions_nest_in_groups_and_stand_side_by_side_as_and() {
    let desk = Desk::new();
    let filter = json!([
        { "op": "or", "items": [
            { "op": "eq", "field": "id", "value": 0 },
            { "op": "and", "items": [
                { "op": "gte", "field": "id", "value": 187 },
                { "op": "eq", "field": "isActive", "value": true },
            ] },
        ] },
        { "op": "noteq", "field": "companyType", "value": 7 },
    ]);
    assert_eq!(desk.ids("Companies", filter).await, [0, 187]);
}

/// Ids and some references are looked up rather than walked: the result must be the one of a walk.
#[tokio::test]
async fn a_filter_on_ids_and_references_finds_what_a_walk_would_find() {
    let desk = Desk::new();
    let everything = desk.post("/ContractServices/query", json!({ "filter": all() })).await.ok();
    let lines: Vec<_> = everything["items"].as_array().unwrap().clone();
    let at = |place: usize, field: &str| lines[place][field].as_i64().unwrap();
    let (id, contract, service) = (at(4, "id"), at(4, "contractID"), at(4, "serviceID"));
    let test = |op: &str, field: &str, value: Value| json!({ "op": op, "field": field, "value": value });
    type Expected<'a> = Box<dyn Fn(i64, i64, i64) -> bool + 'a>;
    let cases: [(Value, Expected<'_>); 9] = [
        (json!([test("eq", "id", json!(id))]), Box::new(|i, _, _| i == id)),
        (json!([test("noteq", "id", json!(id))]), Box::new(|i, _, _| i != id)),
        (json!([test("lt", "id", json!(id))]), Box::new(|i, _, _| i < id)),
        (
            json!([test("gt", "id", json!(id)), test("eq", "contractID", json!(contract))]),
            Box::new(|i, c, _| i > id && c == contract),
        ),
        (
            json!([test("in", "id", json!([id, id + 1, 1])), test("gte", "id", json!(id + 1))]),
            Box::new(|i, _, _| i == id + 1),
        ),
        (json!([test("notIn", "contractID", json!([contract]))]), Box::new(|_, c, _| c != contract)),
        (
            json!([test("in", "contractID", json!([contract, 7001])), test("eq", "serviceID", json!(service))]),
            Box::new(|_, c, s| (c == contract || c == 7001) && s == service),
        ),
        (
            json!([{ "op": "or", "items": [test("eq", "id", json!(id)), test("eq", "serviceID", json!(service))] }]),
            Box::new(|i, _, s| i == id || s == service),
        ),
        (
            json!([{ "op": "or", "items": [test("eq", "contractID", json!(contract))] }]),
            Box::new(|_, c, _| c == contract),
        ),
    ];
    for (filter, expected) in cases {
        let expected: Vec<_> = (0..lines.len())
            .filter(|place| expected(at(*place, "id"), at(*place, "contractID"), at(*place, "serviceID")))
            .map(|place| at(place, "id"))
            .collect();
        assert!(!expected.is_empty());
        assert_eq!(desk.ids("ContractServices", filter.clone()).await, expected, "{filter}");
    }
}

#[tokio::test]
async fn property_and_field_names_are_read_without_regard_to_case() {
    let desk = Desk::new();
    let body = json!({ "FILTER": [{ "OP": "EQ", "Field": "COMPANYid", "Value": ALDER }], "maxrecords": 1, "INCLUDEFIELDS": ["ID"] });
    let id = desk.ticket().await.0;
    let found = desk.post("/Tickets/query", body).await.ok();
    assert_eq!(found["items"][0]["id"], id);
    assert!(found["items"][0].get("companyID").is_none());
}

#[tokio::test]
async fn a_quoted_number_finds_nothing_and_other_text_cannot_be_converted() {
    let desk = Desk::new();
    for op in ["eq", "noteq", "gt"] {
        let quoted = json!([{ "op": op, "field": "id", "value": "174" }]);
        assert_eq!(desk.ids("Companies", quoted).await, Vec::<i64>::new(), "{op}");
    }
    let query = |field: &str, value: Value| json!({ "filter": [{ "op": "eq", "field": field, "value": value }] });
    let answer = desk.post("/Companies/query", query("id", json!("Alder"))).await;
    answer.refused_with("Conversion failed when converting varchar 'Alder' to data type int.");
    let answer = desk.post("/Companies/query", query("isActive", json!("true"))).await;
    answer.refused_with("Conversion failed when converting varchar 'true' to data type bit.");
    let answer = desk.post("/Companies/query", query("createDate", json!("soon"))).await;
    answer.refused_with("Conversion failed when converting varchar 'soon' to data type datetime.");
}

#[tokio::test]
async fn operators_that_do_not_suit_the_type_are_refused() {
    let desk = Desk::new();
    for (op, field, value) in [
        ("contains", "id", json!(1)),
        ("beginsWith", "createDate", json!("2026")),
        ("gt", "isActive", json!(true)),
        ("in", "isActive", json!([true])),
        ("like", "companyName", json!("a")),
        ("in", "id", json!(174)),
    ] {
        let body = json!({ "filter": [{ "op": op, "field": field, "value": value }] });
        assert_eq!(desk.post("/Companies/query", body).await.errors().len(), 1, "{op} on {field}");
    }
}

#[tokio::test]
async fn a_yes_no_field_is_compared_with_json_booleans() {
    let desk = Desk::new();
    assert_eq!(desk.ids("Companies", json!([{ "op": "eq", "field": "isActive", "value": false }])).await, [188]);
    assert_eq!(desk.ids("Companies", json!([{ "op": "noteq", "field": "isActive", "value": true }])).await, [188]);
}

#[tokio::test]
async fn unknown_and_not_queryable_fields_are_refused() {
    let desk = Desk::new();
    let query = |field: &str| json!({ "filter": [{ "op": "exist", "field": field }] });
    desk.post("/Tickets/query", query("colour")).await.refused_with("Unable to find colour in the Ticket Entity.");
    for (collection, field) in [("Tickets", "creatorType"), ("Companies", "sicCode"), ("Companies", "assetValue")] {
        let errors = desk.post(&format!("/{collection}/query"), query(field)).await.errors();
        assert!(errors[0].contains(field), "{errors:?}");
    }
}

#[tokio::test]
async fn a_query_needs_a_filter() {
    let desk = Desk::new();
    for body in [json!({}), json!({ "filter": [] }), json!({ "filter": null })] {
        assert_eq!(desk.post("/Tickets/query", body).await.errors().len(), 1);
    }
    assert_eq!(desk.get("/Tickets/query").await.errors().len(), 1);
}

#[tokio::test]
async fn user_defined_fields_are_filtered_by_name_one_at_a_time() {
    let desk = Desk::new();
    let golden = json!({ "id": BIRCH, "userDefinedFields": [{ "name": "CustomerRanking", "value": "Golden" }] });
    desk.patch("/Companies", golden).await.ok();
    let filter = json!({ "op": "eq", "field": "customerranking", "udf": true, "value": "golden" });
    assert_eq!(desk.ids("Companies", json!([filter])).await, [BIRCH]);
    assert_eq!(desk.post("/Companies/query", json!({ "filter": [filter, filter] })).await.errors().len(), 1);
    let unknown = json!({ "filter": [{ "op": "exist", "field": "Shoe size", "udf": true }] });
    desk.post("/Companies/query", unknown).await.refused_with("Unable to find Shoe size in the Company Entity.");
}

#[tokio::test]
async fn five_hundred_or_conditions_are_the_limit() {
    let desk = Desk::new();
    let within: Vec<_> = (0..500).collect();
    assert_eq!(desk.ids("Companies", json!([{ "op": "in", "field": "id", "value": within }])).await.len(), 17);
    let beyond: Vec<_> = (0..501).collect();
    let refused = "Queries are limited to 500 or fewer 'OR' conditions.";
    let query = json!({ "filter": [{ "op": "in", "field": "id", "value": beyond }] });
    desk.post("/Companies/query", query).await.refused_with(refused);
    let items: Vec<_> = beyond.iter().map(|id| json!({ "op": "eq", "field": "id", "value": id })).collect();
    let query = json!({ "filter": [{ "op": "or", "items": items }] });
    desk.post("/Companies/query", query).await.refused_with(refused);
}

#[tokio::test]
async fn a_page_holds_1_to_500_records() {
    let desk = Desk::new();
    for size in [json!(0), json!(501), json!(-1), json!("many")] {
        let answer = desk.post("/Companies/query", json!({ "filter": all(), "MaxRecords": size })).await;
        answer.refused_with("maxCountOfRecordsToReturn must be between 1 and 500");
    }
    let page = desk.post("/Companies/query", json!({ "filter": all() })).await.ok();
    assert_eq!(
        page["pageDetails"],
        json!({ "count": 17, "requestCount": 500, "prevPageUrl": null, "nextPageUrl": null })
    );
}

#[tokio::test]
async fn only_included_fields_come_back_beside_the_user_defined_ones() {
    let desk = Desk::new();
    let body =
        json!({ "filter": [{ "op": "eq", "field": "id", "value": ALDER }], "IncludeFields": ["id", "CompanyName"] });
    let item = desk.post("/Companies/query", body).await.ok()["items"][0].clone();
    let mut fields: Vec<_> = item.as_object().unwrap().keys().cloned().collect();
    fields.sort();
    assert_eq!(fields, ["companyName", "id", "userDefinedFields"]);
}

#[tokio::test]
async fn the_count_is_answered_to_both_methods() {
    let desk = Desk::new();
    let body = json!({ "filter": [{ "op": "gt", "field": "id", "value": 0 }] });
    assert_eq!(desk.post("/Companies/query/count", body.clone()).await.ok(), json!({ "queryCount": 16 }));
    let search: String = url::form_urlencoded::byte_serialize(body.to_string().as_bytes()).collect();
    let counted = desk.get(&format!("/Companies/query/count?search={search}")).await.ok();
    assert_eq!(counted, json!({ "queryCount": 16 }));
}

/// Follows a walk to its end and answers the ids and the number of pages.
async fn walk(desk: &Desk, first: Value, body: Option<&Value>) -> (Vec<i64>, usize) {
    let (mut page, mut ids, mut pages) = (first, Vec::new(), 0);
    loop {
        pages += 1;
        ids.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()));
        let Some(next) = page["pageDetails"]["nextPageUrl"].as_str().map(str::to_owned) else { return (ids, pages) };
        assert!(next.starts_with(&format!("{BASE_URL}/atservicesrest/V1.0/Companies/query/next?paging=")), "{next}");
        page = match body {
            Some(body) => desk.post(&next, body.clone()).await.ok(),
            None => desk.get(&next).await.ok(),
        };
    }
}

#[tokio::test]
async fn a_walk_by_get_follows_addresses_that_repeat_the_search() {
    let desk = Desk::new();
    let body =
        json!({ "filter": [{ "op": "gt", "field": "id", "value": 0 }], "MaxRecords": 5, "IncludeFields": ["id"] });
    let search: String = url::form_urlencoded::byte_serialize(body.to_string().as_bytes()).collect();
    let first = desk.get(&format!("/Companies/query?search={search}")).await.ok();
    assert_eq!(walk(&desk, first, None).await, ((174..=189).collect(), 4));
}

#[tokio::test]
async fn a_walk_by_post_wants_the_same_body_again_and_no_get() {
    let desk = Desk::new();
    let body = json!({ "filter": [{ "op": "gt", "field": "id", "value": 0 }], "MaxRecords": 8 });
    let first = desk.post("/Companies/query", body.clone()).await.ok();
    assert_eq!(walk(&desk, first.clone(), Some(&body)).await, ((174..=189).collect(), 2));
    let next = first["pageDetails"]["nextPageUrl"].as_str().unwrap();
    desk.get(next).await.not_offered("GET");
    assert_eq!(desk.post(next, json!({})).await.errors().len(), 1);
}

#[tokio::test]
async fn pages_know_the_way_back() {
    let desk = Desk::new();
    let body = json!({ "filter": all(), "MaxRecords": 6 });
    let first = desk.post("/Companies/query", body.clone()).await.ok();
    let second = desk.post(first["pageDetails"]["nextPageUrl"].as_str().unwrap(), body.clone()).await.ok();
    let back = desk.post(second["pageDetails"]["prevPageUrl"].as_str().unwrap(), body).await.ok();
    assert_eq!(back, first);
}

#[tokio::test]
async fn a_walk_without_the_id_among_its_fields_is_refused() {
    let desk = Desk::new();
    let body = json!({ "filter": all(), "MaxRecords": 2, "IncludeFields": ["companyName"] });
    assert_eq!(desk.post("/Companies/query", body).await.errors().len(), 1);
}
