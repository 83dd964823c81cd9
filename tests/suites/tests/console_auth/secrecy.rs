//! Rule L2, for the sign-in: no secret of it is in an answer's body, in a header that is not meant to carry it, or in a log.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context as _, Result};
use runtime::telemetry::{Format, filter, subscriber};
use simulators::control::{Fault, Kind};
use suites::console::{Answer, TOKEN};

use super::browser::Browser;
use super::stage::{CLIENT_SECRET, Stage, administrator, stranger};

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

#[tokio::test(start_paused = true)]
async fn l2_no_page_and_no_log_shows_a_secret_of_the_sign_in() -> Result<()> {
    let lines = Lines::default();
    let writer = lines.clone();
    let log = subscriber(Format::Json, filter("trace")?, move || writer.clone());
    let _logging = tracing::subscriber::set_default(log);
    tracing::info!("the log is watched");

    let stage = Stage::new().await?;
    let (mut secrets, mut answers) = (vec![CLIENT_SECRET.to_owned(), TOKEN.to_owned()], Vec::new());
    // Good, without a role, with the code used up, with the service answering nonsense.
    for person in [administrator(), stranger()] {
        stage.openid.browser_is(Some(person));
        answers.extend(walk(&stage, &mut secrets, false).await?);
    }
    stage.openid.browser_is(Some(administrator()));
    for (path, kind) in [("/token", Kind::Html), ("/token", Kind::EffectThenDrop), ("/token", Kind::Status)] {
        stage.openid.control().add_fault(Fault::new(kind, path));
        answers.extend(walk(&stage, &mut secrets, false).await?);
    }
    stage.openid.quirks(|quirks| quirks.nonce = Some("canary-nonce".to_owned()));
    answers.extend(walk(&stage, &mut secrets, true).await?);

    let token = stage.openid.access_token(&administrator())?;
    let forged = stage.openid.forged(&stage.openid.access_claims(&administrator()))?;
    for token in [&token, &forged] {
        answers.push(stage.call_with(token, "GET", "/api/v1/settings").await?);
        answers.push(stage.call_with(token, "GET", "/nothing").await?);
    }
    secrets.extend([token, forged]);

    assert!(answers.len() > 15 && secrets.len() > 15, "{} answers, {} secrets", answers.len(), secrets.len());
    let log = lines.text();
    assert!(log.contains("the log is watched") && log.contains("a person has signed in to the console"), "{log}");
    for secret in &secrets {
        assert!(!log.contains(secret.as_str()), "the log shows {secret}");
        for answer in &answers {
            assert!(!answer.text.contains(secret.as_str()), "an answer shows {secret}: {answer:?}");
            let headers = answer.headers.iter().filter(|(name, _)| *name != "set-cookie");
            for (name, value) in headers {
                assert!(!value.to_str()?.contains(secret.as_str()), "{name} shows {secret}");
            }
        }
    }
    Ok(())
}

/// One sign-in from begin to end and some steps beside it. Adds every secret that came up.
async fn walk(stage: &Stage, secrets: &mut Vec<String>, is_twice: bool) -> Result<Vec<Answer>> {
    let mut browser = Browser::new(stage);
    let mut answers = vec![browser.get("/activity").await?];
    let callback = browser.authorized("/sign-in").await?;
    // Whole, and the part that everything is made from.
    let pending = browser.cookies.values().next().context("what is kept of the sign-in")?.clone();
    secrets.push(pending.split('.').next().unwrap_or_default().to_owned());
    let query = callback.split_once('?').context("a code")?.1;
    secrets.extend(query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value.to_owned()));
    answers.push(browser.get(&callback).await?);
    if is_twice {
        answers.push(browser.get(&callback).await?);
    }
    if let Some(session) = browser.cookies.get("__Host-console_session").cloned() {
        secrets.push(session);
        answers.push(browser.get("/").await?);
        answers.push(browser.get("/nothing").await?);
        answers.push(browser.submit("/sign-out", "").await?);
        answers.push(browser.get("/").await?);
    }
    Ok(answers)
}
