//! Our own failures: the sender is asked to repeat, and a repeat succeeds.

use std::sync::atomic::Ordering;

use super::door::{CURRENT, Door, event};

#[tokio::test]
async fn a_queue_that_fails_means_5xx_and_the_repeat_is_stored_once() {
    let door = Door::open();
    door.queue.is_broken.store(true, Ordering::SeqCst);
    for name in ["single", "not-utf8", "mixed-list"] {
        assert_eq!(door.status(event(name)).await, 503, "{name}");
    }
    assert!(door.queue.messages().is_empty());
    door.queue.is_broken.store(false, Ordering::SeqCst);
    assert_eq!(door.status(event("single")).await, 202);
    assert_eq!(door.queue.messages().len(), 1);
}

#[tokio::test]
async fn a_secret_store_that_fails_means_5xx_and_never_a_refusal() {
    let door = Door::open();
    door.secrets.is_broken.store(true, Ordering::SeqCst);
    assert_eq!(door.status(event("single")).await, 503);
    assert_eq!(door.status(event("unsigned")).await, 401, "needs no secret");
    door.secrets.is_broken.store(false, Ordering::SeqCst);
    assert_eq!(door.status(event("single")).await, 202);
    assert_eq!(door.queue.messages().len(), 1);
}

#[tokio::test]
async fn a_secret_store_that_fails_later_does_not_matter_to_those_whose_secret_is_known() {
    let door = Door::open();
    assert_eq!(door.status(event("single")).await, 202);
    door.secrets.is_broken.store(true, Ordering::SeqCst);
    assert_eq!(door.status(event("single")).await, 202);
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_is_our_failure() {
    for record in ["", "whsec_AAAA", "[]", r#"{"previous":"x"}"#] {
        let door = Door::with(record);
        assert_eq!(door.status(event("single")).await, 503, "{record:?}");
        assert!(door.queue.messages().is_empty());
    }
    assert_eq!(Door::with(format!(r#"{{"current":"{CURRENT}"}}"#)).status(event("single")).await, 202);
}
