//! Rule T14: a technician's completion dismisses the alerts, each by its id.

use bridge_core::failure::Class;
use bridge_core::id::{AccountId, AlertId};
use bridge_core::system::Id;
use bridge_core::ticket::Policy;
use jiff::Timestamp;

use super::{Failed, Outcome, noted};
use crate::journal::{self, Written};
use crate::turn::Worker;
use crate::{Error, failure};

/// Dismisses the alerts.
pub(super) async fn dismiss(
    worker: &Worker<'_>,
    client: &acronis::Client,
    alerts: &[AlertId],
    policy: &Policy<'_>,
) -> Result<Outcome, Failed> {
    for alert in alerts {
        match client.dismiss(alert).await {
            Ok(()) => {}
            Err(error) if error.class() == Class::Permanent => {
                failure::park_key(worker.deps, &worker.entry, &error.into()).await?;
                return Ok(Outcome::DismissalRefused);
            }
            Err(error) => {
                let system = Id::Acronis(worker.entry.connection.clone());
                return Err(noted(worker, system, error.into()).await.into());
            }
        }
        if let Some(since) = worker.entry.alerts.get(alert).and_then(|seen| seen.dismissing_since) {
            record(worker, policy.account, alert, since).await?;
        }
    }
    Ok(Outcome::Dismissed { alerts: alerts.to_vec(), at: worker.now() })
}

/// What came of a dismissal whose outcome nobody has recorded: an alert that is gone from the open ones was dismissed, one that is
/// still open is decided about anew.
pub(super) async fn settle(worker: &mut Worker<'_>, account: AccountId) -> Result<(), Error> {
    for (alert, seen) in &worker.entry.alerts {
        if let (Some(since), Some(_)) = (seen.dismissing_since, seen.cleared_at) {
            record(worker, account, alert, since).await?;
        }
    }
    worker.entry.dismissal_settled();
    Ok(())
}

async fn record(
    worker: &Worker<'_>,
    account: AccountId,
    alert: &AlertId,
    since: Timestamp,
) -> Result<(), store::table::Error> {
    let written = Written {
        at: since,
        id: format!("dismiss-{alert}"),
        system: "acronis",
        what: "alert dismissed",
        why: "a technician completed its ticket".to_owned(),
        old: Some("active".to_owned()),
        new: Some("dismissed".to_owned()),
    };
    journal::record(&worker.deps.systems.table, &worker.entry, account, written).await
}
