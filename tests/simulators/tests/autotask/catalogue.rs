//! Services and bundles of the catalogue, and what an empty database offers.

use serde_json::{Value, json};
use simulators::Seed;
use simulators::autotask::seed::{ACRONIS_SERVICES, HELP_DESK, MAILBOXES, OFFICE_BUNDLE, SERVERS};

use super::desk::Desk;

fn all() -> Value {
    json!([{ "op": "exist", "field": "id" }])
}

fn service(fields: &Value) -> Value {
    let mut body = json!({ "name": "Archive mailboxes", "billingCodeID": 29_682_802, "periodType": 2, "unitPrice": 2.0, "unitCost": 1.0 });
    for (name, value) in fields.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

#[tokio::test]
async fn an_empty_database_has_services_bundles_and_pick_lists_but_no_customers() {
    let desk = Desk::seeded(Seed::Empty);
    let names = desk.post("/Services/query", json!({ "filter": all() })).await.ok();
    let names: Vec<_> = names["items"].as_array().unwrap().iter().map(|item| item["name"].clone()).collect();
    assert!(ACRONIS_SERVICES.iter().all(|service| names.contains(&json!(service.name))), "{names:?}");
    assert_eq!(names.len(), ACRONIS_SERVICES.len() + 2);
    assert_eq!(desk.ids("ServiceBundles", all()).await.len(), 2);
    assert_eq!(desk.ids("Companies", all()).await, [0]);
    assert_eq!(desk.ids("Contracts", all()).await, Vec::<i64>::new());
    let fields = desk.get("/Contracts/entityInformation/fields").await.ok();
    let contract_type = fields["fields"].as_array().unwrap().iter().find(|field| field["name"] == "contractType");
    assert_eq!(contract_type.unwrap()["picklistValues"][4]["label"], "Recurring Service");
}

#[tokio::test]
async fn a_service_is_created_active_changed_and_found_by_its_time_of_change() {
    let desk = Desk::new();
    let id = desk.post("/Services", service(&json!({}))).await.id();
    assert_eq!(desk.item(&format!("/Services/{id}")).await["isActive"], true);
    desk.pass(60);
    desk.patch("/Services", json!({ "id": id, "sku": "MAIL-ARCHIVE", "isActive": false })).await.ok();
    let changed = json!([{ "op": "gte", "field": "lastModifiedDate", "value": "2026-11-22T10:16:00Z" }]);
    assert_eq!(desk.ids("Services", changed).await, [id]);
    desk.delete(&format!("/Services/{id}")).await.not_offered("DELETE");
}

#[tokio::test]
async fn a_service_is_booked_on_a_code_for_recurring_services() {
    let desk = Desk::new();
    let answer = desk.post("/Services", service(&json!({ "billingCodeID": 29_682_801 }))).await;
    answer.refused_with("Reference value on field: billingCodeID of type: BillingCode does not exist or is invalid.");
    let answer = desk.post("/Services", service(&json!({ "periodType": 1 }))).await;
    answer.refused_with("Picklist value [1] does not exist for periodType");
    let answer = desk.post("/Services", json!({ "billingCodeID": 29_682_802 })).await;
    assert_eq!(answer.errors(), ["name is required", "periodType is required", "unitPrice is required"]);
}

#[tokio::test]
async fn a_bundle_holds_each_service_once_and_costs_what_its_members_cost() {
    let desk = Desk::new();
    let body = json!({ "name": "All of it", "billingCodeID": 29_682_802, "periodType": 2, "unitDiscount": 1.0 });
    let bundle = desk.post("/ServiceBundles", body).await.id();
    let path = format!("/ServiceBundles/{bundle}/Services");
    let member = json!({ "serviceBundleID": bundle, "serviceID": SERVERS.0 });
    let link = desk.post(&path, member.clone()).await.id();
    desk.post(&path, json!({ "serviceBundleID": bundle, "serviceID": HELP_DESK.0 })).await.ok();
    desk.post(&path, member).await.refused_with("The Service is already part of the ServiceBundle.");
    assert_eq!(desk.item(&format!("/ServiceBundles/{bundle}")).await["unitCost"], 14.75);

    let contract = desk.autotask.contracts_of(simulators::autotask::CompanyId(174))[0];
    let line = json!({ "contractID": contract.0, "serviceBundleID": bundle });
    let line = desk.post(&format!("/Contracts/{contract}/ServiceBundles"), line).await.id();
    assert_eq!(desk.item(&format!("/ContractServiceBundles/{line}")).await["unitPrice"], 28.5);

    desk.delete(&format!("{path}/{link}")).await.ok();
    assert_eq!(desk.item(&format!("/ServiceBundles/{bundle}")).await["unitCost"], 12.5);
    let of_bundle = json!([{ "op": "eq", "field": "serviceBundleID", "value": bundle }]);
    assert_eq!(desk.ids("ServiceBundleServices", of_bundle.clone()).await.len(), 1);
    desk.delete(&format!("/ServiceBundles/{bundle}")).await.ok();
    assert_eq!(desk.ids("ServiceBundleServices", of_bundle).await, Vec::<i64>::new());
}

#[tokio::test]
async fn bundles_are_found_by_the_services_in_them() {
    let desk = Desk::new();
    let filter = json!({ "filter": [{ "op": "in", "field": "serviceID", "value": [MAILBOXES.0, 1] }] });
    let found = desk.post("/ServiceBundleServices/query", filter).await.ok();
    assert_eq!(found["pageDetails"]["count"], 1);
    assert_eq!(found["items"][0]["serviceBundleID"], OFFICE_BUNDLE.0);
}

#[tokio::test]
async fn a_service_can_move_into_a_bundle() {
    let desk = Desk::new();
    desk.autotask.add_to_bundle(OFFICE_BUNDLE, SERVERS).unwrap();
    let of_bundle = json!([{ "op": "eq", "field": "serviceBundleID", "value": OFFICE_BUNDLE.0 }]);
    assert_eq!(desk.ids("ServiceBundleServices", of_bundle).await.len(), 4);
}
