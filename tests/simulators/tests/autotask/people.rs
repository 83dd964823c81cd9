//! What people do at Autotask's own screens, seen through the API.

use serde_json::json;
use simulators::autotask::seed::{SECOND_TECHNICIAN, TECHNICIAN};
use simulators::autotask::{CompanyId, Refusal, TicketId};

use super::desk::{ALDER, BIRCH, Desk};

#[tokio::test]
async fn a_technician_completes_a_ticket() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    desk.autotask.complete_as(SECOND_TECHNICIAN, id).unwrap();
    let ticket = desk.item(&format!("/Tickets/{id}")).await;
    assert_eq!((&ticket["status"], &ticket["completedByResourceID"]), (&json!(5), &json!(SECOND_TECHNICIAN.0)));
}

#[tokio::test]
async fn a_deleted_ticket_vanishes_with_its_notes_and_leaves_a_log() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    desk.autotask.write_note_as(TECHNICIAN, id, "T", "D").unwrap();
    desk.autotask.delete_ticket_as(TECHNICIAN, id).unwrap();
    assert_eq!(desk.get(&format!("/Tickets/{id}")).await.status, 404);
    assert!(desk.autotask.tickets().is_empty() && desk.autotask.notes(id).is_empty());
    let filter = json!({ "filter": [{ "op": "gte", "field": "deletedDateTime", "value": "2026-11-22" }] });
    let log = desk.post("/DeletedTicketLogs/query", filter).await.ok()["items"][0].clone();
    assert_eq!((&log["ticketID"], &log["ticketNumber"]), (&json!(id.0), &json!("T20261122.0001")));
    assert_eq!(
        (&log["deletedByResourceID"], &log["ticketTitle"]),
        (&json!(TECHNICIAN.0), &json!("Backup failed on SRV-1"))
    );
}

#[tokio::test]
async fn a_ticket_moves_to_another_company() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    desk.autotask.move_ticket(id, CompanyId(BIRCH)).unwrap();
    assert_eq!(desk.item(&format!("/Tickets/{id}")).await["companyID"], BIRCH);
}

#[tokio::test]
async fn a_technicians_note_bears_his_name() {
    let desk = Desk::new();
    let id = desk.ticket().await;
    let note = desk.autotask.write_note_as(TECHNICIAN, id, "On it", "Looking into this").unwrap();
    assert_eq!(desk.item(&format!("/TicketNotes/{note}")).await["creatorResourceID"], TECHNICIAN.0);
}

#[tokio::test]
async fn companies_come_change_their_names_and_go() {
    let desk = Desk::new();
    let id = desk.autotask.add_company("Quince Optics").unwrap();
    desk.autotask.rename_company(id, "Quince Eyewear").unwrap();
    desk.autotask.deactivate_company(id).unwrap();
    let company = desk.item(&format!("/Companies/{id}")).await;
    assert_eq!((&company["companyName"], &company["isActive"]), (&json!("Quince Eyewear"), &json!(false)));
    assert_eq!(desk.autotask.companies().len(), 18);
}

#[tokio::test]
async fn a_device_is_added_to_a_company() {
    let desk = Desk::new();
    let id = desk.autotask.add_device(CompanyId(ALDER), "WS-7").unwrap();
    desk.create_ticket(json!({ "configurationItemID": id })).await.ok();
}

#[test]
fn people_are_refused_like_anybody() {
    let desk = Desk::new();
    let refused = desk.autotask.complete_as(TECHNICIAN, TicketId(77)).unwrap_err();
    assert!(
        matches!(&refused, Refusal::Errors(texts) if texts[0].starts_with("No matching records found.")),
        "{refused}"
    );
    assert!(desk.autotask.write_note_as(TECHNICIAN, TicketId(77), "T", "D").is_err());
}
