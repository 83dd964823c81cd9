//! Sizes, secrets that change, and our own failures.

use std::sync::atomic::Ordering;

use jiff::SignedDuration;
use runtime::webhook::BODY_MAX_BYTES;

use super::door::{Door, SECRET, event, signed, unsigned};

const BODY: &[u8] = br#"{"Action":"Update","EntityType":"Ticket","Id":7318}"#;

#[tokio::test]
async fn a_queue_that_fails_means_5xx_and_the_repeat_is_stored_once() {
    let door = Door::open();
    door.queue.is_broken.store(true, Ordering::SeqCst);
    assert_eq!(door.status(event("ticket-updated")).await, 503);
    assert!(door.queue.messages().is_empty());
    door.queue.is_broken.store(false, Ordering::SeqCst);
    assert_eq!(door.status(event("ticket-updated")).await, 202);
    assert_eq!(door.queue.in_words(), ["ticket 7318"]);
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_means_5xx_and_never_a_refusal() {
    let door = Door::open();
    door.secrets.is_broken.store(true, Ordering::SeqCst);
    assert_eq!(door.status(event("ticket-updated")).await, 503);
    assert_eq!(Door::with(SECRET).status(event("ticket-updated")).await, 503, "the record is not an object");
}

#[tokio::test]
async fn the_size_is_looked_at_before_the_signature() {
    let padded = |bytes: usize| [BODY, &b" ".repeat(bytes - BODY.len())].concat();
    let door = Door::open();
    assert_eq!(door.status(signed(SECRET, &padded(BODY_MAX_BYTES))).await, 202);
    assert_eq!(door.status(signed(SECRET, &padded(BODY_MAX_BYTES + 1))).await, 413);
    assert_eq!(door.status(unsigned(&padded(BODY_MAX_BYTES + 1))).await, 413);
    assert_eq!(door.queue.in_words(), ["ticket 7318"]);
}

#[tokio::test]
async fn an_accepted_request_of_a_warm_process_makes_one_call() {
    let door = Door::open();
    for calls in 1..4 {
        assert_eq!(door.status(event("ticket-updated")).await, 202);
        assert_eq!((door.queue.calls.load(Ordering::SeqCst), door.secrets.reads()), (calls, 1));
    }
}

#[tokio::test]
async fn a_changed_secret_is_known_as_soon_as_autotask_signs_with_it() {
    let door = Door::open();
    assert_eq!(door.status(signed(SECRET, BODY)).await, 202);
    door.clock.advance(SignedDuration::from_mins(2));
    door.secrets.set(format!(r#"{{"current":"new-key","previous":"{SECRET}"}}"#));
    assert_eq!(door.status(signed("new-key", BODY)).await, 202);
    assert_eq!(
        door.status(signed(SECRET, BODY)).await,
        202,
        "events on their way are still signed with the former one"
    );
    door.secrets.set(r#"{"current":"new-key"}"#);
    door.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(door.status(signed(SECRET, BODY)).await, 401);
}

#[tokio::test]
async fn an_empty_secret_lets_nobody_in() {
    let door = Door::with(r#"{"current":""}"#);
    assert_eq!(door.status(signed("", BODY)).await, 401);
    assert!(door.queue.messages().is_empty());
}
