//! The worker's part: ask what to do next, do it, record what came of it, and ask again.

use bridge_core::id::AlertId;
use bridge_core::ticket::{About, Entry, Policy, Quiet, Snapshot, Step, Turn, decide, note_title};
use jiff::Timestamp;

use crate::autotask::{Autotask, Failure, PROGRAM};

/// More steps than any problem needs in one turn.
const STEPS_MAX: usize = 12;

/// Works on `entry` until there is nothing left to do now, and returns the answer that ended it. `others_cleared` is what a look
/// at the other keys of a shared ticket finds; `did` gets one line for each step; `dismiss` is called for alerts that are to be
/// dismissed in Acronis.
pub fn work(
    entry: &mut Entry,
    policy: &Policy<'_>,
    autotask: &mut Autotask,
    others_cleared: bool,
    now: Timestamp,
    did: &mut Vec<String>,
    mut dismiss: impl FnMut(&AlertId),
) -> Step {
    let mut turn = Turn::default();
    for _ in 0..STEPS_MAX {
        let step = decide(entry, policy, turn, now);
        let goes_on = match &step {
            Step::Rest(Quiet::MovedAway) => {
                entry.left_alone(now);
                return step;
            }
            Step::Rest(_) | Step::Wait { .. } => return step,
            Step::Create(because) => {
                did.push(format!("create {because:?}"));
                entry.begin_create(because.clone(), now);
                create(entry, policy, autotask, now, did)
            }
            Step::Settle { may_create } => {
                did.push("search".to_owned());
                if let Some(found) = autotask.find(&entry.reference()) {
                    entry.adopt(&found, &policy.tickets.closing_statuses(), now);
                    true
                } else if *may_create {
                    // It certainly did not happen; whether it is still wanted is decided anew.
                    entry.create_had_no_effect();
                    true
                } else {
                    false
                }
            }
            Step::FindTickets => {
                did.push("find".to_owned());
                let found = autotask.latest(&entry.key);
                found.iter().for_each(|found| entry.adopt(found, &policy.tickets.closing_statuses(), now));
                turn.may_have_tickets = false;
                true
            }
            Step::SettleNote { may_create } => settle_note(entry, autotask, *may_create, now, did),
            Step::SettleDismissal => {
                did.push("settle dismissal".to_owned());
                entry.dismissal_settled();
                true
            }
            Step::SettleStatus => {
                did.push("settle status".to_owned());
                settle_status(entry, autotask);
                true
            }
            Step::ReadTicket => {
                did.push("read".to_owned());
                read(entry, policy, autotask, now);
                turn.ticket_was_read = true;
                true
            }
            Step::LookForTechnician => {
                let id = entry.link().expect("a ticket to look at").id;
                turn.technician_active = Some(autotask.ticket(id).has_technicians_note);
                true
            }
            Step::LookAtCompleter => {
                did.push("look at completer".to_owned());
                let completed = entry.link().and_then(|link| autotask.ticket(link.id).completed);
                let is_person = completed.is_some_and(|(_, by)| by != PROGRAM);
                turn.completed_by_person = Some(is_person);
                if !is_person {
                    entry.not_completed_by_person();
                }
                true
            }
            Step::LookAtOthers => {
                turn.others_cleared = Some(others_cleared);
                true
            }
            Step::Note(about) => {
                did.push(format!("note {about:?}"));
                entry.begin_note(*about, now);
                write_note(entry, autotask, *about, now)
            }
            Step::Reopen(about) => {
                did.push(format!("reopen {about:?}"));
                reopen(entry, policy, autotask, *about, now)
            }
            Step::Close { status } => {
                did.push(format!("close {status}"));
                close(entry, autotask, *status, now)
            }
            Step::Dismiss(alerts) => {
                did.push("dismiss".to_owned());
                entry.begin_dismissal(alerts, now);
                alerts.iter().for_each(&mut dismiss);
                entry.dismissed(alerts, now);
                true
            }
        };
        if !goes_on {
            return step;
        }
    }
    panic!("the problem does not come to rest: {did:#?}");
}

/// Looks at the ticket itself, which also shows that it is gone.
pub fn read(entry: &mut Entry, policy: &Policy<'_>, autotask: &Autotask, now: Timestamp) {
    let Some(link) = entry.link() else { return };
    match autotask.read(link.id) {
        Some(snapshot) => entry.see_ticket(&snapshot, &policy.tickets.closing_statuses(), now),
        None => entry.see_ticket_gone(autotask.gone_at(link.id).unwrap_or(now)),
    };
}

fn create(
    entry: &mut Entry,
    policy: &Policy<'_>,
    autotask: &mut Autotask,
    now: Timestamp,
    did: &mut Vec<String>,
) -> bool {
    match autotask.create(policy.account, &entry.reference(), now) {
        Ok(id) => {
            let status = policy.row.status.expect("a row that creates has a status");
            entry.created(id, policy.account, status, now);
            true
        }
        Err(Failure::Refused | Failure::Gone) => {
            did.push("park".to_owned());
            entry.park("refused", "Autotask refused the ticket".to_owned(), now);
            true
        }
        Err(Failure::Lost) => false,
    }
}

fn settle_note(
    entry: &mut Entry,
    autotask: &Autotask,
    is_certain: bool,
    now: Timestamp,
    did: &mut Vec<String>,
) -> bool {
    let pending = entry.pending_note.clone().expect("a note in doubt");
    let id = entry.link().expect("a ticket that the note is on").id;
    did.push("search note".to_owned());
    if autotask.has_note(id, &note_title(pending.about, entry.notes)) {
        entry.note_written(now);
        true
    } else if is_certain {
        // As after a create: the rules say whether the note is still to be written.
        entry.note_had_no_effect();
        true
    } else {
        false
    }
}

fn write_note(entry: &mut Entry, autotask: &mut Autotask, about: About, now: Timestamp) -> bool {
    let id = entry.link().expect("a ticket to write on").id;
    match autotask.write_note(id, note_title(about, entry.notes), now) {
        Ok(()) => entry.note_written(now),
        Err(Failure::Lost) => return false,
        Err(Failure::Gone | Failure::Refused) => {
            entry.note_had_no_effect();
            entry.see_ticket_gone(autotask.gone_at(id).unwrap_or(now));
        }
    }
    true
}

/// As with a create, but a status can be read.
fn settle_status(entry: &mut Entry, autotask: &Autotask) {
    let pending = entry.pending_status.expect("a status in doubt");
    let ticket = autotask.read(entry.link().expect("a ticket that has the status").id);
    let by_person = |ticket: &Snapshot| ticket.completed_by.is_some() && ticket.completed_by != ticket.created_by;
    if ticket.is_none_or(|ticket| ticket.status != pending.new || by_person(&ticket)) {
        entry.status_had_no_effect();
    } else if let Some(about) = pending.reopens {
        entry.reopened(pending.new, about, pending.since);
    } else {
        entry.closed(pending.new, pending.since);
    }
}

fn reopen(entry: &mut Entry, policy: &Policy<'_>, autotask: &mut Autotask, about: About, now: Timestamp) -> bool {
    let status = policy.row.reopened_status.expect("a row that creates has a status for reopened tickets");
    let id = entry.link().expect("a ticket to reopen").id;
    entry.begin_status(status, Some(about), now);
    match autotask.reopen(id, status, now) {
        Ok(()) => entry.reopened(status, about, now),
        Err(Failure::Lost) => return false,
        Err(Failure::Refused) => entry.reopening_refused(),
        Err(Failure::Gone) => {
            entry.see_ticket_gone(autotask.gone_at(id).unwrap_or(now));
        }
    }
    true
}

fn close(entry: &mut Entry, autotask: &mut Autotask, status: i64, now: Timestamp) -> bool {
    let id = entry.link().expect("a ticket to close").id;
    entry.begin_status(status, None, now);
    match autotask.close(id, status, now) {
        Ok(()) => entry.closed(status, now),
        Err(Failure::Lost) => return false,
        Err(Failure::Refused) => entry.closing_refused(),
        Err(Failure::Gone) => {
            entry.see_ticket_gone(autotask.gone_at(id).unwrap_or(now));
        }
    }
    true
}
