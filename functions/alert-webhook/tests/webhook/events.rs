//! Every sample event, through the function.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use bridge_core::hint::{Hint, Message};

use super::door::{Door, event, events};

const TENANT: &str = "3f0a7c52-91d4-4c1e-8b57-2a6d0e94c711";

/// File, status, and the messages in words; `#n` stands for the alert that ends in n, `@T` for the tenant.
const TABLE: &[(&str, i64, &[&str])] = &[
    ("all-shapes", 202, &["alerts #8@T #9@T #a@T #b@T #c@T #d@T"]),
    ("array", 202, &["alerts #2@T #3@T"]),
    ("bearer-token", 202, &["alerts #3@T"]),
    ("body-altered", 401, &[]),
    ("body-in-base64", 202, &["alerts #7@T"]),
    ("edr-booleans-as-text", 202, &["alerts #4@T"]),
    ("empty-list", 202, &[]),
    ("from-the-future", 401, &[]),
    ("items-envelope", 202, &["alerts #1@T #2@T #3@T"]),
    ("mixed-list", 202, &["alerts #1@T #2@T", "unreadable: alerts without a usable id: 1 of 3"]),
    ("no-id", 202, &["unreadable: alerts without a usable id: 1 of 1"]),
    ("no-tenant-uuid", 202, &["alerts #6"]),
    ("not-utf8", 202, &["unreadable: the body is not UTF-8"]),
    ("null-details", 202, &["alerts #5@T"]),
    ("previous-secret", 202, &["alerts #1@T"]),
    ("re-raise", 202, &["alerts #1@T"]),
    ("single", 202, &["alerts #1@T"]),
    ("stale", 401, &[]),
    ("truncated", 202, &["unreadable: the body is not JSON"]),
    ("two-signatures", 202, &["alerts #1@T"]),
    ("unknown-type-and-severity", 202, &["alerts #7@T"]),
    ("unsigned", 401, &[]),
    ("wrong-secret", 401, &[]),
    ("wrong-shape", 202, &["unreadable: the body is neither an alert nor a list of alerts"]),
    ("wrong-token", 401, &[]),
];

fn spelled_out(words: &str) -> String {
    words.replace('#', "a7d1f0c2-3b44-4e5a-9c61-0d2e8f7b1a0").replace("@T", &format!("@{TENANT}"))
}

#[tokio::test]
async fn every_sample_event_ends_as_the_table_says() {
    for (name, status, expected) in TABLE {
        let door = Door::open();
        assert_eq!(door.status(event(name)).await, *status, "{name}");
        let expected: Vec<String> = expected.iter().map(|words| spelled_out(words)).collect();
        assert_eq!(door.queue.in_words(), expected, "{name}");
        assert_eq!(door.queue.calls.load(Ordering::SeqCst), usize::from(!expected.is_empty()), "{name}: one call");
    }
}

#[test]
fn the_table_names_every_sample_event() {
    let files: BTreeSet<String> = std::fs::read_dir(events())
        .unwrap()
        .filter_map(|file| file.unwrap().file_name().to_str()?.strip_suffix(".json").map(str::to_owned))
        .collect();
    assert_eq!(files, TABLE.iter().map(|(name, ..)| (*name).to_owned()).collect());
}

#[tokio::test]
async fn a_message_carries_the_sender_s_id_or_else_the_gateway_s() {
    for (name, correlation) in [("single", "msg_single"), ("bearer-token", "Kq14xhZfFiAEJBw=")] {
        let door = Door::open();
        door.post(event(name)).await;
        let [message] = &door.queue.messages()[..] else { panic!("{name}: one message expected") };
        assert_eq!(message.correlation.as_deref(), Some(correlation));
    }
}

#[tokio::test]
async fn what_the_worker_receives_is_what_was_sent() {
    let door = Door::open();
    door.post(event("items-envelope")).await;
    door.post(event("not-utf8")).await;
    for message in door.queue.messages() {
        assert_eq!(Message::parse(&message.to_body()), Ok(message));
    }
}

#[tokio::test]
async fn an_unreadable_body_is_kept_byte_for_byte() {
    let door = Door::open();
    let request = event("not-utf8");
    let sent = request.body.clone().unwrap();
    door.post(request).await;
    let [Message { hint: Hint::Unreadable { body, .. }, .. }] = &door.queue.messages()[..] else {
        panic!("one message")
    };
    assert_eq!(*body, sent);
}
