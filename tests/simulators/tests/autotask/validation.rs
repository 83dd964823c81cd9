//! What the service refuses, and in which words.

use serde_json::{Value, json};
use simulators::autotask::seed::{API_RESOURCE, TECHNICIAN, TECHNICIAN_ROLE};
use simulators::autotask::{CategoryId, CompanyId};

use super::desk::{ALDER, BIRCH, Desk, ticket};

async fn refused(fields: Value) -> Vec<String> {
    Desk::new().create_ticket(fields).await.errors()
}

fn invalid(field: &str, entity: &str) -> String {
    format!("Reference value on field: {field} of type: {entity} does not exist or is invalid.")
}

#[tokio::test]
async fn required_fields_are_named_all_at_once() {
    let missing = json!({ "title": null, "status": null, "priority": null, "companyID": null, "dueDateTime": null });
    let expected = [
        "Value does not exist for the required field companyID",
        "priority is required",
        "status is required",
        "title is required",
        "dueDateTime is required",
    ];
    assert_eq!(refused(missing).await, expected);
    assert_eq!(refused(json!({ "title": "" })).await, ["title is required"]);
}

#[tokio::test]
async fn texts_have_a_length_limit() {
    let desk = Desk::new();
    desk.create_ticket(json!({ "title": "x".repeat(255), "externalID": "y".repeat(50) })).await.ok();
    assert_eq!(
        refused(json!({ "title": "x".repeat(256) })).await,
        ["title must be less than or equal to 255 characters"]
    );
    assert_eq!(
        refused(json!({ "externalID": "y".repeat(51) })).await,
        ["externalID must be less than or equal to 50 characters"]
    );
    let emoji = "😀".repeat(128);
    assert_eq!(refused(json!({ "title": emoji })).await, ["title must be less than or equal to 255 characters"]);
}

#[tokio::test]
async fn unknown_and_inactive_pick_list_values_are_refused() {
    assert_eq!(refused(json!({ "priority": 99 })).await, ["Picklist value [99] does not exist for priority"]);
    assert_eq!(refused(json!({ "status": 13 })).await, ["Picklist value [13] does not exist for status"]);
    let desk = Desk::new();
    assert!(desk.autotask.deactivate_pick_value("Tickets", "queueID", 8));
    desk.create_ticket(json!({})).await.refused_with("Picklist value [8] does not exist for queueID");
}

#[tokio::test]
async fn a_value_that_became_inactive_stays_on_old_tickets() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    desk.autotask.deactivate_pick_value("Tickets", "queueID", 8);
    desk.patch("/Tickets", json!({ "id": id.0, "queueID": 8, "priority": 1 })).await.ok();
    assert_eq!(desk.item(&format!("/Tickets/{id}")).await["priority"], 1);
}

#[tokio::test]
async fn a_sub_issue_must_belong_to_its_issue() {
    Desk::new().create_ticket(json!({ "issueType": 11, "subIssueType": 111 })).await.ok();
    let foreign = "Picklist value [101] does not exist for subIssueType";
    assert_eq!(refused(json!({ "issueType": 11, "subIssueType": 101 })).await, [foreign]);
    assert_eq!(refused(json!({ "subIssueType": 101 })).await, [foreign]);
}

#[tokio::test]
async fn references_must_lead_somewhere() {
    assert_eq!(refused(json!({ "companyID": 9999 })).await, [invalid("companyID", "Company")]);
    assert_eq!(refused(json!({ "contactID": 9999 })).await, [invalid("contactID", "Contact")]);
    assert_eq!(refused(json!({ "billingCodeID": 9999 })).await, [invalid("billingCodeID", "BillingCode")]);
}

#[tokio::test]
async fn contact_and_device_must_be_the_companys_own() {
    Desk::new().create_ticket(json!({ "contactID": ALDER, "configurationItemID": 4411 })).await.ok();
    assert_eq!(refused(json!({ "contactID": BIRCH })).await, [invalid("contactID", "Contact")]);
    assert_eq!(
        refused(json!({ "configurationItemID": 4412 })).await,
        [invalid("configurationItemID", "ConfigurationItem")]
    );
}

#[tokio::test]
async fn a_contact_of_the_parent_company_will_do() {
    let desk = Desk::new();
    desk.patch("/Companies", json!({ "id": ALDER, "parentCompanyID": BIRCH })).await.ok();
    desk.create_ticket(json!({ "contactID": BIRCH })).await.ok();
}

#[tokio::test]
async fn a_device_that_was_retired_cannot_be_linked() {
    let desk = Desk::new();
    desk.patch("/ConfigurationItems", json!({ "id": 4411, "isActive": false })).await.ok();
    let answer = desk.create_ticket(json!({ "configurationItemID": 4411 })).await;
    answer.refused_with(&invalid("configurationItemID", "ConfigurationItem"));
}

#[tokio::test]
async fn whether_a_retired_device_can_be_linked_and_how_a_refusal_is_told_can_be_switched() {
    let desk = Desk::new();
    desk.autotask.retire_device(4411).unwrap();
    desk.autotask.quirks(|quirks| quirks.vague_device_refusal = true);
    let answer = desk.create_ticket(json!({ "configurationItemID": 4411 })).await;
    answer.refused_with("The ticket could not be saved.");
    desk.autotask.quirks(|quirks| quirks.retired_devices_accepted = true);
    desk.create_ticket(json!({ "configurationItemID": 4411 })).await.ok();
    let foreign = desk.create_ticket(json!({ "configurationItemID": 4412 })).await;
    foreign.refused_with("The ticket could not be saved.");
}

#[tokio::test]
async fn the_active_devices_of_some_companies_are_listed_by_title() {
    let desk = Desk::new();
    let filter = json!([
        { "op": "eq", "field": "isActive", "value": true },
        { "op": "in", "field": "companyID", "value": [ALDER, BIRCH, ALDER + 2] },
    ]);
    let body = json!({ "filter": filter, "IncludeFields": ["id", "companyID", "referenceTitle"] });
    let listed = desk.post("/ConfigurationItems/query", body).await.ok();
    let titles: Vec<_> =
        listed["items"].as_array().unwrap().iter().map(|item| item["referenceTitle"].clone()).collect();
    assert_eq!(titles, ["SRV-1", "SRV-2", "SRV-FILES", "WS-FRONTDESK", "WS-FRONTDESK"], "not the retired one");
}

#[tokio::test]
async fn resource_and_role_are_assigned_together_and_must_be_a_pair() {
    let half = "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID.";
    assert_eq!(refused(json!({ "assignedResourceID": TECHNICIAN.0 })).await, [half]);
    assert_eq!(refused(json!({ "assignedResourceRoleID": TECHNICIAN_ROLE })).await, [half]);
    let pair = json!({ "assignedResourceID": TECHNICIAN.0, "assignedResourceRoleID": TECHNICIAN_ROLE });
    Desk::new().create_ticket(pair).await.ok();
    let no_pair = "The specified AssignedResourceID and AssignedRoleID combination is not currently defined";
    let unknown_role = json!({ "assignedResourceID": TECHNICIAN.0, "assignedResourceRoleID": 1 });
    assert_eq!(refused(unknown_role).await, ["Role does not exist or is invalid", no_pair]);
    let api_user = json!({ "assignedResourceID": API_RESOURCE.0, "assignedResourceRoleID": TECHNICIAN_ROLE });
    assert_eq!(refused(api_user).await, [invalid("assignedResourceID", "Resource"), no_pair.to_owned()]);
}

#[tokio::test]
async fn an_inactive_company_takes_no_new_ticket_and_is_named() {
    let desk = Desk::new();
    desk.autotask.deactivate_company(CompanyId(ALDER)).unwrap();
    let errors = desk.create_ticket(json!({})).await.errors();
    assert!(errors[0].contains("Alder & Sons") && errors[0].contains("inactive"), "{errors:?}");
}

#[tokio::test]
async fn a_category_may_demand_fields_and_supply_the_due_date() {
    let desk = Desk::new();
    desk.autotask.require_in_category(CategoryId(3), "billingCodeID");
    desk.autotask.require_in_category(CategoryId(3), "queueID");
    let errors = desk.create_ticket(json!({ "queueID": null })).await.errors();
    assert_eq!(errors, ["Value does not exist for the required field billingCodeID", "queueID is required"]);
    desk.create_ticket(json!({ "queueID": null, "ticketCategory": 2 })).await.ok();

    desk.autotask.supply_due_in_category(CategoryId(2), jiff::SignedDuration::from_hours(8));
    let id = desk.create_ticket(json!({ "dueDateTime": null, "ticketCategory": 2 })).await.id();
    assert_eq!(desk.item(&format!("/Tickets/{id}")).await["dueDateTime"], "2026-11-22T18:15:00Z");
}

#[tokio::test]
async fn fields_may_be_demanded_on_completion() {
    let desk = Desk::new();
    desk.autotask.quirks(|quirks| quirks.required_on_completion.push("resolution".to_owned()));
    let id = desk.ticket().await.0;
    desk.patch("/Tickets", json!({ "id": id, "status": 5 })).await.refused_with("resolution is required");
    desk.patch("/Tickets", json!({ "id": id, "status": 5, "resolution": "Ran again" })).await.ok();
}

#[tokio::test]
async fn values_of_the_wrong_type_are_refused_and_numbers_as_text_accepted() {
    let errors = refused(json!({ "priority": "urgent" })).await;
    assert!(errors[0].contains("Conversion failed when converting varchar 'urgent'"), "{errors:?}");
    let desk = Desk::new();
    let id = desk.create_ticket(json!({ "priority": "1" })).await.id();
    assert_eq!(desk.item(&format!("/Tickets/{id}")).await["priority"], 1);
}

#[tokio::test]
async fn a_body_that_is_not_an_object_is_refused() {
    let desk = Desk::new();
    assert_eq!(desk.post("/Tickets", json!([ticket(&json!({}))])).await.errors().len(), 1);
}
