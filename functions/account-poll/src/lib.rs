//! Reads both systems every few minutes, plans for every account, and says which of them need work.
//!
//! The work itself is [`billing::pass()`], which account-sync runs as well when a person asks for it. Here is what makes it a
//! schedule: it keeps its distance where the share of Autotask's hourly calls asks for it (rule X6), and what is due from time to
//! time follows it.
//!
//! | part | what |
//! | --- | --- |
//! | [`notice`] | the daily ticket about what waits for a person (rule X8) |
//! | [`activation`] | telling Acronis that the integration is in use (rule L4) |

mod activation;
mod follow_up;
mod notice;
mod waiting;

use std::sync::Arc;

use runtime::lambda::Deadline;
use runtime::telemetry::{self, Unit};
use store::queue::Queue;
use systems::Systems;

pub use billing::{Error, Summary};

/// What the function works with.
#[derive(Clone)]
pub struct Deps {
    /// Both systems, the table and the clock.
    pub systems: Systems,
    /// Where hints go.
    pub queue: Arc<dyn Queue>,
}

/// One run, to be finished before `deadline`.
///
/// # Errors
/// Nothing could be concluded; the failure was noted and is shown.
pub async fn handle(deps: &Deps, deadline: Deadline) -> Result<Summary, Error> {
    if let Some(due_at) = billing::due_at(&deps.systems).await? {
        tracing::info!(%due_at, "too soon after the last run");
        return Ok(Summary { skipped_until: Some(due_at), ..Summary::default() });
    }
    let outcome = billing::pass(&deps.systems, &*deps.queue, None, deadline).await;
    follow_up::run(&deps.systems, deadline).await;
    let summary = outcome?;
    if summary.failed.is_empty() {
        telemetry::completed_run("account-poll");
    }
    telemetry::metric("held", f64::from(u32::try_from(summary.held).unwrap_or(u32::MAX)), Unit::Count, &[]);
    tracing::info!(?summary, "poll finished");
    Ok(summary)
}
