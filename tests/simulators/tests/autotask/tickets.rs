//! The life of a ticket.

use serde_json::json;
use simulators::autotask::seed::{API_RESOURCE, TECHNICIAN};
use simulators::autotask::{CompanyId, StatusRule};

use super::desk::{ALDER, BIRCH, Desk};

#[tokio::test]
async fn numbers_count_the_tickets_of_a_day() {
    let desk = Desk::new();
    let number = async || {
        let id = desk.ticket().await;
        desk.item(&format!("/Tickets/{id}")).await["ticketNumber"].as_str().unwrap().to_owned()
    };
    assert_eq!(number().await, "T20261122.0001");
    assert_eq!(number().await, "T20261122.0002");
    desk.pass(86_400);
    assert_eq!(number().await, "T20261123.0001");
}

#[tokio::test]
async fn a_number_cannot_be_chosen_or_changed() {
    let desk = Desk::new();
    let id = desk.create_ticket(json!({ "ticketNumber": "MINE" })).await.id();
    desk.patch("/Tickets", json!({ "id": id, "ticketNumber": "MINE" })).await.ok();
    assert_eq!(desk.item(&format!("/Tickets/{id}")).await["ticketNumber"], "T20261122.0001");
}

#[tokio::test]
async fn the_global_default_category_fills_what_is_left_out() {
    let desk = Desk::new();
    let id = desk.create_ticket(json!({ "ticketType": null, "source": null })).await.id();
    let ticket = desk.item(&format!("/Tickets/{id}")).await;
    assert_eq!(
        (&ticket["ticketCategory"], &ticket["ticketType"], &ticket["source"]),
        (&json!(3), &json!(1), &json!(11))
    );
}

#[tokio::test]
async fn a_chosen_category_fills_what_is_left_out_and_nothing_else() {
    let desk = Desk::new();
    let sparse = json!({ "ticketCategory": 4, "queueID": null, "priority": null, "ticketType": null, "source": 2 });
    let id = desk.create_ticket(sparse).await.id();
    let ticket = desk.item(&format!("/Tickets/{id}")).await;
    assert_eq!((&ticket["queueID"], &ticket["priority"], &ticket["issueType"]), (&json!(8), &json!(2), &json!(11)));
    assert_eq!((&ticket["source"], &ticket["ticketType"]), (&json!(2), &json!(5)));
    let listed = desk.get("/TicketCategories/4/FieldDefaults").await.ok();
    assert_eq!(listed["items"][0]["queueID"], 8);
}

#[tokio::test]
async fn completing_records_who_and_when_and_reopening_withdraws_it() {
    let desk = Desk::new();
    let id = desk.ticket().await.0;
    desk.pass(60);
    desk.patch("/Tickets", json!({ "id": id, "status": 5, "resolution": "Ran again" })).await.ok();
    let done = desk.item(&format!("/Tickets/{id}")).await;
    assert_eq!(done["completedDate"], "2026-11-22T10:16:00Z");
    assert_eq!(done["completedByResourceID"], API_RESOURCE.0);
    desk.pass(60);
    desk.patch("/Tickets", json!({ "id": id, "resolution": "Ran again, twice" })).await.ok();
    assert_eq!(desk.item(&format!("/Tickets/{id}")).await["completedDate"], "2026-11-22T10:16:00Z");
    desk.patch("/Tickets", json!({ "id": id, "status": 8 })).await.ok();
    let open = desk.item(&format!("/Tickets/{id}")).await;
    assert!(open["completedDate"].is_null() && open["completedByResourceID"].is_null());
}

#[tokio::test]
async fn every_change_is_activity_of_whoever_made_it() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    let created = desk.item(&format!("/Tickets/{id}")).await;
    assert_eq!(
        (&created["creatorResourceID"], &created["lastActivityResourceID"]),
        (&json!(API_RESOURCE.0), &json!(API_RESOURCE.0))
    );
    desk.pass(30);
    desk.autotask.set_status_as(TECHNICIAN, id, 8).unwrap();
    let changed = desk.item(&format!("/Tickets/{id}")).await;
    assert_eq!(changed["lastActivityDate"], "2026-11-22T10:15:30Z");
    assert_eq!(changed["lastActivityResourceID"], TECHNICIAN.0);
    assert_eq!(
        (&changed["createDate"], &changed["creatorResourceID"]),
        (&created["createDate"], &json!(API_RESOURCE.0))
    );
}

#[tokio::test]
async fn duplicate_handling_answers_the_existing_ticket() {
    let desk = Desk::new();
    let first = desk.create_ticket(json!({ "externalID": "key" })).await.id();
    assert_ne!(desk.create_ticket(json!({ "externalID": "key" })).await.id(), first, "off by default");
    desk.autotask.quirks(|quirks| quirks.merge_duplicates = true);
    assert_eq!(desk.create_ticket(json!({ "externalID": "key" })).await.id(), first);
    assert_ne!(desk.create_ticket(json!({ "externalID": "key", "companyID": BIRCH })).await.id(), first);
    assert_ne!(desk.create_ticket(json!({})).await.id(), desk.create_ticket(json!({})).await.id());
}

#[tokio::test]
async fn a_workflow_rule_moves_the_status_on_after_an_update_through_the_api() {
    let desk = Desk::new();
    desk.autotask.quirks(|quirks| quirks.workflow = Some(StatusRule { from: 1, to: 5 }));
    let id = desk.ticket().await;
    assert_eq!(desk.item(&format!("/Tickets/{id}")).await["status"], 1, "not after a create");
    desk.patch("/Tickets", json!({ "id": id.0, "status": 8 })).await.ok();
    assert_eq!(desk.patch("/Tickets", json!({ "id": id.0, "status": 1 })).await.id(), id.0);
    let ticket = desk.item(&format!("/Tickets/{id}")).await;
    assert_eq!(ticket["status"], 5);
    assert!(ticket["completedDate"].is_string());
}

#[tokio::test]
async fn a_ticket_with_time_stays_with_its_company_for_the_api() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    desk.patch("/Tickets", json!({ "id": id.0, "companyID": BIRCH })).await.ok();
    desk.autotask.write_time_as(TECHNICIAN, id, 0.5).unwrap();
    let errors = desk.patch("/Tickets", json!({ "id": id.0, "companyID": ALDER })).await.errors();
    assert!(errors[0].starts_with("companyID cannot be changed"), "{errors:?}");
    desk.autotask.move_ticket(id, CompanyId(ALDER)).unwrap();
    assert_eq!(desk.item(&format!("/Tickets/{id}")).await["companyID"], ALDER);
}
