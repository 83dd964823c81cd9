//! Writing a note (rules T4, T5, T7, T8, T20).

use bridge_core::failure::Class;
use bridge_core::id::AccountId;
use bridge_core::ticket::{About, Facts, NewNote, Policy, note_text, note_title};
use systems::Customer;

use super::{Failed, Outcome, gone, had_no_effect, refused_by_autotask};
use crate::journal::{self, Written};
use crate::turn::Worker;

/// Writes the note that the entry has begun.
pub(super) async fn write(
    worker: &Worker<'_>,
    client: &autotask::Client,
    about: About,
    policy: &Policy<'_>,
    customer: &Customer,
) -> Result<Outcome, Failed> {
    let entry = &worker.entry;
    let Some(link) = entry.link() else { return Ok(Outcome::NoteHadNoEffect) };
    let connection = worker.config.connections.get(&entry.connection);
    let facts = Facts {
        customer: &customer.name,
        alerts: &worker.subject.alerts,
        console_url: connection.map_or("", |connection| connection.base_url.as_str()),
    };
    let note = NewNote {
        title: note_title(about, entry.notes),
        text: note_text(about, entry, &facts),
        note_type: policy.tickets.note_type.unwrap_or(1),
        publish: policy.tickets.note_publish.unwrap_or(2),
    };
    match client.create_note(link.id, &note).await {
        Ok(_) => {}
        // A note is not worth a loop: what it would have said is in the journal.
        Err(error) if error.class() == Class::Permanent => {
            if let Some(gone) = gone(worker, client, link.id).await? {
                return Ok(gone);
            }
            tracing::warn!(error = &error as &dyn std::error::Error, key = %entry.key, "Autotask refused a note");
            record(worker, policy.account, "note refused by Autotask", error.to_string()).await?;
            return Ok(Outcome::NoteWritten { at: worker.now() });
        }
        Err(error) => {
            let outcome = had_no_effect(error.class()).then_some(Outcome::NoteHadNoEffect);
            return Err(Failed { error: refused_by_autotask(worker, error).await, outcome });
        }
    }
    record(worker, policy.account, "note written", note.title).await?;
    Ok(Outcome::NoteWritten { at: worker.now() })
}

/// Records the note that the entry has begun; for one that was found after a doubtful outcome it is the same record.
pub(super) async fn record(
    worker: &Worker<'_>,
    account: AccountId,
    what: &str,
    new: String,
) -> Result<(), store::table::Error> {
    let entry = &worker.entry;
    let begun = entry.pending_note.as_ref().map_or_else(|| worker.now(), |pending| pending.since);
    let written = Written {
        at: begun,
        id: format!("note-{}", entry.notes),
        system: "autotask",
        what,
        why: "the state of the alert".to_owned(),
        old: None,
        new: Some(new),
    };
    journal::record(&worker.deps.systems.table, entry, account, written).await
}
