//! Many customers, for benchmarks: the same answers as for few, and pages that need no walk.

use serde_json::{Value, json};
use simulators::Seed;
use simulators::autotask::seed::{BACKUP_STORAGE, WORKSTATIONS};

use super::desk::Desk;

fn of_today(services: &[i64]) -> Value {
    json!({ "filter": [
        { "op": "in", "field": "serviceID", "value": services },
        { "op": "lte", "field": "startDate", "value": "2026-11-22" },
        { "op": "gte", "field": "endDate", "value": "2026-11-22" },
    ] })
}

#[tokio::test]
async fn each_customer_of_a_crowd_has_a_contract_with_units_for_a_year() {
    let desk = Desk::seeded(Seed::Empty);
    let companies = desk.autotask.customers(3, 5);
    assert_eq!(companies.iter().map(|company| company.0).collect::<Vec<_>>(), [174, 175, 176]);
    let contracts = desk.autotask.contracts_of(companies[1]);
    let contract = desk.item(&format!("/Contracts/{}", contracts[0])).await;
    assert_eq!(
        (&contract["startDate"], &contract["endDate"]),
        (&json!("2026-06-22T00:00:00Z"), &json!("2027-06-21T00:00:00Z"))
    );
    let rows = desk.get(&format!("/Contracts/{}/ServiceUnits", contracts[0])).await.ok();
    assert_eq!(rows["items"].as_array().unwrap().len(), 60);
    assert!(rows["items"].as_array().unwrap().iter().all(|row| row["units"] == 2 && row["price"] == 9.0));
}

#[tokio::test]
async fn a_long_result_is_read_page_by_page_without_a_gap() {
    let desk = Desk::seeded(Seed::Empty);
    desk.autotask.customers(600, 2);
    let query = of_today(&[WORKSTATIONS.0, BACKUP_STORAGE.0]);
    assert_eq!(desk.post("/ContractServiceUnits/query/count", query.clone()).await.ok()["queryCount"], 600);
    let first = desk.post("/ContractServiceUnits/query", query.clone()).await.ok();
    assert_eq!(first["pageDetails"]["count"], 500);
    let next = first["pageDetails"]["nextPageUrl"].as_str().unwrap().to_owned();
    let second = desk.post(&next, query).await.ok();
    assert_eq!((&second["pageDetails"]["count"], &second["pageDetails"]["nextPageUrl"]), (&json!(100), &Value::Null));
    let id = |row: &Value| row["id"].as_i64().unwrap();
    let rows = [&first, &second].map(|page| page["items"].as_array().unwrap().clone()).concat();
    assert!(rows.windows(2).all(|pair| id(&pair[0]) < id(&pair[1])));
    let mut contracts: Vec<_> = rows.iter().map(|row| row["contractID"].as_i64().unwrap()).collect();
    contracts.dedup();
    assert_eq!(contracts.len(), 600);
}
