//! A body that cannot be read, as messages for the queue. The worker parks them, so that a person sees them (rules B1, B2).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bridge_core::hint::{Hint, Message};

/// Most bytes of a body in one message. In base64 they are 240 KiB, which leaves room for the rest of a queue message of 256 KiB.
const PART_BYTES: usize = 180 * 1024;

/// One message with the body, or several with a part each when it is too large for one: nothing is cut off.
///
/// `source` names the door that the body came through, `reason` what is wrong with it, in words of ours: a parser's words may
/// quote the body.
#[must_use]
pub fn unreadable(source: &str, body: &[u8], reason: &str, correlation: Option<&str>) -> Vec<Message> {
    let count = body.len().div_ceil(PART_BYTES).max(1);
    let message = |(index, part): (usize, &[u8])| {
        let part_of = if count == 1 { String::new() } else { format!(" (part {} of {count})", index + 1) };
        let hint = Hint::Unreadable {
            source: source.to_owned(),
            body: STANDARD.encode(part),
            reason: format!("{reason}{part_of}"),
        };
        Message::new(hint, correlation.map(str::to_owned))
    };
    if body.is_empty() {
        return vec![message((0, body))];
    }
    body.chunks(PART_BYTES).enumerate().map(message).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::webhook::BODY_MAX_BYTES;

    fn parts(messages: &[Message]) -> Vec<(Vec<u8>, String)> {
        let part = |message: &Message| match &message.hint {
            Hint::Unreadable { body, reason, .. } => (STANDARD.decode(body).unwrap(), reason.clone()),
            other => panic!("{other:?} is not an unreadable body"),
        };
        messages.iter().map(part).collect()
    }

    #[test]
    fn the_largest_body_travels_whole_in_messages_that_the_queue_takes() {
        let body: Vec<u8> = (0..BODY_MAX_BYTES).map(|n| (n % 251) as u8).collect();
        let messages = unreadable("alert-webhook", &body, "it is not JSON", Some(&"c".repeat(128)));
        assert!(messages.iter().all(|message| message.to_body().len() <= 256 * 1024));
        let parts = parts(&messages);
        assert_eq!(
            parts.iter().map(|(_, reason)| reason.as_str()).collect::<Vec<_>>(),
            ["it is not JSON (part 1 of 2)", "it is not JSON (part 2 of 2)"]
        );
        assert_eq!(parts.into_iter().flat_map(|(part, _)| part).collect::<Vec<_>>(), body);
    }

    #[test]
    fn an_empty_body_is_still_one_message() {
        let messages = unreadable("alert-webhook", b"", "it is empty", None);
        assert_eq!(parts(&messages), [(Vec::new(), "it is empty".to_owned())]);
    }

    proptest! {
        #[test]
        fn every_body_comes_back_as_it_was(body in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let messages = unreadable("door", &body, "unreadable", None);
            prop_assert_eq!(parts(&messages), [(body, "unreadable".to_owned())]);
        }
    }
}
