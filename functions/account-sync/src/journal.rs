//! Rule X5: what this function wrote to either system.

use bridge_core::id::{AccountId, TenantId};
use jiff::Timestamp;
use store::record::{Activity, Subject};
use store::table::Table;

/// The actor of what no person has asked for by name.
pub(crate) const ACTOR: &str = "account-sync";

/// The system that nearly everything here is written to.
pub(crate) const ACRONIS: &str = "acronis";
/// The system of what only our own table has.
pub(crate) const NONE: &str = "none";

/// A write to record.
pub(crate) struct Written {
    /// When it was begun, and its name among the writes about the same account: together they make a repeat the same entry.
    pub(crate) at: Timestamp,
    /// See `at`.
    pub(crate) id: String,
    /// Which system was written to; our own table counts as none.
    pub(crate) system: &'static str,
    /// The run or the person.
    pub(crate) actor: String,
    /// What, in words.
    pub(crate) what: String,
    /// Why, in words.
    pub(crate) why: String,
    /// The value before.
    pub(crate) old: Option<String>,
    /// The value after.
    pub(crate) new: Option<String>,
}

/// Records a write. It is recorded before the account's record says that the write is done, and its id is made from
/// the write, so a crash in between repeats the entry and neither loses nor doubles it.
pub(crate) async fn record(
    table: &Table,
    account: AccountId,
    tenant: Option<TenantId>,
    written: Written,
) -> Result<(), store::table::Error> {
    let activity = Activity {
        at: written.at,
        id: format!("account-{account}-{}", written.id),
        actor: written.actor,
        actor_id: None,
        system: written.system.to_owned(),
        what: written.what,
        subject: Subject { account: Some(account), tenant, ..Subject::default() },
        why: written.why,
        old: written.old,
        new: written.new,
    };
    activity.record(table).await
}
