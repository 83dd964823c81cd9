//! Notes and time on tickets.

use serde_json::json;
use simulators::autotask::seed::{API_RESOURCE, HUMAN_USER, TECHNICIAN};

use super::desk::{ALDER, Desk};

#[tokio::test]
async fn a_note_is_activity_on_its_ticket() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    desk.pass(60);
    let note = json!({ "title": "T", "description": "D", "noteType": 1, "publish": 2, "createdByContactID": ALDER });
    let note = desk.post(&format!("/Tickets/{id}/Notes"), note).await.id();
    let ticket = desk.item(&format!("/Tickets/{id}")).await;
    assert_eq!(ticket["lastActivityDate"], "2026-11-22T10:16:00Z");
    assert!(ticket["lastCustomerVisibleActivityDateTime"].is_null());
    let note = desk.item(&format!("/TicketNotes/{note}")).await;
    assert_eq!(note["creatorResourceID"], API_RESOURCE.0);
    assert!(note["createdByContactID"].is_null(), "accepted and ignored");
}

#[tokio::test]
async fn a_published_note_is_activity_that_the_customer_sees() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    let note = json!({ "title": "T", "description": "D", "noteType": 1, "publish": 1 });
    desk.post(&format!("/Tickets/{id}/Notes"), note).await.ok();
    let ticket = desk.item(&format!("/Tickets/{id}")).await;
    assert_eq!(ticket["lastCustomerVisibleActivityDateTime"], "2026-11-22T10:15:00Z");
}

#[tokio::test]
async fn an_update_of_a_note_repeats_type_and_publication() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    let path = format!("/Tickets/{id}/Notes");
    let note = desk.post(&path, json!({ "title": "T", "description": "D", "noteType": 1, "publish": 2 })).await.id();
    let errors = desk.patch(&path, json!({ "id": note, "description": "More" })).await.errors();
    assert_eq!(errors, ["noteType is required", "publish is required"]);
    desk.patch(&path, json!({ "id": note, "description": "More", "noteType": 1, "publish": 2 })).await.ok();
    assert_eq!(desk.autotask.notes(id)[0]["description"], "More");
}

#[tokio::test]
async fn a_note_needs_a_text_of_at_most_32000_characters() {
    let desk = Desk::new();
    let path = format!("/Tickets/{}/Notes", desk.ticket().await);
    let note = |text: String| json!({ "title": "T", "description": text, "noteType": 1, "publish": 2 });
    desk.post(&path, note("x".repeat(32_000))).await.ok();
    desk.post(&path, note("x".repeat(32_001)))
        .await
        .refused_with("description must be less than or equal to 32000 characters");
    desk.post(&path, note(String::new())).await.refused_with("description is required");
}

#[tokio::test]
async fn time_can_be_booked_through_the_api_by_a_technicians_user() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    desk.pass(60);
    let time =
        json!({ "ticketID": id.0, "resourceID": TECHNICIAN.0, "hoursWorked": 0.25, "summaryNotes": "Looked at it" });
    let entry = desk.as_user(HUMAN_USER).post("/TimeEntries", time).await.id();
    let filter = json!([{ "op": "eq", "field": "ticketID", "value": id.0 }, { "op": "gt", "field": "hoursWorked", "value": 0.2 }]);
    assert_eq!(desk.ids("TimeEntries", filter).await, [entry]);
    assert_eq!(desk.item(&format!("/Tickets/{id}")).await["lastActivityResourceID"], TECHNICIAN.0);
}
