//! Setting a ticket's status: reopening (rules T7–T9) and closing (rule T5). Both say what should be, so they may be repeated.

use bridge_core::failure::Class;
use bridge_core::ticket::{About, Policy, resolution};

use super::{Failed, Outcome, gone, refused_by_autotask};
use crate::journal::{self, Written};
use crate::turn::Worker;

/// Sets the row's status for reopened tickets.
pub(super) async fn reopen(
    worker: &Worker<'_>,
    client: &autotask::Client,
    about: About,
    policy: &Policy<'_>,
) -> Result<Outcome, Failed> {
    let Some(link) = worker.entry.link() else { return Ok(Outcome::ReopeningRefused) };
    // Without a status of its own, a reopened ticket starts like a new one.
    let Some(status) = policy.row.reopened_status.or(policy.row.status) else { return Ok(Outcome::ReopeningRefused) };
    match client.update_status(link.id, status, None).await {
        Ok(()) => {}
        Err(error) if error.class() == Class::Permanent => {
            tracing::warn!(error = &error as &dyn std::error::Error, key = %worker.entry.key, "a ticket cannot be reopened");
            return Ok(gone(worker, client, link.id).await?.unwrap_or(Outcome::ReopeningRefused));
        }
        Err(error) => return Err(refused_by_autotask(worker, error).await.into()),
    }
    let why = match about {
        About::Reminder => "its alert is still active",
        _ => "the alert was raised again",
    };
    record(worker, policy, "ticket reopened", why, link.status, status).await?;
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
            tracing::warn!(error = &error as &dyn std::error::Error, key = %worker.entry.key, "a ticket cannot be closed");
            return Ok(gone(worker, client, link.id).await?.unwrap_or(Outcome::ClosingRefused));
        }
        Err(error) => return Err(refused_by_autotask(worker, error).await.into()),
    }
    record(worker, policy, "ticket closed", "its last alert has cleared", link.status, status).await?;
    Ok(Outcome::Closed { status, at: worker.now() })
}

async fn record(
    worker: &Worker<'_>,
    policy: &Policy<'_>,
    what: &str,
    why: &str,
    old: i64,
    new: i64,
) -> Result<(), store::table::Error> {
    let written = Written {
        at: worker.now(),
        id: format!("status-{}", worker.entry.epoch),
        system: "autotask",
        what,
        why: why.to_owned(),
        old: Some(format!("status {old}")),
        new: Some(format!("status {new}")),
    };
    journal::record(&worker.deps.systems.table, &worker.entry, policy.account, written).await
}
