//! Rule L2: credentials go in and never come out, neither in an answer nor in a log.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use console::routes::routes;
use runtime::telemetry::{Format, filter, subscriber};
use serde_json::json;
use simulators::autotask::seed;
use suites::console::{Console, ONE_TIME, TOKEN, connection, connection_log_in};

/// What was logged.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

const SECRETS: [&str; 6] = ["canary-secret", "canary-code", "canary-client-secret", "canary-wrong", TOKEN, ONE_TIME];

#[tokio::test(start_paused = true)]
async fn l2_no_answer_and_no_log_shows_a_credential() -> Result<()> {
    let lines = Lines::default();
    let writer = lines.clone();
    let log = subscriber(Format::Json, filter("trace")?, move || writer.clone());
    let _logging = tracing::subscriber::set_default(log);
    tracing::info!("the log is watched");

    let console = Console::fresh().await?;
    console.autotask.change_secret(seed::API_USER.user, "canary-secret");
    console.acronis.reset_secret(simulators::acronis::seed::CLIENT_ID, "canary-client-secret")?;
    let log_in =
        |secret: &str| json!({"user_name": seed::API_USER.user, "secret": secret, "integration_code": "canary-code"});
    let mut answers = vec![
        console.put("/api/v1/autotask", &log_in("canary-wrong")).await?,
        console.put("/api/v1/autotask", &log_in("canary-secret")).await?,
        console.put("/api/v1/autotask", &json!("canary-secret")).await?,
        console.put("/api/v1/autotask", &json!({"user_name": ["canary-secret"], "canary": 1})).await?,
    ];
    let right =
        json!({"user_name": seed::API_USER.user, "secret": "canary-secret", "integration_code": seed::API_USER.code});
    answers.push(console.put("/api/v1/autotask", &right).await?.expect(200)?);
    // The last one is stale, and is answered with what was sent and what is there.
    for (id, secret) in
        [(None, "canary-wrong"), (None, "canary-client-secret"), (Some(connection()), "canary-client-secret")]
    {
        let mut entered = connection_log_in();
        entered["id"] = json!(id);
        entered["client_secret"] = json!(secret);
        answers.push(console.put("/api/v1/connections", &entered).await?);
    }
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
    assert_eq!(statuses, [422, 422, 400, 400, 200, 422, 200, 409]);
    for route in routes() {
        let path = route.path.replace("{id}", connection().as_str());
        answers.push(console.call(route.method, &path, Some(&json!({"canary-wrong": "canary-wrong"}))).await?);
    }
    answers.push(console.get("/api/v1/activity?format=csv").await?);

    let log = lines.text();
    assert!(log.contains("the log is watched"), "{log}");
    for secret in SECRETS {
        assert!(!log.contains(secret), "the log shows {secret}");
        // What a caller sends as the name of an unknown field is his own.
        for answer in answers.iter().filter(|answer| answer.status != 400) {
            assert!(!answer.text.contains(secret), "an answer shows {secret}: {answer:?}");
        }
        let unread = answers.iter().filter(|answer| answer.status == 400 && secret != "canary-wrong");
        for answer in unread {
            assert!(!answer.text.contains(secret), "an answer shows {secret}: {answer:?}");
        }
    }
    Ok(())
}
