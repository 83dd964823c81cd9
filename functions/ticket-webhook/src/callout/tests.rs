use proptest::prelude::*;
use serde_json::json;

use super::*;

fn read_json(body: &Value) -> Callout {
    read(body.to_string().as_bytes())
}

#[test]
fn every_change_of_a_ticket_names_the_ticket() {
    for action in ["Create", "Update", "Delete"] {
        let callout = json!({"Action": action, "EntityType": "Ticket", "Id": 5101, "Fields": {"Status": "5"}});
        assert_eq!(read_json(&callout), Callout::Ticket(TicketId(5101)), "{action}");
    }
}

#[test]
fn case_and_kind_of_number_do_not_matter() {
    for callout in [
        json!({"action": "update", "entityType": "ticket", "id": "5101"}),
        json!({"ACTION": "UPDATE", "ENTITYTYPE": "TICKET", "ID": " 5101 "}),
    ] {
        assert_eq!(read_json(&callout), Callout::Ticket(TicketId(5101)), "{callout}");
    }
}

#[test]
fn what_does_not_concern_our_tickets_is_accepted_and_left() {
    for callout in [
        json!({"Action": "Create", "EntityType": "TicketNote", "Id": 9}),
        json!({"Action": "Update", "EntityType": "Account", "Id": 9}),
        json!({"Action": "Update", "Id": 9}),
        json!({"Action": "Merged", "EntityType": "Ticket", "Id": 9}),
    ] {
        assert_eq!(read_json(&callout), Callout::Other, "{callout}");
        assert!(Callout::Other.messages(b"", None).is_empty());
    }
}

#[test]
fn being_switched_off_is_known_without_an_entity() {
    assert_eq!(read_json(&json!({"Action": "Deactivated", "Guid": "1b0f"})), Callout::SwitchedOff);
}

#[test]
fn a_callout_that_cannot_be_read_is_kept_for_a_person() {
    for (body, reason) in [
        (&b""[..], "the body is not JSON"),
        (b"\xff", "the body is not JSON"),
        (b"{\"Action\":", "the body is not JSON"),
        (b"[]", "the body is not an object"),
        (b"{}", "the callout names no action"),
        (b"{\"Action\":3}", "the callout names no action"),
        (b"{\"Action\":\"Update\",\"EntityType\":\"Ticket\"}", "the callout of a ticket has no usable id"),
        (b"{\"Action\":\"Update\",\"EntityType\":\"Ticket\",\"Id\":0}", "the callout of a ticket has no usable id"),
        (b"{\"Action\":\"Update\",\"EntityType\":\"Ticket\",\"Id\":1e40}", "the callout of a ticket has no usable id"),
    ] {
        let callout = read(body);
        assert_eq!(callout, Callout::Unreadable(reason), "{}", String::from_utf8_lossy(body));
        let [message] = &callout.messages(body, Some("c"))[..] else { panic!("one message expected") };
        assert!(matches!(&message.hint, Hint::Unreadable { source, .. } if source == "ticket-webhook"));
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_or_name_a_ticket(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(!matches!(read(&body), Callout::Ticket(_)));
    }

    #[test]
    fn a_ticket_is_named_exactly_when_its_id_is_positive(id in any::<i64>(), as_text in any::<bool>()) {
        let number = if as_text { json!(id.to_string()) } else { json!(id) };
        let callout = read_json(&json!({"Action": "Update", "EntityType": "Ticket", "Id": number}));
        prop_assert_eq!(callout == Callout::Ticket(TicketId(id)), id > 0);
    }
}
