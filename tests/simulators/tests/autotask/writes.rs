//! Create, update, delete and the URL map.

use serde_json::json;
use simulators::autotask::DateShape;

use super::desk::{ALDER, BIRCH, Desk};

#[tokio::test]
async fn an_update_names_its_record_in_the_body_and_changes_only_what_it_says() {
    let desk = Desk::new();
    let id = desk.ticket().await.0;
    assert_eq!(desk.patch("/Tickets", json!({ "id": id, "Priority": 1 })).await.id(), id);
    let ticket = desk.item(&format!("/Tickets/{id}")).await;
    assert_eq!((&ticket["priority"], &ticket["title"]), (&json!(1), &json!("Backup failed on SRV-1")));
    desk.patch("/Tickets", json!({ "priority": 1 })).await.refused_with("id is required");
}

#[tokio::test]
async fn null_clears_a_field_unless_it_is_required() {
    let desk = Desk::new();
    let id = desk.ticket().await.0;
    desk.patch("/Tickets", json!({ "id": id, "description": null })).await.ok();
    assert!(desk.item(&format!("/Tickets/{id}")).await["description"].is_null());
    desk.patch("/Tickets", json!({ "id": id, "title": null })).await.refused_with("title is required");
}

#[tokio::test]
async fn a_put_clears_what_it_leaves_out_but_not_what_the_server_set() {
    let desk = Desk::new();
    let id = desk.create_ticket(json!({ "externalID": "key" })).await.id();
    let before = desk.item(&format!("/Tickets/{id}")).await;
    let full = json!({ "id": id, "companyID": ALDER, "title": "New", "status": 8, "priority": 1, "dueDateTime": "2026-12-01" });
    desk.put("/Tickets", full).await.ok();
    let after = desk.item(&format!("/Tickets/{id}")).await;
    assert!(after["queueID"].is_null() && after["externalID"].is_null() && after["description"].is_null());
    assert_eq!((&after["ticketNumber"], &after["createDate"]), (&before["ticketNumber"], &before["createDate"]));
    desk.put("/Tickets", json!({ "id": id, "title": "New" })).await.errors();
}

#[tokio::test]
async fn a_missing_record_cannot_be_updated() {
    let answer = Desk::new().patch("/Tickets", json!({ "id": 77, "priority": 1 })).await;
    assert!(answer.errors()[0].starts_with("No matching records found."));
}

#[tokio::test]
async fn a_ticket_is_not_written_at_its_own_address() {
    let desk = Desk::new();
    let id = desk.ticket().await.0;
    desk.patch(&format!("/Tickets/{id}"), json!({ "priority": 1 })).await.not_offered("PATCH");
    desk.delete(&format!("/Tickets/{id}")).await.not_offered("DELETE");
    desk.get("/Tickets").await.not_offered("GET");
}

#[tokio::test]
async fn patching_tickets_may_not_be_offered() {
    let desk = Desk::new();
    let id = desk.ticket().await.0;
    desk.autotask.quirks(|quirks| quirks.no_ticket_patch = true);
    desk.patch("/Tickets", json!({ "id": id, "priority": 1 })).await.not_offered("PATCH");
    desk.patch("/Companies", json!({ "id": ALDER, "phone": "+1 555 0101" })).await.ok();
}

#[tokio::test]
async fn children_are_written_under_their_owner_and_read_anywhere() {
    let desk = Desk::new();
    let id = desk.ticket().await.0;
    let note = json!({ "ticketID": id, "title": "Repeated", "description": "Again", "noteType": 1, "publish": 2 });
    assert_eq!(desk.post("/TicketNotes", note.clone()).await.status, 404);
    let note_id = desk.post(&format!("/Tickets/{id}/Notes"), note).await.id();
    assert_eq!(desk.item(&format!("/TicketNotes/{note_id}")).await["title"], "Repeated");
    let listed = desk.get(&format!("/Tickets/{id}/Notes")).await.ok();
    assert_eq!((&listed["items"][0]["id"], &listed["pageDetails"]["count"]), (&json!(note_id), &json!(1)));
    assert_eq!(desk.item(&format!("/Tickets/{id}/Notes/{note_id}")).await["description"], "Again");
    assert_eq!(desk.get(&format!("/Tickets/1/Notes/{note_id}")).await.status, 404);
    assert_eq!(desk.ids("TicketNotes", json!([{ "op": "eq", "field": "ticketID", "value": id }])).await, [note_id]);
}

#[tokio::test]
async fn a_child_takes_its_owner_from_the_path_and_must_not_name_another() {
    let desk = Desk::new();
    let (one, other) = (desk.ticket().await.0, desk.ticket().await.0);
    let note = json!({ "title": "T", "description": "D", "noteType": 1, "publish": 2 });
    let id = desk.post(&format!("/Tickets/{one}/Notes"), note.clone()).await.id();
    assert_eq!(desk.item(&format!("/TicketNotes/{id}")).await["ticketID"], one);
    let mut foreign = note.clone();
    foreign["ticketID"] = json!(other);
    assert_eq!(desk.post(&format!("/Tickets/{one}/Notes"), foreign).await.errors().len(), 1);
    let nowhere = desk.post("/Tickets/77/Notes", note).await;
    nowhere.refused_with("Reference value on field: ticketID of type: Ticket does not exist or is invalid.");
}

#[tokio::test]
async fn read_only_fields_are_ignored_or_in_strict_mode_refused() {
    let desk = Desk::new();
    let id = desk.create_ticket(json!({ "completedDate": "2020-01-01", "colour": "red" })).await.id();
    assert!(desk.item(&format!("/Tickets/{id}")).await["completedDate"].is_null());
    desk.autotask.quirks(|quirks| quirks.strict_read_only = true);
    let errors = desk.create_ticket(json!({ "completedDate": "2020-01-01", "colour": "red" })).await.errors();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors.contains(&"completedDate is read-only".to_owned()));
}

#[tokio::test]
async fn create_only_fields_keep_their_first_value_or_in_strict_mode_refuse_another() {
    let desk = Desk::new();
    let moved = json!({ "id": 4411, "companyID": BIRCH });
    desk.patch("/ConfigurationItems", moved.clone()).await.ok();
    assert_eq!(desk.item("/ConfigurationItems/4411").await["companyID"], ALDER);
    desk.autotask.quirks(|quirks| quirks.strict_read_only = true);
    desk.patch("/ConfigurationItems", moved).await.refused_with("companyID cannot be changed after creation");
    desk.patch("/ConfigurationItems", json!({ "id": 4411, "companyID": ALDER })).await.ok();
}

#[tokio::test]
async fn deletion_where_offered_answers_the_id_and_refuses_a_second_time() {
    let desk = Desk::new();
    let path = format!("/Companies/{ALDER}/Contacts/{ALDER}");
    assert_eq!(desk.delete(&path).await.id(), ALDER);
    assert_eq!(desk.get(&format!("/Contacts/{ALDER}")).await.status, 404);
    let text =
        "No matching records found. The logged in Resource may not have the required permissions to delete the data.";
    desk.delete(&path).await.refused_with(text);
}

#[tokio::test]
async fn user_defined_fields_are_pairs_of_which_only_the_named_change() {
    let desk = Desk::new();
    let set = |name: &str, value: &str| json!({ "id": ALDER, "userDefinedFields": [{ "name": name, "value": value }] });
    desk.patch("/Companies", set("Acronis Tenant ID", "t-1")).await.ok();
    desk.patch("/Companies", set("CustomerRanking", "Silver")).await.ok();
    let expected =
        json!([{ "name": "Acronis Tenant ID", "value": "t-1" }, { "name": "CustomerRanking", "value": "Silver" }]);
    assert_eq!(desk.item(&format!("/Companies/{ALDER}")).await["userDefinedFields"], expected);
    desk.patch("/Companies", set("CustomerRanking", "Lead"))
        .await
        .refused_with("Picklist value [Lead] does not exist for CustomerRanking");
    desk.patch("/Companies", set("Shoe size", "9"))
        .await
        .refused_with("Unable to find Shoe size in the Company Entity.");
}

#[tokio::test]
async fn dates_come_in_the_shape_of_the_database() {
    let desk = Desk::new();
    let id = desk.ticket().await.0;
    for (shape, expected) in [
        (DateShape::Zulu, "2026-11-22T10:15:00Z"),
        (DateShape::Milliseconds, "2026-11-22T10:15:00.000Z"),
        (DateShape::NoZone, "2026-11-22T10:15:00"),
    ] {
        desk.autotask.quirks(|quirks| quirks.dates = shape);
        assert_eq!(desk.item(&format!("/Tickets/{id}")).await["createDate"], expected);
    }
}

#[tokio::test]
async fn a_company_is_created_with_four_fields_and_is_active() {
    let desk = Desk::new();
    let body =
        json!({ "companyName": "Contoso", "companyType": 1, "ownerResourceID": 29682885, "phone": "+1 555 0100" });
    let id = desk.post("/Companies", body).await.id();
    assert_eq!(id, 190);
    assert_eq!(desk.item(&format!("/Companies/{id}")).await["isActive"], true);
}
