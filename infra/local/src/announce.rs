//! What is printed. Scripts read the addresses and `ready`; the rest is for people.
#![expect(clippy::print_stdout, reason = "people and scripts read this on standard output")]

use std::path::Path;

use runtime::config::Environment;
use secrecy::{ExposeSecret as _, SecretString};

use crate::demo::Shown;
use crate::keys::Keys;
use crate::simulated::Simulated;

/// Where everything is.
pub fn addresses(console: &str, simulated: &Simulated) {
    println!("console: {console}");
    if let Some(acronis) = &simulated.acronis {
        println!("acronis: {acronis}");
    }
    if let Some(autotask) = &simulated.autotask {
        println!("autotask: {autotask}");
    }
}

/// The demonstration's outcome.
pub fn shown(shown: &Shown) {
    println!("\nThese tickets were made of the demonstration's alerts:\n\n{}", shown.tickets);
    println!("And so the quotas of Cedar Logistics follow its contracts:\n\n{}", shown.billing);
}

/// How to come in. A secret that the environment gave is not repeated.
pub fn doors(url: &str, keys: &Keys, environment: &Environment, data: Option<&Path>) {
    let signed = |name: &str, secret: &SecretString| match environment.text(name) {
        Some(_) => format!("signed with ${name}"),
        None => format!("signed with {}", secret.expose_secret()),
    };
    println!("Sign in to the console, once:  {url}/sign-in?key={}", keys.one_time.expose_secret());
    let acronis = signed("LOCAL_WEBHOOK_SECRET", &keys.acronis_webhook);
    println!("Post alerts to                 {url}/webhooks/acronis, {acronis}");
    let autotask = signed("LOCAL_AUTOTASK_WEBHOOK_SECRET", &keys.autotask_webhook);
    println!("Post changes of tickets to     {url}/webhooks/autotask, {autotask}");
    match data {
        Some(folder) => println!("Everything is kept in          {}", folder.display()),
        None => println!("Nothing is kept when this ends; --data DIR keeps it."),
    }
}

/// Everything runs.
pub fn ready() {
    println!("ready");
}
