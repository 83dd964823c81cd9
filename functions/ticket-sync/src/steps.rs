//! How each step is carried out. What may go wrong with a write is sorted here: refused, certainly without effect, or unknown.

mod create;
mod dismiss;
mod look;
mod note;
mod status;

use std::sync::Arc;

use bridge_core::failure::Class;
use bridge_core::id::{AccountId, AlertId, TicketId};
use bridge_core::system::Id;
use bridge_core::ticket::{About, Entry, Policy, Quiet, Step};
use jiff::Timestamp;
use systems::{Customer, Use, Walk};

use crate::journal::{self, Written};
use crate::turn::Worker;
use crate::{Error, failure};

pub(crate) use create::device_of;
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
    LinkRefused,
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
            Self::CreateHadNoEffect | Self::LinkRefused => entry.create_had_no_effect(),
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
        // As with a status: what was dismissed is to be recorded, whoever learns of it.
        Step::Dismiss(alerts) => entry.begin_dismissal(alerts, now),
        // Nothing is written by these.
        Step::Settle { .. }
        | Step::SettleNote { .. }
        | Step::SettleDismissal
        | Step::SettleStatus
        | Step::FindTickets
        | Step::ReadTicket
        | Step::LookForTechnician
        | Step::LookAtCompleter
        | Step::LookAtOthers
        | Step::Wait { .. }
        | Step::Rest(_) => {}
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
        (Step::Dismiss(alerts), Client::Acronis(client)) => dismiss::dismiss(worker, client, alerts, policy).await,
        _ => Err(Error::NoEnd(format!("{}: no way to carry out {step:?}", worker.entry.key)).into()),
    }
}

/// Lists, once, an alert for which nothing is done although a person might expect something (rules T6, T8, T15).
pub(crate) async fn list_quiet(worker: &Worker<'_>, quiet: Quiet, policy: &Policy<'_>) -> Result<(), Error> {
    let entry = &worker.entry;
    let (at, id, what, why) = match quiet {
        Quiet::ClearedUnseen if entry.alerts.values().any(|seen| seen.raise_server_at >= policy.counts_from) => (
            entry.cleared_at(),
            "cleared-unseen",
            "cleared unseen",
            "the alert cleared before a ticket was made for it",
        ),
        Quiet::ClosedWhileActive => (
            entry.link().and_then(|link| link.closed).map(|closed| closed.at),
            "closed-while-active",
            "alert active, ticket closed",
            "its ticket was closed in Autotask while the alert is still active",
        ),
        Quiet::Backlog => (
            entry.alerts.values().map(|seen| seen.raise_server_at).min(),
            "backlog",
            "no ticket for an old alert",
            "the alert was raised too long before tickets were switched on for it",
        ),
        _ => return Ok(()),
    };
    let Some(at) = at else { return Ok(()) };
    let (id, why) = (id.to_owned(), why.to_owned());
    let written = Written { at, id, system: "none", what, why, old: None, new: None };
    journal::record(&worker.deps.systems.table, entry, policy.account, written).await?;
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
async fn gone(worker: &Worker<'_>, client: &autotask::Client, id: TicketId) -> Result<Option<Outcome>, Error> {
    if !client.tickets_by_id(&[id]).await?.is_empty() {
        return Ok(None);
    }
    Ok(gone_at(worker, client, id).await?.map(|at| Outcome::Gone { at }))
}

/// Since when Autotask no longer has a ticket that an answer did not show; `None` where that is not certain (rule X3).
async fn gone_at(worker: &Worker<'_>, client: &autotask::Client, id: TicketId) -> Result<Option<Timestamp>, Error> {
    Ok(match (client.gone(&[id]).await?.get(&id), worker.entry.link()) {
        (Some(Some(deleted_at)), _) => Some(*deleted_at),
        (Some(None), Some(link)) => {
            let walk = Walk::read(&worker.deps.systems.table).await?;
            Some(walk.lost_at(link, worker.now()))
        }
        (Some(None), None) => Some(worker.now()),
        (None, _) => None,
    })
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
