//! How each step is carried out. What may go wrong with a write is sorted here: refused, certainly without effect, or unknown.

mod create;
mod look;
mod note;
mod status;

use std::sync::Arc;

use bridge_core::failure::Class;
use bridge_core::id::{AccountId, AlertId, TicketId};
use bridge_core::system::Id;
use bridge_core::ticket::{About, Entry, Policy, Step};
use jiff::Timestamp;
use systems::{Customer, Use};

use crate::journal::{self, Written};
use crate::turn::Worker;
use crate::{Error, failure};

pub(crate) use look::look;

/// Whom a step calls.
pub(crate) enum Client {
    Autotask(autotask::Client),
    Acronis(acronis::Client),
}

/// What came of a write, to be taken in by the entry; possibly twice, when somebody else has written the entry in between.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    Created { id: TicketId, account: AccountId, status: i64, at: Timestamp },
    CreateHadNoEffect,
    Parked { code: &'static str, reason: String, at: Timestamp },
    NoteWritten { at: Timestamp },
    NoteHadNoEffect,
    Reopened { status: i64, about: About, at: Timestamp },
    ReopeningRefused,
    StatusHadNoEffect,
    Gone { at: Timestamp },
    Closed { status: i64, at: Timestamp },
    ClosingRefused,
    Dismissed { alerts: Vec<AlertId>, at: Timestamp },
    DismissalRefused,
}

/// A step that failed, with what is certain all the same.
pub(crate) struct Failed {
    pub(crate) error: Error,
    pub(crate) outcome: Option<Outcome>,
}

impl<E: Into<Error>> From<E> for Failed {
    fn from(error: E) -> Self {
        Self { error: error.into(), outcome: None }
    }
}

impl Outcome {
    pub(crate) fn apply(&self, entry: &mut Entry) {
        match self {
            Self::Created { id, account, status, at } => entry.created(*id, *account, *status, *at),
            Self::CreateHadNoEffect => entry.create_had_no_effect(),
            Self::Parked { code, reason, at } => entry.park(code, reason.clone(), *at),
            Self::NoteWritten { at } => entry.note_written(*at),
            Self::NoteHadNoEffect => entry.note_had_no_effect(),
            Self::Reopened { status, about, at } => entry.reopened(*status, *about, *at),
            Self::ReopeningRefused => entry.reopening_refused(),
            Self::StatusHadNoEffect => entry.status_had_no_effect(),
            Self::Gone { at } => {
                if entry.pending_note.is_some() {
                    entry.note_had_no_effect();
                }
                entry.see_ticket_gone(*at);
            }
            Self::Closed { status, at } => entry.closed(*status, *at),
            Self::ClosingRefused => entry.closing_refused(),
            Self::Dismissed { alerts, at } => entry.dismissed(alerts, *at),
            Self::DismissalRefused => entry.dismissal_refused(),
        }
    }
}

impl Client {
    /// The client for a step; refused while that system is paused.
    pub(crate) async fn of(worker: &Worker<'_>, step: &Step) -> Result<Self, Error> {
        let systems = &worker.deps.systems;
        Ok(if let Step::Dismiss(_) = step {
            Self::Acronis(systems.acronis(worker.config, &worker.entry.connection, Use::Work).await?)
        } else {
            Self::Autotask(systems.autotask(worker.config, Use::Work).await?)
        })
    }
}

/// Says in the entry what is about to happen, where a doubtful outcome would have to be searched for.
pub(crate) fn begin(entry: &mut Entry, step: &Step, policy: &Policy<'_>, now: Timestamp) {
    match step {
        Step::Create(because) => entry.begin_create(because.clone(), now),
        Step::Note(about) => {
            entry.begin_note(*about, now);
        }
        // Setting a status may be repeated, but what it means must not be forgotten: whose closing it is, a note that is owed.
        Step::Reopen(about) => {
            if let Some(status) = status::for_reopened(policy) {
                entry.begin_status(status, Some(*about), now);
            }
        }
        Step::Close { status } => entry.begin_status(*status, None, now),
        // Dismissing an alert may be repeated.
        _ => {}
    }
}

/// Makes the write that [`begin`] has announced.
pub(crate) async fn carry_out(
    worker: &Worker<'_>,
    client: &Client,
    step: &Step,
    policy: &Policy<'_>,
    customer: &Arc<Customer>,
) -> Result<Outcome, Failed> {
    match (step, client) {
        (Step::Create(because), Client::Autotask(client)) => {
            create::create(worker, client, because, policy, customer).await
        }
        (Step::Note(about), Client::Autotask(client)) => note::write(worker, client, *about, policy, customer).await,
        (Step::Reopen(about), Client::Autotask(client)) => status::reopen(worker, client, *about, policy).await,
        (Step::Close { status }, Client::Autotask(client)) => status::close(worker, client, *status, policy).await,
        (Step::Dismiss(alerts), Client::Acronis(client)) => dismiss(worker, client, alerts, policy).await,
        _ => Err(Error::NoEnd(format!("{}: no way to carry out {step:?}", worker.entry.key)).into()),
    }
}

/// Rule T14: a technician's completion dismisses the alerts, each by its id.
async fn dismiss(
    worker: &Worker<'_>,
    client: &acronis::Client,
    alerts: &[AlertId],
    policy: &Policy<'_>,
) -> Result<Outcome, Failed> {
    let at = worker.now();
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
        let written = Written {
            at,
            id: format!("dismiss-{alert}"),
            system: "acronis",
            what: "alert dismissed",
            why: "a technician completed its ticket".to_owned(),
            old: Some("active".to_owned()),
            new: Some("dismissed".to_owned()),
        };
        journal::record(&worker.deps.systems.table, &worker.entry, policy.account, written).await?;
    }
    Ok(Outcome::Dismissed { alerts: alerts.to_vec(), at })
}

/// Rule T6: an alert that came and went without a ticket is listed, once.
pub(crate) async fn list_cleared_unseen(worker: &Worker<'_>, policy: &Policy<'_>) -> Result<(), Error> {
    let counts = worker.entry.alerts.values().any(|seen| seen.raise_server_at >= policy.counts_from);
    let Some(at) = worker.entry.cleared_at().filter(|_| counts) else { return Ok(()) };
    let written = Written {
        at,
        id: "cleared-unseen".to_owned(),
        system: "none",
        what: "cleared unseen",
        why: "the alert cleared before a ticket was made for it".to_owned(),
        old: None,
        new: None,
    };
    journal::record(&worker.deps.systems.table, &worker.entry, policy.account, written).await?;
    Ok(())
}

/// Takes note of a failed call of a foreign system.
async fn noted(worker: &Worker<'_>, system: Id, error: systems::Error) -> Error {
    failure::noted(worker.deps, &system, error).await
}

/// As [`noted`], for Autotask.
async fn refused_by_autotask(worker: &Worker<'_>, error: autotask::Error) -> Error {
    noted(worker, Id::Autotask, error.into()).await
}

/// Whether Autotask certainly no longer has the ticket, and since when. Read after a refusal only.
async fn gone(
    worker: &Worker<'_>,
    client: &autotask::Client,
    id: TicketId,
) -> Result<Option<Outcome>, autotask::Error> {
    if !client.tickets_by_id(&[id]).await?.is_empty() {
        return Ok(None);
    }
    let gone = client.gone(&[id]).await?.get(&id).copied();
    Ok(gone.map(|deleted_at| Outcome::Gone { at: deleted_at.unwrap_or(worker.now()) }))
}

/// Whether a failed write certainly had no effect.
fn had_no_effect(class: Class) -> bool {
    match class {
        Class::Permanent
        | Class::NeedsOperator
        | Class::Conflict
        | Class::Throttled { .. }
        | Class::Transient { .. } => true,
        Class::OutcomeUnknown | Class::Bug => false,
    }
}
