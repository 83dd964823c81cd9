//! Contracts and their lines: what may be written, and in which words the rest is refused.

use jiff::civil::date;
use serde_json::{Value, json};
use simulators::autotask::CompanyId;
use simulators::autotask::seed::{OFFICE_BUNDLE, SERVERS, WORKSTATIONS};

use super::desk::{ALDER, Desk};

/// The body of a recurring contract of Alder & Sons, with these fields added or replaced; null takes one away.
pub fn contract(fields: &Value) -> Value {
    let mut body = json!({
        "companyID": ALDER, "contractName": "Acronis Cyber Protect", "contractNumber": "ACR-174", "contractType": 7, "status": 1,
        "startDate": "2026-11-01", "endDate": "2027-10-31", "contractPeriodType": 2, "timeReportingRequiresStartAndStopTimes": 0,
        "setupFee": 0, "organizationalLevelAssociationID": 18, "description": "Backup",
    });
    for (name, value) in fields.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    body
}

async fn refused(fields: Value) -> Vec<String> {
    Desk::new().post("/Contracts", contract(&fields)).await.errors()
}

#[tokio::test]
async fn a_contract_is_created_with_the_documented_body_and_shows_its_days_at_midnight() {
    let desk = Desk::new();
    let id = desk.post("/Contracts", contract(&json!({}))).await.id();
    let found = desk.item(&format!("/Contracts/{id}")).await;
    assert_eq!(
        (&found["startDate"], &found["endDate"], &found["contractPeriodType"]),
        (&json!("2026-11-01T00:00:00Z"), &json!("2027-10-31T00:00:00Z"), &json!(2))
    );
    assert_eq!(found["lastModifiedDateTime"], "2026-11-22T10:15:00Z");
}

#[tokio::test]
async fn required_fields_of_a_contract_are_named() {
    let missing = json!({
        "companyID": null, "contractName": null, "contractType": null, "endDate": null, "startDate": null, "status": null,
        "timeReportingRequiresStartAndStopTimes": null,
    });
    let expected = [
        "Value does not exist for the required field companyID",
        "contractName is required",
        "contractType is required",
        "endDate is required",
        "startDate is required",
        "status is required",
        "timeReportingRequiresStartAndStopTimes is required",
    ];
    assert_eq!(refused(missing).await, expected);
}

#[tokio::test]
async fn a_contract_takes_values_of_its_pick_lists_only() {
    assert_eq!(refused(json!({ "contractType": 5 })).await, ["Picklist value [5] does not exist for contractType"]);
    assert_eq!(refused(json!({ "status": 2 })).await, ["Picklist value [2] does not exist for status"]);
    let unknown = refused(json!({ "contractPeriodType": 9 })).await;
    assert_eq!(unknown, ["Picklist value [9] does not exist for contractPeriodType"]);
}

#[tokio::test]
async fn a_contract_starts_before_it_ends() {
    let backwards = refused(json!({ "startDate": "2027-10-31", "endDate": "2026-11-01" })).await;
    assert_eq!(backwards, ["startDate must be before endDate"]);
}

#[tokio::test]
async fn company_and_type_of_a_contract_stay() {
    let desk = Desk::new();
    let id = desk.post("/Contracts", contract(&json!({}))).await.id();
    desk.patch("/Contracts", json!({ "id": id, "companyID": 175, "contractType": 1, "status": 0 })).await.ok();
    let found = desk.item(&format!("/Contracts/{id}")).await;
    assert_eq!((&found["companyID"], &found["contractType"], &found["status"]), (&json!(ALDER), &json!(7), &json!(0)));
}

#[tokio::test]
async fn every_change_of_a_contract_moves_its_time_of_change() {
    let desk = Desk::new();
    let id = desk.post("/Contracts", contract(&json!({}))).await.id();
    desk.pass(60);
    let changed = json!([{ "op": "gte", "field": "lastModifiedDateTime", "value": "2026-11-22T10:16:00Z" }]);
    assert_eq!(desk.ids("Contracts", changed.clone()).await, Vec::<i64>::new());
    desk.patch("/Contracts", json!({ "id": id, "contractName": "Renamed" })).await.ok();
    assert_eq!(desk.ids("Contracts", changed).await, [id]);
}

#[tokio::test]
async fn an_old_database_has_no_time_of_change_on_contracts() {
    let desk = Desk::new();
    desk.autotask.quirks(|quirks| quirks.absent_fields.push(("Contracts", "lastModifiedDateTime")));
    let fields = desk.get("/Contracts/entityInformation/fields").await.ok();
    let names: Vec<_> = fields["fields"].as_array().unwrap().iter().map(|field| field["name"].clone()).collect();
    assert!(names.contains(&json!("startDate")) && !names.contains(&json!("lastModifiedDateTime")));
    let first = desk.autotask.contracts_of(CompanyId(ALDER))[0];
    assert!(desk.item(&format!("/Contracts/{first}")).await.get("lastModifiedDateTime").is_none());
    let filter = json!({ "filter": [{ "op": "exist", "field": "lastModifiedDateTime" }] });
    let answer = desk.post("/Contracts/query", filter).await;
    answer.refused_with("Unable to find lastModifiedDateTime in the Contract Entity.");
}

#[tokio::test]
async fn a_line_takes_its_price_from_the_catalogue_and_an_adjusted_one_that_is_not_shown() {
    let desk = Desk::new();
    let id = desk.post("/Contracts", contract(&json!({}))).await.id();
    let path = format!("/Contracts/{id}/Services");
    let line = desk.post(&path, json!({ "contractID": id, "serviceID": SERVERS.0, "adjustedPrice": 3.5 })).await.id();
    let found = desk.item(&format!("/ContractServices/{line}")).await;
    assert_eq!(
        (&found["unitPrice"], &found["internalCurrencyAdjustedPrice"], found.get("adjustedPrice")),
        (&json!(4.5), &json!(3.5), None)
    );
    desk.patch(&path, json!({ "id": line, "invoiceDescription": "Servers" })).await.ok();
    let found = desk.item(&format!("{path}/{line}")).await;
    assert_eq!(
        (&found["invoiceDescription"], &found["internalCurrencyAdjustedPrice"]),
        (&json!("Servers"), &json!(3.5))
    );
}

#[tokio::test]
async fn only_a_recurring_contract_sells_services() {
    let desk = Desk::new();
    let id = desk.post("/Contracts", contract(&json!({ "contractType": 1 }))).await.id();
    let wrong_type = "The Contract referenced by contractID must be of type Recurring Service.";
    let line = json!({ "contractID": id, "serviceID": SERVERS.0 });
    desk.post(&format!("/Contracts/{id}/Services"), line).await.refused_with(wrong_type);
    let line = json!({ "contractID": id, "serviceBundleID": OFFICE_BUNDLE.0 });
    desk.post(&format!("/Contracts/{id}/ServiceBundles"), line).await.refused_with(wrong_type);
}

#[tokio::test]
async fn lines_are_written_under_their_contract_and_read_at_their_own_collection() {
    let desk = Desk::new();
    let contract = desk.autotask.contracts_of(CompanyId(ALDER))[0];
    let line = json!({ "contractID": contract.0, "serviceID": SERVERS.0 });
    assert_eq!(desk.post("/ContractServices", line).await.status, 404);
    let of_contract = json!([{ "op": "eq", "field": "contractID", "value": contract.0 }]);
    assert_eq!(desk.ids("ContractServices", of_contract).await.len(), 3);
    let listed = desk.get(&format!("/Contracts/{contract}/Services")).await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 3);
    desk.delete(&format!("/Contracts/{contract}/Services/8001")).await.not_offered("DELETE");
}

#[tokio::test]
async fn salespeople_sign_change_and_end_contracts() {
    let desk = Desk::new();
    let (first, last) = (date(2026, 11, 1), date(2027, 10, 31));
    let draft = desk.autotask.contract(CompanyId(ALDER)).named("Backup").from(first).to(last);
    let id = draft.sells(WORKSTATIONS, 5).adjust(WORKSTATIONS, 2, date(2026, 11, 10)).sign().unwrap();
    assert_eq!(desk.autotask.contracts_of(CompanyId(ALDER)).last(), Some(&id));
    desk.autotask.deactivate_contract(id).unwrap();
    assert_eq!(desk.item(&format!("/Contracts/{id}")).await["status"], 0);
    desk.autotask.activate_contract(id).unwrap();
    desk.autotask.end_contract(id, date(2026, 11, 21)).unwrap();
    let found = desk.item(&format!("/Contracts/{id}")).await;
    assert_eq!((&found["status"], &found["endDate"]), (&json!(1), &json!("2026-11-21T00:00:00Z")));
}
