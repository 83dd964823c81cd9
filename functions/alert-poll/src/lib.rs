//! Looks every minute for what changed on both sides, and sends hints about it.
//!
//! | part | what it reads | how often |
//! | --- | --- | --- |
//! | [`due`] | our own records that have waited long enough | each run |
//! | [`alerts`] | alerts that changed in Acronis, by connection | each run |
//! | [`tickets`] | our tickets that changed in Autotask (rule T19) | each run |
//! | | the log of deleted tickets (rule T9) | every 15 minutes |
//! | [`devices`] | the configuration items of the mapped accounts (rule T12) | daily |
//! | [`walk`] | all open alerts and all our open tickets | daily, after something was switched on or a ticket deleted |
//!
//! The parts do not depend on one another: one that fails is logged and counted, and the others go on (rule X4). Nothing is
//! decided here about a ticket; that is the worker's, which a hint sends to look.

mod alerts;
mod cursor;
mod devices;
mod due;
mod hints;
mod tickets;
mod walk;

use std::collections::BTreeSet;
use std::sync::Arc;

use bridge_core::system::Id;
use runtime::lambda::Deadline;
use runtime::telemetry;
use serde::Serialize;
use store::queue::Queue;
use systems::Systems;

pub use alerts::Recent;

/// What the function works with.
#[derive(Clone)]
pub struct Deps {
    /// Both systems, the table and the clock.
    pub systems: Systems,
    /// Where hints go.
    pub queue: Arc<dyn Queue>,
    /// What this process has hinted at already; saves hints, and may be lost.
    pub recent: Recent,
}

/// A part of the run failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A foreign system or its configuration.
    #[error(transparent)]
    Systems(#[from] systems::Error),
    /// The table.
    #[error(transparent)]
    Table(#[from] store::table::Error),
    /// The queue.
    #[error(transparent)]
    Queue(#[from] store::queue::SendError),
}

impl From<acronis::Error> for Error {
    fn from(error: acronis::Error) -> Self {
        Self::Systems(error.into())
    }
}

impl From<autotask::Error> for Error {
    fn from(error: autotask::Error) -> Self {
        Self::Systems(error.into())
    }
}

/// What a run did, for the log and for `POST /local/run`.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Records that were due and sent again.
    pub due: usize,
    /// Changed alerts hinted at.
    pub alerts: usize,
    /// Changed tickets hinted at.
    pub tickets: usize,
    /// Connections walked completely.
    pub walked: usize,
    /// Accounts whose configuration items were read.
    pub devices_of: usize,
    /// What failed, in words.
    pub failed: Vec<String>,
    /// Systems that could not be read.
    #[serde(skip)]
    unread: BTreeSet<Id>,
}

/// One run, to be finished before `deadline`.
///
/// # Errors
/// The settings cannot be read. Everything else is in the summary.
pub async fn handle(deps: &Deps, deadline: Deadline) -> Result<Summary, Error> {
    let summary = run(deps, deadline).await?;
    if summary.failed.is_empty() {
        telemetry::completed_run("alert-poll");
    }
    Ok(summary)
}

async fn run(deps: &Deps, deadline: Deadline) -> Result<Summary, Error> {
    let config = deps.systems.config().await?;
    let mut summary = Summary::default();
    match due::send(deps, &config).await {
        Ok(sent) => summary.due = sent,
        Err(error) => note(&mut summary, "what is due", &error),
    }
    if !config.settings.tickets.enabled {
        return Ok(summary);
    }
    for connection in config.connections.values() {
        let id = Id::Acronis(connection.id.clone());
        match alerts::changes(deps, &config, connection).await {
            Ok(hinted) => summary.alerts += hinted,
            Err(error) => failed(deps, &mut summary, &id, error).await,
        }
    }
    match tickets::changes(deps, &config).await {
        Ok(hinted) => summary.tickets = hinted,
        Err(error) => failed(deps, &mut summary, &Id::Autotask, error).await,
    }
    match walk::walk_if_due(deps, &config, deadline).await {
        Ok(walked) => summary.walked = walked,
        Err(error @ Error::Systems(systems::Error::Autotask(_))) => {
            failed(deps, &mut summary, &Id::Autotask, error).await;
        }
        Err(error) => note(&mut summary, "walking everything", &error),
    }
    // The last part, as nothing waits for it.
    match devices::read_if_due(deps, &config, deadline).await {
        Ok(accounts) => summary.devices_of = accounts,
        Err(error @ Error::Systems(_)) => failed(deps, &mut summary, &Id::Autotask, error).await,
        Err(error) => note(&mut summary, "reading the configuration items", &error),
    }
    for id in config.connections.keys().cloned().map(Id::Acronis).chain([Id::Autotask]) {
        let has_failed = config.systems.get(&id).is_some_and(|state| state.failed_runs > 0 || state.refusal.is_some());
        if has_failed && !summary.unread.contains(&id) {
            deps.systems.run_succeeded(&config, &id).await?;
        }
    }
    tracing::info!(?summary, "poll finished");
    Ok(summary)
}

/// A system could not be read: an alarm at the third run in a row (rule L4), a pause when it refused the log-in (rule X7).
async fn failed(deps: &Deps, summary: &mut Summary, id: &Id, error: Error) {
    summary.unread.insert(id.clone());
    let error = match error {
        Error::Systems(error @ systems::Error::Paused { .. }) => {
            tracing::info!(reason = %error, "left alone");
            summary.failed.push(format!("{id}: {error}"));
            return;
        }
        Error::Systems(error) => Error::Systems(deps.systems.failed(id, error).await),
        // Our own stores are no fault of the system.
        error @ (Error::Table(_) | Error::Queue(_)) => return note(summary, &id.to_string(), &error),
    };
    note(summary, &id.to_string(), &error);
    if let Err(error) = deps.systems.run_failed(id, &error.to_string()).await {
        tracing::error!(error = &error as &dyn std::error::Error, "a failed run could not be counted");
    }
}

fn note(summary: &mut Summary, what: &str, error: &Error) {
    tracing::error!(error = error as &dyn std::error::Error, what, "part of the poll failed");
    summary.failed.push(format!("{what}: {error}"));
}
