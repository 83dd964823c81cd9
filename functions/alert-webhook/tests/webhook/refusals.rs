//! Rule B1: what is not authentic is refused alike, leaves nothing behind, and costs no call.

use std::sync::atomic::Ordering;

use runtime::webhook::BODY_MAX_BYTES;

use super::door::{CURRENT, Door, TOKEN, event, header, sent_at, signed, unsigned};

/// The sample events that are refused for their signature or token.
const REFUSED: [&str; 6] = ["body-altered", "from-the-future", "stale", "unsigned", "wrong-secret", "wrong-token"];

#[tokio::test]
async fn every_refusal_has_the_same_answer_and_stores_nothing() {
    let door = Door::open();
    let first = door.post(event(REFUSED[0])).await;
    for name in REFUSED {
        assert_eq!(door.post(event(name)).await, first, "{name}");
    }
    assert_eq!(door.queue.calls.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_request_that_shows_no_claim_of_now_does_not_even_cause_a_look_at_the_secret() {
    let door = Door::open();
    for name in ["unsigned", "stale", "from-the-future"] {
        assert_eq!(door.status(event(name)).await, 401, "{name}");
    }
    assert_eq!(door.secrets.reads(), 0);
}

#[tokio::test]
async fn a_flood_of_wrong_signatures_reads_the_secret_once_a_minute_at_most() {
    let door = Door::open();
    for _ in 0..50 {
        assert_eq!(door.status(event("wrong-secret")).await, 401);
    }
    assert_eq!(door.secrets.reads(), 1, "the first look was just now");
    door.clock.advance(jiff::SignedDuration::from_secs(61));
    for _ in 0..50 {
        assert_eq!(door.status(event("wrong-secret")).await, 401);
    }
    assert_eq!(door.secrets.reads(), 2);
}

#[tokio::test]
async fn the_size_is_looked_at_before_the_signature() {
    let padded = |bytes: usize| {
        let body = r#"{"id":"a-1"}"#;
        format!("{body}{}", " ".repeat(bytes - body.len())).into_bytes()
    };
    let door = Door::open();
    assert_eq!(door.status(signed(CURRENT, sent_at(), &padded(BODY_MAX_BYTES))).await, 202);
    assert_eq!(door.queue.in_words(), ["alerts a-1"]);

    let door = Door::open();
    for too_large in [signed(CURRENT, sent_at(), &padded(BODY_MAX_BYTES + 1)), unsigned(&padded(BODY_MAX_BYTES * 2))] {
        let response = door.post(too_large).await;
        assert_eq!(response.status_code, 413);
    }
    assert_eq!((door.queue.in_words().len(), door.secrets.reads()), (0, 0));
}

#[tokio::test]
async fn the_largest_unreadable_body_is_stored_too() {
    let door = Door::open();
    assert_eq!(door.status(signed(CURRENT, sent_at(), &[0xff; BODY_MAX_BYTES])).await, 202);
    assert_eq!(
        door.queue.in_words(),
        ["unreadable: the body is not UTF-8 (part 1 of 2)", "unreadable: the body is not UTF-8 (part 2 of 2)"]
    );
    assert!(store::queue::bodies(&door.queue.messages()).is_ok(), "the queue takes them");
}

#[tokio::test]
async fn a_token_counts_only_where_one_is_set() {
    let body = br#"{"id":"a-1"}"#;
    let with_token = || header(unsigned(body), "authorization", &format!("Bearer {TOKEN}"));
    assert_eq!(Door::open().status(with_token()).await, 202);
    for record in [format!(r#"{{"current":"{CURRENT}"}}"#), format!(r#"{{"current":"{CURRENT}","bearer":""}}"#)] {
        assert_eq!(Door::with(record).status(with_token()).await, 401);
    }
}

#[tokio::test]
async fn a_wrong_signature_is_not_made_good_by_a_token() {
    let door = Door::open();
    let request = header(event("wrong-secret"), "authorization", &format!("Bearer {TOKEN}"));
    assert_eq!(door.status(request).await, 401);
}

#[tokio::test]
async fn without_a_secret_nobody_is_let_in() {
    let door = Door::open();
    door.secrets.clear();
    assert_eq!(door.status(event("single")).await, 401);
    assert_eq!(Door::with(r#"{"current":""}"#).status(event("single")).await, 401);
}
