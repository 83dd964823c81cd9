//! What the service tells about its entities.

use serde_json::{Value, json};
use simulators::autotask::Complete;

use super::desk::Desk;

async fn field(desk: &Desk, collection: &str, name: &str) -> Value {
    let fields = desk.get(&format!("/{collection}/entityInformation/fields")).await.ok();
    let found = fields["fields"].as_array().unwrap().iter().find(|field| field["name"] == name);
    found.unwrap_or_else(|| panic!("no {name}")).clone()
}

fn values(field: &Value) -> Vec<&str> {
    field["picklistValues"].as_array().unwrap().iter().map(|value| value["value"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_entity_tells_what_may_be_done_with_it() {
    let desk = Desk::new();
    let tickets = desk.get("/Tickets/entityInformation").await.ok()["info"].clone();
    let expected = json!({
        "name": "Ticket", "canCreate": true, "canDelete": false, "canQuery": true, "canUpdate": true,
        "userAccessForCreate": "All", "userAccessForDelete": "None", "userAccessForQuery": "All", "userAccessForUpdate": "All",
        "hasUserDefinedFields": true, "supportsWebhookCallouts": true,
    });
    assert_eq!(tickets, expected);
    let logs = desk.get("/DeletedTicketLogs/entityInformation").await.ok();
    assert_eq!((&logs["info"]["canCreate"], &logs["info"]["canUpdate"]), (&json!(false), &json!(false)));
}

#[tokio::test]
async fn fields_tell_type_length_and_reference() {
    let desk = Desk::new();
    let title = field(&desk, "Tickets", "title").await;
    assert_eq!(
        (&title["dataType"], &title["length"], &title["isRequired"]),
        (&json!("string"), &json!(255), &json!(true))
    );
    assert_eq!((&title["picklistValues"], &title["picklistParentValueField"]), (&Value::Null, &json!("")));
    let company = field(&desk, "Tickets", "companyID").await;
    assert_eq!((&company["isReference"], &company["referenceEntityType"]), (&json!(true), &json!("Company")));
    assert_eq!(field(&desk, "Tickets", "creatorType").await["isQueryable"], false);
    assert_eq!(field(&desk, "Companies", "companyType").await["dataType"], "short");
}

#[tokio::test]
async fn pick_list_values_are_texts_with_label_system_mark_and_parent() {
    let desk = Desk::new();
    let status = field(&desk, "Tickets", "status").await;
    assert_eq!(values(&status), ["1", "5", "7", "8", "9", "10", "11", "12", "13"]);
    let complete = json!({
        "value": "5", "label": "Complete", "isDefaultValue": false, "sortOrder": 2, "parentValue": "", "isActive": true, "isSystem": true,
    });
    assert_eq!(status["picklistValues"][1], complete);
    assert_eq!(status["picklistValues"][8]["isActive"], false);
    let sub = field(&desk, "Tickets", "subIssueType").await;
    assert_eq!(
        (&sub["picklistParentValueField"], &sub["picklistValues"][0]["parentValue"]),
        (&json!("IssueType"), &json!("10"))
    );
}

#[tokio::test]
async fn notes_and_their_publication_have_the_stock_values() {
    let desk = Desk::new();
    assert_eq!(values(&field(&desk, "TicketNotes", "noteType").await), ["1", "2", "3", "13", "18", "99"]);
    assert_eq!(values(&field(&desk, "TicketNotes", "publish").await), ["1", "2", "4"]);
}

#[tokio::test]
async fn user_defined_fields_are_listed_where_there_are_any() {
    let desk = Desk::new();
    let fields = desk.get("/Companies/entityInformation/userDefinedFields").await.ok();
    assert_eq!(fields["fields"][1]["name"], "CustomerRanking");
    assert_eq!(values(&fields["fields"][1]), ["Golden", "Silver", "Bronze"]);
    assert_eq!(desk.get("/TicketNotes/entityInformation/userDefinedFields").await.status, 404);
}

#[tokio::test]
async fn shifted_pick_lists_have_other_numbers_in_metadata_records_and_checks() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    desk.autotask.shift_pick_lists(Complete::Stays);
    let status = field(&desk, "Tickets", "status").await;
    assert_eq!(values(&status), ["71", "5", "77", "78", "79", "80", "81", "82", "83"]);
    let ticket = desk.item(&format!("/Tickets/{id}")).await;
    assert_eq!((&ticket["status"], &ticket["priority"], &ticket["queueID"]), (&json!(71), &json!(72), &json!(78)));
    let errors = desk.create_ticket(json!({ "priority": 72, "queueID": 78 })).await.errors();
    assert_eq!(errors, ["Picklist value [1] does not exist for status"]);
    let in_monitoring = json!({ "ticketCategory": 4, "priority": null, "queueID": null, "status": 71 });
    let from_category = desk.create_ticket(in_monitoring).await.id();
    assert_eq!(desk.item(&format!("/Tickets/{from_category}")).await["queueID"], 78);
    assert_eq!(desk.autotask.pick_value("Tickets", "status", "In Progress"), Some(78));
}

#[tokio::test]
async fn complete_moves_when_told_and_still_completes() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    desk.autotask.shift_pick_lists(Complete::Moves);
    desk.autotask.shift_pick_lists(Complete::Moves);
    assert_eq!(desk.autotask.complete_status(), 145);
    desk.patch("/Tickets", json!({ "id": id.0, "status": 145 })).await.ok();
    assert!(desk.item(&format!("/Tickets/{id}")).await["completedDate"].is_string());
}
