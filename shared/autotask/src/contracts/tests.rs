use bridge_core::failure::Class;
use jiff::civil;
use runtime::http::scripted::Answer;
use serde_json::json;

use super::*;
use crate::fixture::{client, page};

fn row(id: i64) -> Value {
    json!({
        "id": id, "companyID": 174, "contractName": "Backup", "contractType": 7, "status": 1,
        "startDate": "2026-01-01T00:00:00Z", "endDate": "2026-12-31", "userDefinedFields": [],
    })
}

fn with(id: i64, name: &str, value: Value) -> Value {
    let mut row = row(id);
    row[name] = value;
    row
}

#[tokio::test]
async fn p4_a_contract_is_read_whatever_the_shape_of_its_dates_and_numbers() {
    let odd = json!({
        "ID": "7002", "CompanyID": "175", "ContractName": null, "ContractType": "8", "Status": 0.0,
        "StartDate": "2026-01-01T00:00:00", "EndDate": "2027-01-30T13:00:00.000Z",
    });
    let (client, _) = client([page(&[row(7001), odd])]);
    let which = Contracts::All { ending_on_or_after: civil::date(2026, 11, 22) };
    let page = client.contracts(which).next().await.expect("read").expect("a page");
    let backup = Contract {
        id: ContractId(7001),
        account: AccountId(174),
        name: "Backup".to_owned(),
        recurring: true,
        active: true,
        start: civil::date(2026, 1, 1),
        end: civil::date(2026, 12, 31),
        modified_at: None,
    };
    let other = Contract {
        id: ContractId(7002),
        account: AccountId(175),
        name: String::new(),
        recurring: false,
        active: false,
        end: civil::date(2027, 1, 31),
        ..backup.clone()
    };
    assert_eq!(page.rows, [backup, other]);
}

#[tokio::test]
async fn x4_a_malformed_contract_is_told_and_spoils_only_itself() {
    let rows = [
        with(1, "companyID", json!(null)),
        with(2, "status", json!("active")),
        with(3, "endDate", json!("soon")),
        with(4, "startDate", json!(null)),
        with(5, "contractType", json!([])),
        row(6),
    ];
    let (client, _) = client([page(&rows)]);
    let page = client.contracts(Contracts::ChangedSince(Timestamp::UNIX_EPOCH)).next().await.expect("read");
    let page = page.expect("a page");
    assert_eq!(page.rows.iter().map(|row| row.id.0).collect::<Vec<_>>(), [6]);
    assert_eq!(
        page.unreadable,
        [
            "record 1: no companyID",
            "record 2: no status",
            "record 3: no endDate",
            "record 4: no startDate",
            "record 5: no contractType"
        ]
    );
}

#[tokio::test]
async fn contracts_are_asked_for_in_the_order_that_the_reader_needs() {
    let changed = with(7001, "lastModifiedDateTime", json!("2026-11-22T10:15:00.5"));
    let (client, autotask) = client([page(&[]), page(&[changed]), page(&[])]);
    let day = civil::date(2026, 11, 1);
    client.contracts(Contracts::All { ending_on_or_after: day }).next().await.expect("read");
    let since = "2026-11-22T10:00:00Z".parse().expect("valid");
    let found = client.contracts(Contracts::ChangedSince(since)).next().await.expect("read").expect("a page").rows;
    assert_eq!(found[0].modified_at, "2026-11-22T10:15:00.5Z".parse().ok());
    let accounts = [AccountId(175), AccountId(174), AccountId(175)];
    client.contracts(Contracts::OfAccounts(&accounts)).next().await.expect("read");
    let recurring = json!({"op": "eq", "field": "contractType", "value": 7});
    assert_eq!(
        autotask.sent(0)["filter"],
        json!([
            recurring,
            {"op": "eq", "field": "status", "value": 1},
            {"op": "gte", "field": "endDate", "value": "2026-10-30T10:00:00Z"},
        ])
    );
    assert_eq!(
        autotask.sent(1)["filter"],
        json!([{"op": "gte", "field": "lastModifiedDateTime", "value": "2026-11-22T10:00:00Z"}])
    );
    assert_eq!(autotask.sent(2)["filter"], json!([recurring, {"op": "in", "field": "companyID", "value": [174, 175]}]));
    let asks_for_the_stamp = |call: usize| {
        let fields = &autotask.sent(call)["IncludeFields"];
        fields.as_array().expect("a list").contains(&json!("lastModifiedDateTime"))
    };
    assert_eq!([0, 1, 2].map(asks_for_the_stamp), [false, true, false]);
}

#[tokio::test]
async fn p4_contracts_are_asked_for_by_their_numbers_whatever_became_of_them() {
    let ended = with(7001, "endDate", json!("2026-11-01"));
    let inactive = with(7002, "status", json!(0));
    let (client, autotask) = client([page(&[ended, inactive])]);
    let wanted = [ContractId(7002), ContractId(7001), ContractId(7009)];
    let found = client.contracts(Contracts::Of(&wanted)).next().await.expect("read").expect("a page").rows;
    let found: Vec<_> = found.iter().map(|contract| (contract.id.0, contract.active, contract.end)).collect();
    assert_eq!(found, [(7001, true, civil::date(2026, 11, 1)), (7002, false, civil::date(2026, 12, 31))]);
    assert_eq!(autotask.sent(0)["filter"], json!([{"op": "in", "field": "id", "value": [7001, 7002, 7009]}]));
}

#[tokio::test]
async fn a_zone_that_does_not_know_when_contracts_changed_says_so() {
    let unknown = json!({"errors": ["Unable to find lastModifiedDateTime in the Contract Entity."]});
    let other = json!({"errors": ["Conversion failed when converting varchar 'x' to data type int."]});
    let (client, autotask) = client([Answer::json(500, &unknown), Answer::json(500, &other)]);
    let mut pages = client.contracts(Contracts::ChangedSince(Timestamp::UNIX_EPOCH));
    let error = pages.next().await.expect_err("no such field");
    assert!(error.is_unknown_field(), "{error}");
    assert_eq!(error.class(), Class::Permanent);
    let error = pages.next().await.expect_err("refused for another reason");
    assert!(!error.is_unknown_field(), "{error}");
    assert_eq!(autotask.left(), 0);
}
