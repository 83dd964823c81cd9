//! What more than one function does with the ledger.

use bridge_core::alert::Key;
use bridge_core::alert::readable;
use bridge_core::hint::{Hint, Message};
use bridge_core::ticket::{Entry, Snapshot, Ticket};
use jiff::Timestamp;
use store::record::{Parked, Reason, TicketIndex};
use store::table::{Error, Table};

/// Rule T10: Autotask answered the create for `key` with another key's ticket, so both keys are on it, and it closes when the
/// last of them clears. Nothing happens when the ticket is the key's own.
///
/// # Errors
/// The table cannot be read or written.
pub async fn share_ticket(table: &Table, snapshot: &Snapshot, key: &Key) -> Result<(), Error> {
    let Some(owner) = snapshot.reference().map(|reference| reference.key).filter(|owner| owner != key) else {
        return Ok(());
    };
    TicketIndex::add(table, snapshot.id, &owner).await?;
    TicketIndex::add(table, snapshot.id, key).await?;
    let shared = |entry: Option<Entry>| {
        let mut entry = entry?;
        entry.share_ticket(snapshot.id);
        Some(entry)
    };
    table.modify(&owner, shared).await?;
    Ok(())
}

/// Lists an entry whose ticket waits for a person, with an alarm (rule B2); a retry from the list decides about it anew. Nothing
/// happens when it does not wait.
///
/// # Errors
/// The table cannot be written.
pub async fn list_parked(table: &Table, entry: &Entry, now: Timestamp) -> Result<(), Error> {
    let Ticket::Parked { code, reason, .. } = &entry.ticket else { return Ok(()) };
    let text = format!("The ticket for “{}” waits for a person: {reason}; then retry.", readable(&entry.kind));
    runtime::alarm!("ticket_parked", key = %entry.key, "{text}");
    let body = Message::new(Hint::Keys { keys: vec![entry.key.clone()] }, None).to_body();
    let reason = Reason { code: code.clone(), text, account: None, tenant: Some(entry.tenant.to_string()) };
    Parked::park(table, "alerts", body, reason, now).await?;
    Ok(())
}
