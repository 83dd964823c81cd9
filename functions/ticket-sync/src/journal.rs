//! Rule X5: what this function wrote to either system.

use bridge_core::id::AccountId;
use bridge_core::ticket::Entry;
use jiff::Timestamp;
use store::record::{Activity, Subject};
use store::table::Table;

/// A write to record.
pub(crate) struct Written<'a> {
    /// When it was begun, and its name among the writes about the same ticket: together they make a repeat the same entry.
    pub(crate) at: Timestamp,
    /// See `at`.
    pub(crate) id: String,
    /// Which system was written to; our own list of things seen counts as none.
    pub(crate) system: &'static str,
    /// What, in words.
    pub(crate) what: &'a str,
    /// Why, in words.
    pub(crate) why: String,
    /// The value before.
    pub(crate) old: Option<String>,
    /// The value after.
    pub(crate) new: Option<String>,
}

/// Records a write about `entry`. It is recorded before the ledger says that the write is done, and its id is made from the
/// write, so a crash in between repeats the record and neither loses nor doubles it.
pub(crate) async fn record(
    table: &Table,
    entry: &Entry,
    account: AccountId,
    written: Written<'_>,
) -> Result<(), store::table::Error> {
    let subject = Subject {
        account: Some(account),
        tenant: Some(entry.tenant.clone()),
        ticket: entry.link().map(|link| link.id),
        key: Some(entry.key.clone()),
    };
    let activity = Activity {
        at: written.at,
        id: format!("{}-{}", entry.reference(), written.id),
        actor: "ticket-sync".to_owned(),
        actor_id: None,
        system: written.system.to_owned(),
        what: written.what.to_owned(),
        subject,
        why: written.why,
        old: written.old,
        new: written.new,
    };
    activity.record(table).await
}
