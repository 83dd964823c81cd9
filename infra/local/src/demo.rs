//! The demonstration: configures the integration for the simulated MSP, as a person does through the console, lets a few things
//! go wrong there, and shows the tickets.
//!
//! Every step looks first whether it is done already, so a demonstration that was killed is taken up where it ended. It is over
//! once and for all when its end is kept; nothing is raised or configured afterwards.

mod alerts;
mod api;
mod billing;
mod outside;
mod progress;
mod settings;
mod table;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::Context as _;
use axum::Router;
use jiff::SignedDuration;
use runtime::http::BaseUrl;
use secrecy::SecretString;
use serde_json::{Value, json};
use simulators::{acronis, autotask};
use store::record::Generation;
use store::table::{Read, Table};

use crate::functions::Functions;
use crate::schedule::Scheduled;
use crate::settle::Settle;
use crate::storage::{Demo, Myself};
use api::Api;
use outside::Outside;
use progress::Progress;

/// How many customers are mapped; the first ones of both worlds have the same names.
const MAPPED: usize = 8;
/// *Cedar Logistics*, which has two contracts and a bundle.
const SHOWN_ACCOUNT: i64 = autotask::seed::FIRST_CUSTOMER.0 + 2;
const STEPS: usize = 9;
/// A little longer than a doubt about a create lasts.
const DOUBT_S: u32 = 7 * 60;
/// Doubts that are waited for in one step; each attempt can leave another.
const DOUBTS_MAX: usize = 4;

/// Decides once whether there is to be a demonstration: not where it is unwanted, and not in an installation of somebody's own.
///
/// # Errors
/// The table cannot be read or written.
pub async fn is_wanted(table: &Table, is_asked_for: bool) -> anyhow::Result<bool> {
    let is_configured = table.get::<Generation>(&(), Read::Strong).await?.is_some();
    let decide = |myself: &mut Myself| {
        myself.demo = match myself.demo {
            Demo::Undecided if is_asked_for && !is_configured => Demo::Begun,
            Demo::Undecided => Demo::Unwanted,
            decided => decided,
        };
    };
    Myself::change(table, decide).await?;
    Ok(is_asked_for && Myself::read(table).await?.demo == Demo::Begun)
}

/// Everything that the demonstration works with.
pub struct Stage {
    /// The console.
    pub console: Router,
    /// Opens it.
    pub token: SecretString,
    /// The functions.
    pub functions: Functions,
    /// Runs the poll and waits for the worker.
    pub settle: Arc<Settle>,
    /// The Acronis simulator.
    pub acronis: BaseUrl,
    /// The Autotask simulator.
    pub autotask: BaseUrl,
}

/// What the demonstration ends with.
pub struct Shown {
    /// The tickets that were made.
    pub tickets: String,
    /// How one account's quotas follow its contracts.
    pub billing: String,
}

/// Plays the demonstration.
///
/// # Errors
/// A step was refused. The next start takes it up there.
pub async fn play(stage: Stage) -> anyhow::Result<Shown> {
    let mut progress = Progress::of(STEPS);
    let api = Api::new(stage.console.clone(), stage.token.clone());
    let outside = Outside::log_in(stage.functions.systems.transport.clone(), &stage.acronis, &stage.autotask).await?;

    progress.step("logging in to Autotask");
    log_in(&api).await.context("the log-in for Autotask was not saved")?;
    progress.step("connecting to Acronis");
    let connection = connect(&api, &stage.acronis).await.context("the connection to Acronis was not saved")?;
    progress.step("choosing how tickets look");
    settings::save(&api).await.context("the settings were not saved")?;
    progress.step("mapping customers");
    map(&api, &connection).await.context("the customers were not mapped")?;
    progress.step("mapping services to offering items");
    billing::map_products(&api, &connection).await.context("the product mapping was not saved")?;
    progress.step("agreeing to the first plans");
    billing::apply(&api, &stage).await.context("the first plans were not applied")?;
    progress.step("raising alerts");
    alerts::raise(&outside).await?;
    poll(&stage, &outside).await?;
    progress.step("clearing one of them");
    alerts::clear(&outside).await?;
    poll(&stage, &outside).await?;
    progress.step("looking at the outcome");
    let shown = Shown {
        tickets: table::of_tickets(&api, &outside).await?,
        billing: table::of_billing(&api, SHOWN_ACCOUNT).await?,
    };
    Myself::change(&stage.functions.systems.table, |myself| myself.demo = Demo::Done).await?;
    Ok(shown)
}

async fn log_in(api: &Api) -> anyhow::Result<()> {
    let user = autotask::seed::API_USER;
    let credentials = json!({ "user_name": user.user, "secret": user.secret, "integration_code": user.code });
    api.put("/api/v1/autotask", &credentials).await?;
    Ok(())
}

/// Returns the connection's id.
async fn connect(api: &Api, url: &BaseUrl) -> anyhow::Result<String> {
    let known = api.get("/api/v1/connections").await?;
    let connection = match known["items"].get(0) {
        Some(connection) => connection.clone(),
        None => {
            let connection = json!({
                "name": "Demo MSP",
                "base_url": url.to_string(),
                "client_id": acronis::seed::CLIENT_ID,
                "client_secret": acronis::seed::CLIENT_SECRET,
                "enabled": true,
            });
            api.put("/api/v1/connections", &connection).await?
        }
    };
    Ok(connection["id"].as_str().context("the connection has no id")?.to_owned())
}

async fn map(api: &Api, connection: &str) -> anyhow::Result<()> {
    let mapped = customers(api).await?;
    let accounts = autotask::seed::FIRST_CUSTOMER.0..;
    let pairs =
        accounts.zip(acronis::seed::CUSTOMERS).take(MAPPED).filter(|(account, _)| !mapped.contains_key(account));
    let edits: Vec<Value> = pairs
        .map(|(account, customer)| {
            json!({ "account": account, "tenant": customer.id.to_string(), "connection": connection })
        })
        .collect();
    if edits.is_empty() {
        return Ok(());
    }
    let applied = api.put("/api/v1/mapping", &json!({ "edits": edits })).await?;
    let refused = applied["refused"].as_array().map_or(0, Vec::len);
    anyhow::ensure!(refused == 0, "{refused} of {} were refused: {}", edits.len(), applied["refused"]);
    Ok(())
}

/// The names of the mapped accounts.
async fn customers(api: &Api) -> anyhow::Result<BTreeMap<i64, String>> {
    let mapped = api.get("/api/v1/mapping?limit=500").await?;
    let name = |row: &Value| Some((row["account"].as_i64()?, row["account_name"].as_str()?.to_owned()));
    Ok(mapped["items"].as_array().into_iter().flatten().filter_map(name).collect())
}

/// Lets everything be done. A demonstration that was killed while a ticket was being made leaves a doubt of some minutes (rule
/// X2); both clocks are moved, so that nobody has to sit through them.
async fn poll(stage: &Stage, outside: &Outside) -> anyhow::Result<()> {
    for _ in 0..DOUBTS_MAX {
        stage.settle.run(Scheduled::AlertPoll).await?;
        stage.settle.settle().await?;
        let functions = &stage.functions;
        let doubt_ends = functions.clock().now() + SignedDuration::from_secs(DOUBT_S.into());
        if functions.systems.table.due(doubt_ends, 1).await?.is_empty() {
            break;
        }
        outside.pass(DOUBT_S).await?;
        functions.advance(DOUBT_S).await?;
        stage.settle.look();
    }
    Ok(())
}
