//! The foreign systems' log-ins: which are paused, since when, and why (rule X7).

use bridge_core::id::ConnectionId;
use bridge_core::system::{Gate, Id, State};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use store::record::{Connection, SystemState};
use store::secrets::SecretName;
use store::table::Read;
use systems::{AcronisCredentials, AutotaskCredentials, Use};

use crate::auth::Actor;
use crate::error::Error;
use crate::page::Page;
use crate::{Deps, journal, log_in};

/// Autotask's name in paths; a connection is named by its id.
pub(crate) const AUTOTASK: &str = "autotask";

/// A system, as shown.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "System")]
pub struct View {
    /// `autotask`, or a connection's id.
    pub id: String,
    /// For people.
    pub name: String,
    /// Whether it is called.
    pub state: Called,
    /// When its log-in was refused.
    pub paused_since: Option<Timestamp>,
    /// What it said.
    pub reason: Option<String>,
    /// When it is tried once more by itself; nothing while paused means that a person resumes.
    pub next_probe: Option<Timestamp>,
    /// Runs that failed in a row.
    pub failed_runs: u32,
    /// When a run last succeeded after a failure, or a person resumed.
    pub succeeded_at: Option<Timestamp>,
    /// Autotask's zone, once a call has found it.
    pub zone_url: Option<String>,
    /// Autotask: calls of this process.
    pub calls: Option<Calls>,
}

/// Whether a system is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "SystemCalled")]
pub enum Called {
    /// Yes.
    Open,
    /// It refused the log-in and is left alone.
    Paused,
    /// It refused the log-in; one call may be made to find out whether it still does.
    ProbeDue,
    /// Nothing was entered for it, or it is switched off.
    Off,
}

/// How much of the hourly requests is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "SystemCalls")]
pub struct Calls {
    /// In the last hour, or in Autotask's own window.
    pub used: i64,
    /// Up to which bulk reads go on, or what Autotask allows all integrations together.
    pub limit: i64,
}

/// A log-in that was tried and works.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SystemTested")]
pub struct Tested {
    /// The system as it is now.
    pub system: View,
    /// Autotask's own count of requests, over all integrations of the database.
    pub requests: Option<Calls>,
}

/// All systems.
///
/// # Errors
/// The table or the secret store cannot be read.
pub async fn list(deps: &Deps) -> Result<Page<View>, Error> {
    let table = &deps.systems.table;
    let states = SystemState::all(table).await?;
    let known = |id: &Id| states.records.iter().find(|stored| stored.value.system == *id);
    let state = |id: &Id| known(id).map(|stored| stored.value.state.clone()).unwrap_or_default();
    let mut items = vec![autotask(deps, &state(&Id::Autotask)).await?];
    for stored in Connection::all(table).await?.records {
        let state = state(&Id::Acronis(stored.value.id.clone()));
        items.push(connection(deps, &stored.value, &state));
    }
    Ok(Page { items, next: None, unreadable: states.skipped.len() })
}

/// Logs in now with what is stored, paused or not. A system that lets us in is called again from then on.
///
/// # Errors
/// What the system refused; or there is no such system.
pub async fn test(deps: &Deps, by: &Actor, id: &str) -> Result<Tested, Error> {
    let id = find(deps, id).await?;
    let tried = match &id {
        Id::Autotask => test_autotask(deps).await,
        Id::Acronis(connection) => test_connection(deps, connection).await.map(|()| None),
    };
    let requests = match tried {
        Ok(requests) => requests,
        Err(error) => return Err(deps.systems.failed(&id, error).await.into()),
    };
    let system = resume_known(deps, by, &id, "a test of the log-in succeeded").await?;
    Ok(Tested { system, requests })
}

/// Lets a paused system be called again.
///
/// # Errors
/// There is no such system, or the table cannot be written.
pub async fn resume(deps: &Deps, by: &Actor, id: &str) -> Result<View, Error> {
    let id = find(deps, id).await?;
    resume_known(deps, by, &id, "resumed by hand").await
}

async fn resume_known(deps: &Deps, by: &Actor, id: &Id, why: &str) -> Result<View, Error> {
    deps.systems.resume(id).await?;
    let change = journal::Change::new(format!("{id} is called again"));
    journal::record(deps, by, journal::Change { why: Some(why.to_owned()), ..change }).await?;
    let name = name(id);
    let found = list(deps).await?.items.into_iter().find(|view| view.id == name);
    found.ok_or_else(|| Error::NotFound(format!("there is no system {name}")))
}

/// The system that a path names.
pub(crate) async fn find(deps: &Deps, id: &str) -> Result<Id, Error> {
    if id == AUTOTASK {
        return Ok(Id::Autotask);
    }
    let connection = ConnectionId::new(id);
    match deps.systems.table.get::<Connection>(&connection, Read::Strong).await? {
        Some(_) => Ok(Id::Acronis(connection)),
        None => Err(Error::NotFound(format!("there is no system {id}: it is autotask or a connection's id"))),
    }
}

/// A system's name in paths.
pub(crate) fn name(id: &Id) -> String {
    match id {
        Id::Autotask => AUTOTASK.to_owned(),
        Id::Acronis(connection) => connection.to_string(),
    }
}

async fn test_autotask(deps: &Deps) -> Result<Option<Calls>, systems::Error> {
    let none = || systems::Error::NotConfigured("Autotask".to_owned());
    let credentials: AutotaskCredentials = stored(deps, &SecretName::Autotask).await?.ok_or_else(none)?;
    let threshold = deps.systems.autotask_with(credentials).threshold().await?;
    Ok(Some(Calls { used: threshold.used, limit: threshold.limit }))
}

async fn test_connection(deps: &Deps, id: &ConnectionId) -> Result<(), systems::Error> {
    let none = || systems::Error::NotConfigured(format!("connection {id}"));
    let connection = deps.systems.table.get::<Connection>(id, Read::Strong).await?.ok_or_else(none)?.value;
    let credentials: AcronisCredentials = stored(deps, &SecretName::Acronis(id.clone())).await?.ok_or_else(none)?;
    let client = deps.systems.acronis_with(&connection.base_url, connection.application_code, credentials)?;
    let own = client.me().await?;
    if own.as_str() == id.as_str() {
        return Ok(());
    }
    let reason = format!("they are of another partner ({own})");
    Err(systems::Error::Unusable { system: connection.name, reason })
}

async fn stored<C: serde::de::DeserializeOwned>(deps: &Deps, name: &SecretName) -> Result<Option<C>, systems::Error> {
    log_in::stored(deps, name).await.map_err(systems::Error::Secrets)
}

async fn autotask(deps: &Deps, state: &State) -> Result<View, Error> {
    let is_entered = log_in::read(deps).await?.user_name.is_some();
    let view = view(deps, AUTOTASK.to_owned(), "Autotask", is_entered, state);
    let config = deps.systems.config().await?;
    // While it is paused there is no client to ask.
    let Ok(client) = deps.systems.autotask(&config, Use::Work).await else { return Ok(view) };
    let usage = client.usage();
    let calls = Calls { used: usage.used.into(), limit: usage.share.into() };
    Ok(View { zone_url: client.zone().map(|zone| zone.url), calls: Some(calls), ..view })
}

fn connection(deps: &Deps, connection: &Connection, state: &State) -> View {
    view(deps, connection.id.to_string(), &connection.name, connection.enabled, state)
}

fn view(deps: &Deps, id: String, name: &str, is_on: bool, state: &State) -> View {
    let (called, next_probe) = match state.gate(deps.systems.clock.now()) {
        _ if !is_on => (Called::Off, None),
        Gate::Open => (Called::Open, None),
        Gate::Probe => (Called::ProbeDue, Some(deps.systems.clock.now())),
        Gate::Closed { until } => (Called::Paused, until),
    };
    let refusal = state.refusal.as_ref();
    View {
        id,
        name: name.to_owned(),
        state: called,
        paused_since: refusal.map(|refusal| refusal.since),
        reason: refusal.map(|refusal| refusal.reason.clone()),
        next_probe,
        failed_runs: state.failed_runs,
        succeeded_at: state.succeeded_at,
        zone_url: None,
        calls: None,
    }
}
