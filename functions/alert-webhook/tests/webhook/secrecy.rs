//! Neither secrets nor bodies appear in a log line or an answer.

use std::io::{self, Write};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use runtime::telemetry::{self, Format};

use super::door::{Door, event, header, signed, unsigned};

/// "canary-secret-key", "canary-former-key".
const CURRENT: &str = "whsec_Y2FuYXJ5LXNlY3JldC1rZXk=";
const PREVIOUS: &str = "whsec_Y2FuYXJ5LWZvcm1lci1rZXk=";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

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

    let record = format!(r#"{{"current":"{CURRENT}","previous":"{PREVIOUS}","bearer":"canary-token"}}"#);
    let door = Door::with(record);
    let now = door.clock.now();
    let mut answers = Vec::new();
    for body in
        [&br#"{"id":"a-1","type":"canary-type"}"#[..], b"canary-body", b"{\"canary-body\":1}", b"\xffcanary-body"]
    {
        answers.push(door.post(signed(CURRENT, now, body)).await);
        answers.push(door.post(signed(PREVIOUS, now, body)).await);
        answers.push(door.post(header(unsigned(body), "authorization", "Bearer canary-token")).await);
        answers.push(door.post(header(unsigned(body), "authorization", "Bearer canary-guess")).await);
        answers.push(door.post(unsigned(body)).await);
        door.queue.is_broken.store(true, Ordering::SeqCst);
        answers.push(door.post(signed(CURRENT, now, body)).await);
        door.queue.is_broken.store(false, Ordering::SeqCst);
    }
    answers.push(Door::with(r#"{"current":["canary-record"]}"#).post(event("single")).await);

    let seen = format!("{} {answers:?}", log.text());
    for planted in ["canary", "Y2FuYXJ5", "a-1"] {
        assert!(!seen.contains(planted), "{planted} in {seen}");
    }
    for expected in ["alerts stored", "alerts could not be stored", "no request can be checked", "msg_test"] {
        assert!(seen.contains(expected), "the log is the one of these requests: {expected} in {seen}");
    }
}

#[tokio::test]
async fn a_refused_request_leaves_a_count_and_nothing_else() {
    let log = Log::default();
    let sink = log.clone();
    let all = telemetry::filter("trace").unwrap();
    let _guard = tracing::subscriber::set_default(telemetry::subscriber(Format::Json, all, move || sink.clone()));

    let door = Door::open();
    for (name, outcome) in [("unsigned", "unsigned"), ("stale", "stale"), ("wrong-secret", "mismatch")] {
        let before = log.text().len();
        door.post(event(name)).await;
        let lines = log.text().split_off(before);
        let [line] = &lines.lines().collect::<Vec<_>>()[..] else { panic!("{name}: one line expected: {lines}") };
        let count: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(count["webhook_requests"], 1.0);
        assert_eq!((&count["function"], &count["outcome"]), (&"alert-webhook".into(), &outcome.into()));
    }
}
