//! Steps that only look something up, so that the next decision has it.

use std::cmp::Reverse;

use bridge_core::alert::Key;
use bridge_core::ticket::{CREATE_AGAIN_AFTER, Entry, Snapshot, Step, Ticket, is_note_title, note_title};
use jiff::{SignedDuration, Timestamp};
use store::record::TicketIndex;
use store::table::Read;
use systems::Use;

use super::{dismiss, gone_at, note, refused_by_autotask, status};
use crate::Error;
use crate::journal::{self, Written};
use crate::turn::Worker;

/// A search that found nothing is repeated this soon, until a second create is allowed.
const SEARCH_AGAIN: SignedDuration = SignedDuration::from_secs(30);
/// When to look again for a ticket that is neither there nor known to be gone.
const UNSEEN: SignedDuration = SignedDuration::from_mins(15);

/// Looks up what `step` asks for. Returns a time when there is nothing to decide before it.
pub(crate) async fn look(worker: &mut Worker<'_>, step: &Step) -> Result<Option<Timestamp>, Error> {
    if let Step::LookAtOthers = step {
        worker.turn.others_cleared = Some(others_cleared(worker).await?);
        return Ok(None);
    }
    if let (Step::SettleDismissal, Some(link)) = (step, worker.entry.link()) {
        let account = link.account;
        dismiss::settle(worker, account).await?;
        return Ok(None);
    }
    let client = worker.deps.systems.autotask(worker.config, Use::Work).await?;
    let looked = match step {
        Step::FindTickets => find(worker, &client).await,
        Step::Settle { may_create } => settle(worker, &client, *may_create).await,
        Step::SettleNote { may_create } => settle_note(worker, &client, *may_create).await,
        Step::SettleStatus => settle_status(worker, &client).await,
        Step::LookForTechnician => technician(worker, &client).await,
        Step::LookAtCompleter => completer(worker, &client).await,
        Step::ReadTicket | Step::SettleDismissal | Step::LookAtOthers => ticket(worker, &client).await,
        // Named one by one, so that a new step cannot pass for a reading of the ticket.
        Step::Create(_)
        | Step::Note(_)
        | Step::Reopen(_)
        | Step::Close { .. }
        | Step::Dismiss(_)
        | Step::Wait { .. }
        | Step::Rest(_) => Err(Error::NoEnd(format!("{}: {step:?} looks nothing up", worker.entry.key))),
    };
    match looked {
        Ok(until) => Ok(until),
        Err(Error::Systems(systems::Error::Autotask(error))) => Err(refused_by_autotask(worker, error).await),
        Err(error) => Err(error),
    }
}

async fn ticket(worker: &mut Worker<'_>, client: &autotask::Client) -> Result<Option<Timestamp>, Error> {
    let Some(id) = worker.entry.link().map(|link| link.id) else { return Ok(None) };
    let closing = worker.config.settings.tickets.closing_statuses();
    let now = worker.now();
    match client.tickets_by_id(&[id]).await?.first() {
        Some(snapshot) => {
            worker.entry.see_ticket(snapshot, &closing, now);
            systems::ledger::share_ticket(&worker.deps.systems.table, snapshot, &worker.entry.key).await?;
        }
        None => {
            // Neither seen nor known to be gone: whether it can be read again shows later (rule X3).
            let Some(gone_at) = gone_at(worker, client, id).await? else { return Ok(Some(now + UNSEEN)) };
            worker.entry.see_ticket_gone(gone_at);
        }
    }
    worker.turn.ticket_was_read = true;
    Ok(None)
}

/// Rule T3: the latest ticket of the problem says where it stood before its entry was lost.
async fn find(worker: &mut Worker<'_>, client: &autotask::Client) -> Result<Option<Timestamp>, Error> {
    let found = client.tickets_of_key(&worker.entry.key).await?;
    let episode = |ticket: &Snapshot| ticket.reference().map(|reference| reference.episode);
    let latest = found.iter().filter(|ticket| episode(ticket).is_some());
    if let Some(latest) = latest.max_by_key(|ticket| (episode(ticket), Reverse(ticket.id))) {
        let closing = worker.config.settings.tickets.closing_statuses();
        worker.entry.adopt(latest, &closing, worker.now());
    }
    worker.turn.may_have_tickets = false;
    Ok(None)
}

/// Whether all other keys on a shared ticket have cleared.
async fn others_cleared(worker: &Worker<'_>) -> Result<bool, Error> {
    let Some(id) = worker.entry.link().map(|link| link.id) else { return Ok(true) };
    let table = &worker.deps.systems.table;
    let index = table.get::<TicketIndex>(&id, Read::Strong).await?;
    let others: Vec<Key> =
        index.into_iter().flat_map(|index| index.value.keys).filter(|key| *key != worker.entry.key).collect();
    let others = table.get_many::<Entry>(&others, Read::Strong).await?;
    Ok(others.found.iter().all(|other| !other.value.is_active()))
}

/// Rule T5: a person has written a note or booked time.
async fn technician(worker: &mut Worker<'_>, client: &autotask::Client) -> Result<Option<Timestamp>, Error> {
    let Some(id) = worker.entry.link().map(|link| link.id) else { return Ok(None) };
    // Workflow rules and contacts write without being a resource, and nobody but people books time.
    let wrote = client.notes(id).await?.iter().any(|note| note.created_by.is_some() && !is_note_title(&note.title));
    let active = wrote || client.time_entries(id).await?.iter().any(|entry| entry.resource.is_some());
    worker.turn.technician_active = Some(active);
    Ok(None)
}

/// Rule T14: whether a person has completed the ticket. Other integrations complete tickets, too, and so did our own user before it
/// was exchanged for another.
async fn completer(worker: &mut Worker<'_>, client: &autotask::Client) -> Result<Option<Timestamp>, Error> {
    let Some(id) = worker.entry.link().map(|link| link.id) else { return Ok(None) };
    let closing = worker.config.settings.tickets.closing_statuses();
    let now = worker.now();
    let ticket = client.tickets_by_id(&[id]).await?.into_iter().next();
    // A technician may have opened it again in the meantime.
    if let Some(ticket) = &ticket {
        worker.entry.see_ticket(ticket, &closing, now);
    }
    let is_person = match ticket.and_then(|ticket| ticket.completed_by) {
        Some(by) => client.is_person(by).await?,
        None => false,
    };
    worker.turn.completed_by_person = Some(is_person);
    if !is_person {
        worker.entry.not_completed_by_person();
    }
    Ok(None)
}

/// Rule X2: a create may have happened. Closed tickets are searched too.
async fn settle(
    worker: &mut Worker<'_>,
    client: &autotask::Client,
    may_create: bool,
) -> Result<Option<Timestamp>, Error> {
    let reference = worker.entry.reference();
    let mut found = client.tickets_by_reference(&reference).await?;
    found.sort_by_key(|ticket| ticket.id);
    let now = worker.now();
    let Ticket::Creating { since } = worker.entry.ticket else { return Ok(None) };
    let Some(oldest) = found.first() else {
        if may_create {
            worker.entry.create_had_no_effect();
            return Ok(None);
        }
        return Ok(Some((now + SEARCH_AGAIN).min(since + CREATE_AGAIN_AFTER)));
    };
    if found.len() > 1 {
        let others: Vec<String> = found[1..].iter().map(|ticket| ticket.number.clone()).collect();
        runtime::alarm!(
            "ticket_twice",
            ticket = oldest.number,
            "a ticket exists more than once; the others: {}",
            others.join(", ")
        );
    }
    let closing = worker.config.settings.tickets.closing_statuses();
    let mut adopted = worker.entry.clone();
    adopted.adopt(oldest, &closing, now);
    let written = Written {
        at: since,
        id: "created".to_owned(),
        system: "autotask",
        what: "ticket created",
        why: "found after a create whose answer was lost".to_owned(),
        old: None,
        new: Some(oldest.id.to_string()),
    };
    // As long as it is not recorded, the create stays in doubt, and is found again.
    journal::record(&worker.deps.systems.table, &adopted, oldest.account, written).await?;
    worker.entry = adopted;
    Ok(None)
}

/// Rule T20: a note may have been written.
async fn settle_note(
    worker: &mut Worker<'_>,
    client: &autotask::Client,
    may_create: bool,
) -> Result<Option<Timestamp>, Error> {
    let (Some(pending), Some(link)) = (worker.entry.pending_note.clone(), worker.entry.link()) else { return Ok(None) };
    let (id, account) = (link.id, link.account);
    let title = note_title(pending.about, worker.entry.notes);
    let now = worker.now();
    if client.notes(id).await?.iter().any(|note| note.title.trim() == title) {
        note::record(worker, account, "note written", title).await?;
        worker.entry.note_written(now);
    } else if may_create {
        worker.entry.note_had_no_effect();
    } else {
        return Ok(Some((now + SEARCH_AGAIN).min(pending.since + CREATE_AGAIN_AFTER)));
    }
    Ok(None)
}

/// A change of status may have been made. Where the ticket has that status now it was, unless a person was first; otherwise what
/// to do is decided anew from the status that it has.
async fn settle_status(worker: &mut Worker<'_>, client: &autotask::Client) -> Result<Option<Timestamp>, Error> {
    let (Some(pending), Some(link)) = (worker.entry.pending_status, worker.entry.link()) else { return Ok(None) };
    let (id, account) = (link.id, link.account);
    let is_done = |ticket: &Snapshot| {
        let by_person = ticket.completed_by.is_some() && ticket.completed_by != ticket.created_by;
        ticket.status == pending.new && !by_person
    };
    if client.tickets_by_id(&[id]).await?.first().is_some_and(is_done) {
        status::record(worker, account).await?;
        match pending.reopens {
            Some(about) => worker.entry.reopened(pending.new, about, pending.since),
            None => worker.entry.closed(pending.new, pending.since),
        }
        return Ok(None);
    }
    worker.entry.status_had_no_effect();
    ticket(worker, client).await
}
