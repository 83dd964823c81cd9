//! The contracts of the demo world.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use simulators::Seed;
use simulators::autotask::seed::{ACRONIS_SERVICES, FIRST_CUSTOMER, OFFICE_BUNDLE, SERVER_BUNDLE};

use super::desk::Desk;

const A_DAY: i64 = 24 * 60 * 60;

/// The companies with a contract in force that sells an Acronis service, by itself or in a bundle.
async fn selling(desk: &Desk, today: &str) -> BTreeSet<i64> {
    let in_force = json!([
        { "op": "eq", "field": "contractType", "value": 7 }, { "op": "eq", "field": "status", "value": 1 },
        { "op": "lte", "field": "startDate", "value": today }, { "op": "gte", "field": "endDate", "value": today },
    ]);
    let services: Vec<_> = ACRONIS_SERVICES.iter().map(|service| service.id.0).collect();
    let direct = json!([{ "op": "in", "field": "serviceID", "value": services }]);
    let bundled = json!([{ "op": "in", "field": "serviceBundleID", "value": [OFFICE_BUNDLE.0, SERVER_BUNDLE.0] }]);
    let contracts = desk.post("/Contracts/query", json!({ "filter": in_force })).await.ok();
    let mut sells = BTreeSet::new();
    for (collection, filter) in [("ContractServices", direct), ("ContractServiceBundles", bundled)] {
        let lines = desk.post(&format!("/{collection}/query"), json!({ "filter": filter })).await.ok();
        sells.extend(lines["items"].as_array().unwrap().iter().map(|line| line["contractID"].as_i64().unwrap()));
    }
    let in_force = contracts["items"].as_array().unwrap().iter();
    in_force
        .filter(|contract| sells.contains(&contract["id"].as_i64().unwrap()))
        .map(|contract| contract["companyID"].as_i64().unwrap())
        .collect()
}

fn first_twelve() -> BTreeSet<i64> {
    (FIRST_CUSTOMER.0..).take(12).collect()
}

#[tokio::test]
async fn the_first_twelve_customers_and_no_others_have_a_selling_contract() {
    assert_eq!(selling(&Desk::new(), "2026-11-22").await, first_twelve());
}

#[tokio::test]
async fn the_demo_is_the_same_whenever_it_starts() {
    let desk = Desk::starting(Seed::Demo, "2031-02-28T23:59:00Z");
    assert_eq!(selling(&desk, "2031-02-28").await, first_twelve());
}

#[tokio::test]
async fn one_contract_begins_later_beside_a_current_one_and_others_have_ended() {
    let desk = Desk::new();
    let future = json!([{ "op": "gt", "field": "startDate", "value": "2026-11-22" }]);
    let ended = json!([{ "op": "lt", "field": "endDate", "value": "2026-11-22" }]);
    for (filter, expected) in
        [(future, ["Hazel Travel", "Maple Accounting"]), (ended, ["Ivy Media", "Nettle Interiors"])]
    {
        let found = desk.post("/Contracts/query", json!({ "filter": filter })).await.ok();
        let mut names: Vec<Value> = Vec::new();
        for contract in found["items"].as_array().unwrap() {
            names.push(desk.item(&format!("/Companies/{}", contract["companyID"])).await["companyName"].clone());
        }
        assert_eq!(names, expected.map(Value::from));
    }
}

#[tokio::test]
async fn the_demo_still_sells_two_months_on() {
    let desk = Desk::new();
    desk.pass(60 * A_DAY);
    let mut expected = first_twelve();
    // The contract of Maple Accounting has begun by then.
    expected.insert(FIRST_CUSTOMER.0 + 12);
    assert_eq!(selling(&desk, "2027-01-21").await, expected);
}
