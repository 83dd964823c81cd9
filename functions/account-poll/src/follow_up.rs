//! What follows every run, whatever came of it. It concerns people and not accounts, so a failure is noted and fails nothing (rule
//! X4); the next run makes up for it.

use std::time::Duration;

use runtime::lambda::Deadline;
use systems::Systems;

use crate::{activation, notice};

/// Who writes, in the journal.
pub(crate) const ACTOR: &str = "account-poll";

/// A handful of calls, each of which may need its time.
const NEEDED: Duration = Duration::from_secs(60);

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// A foreign system or its configuration.
    #[error(transparent)]
    Systems(#[from] systems::Error),
    /// The table.
    #[error(transparent)]
    Table(#[from] store::table::Error),
    /// A daily ticket may be there although none is found.
    #[error(
        "Autotask shows no tickets at all, so whether the daily one was made cannot be told. Check the security level of the API user"
    )]
    Unseen,
}

/// Tells people what waits for them (rule X8), and Acronis that it is used (rule L4).
pub(crate) async fn run(systems: &Systems, deadline: Deadline) {
    if !deadline.allows(systems.clock.now(), NEEDED) {
        tracing::info!("no time is left for what follows a run");
        return;
    }
    let config = match systems.config().await {
        Ok(config) => config,
        Err(error) => return note("reading the settings", &error.into()),
    };
    if let Err(error) = notice::tell(systems, &config).await {
        note("telling what waits for a person", &error);
    }
    if let Err(error) = activation::report(systems, &config).await {
        note("telling Acronis about the use", &error);
    }
}

fn note(what: &str, error: &Error) {
    // A paused system has had its alarm.
    if let Error::Systems(error @ systems::Error::Paused { .. }) = error {
        tracing::info!(what, reason = %error, "left for later");
        return;
    }
    tracing::error!(what, error = error as &dyn std::error::Error, "what follows a run failed");
}
