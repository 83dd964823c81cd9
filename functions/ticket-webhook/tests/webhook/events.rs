//! Every sample event, through the function.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use bridge_core::hint::Message;

use super::door::{Door, event, events};

/// File, status, and the messages in words.
const TABLE: &[(&str, i64, &[&str])] = &[
    ("company-updated", 202, &[]),
    ("deactivated-signed", 202, &[]),
    ("deactivated-unsigned", 401, &[]),
    ("escaped-text", 202, &["ticket 7318"]),
    ("no-id", 202, &["unreadable: the callout of a ticket has no usable id"]),
    ("not-utf8", 202, &["unreadable: the body is not JSON"]),
    ("note-created", 202, &[]),
    ("other-spelling", 202, &["ticket 7318"]),
    ("signature-in-hex", 401, &[]),
    ("ticket-created", 202, &["ticket 7318"]),
    ("ticket-deleted", 202, &["ticket 7318"]),
    ("ticket-updated", 202, &["ticket 7318"]),
    ("truncated", 202, &["unreadable: the body is not JSON"]),
    ("unknown-action", 202, &[]),
    ("unsigned", 401, &[]),
    ("wrong-secret", 401, &[]),
];

#[tokio::test]
async fn every_sample_event_ends_as_the_table_says() {
    for (name, status, expected) in TABLE {
        let door = Door::open();
        assert_eq!(door.status(event(name)).await, *status, "{name}");
        assert_eq!(door.queue.in_words(), *expected, "{name}");
        assert_eq!(door.queue.calls.load(Ordering::SeqCst), expected.len(), "{name}: one call");
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
async fn a_message_carries_the_gateway_s_id_and_reads_back() {
    let door = Door::open();
    door.post(event("ticket-updated")).await;
    let [message] = &door.queue.messages()[..] else { panic!("one message expected") };
    assert_eq!(message.correlation.as_deref(), Some("Kq42xhZfFiAEJBw="));
    assert_eq!(Message::parse(&message.to_body()).as_ref(), Ok(message));
}

#[tokio::test]
async fn every_refusal_has_the_same_answer() {
    let door = Door::open();
    let first = door.post(event("unsigned")).await;
    assert_eq!(door.secrets.reads(), 0, "an unsigned request costs no call");
    for (name, status, _) in TABLE {
        if *status == 401 {
            assert_eq!(door.post(event(name)).await, first, "{name}");
        }
    }
}
