//! Approvals that come to nothing (rule P12): contracts or usage have changed between the approval and the next reading. Whoever
//! approved was told that it happens, so *Activity* says that it did not.

use bridge_core::id::AccountId;
use bridge_core::quota::Memory;
use jiff::Timestamp;
use store::record::{Activity, Subject};
use store::table::{Error, Table};

/// Records the approvals of an account that a reading has dropped.
///
/// # Errors
/// The table cannot be written.
pub async fn record(
    table: &Table,
    account: AccountId,
    before: &Memory,
    after: &Memory,
    (actor, now): (&str, Timestamp),
) -> Result<(), Error> {
    for approval in before.lapsed(after) {
        let entry = Activity {
            at: now,
            id: format!("account-{account}-lapsed-{}-{}", approval.item, approval.at),
            actor: actor.to_owned(),
            actor_id: None,
            system: "none".to_owned(),
            what: format!("an approval lapsed, and nothing was done: {}", approval.item),
            subject: Subject { account: Some(account), ..Subject::default() },
            why: format!(
                "{} had approved a change that contracts or usage do not ask for any more as it was shown",
                approval.by
            ),
            old: None,
            new: None,
        };
        entry.record(table).await?;
    }
    Ok(())
}
