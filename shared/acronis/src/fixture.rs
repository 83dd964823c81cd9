//! What the tests of this crate share: a client on a script.

use std::sync::Arc;

use jiff::Timestamp;
use runtime::clock::Clock;
use runtime::http::BaseUrl;
use runtime::http::scripted::{Answer, Scripted};
use runtime::random::Random;
use serde_json::json;

use crate::{Client, Settings};

/// Planted where secrets are, and looked for where they must not be.
pub const SECRET: &str = "canary-secret-81c2";

pub fn settings() -> Settings {
    Settings {
        base_url: BaseUrl::parse("https://eu2-cloud.acronis.com").expect("valid"),
        client_id: "6f3c-client".to_owned(),
        client_secret: SECRET.into(),
        application_code: None,
        product: "ACP 1.0/test/0",
    }
}

pub fn client(script: impl IntoIterator<Item = Answer>) -> (Client, Arc<Scripted>) {
    client_of(settings(), script)
}

pub fn client_of(settings: Settings, script: impl IntoIterator<Item = Answer>) -> (Client, Arc<Scripted>) {
    client_at(Clock::manual(Timestamp::UNIX_EPOCH), settings, script)
}

pub fn client_at(
    clock: Clock,
    settings: Settings,
    script: impl IntoIterator<Item = Answer>,
) -> (Client, Arc<Scripted>) {
    let acronis = Arc::new(Scripted::new(script));
    (Client::new(acronis.clone(), clock, Random::seeded(1), settings), acronis)
}

/// A token that is good for two hours.
pub fn granted(token: &str) -> Answer {
    Answer::json(200, &json!({"access_token": token, "token_type": "bearer", "expires_in": 7200}))
}
