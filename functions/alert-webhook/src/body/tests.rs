use proptest::prelude::*;
use runtime::webhook::BODY_MAX_BYTES;
use serde_json::json;
use store::queue;

use super::*;

fn refs(body: &[u8]) -> Vec<(String, Option<String>)> {
    let mut refs = Vec::new();
    for message in messages(body, None) {
        if let Hint::Alerts { alerts, .. } = message.hint {
            let tenant = |alert: &AlertRef| alert.tenant.as_ref().map(ToString::to_string);
            refs.extend(alerts.iter().map(|alert| (alert.id.to_string(), tenant(alert))));
        }
    }
    refs
}

fn reasons(body: &[u8]) -> Vec<String> {
    let reason = |message: Message| match message.hint {
        Hint::Unreadable { reason, .. } => Some(reason),
        _ => None,
    };
    messages(body, None).into_iter().filter_map(reason).collect()
}

#[test]
fn the_three_shapes_of_a_body_say_the_same() {
    let alert = json!({"id": "A-1", "type": "BackupFailed", "tenant": {"uuid": "T-1", "id": "20417"}});
    for body in [alert.clone(), json!([alert.clone()]), json!({"items": [alert.clone()], "paging": {}})] {
        assert_eq!(refs(body.to_string().as_bytes()), [("a-1".to_owned(), Some("t-1".to_owned()))]);
        assert!(reasons(body.to_string().as_bytes()).is_empty());
    }
}

#[test]
fn an_alert_that_comes_twice_in_a_body_is_looked_at_once() {
    let body = json!([{"id": "A-1"}, {"id": "a-2"}, {"id": " a-1 "}]);
    assert_eq!(refs(body.to_string().as_bytes()), [("a-1".to_owned(), None), ("a-2".to_owned(), None)]);
}

#[test]
fn an_empty_list_says_nothing() {
    for body in ["[]", r#"{"items":[]}"#] {
        assert!(messages(body.as_bytes(), None).is_empty(), "{body}");
    }
}

#[test]
fn what_is_no_alert_is_kept_for_a_person() {
    for (body, reason) in [
        (&b""[..], "the body is not JSON"),
        (b"{\"id\":\"a-1\"", "the body is not JSON"),
        (b"{\"id\":\"a-1\"} trailing", "the body is not JSON"),
        (b"\xff\xfe", "the body is not UTF-8"),
        (b"null", "the body is neither an alert nor a list of alerts"),
        (b"\"a-1\"", "the body is neither an alert nor a list of alerts"),
        (b"{\"items\":{\"id\":\"a-1\"}}", "the body is neither an alert nor a list of alerts"),
        (b"{\"type\":\"BackupFailed\"}", "alerts without a usable id: 1 of 1"),
        (b"{\"id\":7}", "alerts without a usable id: 1 of 1"),
        (b"{\"id\":\"\"}", "alerts without a usable id: 1 of 1"),
        (b"{\"id\":\"../tenants\"}", "alerts without a usable id: 1 of 1"),
    ] {
        assert_eq!(reasons(body), [reason], "{}", String::from_utf8_lossy(body));
        assert!(refs(body).is_empty());
    }
}

#[test]
fn the_readable_alerts_of_a_mixed_list_are_taken_and_the_body_is_kept() {
    let body = json!({"items": [{"id": "a-1"}, null, {"id": null}, [], {"id": "a-2", "tenant": null}]});
    let body = body.to_string();
    assert_eq!(refs(body.as_bytes()), [("a-1".to_owned(), None), ("a-2".to_owned(), None)]);
    assert_eq!(reasons(body.as_bytes()), ["alerts without a usable id: 3 of 5"]);
}

#[test]
fn a_body_too_deep_to_parse_is_kept_and_does_not_overflow() {
    let deep = "[".repeat(BODY_MAX_BYTES);
    assert_eq!(reasons(deep.as_bytes())[0], "the body is not JSON (part 1 of 2)");
}

#[test]
fn the_largest_bodies_become_messages_that_the_queue_takes() {
    let shortest = format!("[{}1]", r#"{"id":"a"},"#.repeat(BODY_MAX_BYTES / 11 - 1));
    let longest_id = "f".repeat(ID_MAX_BYTES);
    let entry = |n: usize| json!({"id": format!("{n:0>ID_MAX_BYTES$}"), "tenant": {"uuid": longest_id}}).to_string();
    let entries: Vec<String> = (0..1500).map(entry).collect();
    let longest = format!("[{},{{}}]", entries.join(","));
    for body in [shortest, longest] {
        assert!(body.len() <= BODY_MAX_BYTES, "{}", body.len());
        let messages = messages(body.as_bytes(), Some(&"c".repeat(128)));
        assert!(queue::bodies(&messages).is_ok());
        assert!(!refs(body.as_bytes()).is_empty() && !reasons(body.as_bytes()).is_empty());
    }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic_and_none_disappear(body in proptest::collection::vec(any::<u8>(), 0..300)) {
        // Random bytes are no list without alerts, so something must come of them.
        prop_assert!(!messages(&body, None).is_empty() || body.trim_ascii() == b"[]");
    }

    #[test]
    fn no_json_makes_it_panic_and_every_entry_is_taken_or_kept(entries in proptest::collection::vec(entry(), 0..8)) {
        let body = Value::Array(entries.clone()).to_string();
        let usable: HashSet<String> = entries.iter().filter_map(alert).map(|alert| alert.id.to_string()).collect();
        let taken: HashSet<String> = refs(body.as_bytes()).into_iter().map(|(id, _)| id).collect();
        prop_assert_eq!(usable, taken);
        prop_assert_eq!(reasons(body.as_bytes()).len(), usize::from(entries.iter().any(|entry| alert(entry).is_none())));
    }
}

/// Anything that a relay may put into a list.
fn entry() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[a-zA-Z0-9-]{0,8}".prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    let object = (scalar.clone(), scalar.clone()).prop_map(|(id, uuid)| json!({"id": id, "tenant": {"uuid": uuid}}));
    prop_oneof![object, scalar.clone(), proptest::collection::vec(scalar, 0..3).prop_map(Value::from)]
}
