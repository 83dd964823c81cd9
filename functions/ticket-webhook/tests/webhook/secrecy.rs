//! Neither secrets nor bodies appear in a log line or an answer.

use std::io::{self, Write};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use runtime::telemetry::{self, Format};

use super::door::{Door, event, signed, unsigned};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn planted_secrets_and_bodies_are_found_in_no_line_and_no_answer() {
    let log = Log::default();
    let sink = log.clone();
    let all = telemetry::filter("trace").unwrap();
    let _guard = tracing::subscriber::set_default(telemetry::subscriber(Format::Json, all, move || sink.clone()));

    let door = Door::with(r#"{"current":"canary-key","previous":"canary-former-key"}"#);
    let mut answers = Vec::new();
    for body in [
        &br#"{"Action":"Update","EntityType":"Ticket","Id":7318,"Fields":{"Title":"canary-title"}}"#[..],
        br#"{"Action":"Deactivated","Guid":"canary-guid"}"#,
        b"canary-body",
    ] {
        answers.push(door.post(signed("canary-key", body)).await);
        answers.push(door.post(signed("canary-former-key", body)).await);
        answers.push(door.post(signed("canary-guess", body)).await);
        answers.push(door.post(unsigned(body)).await);
        door.queue.is_broken.store(true, Ordering::SeqCst);
        answers.push(door.post(signed("canary-key", body)).await);
        door.queue.is_broken.store(false, Ordering::SeqCst);
    }
    answers.push(Door::with("canary-record").post(event("ticket-updated")).await);

    let seen = format!("{} {answers:?}", String::from_utf8(log.0.lock().unwrap().clone()).unwrap());
    assert!(!seen.contains("canary"), "{seen}");
    for expected in
        ["change of a ticket stored", "could not be stored", "no request can be checked", "switched its ticket"]
    {
        assert!(seen.contains(expected), "the log is the one of these requests: {expected} in {seen}");
    }
}
