//! What the tests of this crate share: a client on a script, its zone known.

use std::sync::Arc;

use jiff::Timestamp;
use runtime::clock::Clock;
use runtime::http::BaseUrl;
use runtime::http::scripted::{Answer, Scripted};
use runtime::random::Random;
use serde_json::{Value, json};

use crate::{Budget, Client, Settings, Zone};

/// Planted where secrets are, and looked for where they must not be.
pub const SECRETS: [&str; 2] = ["canary-secret-81c2", "CANARYCODE00000000000000001"];

pub fn settings() -> Settings {
    Settings {
        user_name: "api+bridge@msp.example".to_owned(),
        secret: SECRETS[0].into(),
        integration_code: SECRETS[1].into(),
        discovery_url: BaseUrl::parse("https://webservices.autotask.net").expect("valid"),
        allow_loopback: false,
    }
}

/// A client that knows its zone.
pub fn client(script: impl IntoIterator<Item = Answer>) -> (Client, Arc<Scripted>) {
    let (client, autotask) = new_client(script);
    let zone =
        Zone { url: "https://webservices3.autotask.net/atservicesrest/".to_owned(), web_url: None, database: None };
    client.use_known_zone(zone).expect("a good zone");
    (client, autotask)
}

/// A client that has to look its zone up.
pub fn new_client(script: impl IntoIterator<Item = Answer>) -> (Client, Arc<Scripted>) {
    client_with(settings(), Budget::default(), script)
}

pub fn client_with(
    settings: Settings,
    budget: Budget,
    script: impl IntoIterator<Item = Answer>,
) -> (Client, Arc<Scripted>) {
    let autotask = Arc::new(Scripted::new(script));
    let clock = Clock::manual(Timestamp::UNIX_EPOCH);
    (Client::with_budget(autotask.clone(), clock, Random::seeded(1), settings, budget), autotask)
}

/// The answer to a zone look-up.
pub fn zone(host: &str) -> Answer {
    let url = format!("https://{host}/atservicesrest/");
    Answer::json(200, &json!({"zoneName": "Z", "url": url, "webUrl": "https://ww3.autotask.net/", "ci": 20264}))
}

/// The last page of a list.
pub fn page(items: &[Value]) -> Answer {
    let details = json!({"count": items.len(), "requestCount": 500, "prevPageUrl": null, "nextPageUrl": null});
    Answer::json(200, &json!({"items": items, "pageDetails": details}))
}
