//! Secrets are read once for each process, and change without a deployment.

use std::sync::atomic::Ordering;

use jiff::SignedDuration;

use super::door::{CURRENT, Door, PREVIOUS, RETIRED, event, signed};

const BODY: &[u8] = br#"{"id":"a-1"}"#;

#[tokio::test]
async fn an_accepted_request_of_a_warm_process_makes_one_call() {
    let door = Door::open();
    door.post(event("single")).await;
    assert_eq!((door.queue.calls.load(Ordering::SeqCst), door.secrets.reads()), (1, 1));
    for name in ["single", "array", "items-envelope", "mixed-list", "previous-secret", "bearer-token"] {
        let calls = door.queue.calls.load(Ordering::SeqCst);
        assert_eq!(door.status(event(name)).await, 202, "{name}");
        assert_eq!(door.queue.calls.load(Ordering::SeqCst) - calls, 1, "{name}");
    }
    assert_eq!(door.secrets.reads(), 1);
}

#[tokio::test]
async fn a_new_secret_is_known_as_soon_as_somebody_signs_with_it() {
    let door = Door::with(format!(r#"{{"current":"{PREVIOUS}"}}"#));
    assert_eq!(door.status(signed(PREVIOUS, door.clock.now(), BODY)).await, 202);
    door.clock.advance(SignedDuration::from_mins(2));
    door.secrets.set(format!(r#"{{"current":"{CURRENT}","previous":"{PREVIOUS}"}}"#));
    assert_eq!(door.status(signed(CURRENT, door.clock.now(), BODY)).await, 202);
    assert_eq!(door.status(signed(PREVIOUS, door.clock.now(), BODY)).await, 202, "both are valid for a while");
    assert_eq!(door.secrets.reads(), 2);
}

#[tokio::test]
async fn a_retired_secret_ends_within_five_minutes() {
    let door = Door::with(format!(r#"{{"current":"{CURRENT}","previous":"{RETIRED}"}}"#));
    assert_eq!(door.status(signed(RETIRED, door.clock.now(), BODY)).await, 202);
    door.secrets.set(format!(r#"{{"current":"{CURRENT}","previous":null}}"#));
    door.clock.advance(SignedDuration::from_mins(5));
    assert_eq!(door.status(signed(RETIRED, door.clock.now(), BODY)).await, 401);
    assert_eq!(door.status(signed(CURRENT, door.clock.now(), BODY)).await, 202);
}

#[tokio::test]
async fn the_same_request_twice_at_once_is_two_harmless_hints() {
    let door = Door::open();
    let both = tokio::join!(door.status(event("single")), door.status(event("single")));
    assert_eq!(both, (202, 202));
    let words = door.queue.in_words();
    assert_eq!((words.len(), &words[0]), (2, &words[1]));
    assert_eq!(door.secrets.reads(), 1, "several at once cause one read");
}
