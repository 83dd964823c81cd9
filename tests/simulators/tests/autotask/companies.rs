//! Companies, contacts and locations, and what a user without rights sees of them.

use serde_json::{Value, json};
use simulators::autotask::seed::{API_RESOURCE, SECOND_TECHNICIAN};
use simulators::autotask::{CompanyId, MissingId};

use super::desk::{ALDER, BIRCH, Desk};

fn all() -> Value {
    json!([{ "op": "exist", "field": "id" }])
}

async fn last_activity(desk: &Desk) -> Value {
    desk.item(&format!("/Companies/{ALDER}")).await["lastActivityDate"].clone()
}

#[tokio::test]
async fn a_company_is_created_with_the_documented_minimum() {
    let desk = Desk::new();
    let body = json!({ "companyName": "Contoso Ltd", "companyType": 1, "ownerResourceID": SECOND_TECHNICIAN.0, "phone": "+1 555 0100" });
    let id = desk.post("/Companies", body).await.id();
    let company = desk.item(&format!("/Companies/{id}")).await;
    assert_eq!((&company["isActive"], &company["companyType"]), (&json!(true), &json!(1)));
    desk.patch("/Companies", json!({ "id": id, "companyType": 4, "isActive": false })).await.ok();
    let company = desk.item(&format!("/Companies/{id}")).await;
    assert_eq!((&company["isActive"], &company["companyType"]), (&json!(false), &json!(4)));
    desk.delete(&format!("/Companies/{id}")).await.not_offered("DELETE");
}

#[tokio::test]
async fn a_company_is_owned_by_a_person() {
    let desk = Desk::new();
    let answer = desk.patch("/Companies", json!({ "id": ALDER, "ownerResourceID": API_RESOURCE.0 })).await;
    answer.refused_with("Reference value on field: ownerResourceID of type: Resource does not exist or is invalid.");
}

#[tokio::test]
async fn a_companys_last_activity_moves_with_its_fields_tickets_and_contacts() {
    let desk = Desk::new();
    assert_eq!(last_activity(&desk).await, "2024-01-15T09:00:00Z");
    desk.patch("/Companies", json!({ "id": ALDER, "phone": "+1 555 0101" })).await.ok();
    assert_eq!(last_activity(&desk).await, "2026-11-22T10:15:00Z");
    desk.pass(60);
    let ticket = desk.ticket().await;
    assert_eq!(last_activity(&desk).await, "2026-11-22T10:16:00Z");
    desk.pass(60);
    let note = json!({ "ticketID": ticket.0, "title": "T", "description": "D", "noteType": 1, "publish": 2 });
    desk.post(&format!("/Tickets/{ticket}/Notes"), note).await.ok();
    assert_eq!(last_activity(&desk).await, "2026-11-22T10:17:00Z");
    desk.pass(60);
    desk.patch(&format!("/Companies/{ALDER}/Contacts"), json!({ "id": ALDER, "title": "Owner" })).await.ok();
    assert_eq!(last_activity(&desk).await, "2026-11-22T10:18:00Z");
}

#[tokio::test]
async fn edits_of_a_company_may_leave_its_last_activity_alone() {
    let desk = Desk::new();
    desk.autotask.quirks(|quirks| quirks.quiet_company_edits = true);
    desk.autotask.rename_company(CompanyId(ALDER), "Alder and Sons").unwrap();
    assert_eq!(last_activity(&desk).await, "2024-01-15T09:00:00Z");
    let company = desk.item(&format!("/Companies/{ALDER}")).await;
    assert_eq!(company["lastTrackedModifiedDateTime"], "2026-11-22T10:15:00Z");
}

#[tokio::test]
async fn a_company_has_one_primary_contact_and_one_primary_location() {
    let desk = Desk::new();
    let contact = json!({ "companyID": ALDER, "firstName": "Robin", "lastName": "Boss", "isActive": 1, "primaryContact": true, "emailAddress": "robin@alder.example" });
    let robin = desk.post(&format!("/Companies/{ALDER}/Contacts"), contact).await.id();
    let primary = json!([{ "op": "eq", "field": "companyID", "value": ALDER }, { "op": "eq", "field": "primaryContact", "value": true }]);
    assert_eq!(desk.ids("Contacts", primary).await, [robin]);
    let path = format!("/Companies/{ALDER}/Locations");
    let first = desk.post(&path, json!({ "companyID": ALDER, "name": "Works", "isPrimary": true })).await.id();
    let second = desk.post(&path, json!({ "companyID": ALDER, "name": "Office", "isPrimary": true })).await.id();
    let primary = json!([{ "op": "eq", "field": "isPrimary", "value": true }]);
    assert_eq!(desk.ids("CompanyLocations", primary).await, [second]);
    desk.delete(&format!("{path}/{first}")).await.ok();
    let listed = desk.get(&path).await.ok();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn every_customer_with_a_contract_has_a_primary_contact_with_an_address() {
    let desk = Desk::new();
    let primary =
        json!([{ "op": "eq", "field": "primaryContact", "value": true }, { "op": "exist", "field": "emailAddress" }]);
    let found = desk.post("/Contacts/query", json!({ "filter": primary })).await.ok();
    let companies: Vec<_> = found["items"].as_array().unwrap().iter().map(|item| item["companyID"].clone()).collect();
    assert!((ALDER..ALDER + 12).all(|company| companies.contains(&json!(company))), "{companies:?}");
}

#[tokio::test]
async fn x3_a_user_without_rights_gets_empty_lists_for_that_entity_alone() {
    let desk = Desk::new();
    desk.autotask.quirks(|quirks| quirks.unreadable.push("Contracts"));
    assert_eq!(desk.ids("Contracts", all()).await, Vec::<i64>::new());
    assert_eq!(desk.post("/Contracts/query/count", json!({ "filter": all() })).await.ok()["queryCount"], 0);
    assert_eq!(desk.get("/Contracts/7001").await.status, 404);
    desk.autotask.quirks(|quirks| quirks.missing_id = MissingId::NullItem);
    assert_eq!(desk.item("/Contracts/7001").await, Value::Null);
    assert_eq!(desk.get("/Contracts/entityInformation").await.ok()["info"]["userAccessForQuery"], "None");
    assert!(!desk.ids("ContractServices", all()).await.is_empty());
    desk.autotask.quirks(|quirks| quirks.unreadable = vec!["ContractServiceUnits", "Contacts"]);
    assert!(!desk.ids("Contracts", all()).await.is_empty());
    assert_eq!(desk.ids("ContractServiceUnits", all()).await, Vec::<i64>::new());
    assert_eq!(desk.get(&format!("/Companies/{BIRCH}/Contacts")).await.ok()["items"], json!([]));
}
