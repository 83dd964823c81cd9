//! The sample events: what API Gateway hands to the function is answered as described beside them.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use axum::body::Body;
use http_body_util::BodyExt as _;
use suites::console::{Answer, Console};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/console");

/// What becomes of each event, in a console that is connected and has nobody mapped.
const EXPECTED: [(&str, u16); 14] = [
    ("accounts-page", 200),
    ("activity-csv", 200),
    ("connection-disable", 204),
    ("health", 200),
    ("held-approve-unknown", 404),
    ("mapping-apply", 200),
    ("mapping-import", 200),
    ("mapping-page", 200),
    ("preview-start", 202),
    ("run-account", 200),
    ("run-alerts", 200),
    ("settings-read", 200),
    ("settings-save-base64", 200),
    ("signed-out", 401),
];

async fn answer(console: &Console, event: &str) -> Result<Answer> {
    let request = lambda_http::request::from_str(event)?;
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(anyhow::Error::from_boxed)?.to_bytes();
    console.send(http::Request::from_parts(parts, Body::from(body))).await
}

#[tokio::test(start_paused = true)]
async fn every_sample_event_is_answered_as_expected() -> Result<()> {
    let mut known: Vec<String> = Vec::new();
    for entry in fs::read_dir(FOLDER)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            known.push(path.file_stem().context("a name")?.to_string_lossy().into_owned());
        }
    }
    known.sort();
    assert_eq!(known, EXPECTED.map(|(name, _)| name));
    for (name, status) in EXPECTED {
        let console = Console::connected().await?;
        let event = fs::read_to_string(Path::new(FOLDER).join(name).with_extension("json"))?;
        answer(&console, &event).await?.expect(status).with_context(|| name.to_owned())?;
    }
    Ok(())
}
