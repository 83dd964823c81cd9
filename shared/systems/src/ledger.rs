//! What more than one function does with the ledger.

use bridge_core::alert::Key;
use bridge_core::ticket::{Entry, Snapshot};
use store::record::TicketIndex;
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
