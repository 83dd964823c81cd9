use jiff::civil;
use runtime::http::scripted::Answer;
use serde_json::json;

use super::*;
use crate::Budget;
use crate::fixture::{client, client_with, page, settings};

fn today() -> Date {
    civil::date(2026, 11, 22)
}

/// A page after which there are more.
fn full_page(items: &[Value]) -> Answer {
    Answer::json(200, &json!({"items": items, "pageDetails": {"nextPageUrl": "https://elsewhere.example/next"}}))
}

fn units_row(id: i64) -> Value {
    json!({
        "id": id, "contractID": 7001, "contractServiceID": 8001, "serviceID": 9001, "units": 5,
        "startDate": "2026-11-01T00:00:00Z", "endDate": "2026-11-30T00:00:00Z", "userDefinedFields": [],
    })
}

async fn all<T>(mut pages: Pages<T>) -> (Vec<T>, Vec<String>) {
    let (mut rows, mut unreadable) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await.expect("read") {
        rows.extend(page.rows);
        unreadable.extend(page.unreadable);
    }
    (rows, unreadable)
}

#[tokio::test]
async fn p4_the_units_of_mapped_services_are_read_as_of_today() {
    let old = json!({
        "id": 2, "contractID": 7001, "contractServiceID": null, "serviceID": 9001, "units": "3",
        "startDate": "2026-11-22", "endDate": "2026-11-30",
    });
    let (client, autotask) = client([page(&[units_row(1), old])]);
    let (rows, _) = all(client.units(Of::Sold(&[ServiceId(9001)]), today())).await;
    let row = Units {
        id: 1,
        contract: ContractId(7001),
        line: Some(LineId(8001)),
        of: ServiceId(9001),
        start: civil::date(2026, 11, 1),
        end: civil::date(2026, 11, 30),
        units: 5,
    };
    assert_eq!(rows[0], row);
    assert_eq!((rows[1].line, rows[1].start), (None, today()));
    assert_eq!(autotask.calls(), ["POST /atservicesrest/v1.0/ContractServiceUnits/query"]);
    assert_eq!(
        autotask.sent(0)["filter"],
        json!([
            {"op": "lte", "field": "startDate", "value": "2026-11-22T12:00:00Z"},
            {"op": "gte", "field": "endDate", "value": "2026-11-21T10:00:00Z"},
            {"op": "in", "field": "serviceID", "value": [9001]},
        ])
    );
}

#[tokio::test]
async fn p4_bundles_are_read_as_services_are_under_their_own_names() {
    let units = json!({
        "id": 4, "contractID": 7001, "contractServiceBundleID": 8101, "serviceBundleID": 70, "units": 2,
        "startDate": "2026-11-01", "endDate": "2026-11-30",
    });
    let line = json!({"id": 8101, "contractID": 7001, "serviceBundleID": 70});
    let (client, autotask) = client([page(std::slice::from_ref(&units)), page(&[line]), page(&[units])]);
    let (rows, _) = all(client.units(Of::Sold(&[BundleId(70)]), today())).await;
    assert_eq!((rows[0].of, rows[0].line, rows[0].units), (BundleId(70), Some(LineId(8101)), 2));
    let (lines, _) = all(client.lines::<BundleId>(Of::Contracts(&[ContractId(7001)]))).await;
    assert_eq!(lines, [Line { id: LineId(8101), contract: ContractId(7001), of: BundleId(70) }]);
    all(client.units_of_lines::<BundleId>(&[LineId(8101)])).await;
    assert_eq!(
        autotask.calls().iter().map(|call| call.replace("/atservicesrest/v1.0", "")).collect::<Vec<_>>(),
        [
            "POST /ContractServiceBundleUnits/query",
            "POST /ContractServiceBundles/query",
            "POST /ContractServiceBundleUnits/query",
        ]
    );
    assert_eq!(autotask.sent(1)["filter"], json!([{"op": "in", "field": "contractID", "value": [7001]}]));
    assert_eq!(autotask.sent(2)["filter"], json!([{"op": "in", "field": "contractServiceBundleID", "value": [8101]}]));
}

#[tokio::test]
async fn x4_a_row_without_a_quantity_is_told_and_is_not_zero() {
    let without = |id: i64, name: &str| {
        let mut row = units_row(id);
        row[name] = json!(null);
        row
    };
    let mut half = units_row(5);
    half["units"] = json!(2.5);
    let rows = [without(1, "units"), without(2, "serviceID"), without(3, "endDate"), units_row(4), half];
    let (client, _) = client([page(&rows)]);
    let (rows, unreadable) = all(client.units(Of::Sold(&[ServiceId(9001)]), today())).await;
    assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [4]);
    assert_eq!(
        unreadable,
        ["record 1: no units", "record 2: no serviceID", "record 3: no endDate", "record 5: no units"]
    );
}

#[tokio::test]
async fn lists_of_more_than_five_hundred_contracts_are_cut_and_each_is_read_to_its_end() {
    let line = |id: i64| json!({"id": id, "contractID": 1, "serviceID": 9001});
    let (client, autotask) = client([full_page(&[line(8), line(9)]), page(&[line(10)]), page(&[line(3)])]);
    let contracts: Vec<_> = (0..=500).rev().chain([7]).map(ContractId).collect();
    let (lines, _) = all(client.lines::<ServiceId>(Of::Contracts(&contracts))).await;
    assert_eq!(lines.iter().map(|line| line.id.0).collect::<Vec<_>>(), [8, 9, 10, 3]);
    let lists: Vec<_> = (0..3).map(|call| autotask.sent(call)["filter"][0]["value"].clone()).collect();
    assert_eq!(lists[0].as_array().map(Vec::len), Some(500));
    assert_eq!(lists[0], lists[1]);
    assert_eq!(lists[2], json!([500]));
    assert_eq!(autotask.sent(1)["filter"][1], json!({"op": "gt", "field": "id", "value": 9}));
    // The next list begins at its own beginning, not where the one before ended.
    assert_eq!(autotask.sent(2)["filter"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn nothing_is_asked_when_nothing_is_wanted() {
    let (client, autotask) = client([]);
    assert_eq!(all(client.units::<ServiceId>(Of::Sold(&[]), today())).await, (vec![], vec![]));
    assert_eq!(all(client.units_of_lines::<ServiceId>(&[])).await, (vec![], vec![]));
    assert_eq!(autotask.calls(), [""; 0]);
}

#[tokio::test]
async fn x3_a_list_that_fails_in_its_middle_is_an_error_and_goes_on_from_there() {
    let refused = json!({"errors": ["maxCountOfRecordsToReturn must be between 1 and 500"]});
    let (client, autotask) = client([full_page(&[units_row(1)]), Answer::json(500, &refused), page(&[units_row(2)])]);
    let mut pages = client.units_of_lines::<ServiceId>(&[LineId(8001)]);
    assert!(pages.next().await.expect("the first page is good").is_some());
    pages.next().await.expect_err("the second page failed");
    assert_eq!(pages.next().await.expect("it is read now").expect("a page").rows[0].id, 2);
    assert!(pages.next().await.expect("no call").is_none());
    assert_eq!(autotask.sent(1), autotask.sent(2));
}

#[tokio::test]
async fn bulk_reads_stop_when_our_share_of_the_hour_is_used() {
    let zone = crate::fixture::zone("webservices3.autotask.net");
    let (client, autotask) = client_with(settings(), Budget::new(2), [zone, page(&[])]);
    all(client.lines::<ServiceId>(Of::Contracts(&[ContractId(1)]))).await;
    let error = client.lines::<ServiceId>(Of::Contracts(&[ContractId(1)])).next().await.expect_err("no room");
    assert!(matches!(error, crate::Error::BudgetUsed { .. }), "{error}");
    assert_eq!(autotask.left(), 0);
}
