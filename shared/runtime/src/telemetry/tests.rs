use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::*;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl Written {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `work` writes at these levels.
fn written(format: Format, levels: &str, work: impl FnOnce()) -> String {
    let written = Written::default();
    let sink = written.clone();
    tracing::subscriber::with_default(subscriber(format, filter(levels).unwrap(), move || sink.clone()), work);
    written.text()
}

fn objects(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_line_is_one_flat_object_with_the_correlation_of_its_span() {
    let lines = written(Format::Json, "info", || {
        correlated(Some("msg_1")).in_scope(|| tracing::info!(alerts = 3, "stored"));
    });
    let [line] = &objects(&lines)[..] else { panic!("one line expected: {lines}") };
    assert_eq!(line["message"], "stored");
    assert_eq!(line["alerts"], 3);
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["span"]["correlation"], "msg_1");
}

#[test]
fn an_installation_s_metrics_are_in_a_namespace_of_its_own() {
    let written = Written::default();
    let sink = written.clone();
    let subscriber = within("AcronisAutotask/prod", Format::Json, filter("info").unwrap(), move || sink.clone());
    tracing::subscriber::with_default(subscriber, || metric("held", 2.0, Unit::Count, &[]));
    let [line] = &objects(&written.text())[..] else { panic!("one line expected") };
    let expected = json!([{
        "Namespace": "AcronisAutotask/prod",
        "Dimensions": [[]],
        "Metrics": [{ "Name": "held", "Unit": "Count" }],
    }]);
    assert_eq!((&line["_aws"]["CloudWatchMetrics"], &line["held"]), (&expected, &json!(2.0)));
}

#[test]
fn a_metric_is_a_line_in_the_embedded_metric_format() {
    let before = Clock::system().now().as_millisecond();
    let lines = written(Format::Json, "info", || {
        metric("webhook_requests", 2.0, Unit::Count, &[("function", "alert-webhook"), ("outcome", "stale")]);
    });
    let [line] = &objects(&lines)[..] else { panic!("one line expected: {lines}") };
    assert!(line["_aws"]["Timestamp"].as_i64().unwrap() >= before);
    let expected = json!([{
        "Namespace": "AcronisAutotask",
        "Dimensions": [["function", "outcome"]],
        "Metrics": [{ "Name": "webhook_requests", "Unit": "Count" }],
    }]);
    assert_eq!(line["_aws"]["CloudWatchMetrics"], expected);
    assert_eq!(line["webhook_requests"], 2.0);
    assert_eq!(line["outcome"], "stale");
}

#[test]
fn metrics_are_written_at_every_level_and_other_lines_are_not() {
    let lines = written(Format::Json, "error", || {
        tracing::info!("left out");
        metric("tickets", 1.0, Unit::Count, &[]);
    });
    let [line] = &objects(&lines)[..] else { panic!("one line expected: {lines}") };
    assert_eq!(line["tickets"], 1.0);
    assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Dimensions"], json!([[]]));
}

#[test]
fn an_alarm_is_an_error_with_a_code_and_is_counted() {
    let lines = written(Format::Json, "info", || crate::alarm!("acronis_paused", connection = "c1", "no log-in"));
    let [count, error] = &objects(&lines)[..] else { panic!("two lines expected: {lines}") };
    assert_eq!((&count["alarms"], &count["code"]), (&json!(1.0), &json!("acronis_paused")));
    assert_eq!((&error["level"], &error["alarm"]), (&json!("ERROR"), &json!("acronis_paused")));
    assert_eq!(error["connection"], "c1");
}

#[test]
fn a_person_reads_text() {
    let text = written(Format::Text, "info", || tracing::warn!(account = 42, "held"));
    assert!(text.contains("held") && text.contains("account=42") && !text.contains('{'), "{text}");
}

#[test]
fn a_wrong_level_is_named_and_never_ignored() {
    let environment = Environment::from_iter([("LOG_LEVEL", "store=loud")]);
    let problem = init(&environment).unwrap_err();
    assert!(problem.to_string().contains("LOG_LEVEL"), "{problem}");
}

#[derive(Debug, thiserror::Error)]
#[error("the ticket was not written")]
struct Outer(#[source] Middle);

#[derive(Debug, thiserror::Error)]
#[error("no answer: {0}")]
struct Middle(#[source] io::Error);

#[test]
fn a_chain_names_every_cause_once() {
    let error = Outer(Middle(io::Error::other("connection reset")));
    assert_eq!(chain(&error), "the ticket was not written: no answer: connection reset");
}
