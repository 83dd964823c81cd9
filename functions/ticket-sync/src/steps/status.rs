//! Setting a ticket's status: reopening (rules T7–T9) and closing (rule T5). Both say what should be, so they may be repeated.

use bridge_core::failure::Class;
use bridge_core::id::AccountId;
use bridge_core::ticket::{About, PendingStatus, Policy, resolution};

use super::{Failed, Outcome, gone, had_no_effect, refused_by_autotask};
use crate::journal::{self, Written};
use crate::turn::Worker;

/// The row's status for reopened tickets; without one of its own, a reopened ticket starts like a new one.
pub(super) fn for_reopened(policy: &Policy<'_>) -> Option<i64> {
    policy.row.reopened_status.or(policy.row.status)
}

/// Sets the row's status for reopened tickets.
pub(super) async fn reopen(
    worker: &Worker<'_>,
    client: &autotask::Client,
    about: About,
    policy: &Policy<'_>,
) -> Result<Outcome, Failed> {
    let Some(link) = worker.entry.link() else { return Ok(Outcome::ReopeningRefused) };
    let Some(status) = for_reopened(policy) else { return Ok(Outcome::ReopeningRefused) };
    match client.update_status(link.id, status, None).await {
        Ok(()) => {}
        Err(error) if error.class() == Class::Permanent => {
            tracing::warn!(error = &error as &dyn std::error::Error, key = %worker.entry.key, "a ticket cannot be reopened");
            return Ok(gone(worker, client, link.id).await?.unwrap_or(Outcome::ReopeningRefused));
        }
        Err(error) => return Err(failed(worker, error).await),
    }
    record(worker, policy.account).await?;
    Ok(Outcome::Reopened { status, about, at: worker.now() })
}

/// Sets the closing status, with a resolution where there is none.
pub(super) async fn close(
    worker: &Worker<'_>,
    client: &autotask::Client,
    status: i64,
    policy: &Policy<'_>,
) -> Result<Outcome, Failed> {
    let Some(link) = worker.entry.link() else { return Ok(Outcome::ClosingRefused) };
    let resolution = link.resolution_is_empty.then(|| resolution(&worker.entry));
    match client.update_status(link.id, status, resolution.as_deref()).await {
        Ok(()) => {}
        Err(error) if error.class() == Class::Permanent => {
            if let Some(gone) = gone(worker, client, link.id).await? {
                return Ok(gone);
            }
            tracing::warn!(error = &error as &dyn std::error::Error, key = %worker.entry.key, "a ticket cannot be closed");
            record_refusal(worker, policy.account, &error).await?;
            return Ok(Outcome::ClosingRefused);
        }
        Err(error) => return Err(failed(worker, error).await),
    }
    record(worker, policy.account).await?;
    Ok(Outcome::Closed { status, at: worker.now() })
}

/// The change failed without a clear refusal.
async fn failed(worker: &Worker<'_>, error: autotask::Error) -> Failed {
    let outcome = had_no_effect(error.class()).then_some(Outcome::StatusHadNoEffect);
    Failed { error: refused_by_autotask(worker, error).await, outcome }
}

/// Shows that Autotask refuses the closing that the entry has begun; the ticket stays open (rule T5).
async fn record_refusal(
    worker: &Worker<'_>,
    account: AccountId,
    error: &autotask::Error,
) -> Result<(), store::table::Error> {
    let Some(PendingStatus { since, old, new, .. }) = worker.entry.pending_status else { return Ok(()) };
    let written = Written {
        at: since,
        id: format!("status-{new}-refused"),
        system: "autotask",
        what: "closing refused by Autotask",
        why: "its last alert has cleared; the ticket stays open until a person closes it".to_owned(),
        old: Some(format!("status {old}")),
        new: Some(error.to_string()),
    };
    journal::record(&worker.deps.systems.table, &worker.entry, account, written).await
}

/// Records the change of status that the entry has begun; for one that was found after a doubtful outcome it is the same record.
pub(super) async fn record(worker: &Worker<'_>, account: AccountId) -> Result<(), store::table::Error> {
    let Some(PendingStatus { since, old, new, reopens }) = worker.entry.pending_status else { return Ok(()) };
    let (what, why) = match reopens {
        Some(About::Reminder) => ("ticket reopened", "its alert is still active"),
        Some(_) => ("ticket reopened", "the alert was raised again"),
        None => ("ticket closed", "its last alert has cleared"),
    };
    let written = Written {
        at: since,
        id: format!("status-{new}"),
        system: "autotask",
        what,
        why: why.to_owned(),
        old: Some(format!("status {old}")),
        new: Some(format!("status {new}")),
    };
    journal::record(&worker.deps.systems.table, &worker.entry, account, written).await
}
