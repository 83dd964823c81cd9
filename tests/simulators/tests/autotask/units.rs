//! Units: how adjustments change them, and what the units rows show.

use jiff::civil::date;
use serde_json::{Value, json};
use simulators::autotask::seed::{MAILBOXES, NETWORK_MONITORING, OFFICE_BUNDLE, SERVERS, WORKSTATIONS};
use simulators::autotask::{CompanyId, ContractDraft, ContractId, DateOnly, DateShape, Quirks};
use simulators::control::{Fault, Kind};

use super::desk::{ALDER, Answer, Desk};

/// Half a year from November, so that the first months are short enough to spell out.
fn draft(desk: &Desk) -> ContractDraft<'_> {
    desk.autotask.contract(CompanyId(ALDER)).from(date(2026, 11, 1)).to(date(2027, 4, 30))
}

async fn adjust(desk: &Desk, contract: ContractId, fields: Value) -> Answer {
    let mut body = json!({ "contractID": contract.0, "serviceID": WORKSTATIONS.0 });
    for (name, value) in fields.as_object().expect("an object") {
        body[name] = value.clone();
    }
    desk.post(&format!("/Contracts/{contract}/ServiceAdjustments"), body).await
}

async fn items(desk: &Desk, collection: &str, contract: ContractId) -> Vec<Value> {
    let filter = json!({ "filter": [{ "op": "eq", "field": "contractID", "value": contract.0 }] });
    let found = desk.post(&format!("/{collection}/query"), filter).await.ok();
    let mut items = found["items"].as_array().unwrap().clone();
    items.sort_by_key(|item| item["startDate"].as_str().map(str::to_owned));
    items
}

/// First day, last day and units of each row of a contract.
async fn rows(desk: &Desk, contract: ContractId) -> Vec<(String, String, i64)> {
    let items = items(desk, "ContractServiceUnits", contract).await;
    let day = |item: &Value, field: &str| item[field].as_str().unwrap()[..10].to_owned();
    items.iter().map(|item| (day(item, "startDate"), day(item, "endDate"), item["units"].as_i64().unwrap())).collect()
}

fn row(first: &str, last: &str, units: i64) -> (String, String, i64) {
    (first.to_owned(), last.to_owned(), units)
}

#[tokio::test]
async fn a_line_alone_has_no_units_rows() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 0).sign().unwrap();
    assert_eq!(rows(&desk, contract).await, []);
    assert_eq!(items(&desk, "ContractServices", contract).await.len(), 1);
}

#[tokio::test]
async fn an_adjustment_answers_no_id_opens_the_line_and_fills_every_period() {
    let desk = Desk::new();
    let contract = draft(&desk).sign().unwrap();
    let answer = adjust(&desk, contract, json!({ "unitChange": 4, "effectiveDate": "2026-11-01" })).await.ok();
    assert_eq!(answer, json!({ "itemId": null }));
    let expected = [
        row("2026-11-01", "2026-11-30", 4),
        row("2026-12-01", "2026-12-31", 4),
        row("2027-01-01", "2027-01-31", 4),
        row("2027-02-01", "2027-02-28", 4),
        row("2027-03-01", "2027-03-31", 4),
        row("2027-04-01", "2027-04-30", 4),
    ];
    assert_eq!(rows(&desk, contract).await, expected);
    assert_eq!(items(&desk, "ContractServices", contract).await.len(), 1);
}

#[tokio::test]
async fn an_adjustment_inside_a_period_cuts_its_row_and_raises_the_later_ones() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 10).sign().unwrap();
    let before = items(&desk, "ContractServiceUnits", contract).await;
    adjust(&desk, contract, json!({ "unitChange": -4, "effectiveDate": "2026-12-15" })).await.ok();
    let expected = [
        row("2026-11-01", "2026-11-30", 10),
        row("2026-12-01", "2026-12-14", 10),
        row("2026-12-15", "2026-12-31", 6),
        row("2027-01-01", "2027-01-31", 6),
    ];
    assert_eq!(rows(&desk, contract).await[..4], expected);
    let after = items(&desk, "ContractServiceUnits", contract).await;
    assert_eq!((&after[1]["id"], &after[3]["id"]), (&before[1]["id"], &before[2]["id"]), "old rows keep their ids");
}

#[tokio::test]
async fn periods_without_units_have_no_row() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 5).sign().unwrap();
    desk.autotask.adjust(contract, WORKSTATIONS, -5, date(2026, 12, 1)).unwrap();
    assert_eq!(rows(&desk, contract).await, [row("2026-11-01", "2026-11-30", 5)]);
}

#[tokio::test]
async fn a_row_shows_the_extended_price_of_its_share_of_the_period() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 10).sign().unwrap();
    let repriced = json!({ "unitChange": 0, "effectiveDate": "2026-11-16", "adjustedUnitPrice": 6.0 });
    adjust(&desk, contract, repriced).await.ok();
    let items = items(&desk, "ContractServiceUnits", contract).await;
    let prices: Vec<_> = items.iter().take(3).map(|item| item["price"].as_f64().unwrap()).collect();
    assert_eq!(prices, [22.5, 30.0, 60.0]);
    assert_eq!((&items[0]["cost"], &items[0]["approveAndPostDate"]), (&json!(11.25), &Value::Null));
}

#[tokio::test]
async fn periods_are_as_long_as_the_service_says() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(NETWORK_MONITORING, 2).sign().unwrap();
    let expected = [row("2026-11-01", "2027-01-31", 2), row("2027-02-01", "2027-04-30", 2)];
    assert_eq!(rows(&desk, contract).await, expected);
}

#[tokio::test]
async fn an_adjustment_outside_the_contract_is_refused() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 1).sign().unwrap();
    let refusal = "ContractServiceAdjustment effectiveDate must be between the start date and end date of the Contract referenced by contractID.";
    for day in ["2026-10-31", "2027-05-01"] {
        adjust(&desk, contract, json!({ "unitChange": 1, "effectiveDate": day })).await.refused_with(refusal);
    }
    for day in ["2026-11-02", "2027-04-30"] {
        adjust(&desk, contract, json!({ "unitChange": 1, "effectiveDate": day })).await.ok();
    }
}

#[tokio::test]
async fn a_second_adjustment_of_a_line_on_one_day_is_refused() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 1).sells(SERVERS, 1).sign().unwrap();
    let same_day = json!({ "unitChange": 1, "effectiveDate": "2026-11-22" });
    adjust(&desk, contract, same_day.clone()).await.ok();
    let errors = adjust(&desk, contract, same_day).await.errors();
    assert!(errors[0].contains("Attempt to insert duplicate data into contract_service_period"), "{errors:?}");
    let other_line = json!({ "serviceID": SERVERS.0, "unitChange": 1, "effectiveDate": "2026-11-22" });
    adjust(&desk, contract, other_line).await.ok();
}

#[tokio::test]
async fn an_adjustment_names_what_it_adjusts() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 3).sign().unwrap();
    let line = items(&desk, "ContractServices", contract).await[0]["id"].clone();
    let by_line = json!({ "contractServiceID": line, "unitChange": 2, "effectiveDate": "2026-12-01" });
    desk.post("/ContractServiceAdjustments", by_line).await.ok();
    assert_eq!(rows(&desk, contract).await[1], row("2026-12-01", "2026-12-31", 5));
    let missing = desk.post(&format!("/Contracts/{contract}/ServiceAdjustments"), json!({ "unitChange": 1 })).await;
    let expected = ["effectiveDate is required", "Value does not exist for the required field serviceID"];
    assert_eq!(missing.errors(), expected);
    let other = draft(&desk).sells(WORKSTATIONS, 1).sign().unwrap();
    let foreign = json!({ "contractServiceID": line, "unitChange": 1, "effectiveDate": "2026-12-02" });
    let refusal = "Reference value on field: contractServiceID of type: ContractService does not exist or is invalid.";
    adjust(&desk, other, foreign).await.refused_with(refusal);
}

#[tokio::test]
async fn a_service_gets_a_second_line_only_when_asked_for() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 3).sign().unwrap();
    let again = json!({ "unitChange": 2, "effectiveDate": "2026-11-01", "allowRepeatService": true });
    adjust(&desk, contract, again).await.ok();
    assert_eq!(items(&desk, "ContractServices", contract).await.len(), 2);
    let first: Vec<_> = rows(&desk, contract).await.into_iter().filter(|row| row.0 == "2026-11-01").collect();
    assert_eq!(first, [row("2026-11-01", "2026-11-30", 3), row("2026-11-01", "2026-11-30", 2)]);
}

#[tokio::test]
async fn units_never_fall_below_zero() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 3).sign().unwrap();
    let refusal = "unitChange must not reduce the units below zero.";
    adjust(&desk, contract, json!({ "unitChange": -4, "effectiveDate": "2026-12-01" })).await.refused_with(refusal);
    adjust(&desk, contract, json!({ "unitChange": -3, "effectiveDate": "2026-12-01" })).await.ok();
    adjust(&desk, contract, json!({ "unitChange": -1, "effectiveDate": "2026-11-15" })).await.refused_with(refusal);
}

#[tokio::test]
async fn adjustments_cannot_be_read() {
    let desk = Desk::new();
    let filter = json!({ "filter": [{ "op": "exist", "field": "id" }] });
    let answer = desk.post("/ContractServiceAdjustments/query", filter).await;
    answer.refused_with("This entity type does not support the query action");
    desk.get("/ContractServiceAdjustments/1").await.not_offered("GET");
    let contract = draft(&desk).sign().unwrap();
    desk.get(&format!("/Contracts/{contract}/ServiceAdjustments")).await.not_offered("GET");
}

#[tokio::test]
async fn units_rows_cannot_be_written() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 3).sign().unwrap();
    desk.post(&format!("/Contracts/{contract}/ServiceUnits"), json!({ "units": 5 })).await.not_offered("POST");
    let listed = desk.get(&format!("/Contracts/{contract}/ServiceUnits")).await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 6);
    let id = &listed["items"][0]["id"];
    assert_eq!(desk.item(&format!("/ContractServiceUnits/{id}")).await, listed["items"][0]);
}

#[tokio::test]
async fn rows_follow_the_dates_of_the_contract() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 3).sign().unwrap();
    desk.patch("/Contracts", json!({ "id": contract.0, "endDate": "2026-12-10" })).await.ok();
    let expected = [row("2026-11-01", "2026-11-30", 3), row("2026-12-01", "2026-12-10", 3)];
    assert_eq!(rows(&desk, contract).await, expected);
    let cut_off = &items(&desk, "ContractServiceUnits", contract).await[1];
    assert_eq!(cut_off["price"], 4.35, "ten of 31 days");
    desk.autotask.move_contract(contract, date(2026, 11, 15), date(2027, 2, 14)).unwrap();
    let expected =
        [row("2026-11-15", "2026-12-14", 3), row("2026-12-15", "2027-01-14", 3), row("2027-01-15", "2027-02-14", 3)];
    assert_eq!(rows(&desk, contract).await, expected);
}

#[tokio::test]
async fn bundles_have_units_of_their_own_and_their_members_none() {
    let desk = Desk::new();
    let contract = draft(&desk).sells_bundle(OFFICE_BUNDLE, 5).sells(SERVERS, 1).sign().unwrap();
    desk.autotask.adjust_bundle(contract, OFFICE_BUNDLE, 2, date(2026, 11, 20)).unwrap();
    let bundles = items(&desk, "ContractServiceBundleUnits", contract).await;
    let line = &items(&desk, "ContractServiceBundles", contract).await[0]["id"];
    assert_eq!(bundles.len(), 7);
    assert_eq!(
        (&bundles[1]["units"], &bundles[1]["contractServiceBundleID"], &bundles[1]["serviceBundleID"]),
        (&json!(7), line, &json!(OFFICE_BUNDLE.0))
    );
    assert_eq!(bundles[2]["price"], 77.0);
    assert_eq!(rows(&desk, contract).await.len(), 6);
    let path = format!("/Contracts/{contract}/ServiceBundleAdjustments");
    let again = json!({ "serviceBundleID": OFFICE_BUNDLE.0, "unitChange": 1, "effectiveDate": "2026-11-20" });
    let errors = desk.post(&path, again).await.errors();
    assert!(errors[0].contains("Attempt to insert duplicate data into"), "{errors:?}");
}

#[tokio::test]
async fn members_of_bundles_may_have_rows_under_a_line_that_the_contract_does_not_have() {
    let desk = Desk::new();
    let contract = draft(&desk).sells_bundle(OFFICE_BUNDLE, 5).sells(SERVERS, 1).sign().unwrap();
    desk.autotask.quirks(|quirks| quirks.bundle_members_have_units = true);
    let all = items(&desk, "ContractServiceUnits", contract).await;
    let mailboxes: Vec<_> = all.iter().filter(|row| row["serviceID"] == MAILBOXES.0).collect();
    assert_eq!((all.len(), mailboxes.len(), &mailboxes[0]["units"]), (24, 6, &json!(5)));
    let lines = items(&desk, "ContractServices", contract).await;
    assert!(lines.iter().all(|line| line["id"] != mailboxes[0]["contractServiceID"]));
    let id = &mailboxes[0]["id"];
    assert_eq!(desk.item(&format!("/ContractServiceUnits/{id}")).await, *mailboxes[0]);
}

#[tokio::test]
async fn a_cut_row_may_end_on_the_day_on_which_the_next_begins() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 3).adjust(WORKSTATIONS, 1, date(2026, 11, 22)).sign().unwrap();
    desk.autotask.quirks(|quirks| quirks.cut_rows_overlap = true);
    let expected =
        [row("2026-11-01", "2026-11-22", 3), row("2026-11-22", "2026-11-30", 4), row("2026-12-01", "2026-12-31", 4)];
    assert_eq!(rows(&desk, contract).await[..3], expected);
    let today = json!([{ "op": "eq", "field": "contractID", "value": contract.0 },
        { "op": "lte", "field": "startDate", "value": "2026-11-22T23:59:59" },
        { "op": "gte", "field": "endDate", "value": "2026-11-22T00:00:00" }]);
    assert_eq!(desk.ids("ContractServiceUnits", today).await.len(), 2);
}

#[tokio::test]
async fn old_rows_may_lack_their_line() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 3).sign().unwrap();
    desk.autotask.quirks(|quirks| quirks.no_contract_service_before = Some(date(2026, 12, 1)));
    let rows = items(&desk, "ContractServiceUnits", contract).await;
    let has_line: Vec<_> = rows.iter().map(|row| row["contractServiceID"].is_i64()).collect();
    assert_eq!(has_line, [false, true, true, true, true, true]);
}

#[tokio::test]
async fn a_row_can_vanish_without_a_reason_and_come_back() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 3).sign().unwrap();
    assert!(desk.autotask.lose_units(contract, WORKSTATIONS));
    assert_eq!(rows(&desk, contract).await[0], row("2026-12-01", "2026-12-31", 3));
    assert!(desk.autotask.find_lost_units(contract, WORKSTATIONS));
    assert_eq!(rows(&desk, contract).await.len(), 6);
    assert!(!desk.autotask.lose_units(contract, SERVERS));
}

#[tokio::test]
async fn days_come_in_the_shape_of_the_database_and_are_found_all_the_same() {
    type Shape = fn(&mut Quirks);
    let shapes: [(Shape, &str); 4] = [
        (|quirks| quirks.bare_days = true, "2026-11-01"),
        (|quirks| quirks.dates = DateShape::NoZone, "2026-11-01T00:00:00"),
        (|quirks| quirks.date_only = DateOnly::LocalMidnight { ahead: 11 }, "2026-10-31T13:00:00Z"),
        (|quirks| quirks.date_only = DateOnly::LocalMidnight { ahead: -5 }, "2026-11-01T05:00:00Z"),
    ];
    for (shape, expected) in shapes {
        let desk = Desk::new();
        let contract = draft(&desk).sells(WORKSTATIONS, 3).sign().unwrap();
        desk.autotask.quirks(shape);
        assert_eq!(desk.item(&format!("/Contracts/{contract}")).await["startDate"], expected);
        let units = items(&desk, "ContractServiceUnits", contract).await;
        assert_eq!(units[0]["startDate"], expected);
        let same = json!([{ "op": "eq", "field": "startDate", "value": expected },
            { "op": "eq", "field": "contractID", "value": contract.0 }]);
        assert_eq!(desk.ids("ContractServiceUnits", same).await, [units[0]["id"].as_i64().unwrap()], "{expected}");
        let same = json!([{ "op": "eq", "field": "startDate", "value": expected },
            { "op": "eq", "field": "id", "value": contract.0 }]);
        assert_eq!(desk.ids("Contracts", same).await, [contract.0], "{expected}");
    }
}

#[tokio::test]
async fn a_database_may_convert_days_to_its_zone_on_the_way_in() {
    let desk = Desk::new();
    desk.autotask.quirks(|quirks| quirks.date_only = DateOnly::TakenAsUtc { ahead: -5 });
    let body =
        super::contracts::contract(&json!({ "startDate": "2026-11-01T02:00:00Z", "endDate": "2027-10-31T12:00:00Z" }));
    let id = desk.post("/Contracts", body).await.id();
    let found = desk.item(&format!("/Contracts/{id}")).await;
    assert_eq!(
        (&found["startDate"], &found["endDate"]),
        (&json!("2026-10-31T00:00:00Z"), &json!("2027-10-31T00:00:00Z"))
    );
}

#[tokio::test]
async fn a_lost_answer_to_an_adjustment_shows_in_the_rows_alone() {
    let desk = Desk::new();
    let contract = draft(&desk).sells(WORKSTATIONS, 3).sign().unwrap();
    let path = format!("/atservicesrest/v1.0/Contracts/{contract}/ServiceAdjustments");
    desk.autotask.control().add_fault(Fault::new(Kind::EffectThenDrop, path));
    let answer = adjust(&desk, contract, json!({ "unitChange": 2, "effectiveDate": "2026-12-01" })).await;
    assert!(answer.bytes.is_empty());
    assert_eq!(rows(&desk, contract).await[1], row("2026-12-01", "2026-12-31", 5));
}
