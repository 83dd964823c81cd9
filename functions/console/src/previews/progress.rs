//! What became of a preview's accounts since it was applied.

use std::collections::BTreeMap;

use billing::Previewed;
use bridge_core::id::AccountId;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use store::pack::Pack;
use store::record::{Account, Mapping, Preview};
use store::table::Read;

use super::row::AccountState;
use crate::Deps;
use crate::error::Error;

/// What a worker calls a reviewed plan that it refused, because something moved.
const MOVED: &str = "plan_moved";

/// Accounts of a preview that was applied, as they are now.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PreviewProgress")]
pub struct Progress {
    /// Nobody has come to them yet.
    pub waiting: usize,
    /// They are as they must be, as far as nothing is held.
    pub applied: usize,
    /// Something had moved, so nothing was done: start another preview.
    pub moved: usize,
    /// Something has to be settled by a person.
    pub stopped: usize,
}

/// What is asked about an account.
pub(super) struct Ask {
    pub(super) account: AccountId,
    pub(super) creates: bool,
}

impl From<&Previewed> for Ask {
    fn from(previewed: &Previewed) -> Self {
        Self { account: previewed.account, creates: previewed.creates }
    }
}

pub(super) async fn of(deps: &Deps, preview: &Preview) -> Result<Progress, Error> {
    let mut asks = Vec::new();
    Pack::<(), Previewed>::read(&deps.systems.table, &Preview::pack_name(&preview.id), |previewed: Previewed| {
        asks.push(Ask::from(&previewed));
    })
    .await?;
    let mut progress = Progress::default();
    for state in states(deps, &asks).await?.into_values() {
        *match state {
            AccountState::Previewed | AccountState::Waiting => &mut progress.waiting,
            AccountState::Applied => &mut progress.applied,
            AccountState::Moved => &mut progress.moved,
            AccountState::Stopped => &mut progress.stopped,
        } += 1;
    }
    Ok(progress)
}

/// How each of the accounts stands.
pub(super) async fn states(deps: &Deps, asks: &[Ask]) -> Result<BTreeMap<AccountId, AccountState>, Error> {
    let table = &deps.systems.table;
    let ids: Vec<AccountId> = asks.iter().map(|ask| ask.account).collect();
    let records = table.get_many::<Account>(&ids, Read::Eventual).await?.found;
    let records: BTreeMap<AccountId, Account> =
        records.into_iter().map(|stored| (stored.value.account, stored.value)).collect();
    let new: Vec<AccountId> = asks.iter().filter(|ask| ask.creates).map(|ask| ask.account).collect();
    let made = table.get_many::<Mapping>(&new, Read::Eventual).await?.found;
    let now = deps.systems.clock.now();
    let state = |ask: &Ask| {
        let record = records.get(&ask.account);
        let is_made = !ask.creates || made.iter().any(|mapping| mapping.value.account == ask.account);
        (ask.account, state(record, is_made, now))
    };
    Ok(asks.iter().map(state).collect())
}

fn state(record: Option<&Account>, is_made: bool, now: Timestamp) -> AccountState {
    // What a worker has found since is news; what was found before is not about what was reviewed.
    let is_untouched = |record: &Account| {
        let review = record.reviewed.as_ref().filter(|review| review.is_fresh(now));
        review.is_some_and(|review| record.last.problems.is_empty() || record.last.tried_at < Some(review.at))
    };
    match record {
        Some(record) if is_untouched(record) => AccountState::Waiting,
        Some(record) if record.last.code.as_deref() == Some(MOVED) => AccountState::Moved,
        Some(record) if !record.last.problems.is_empty() => AccountState::Stopped,
        _ if is_made => AccountState::Applied,
        _ => AccountState::Waiting,
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use store::record::account::{Last, Reviewed};

    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn stopped(code: &str) -> Account {
        let (problems, code) = (vec!["p".to_owned()], Some(code.to_owned()));
        Account { last: Last { problems, code, tried_at: Some(NOW), ..Last::default() }, ..Account::new(AccountId(7)) }
    }

    fn reviewed(minutes_later: i64, account: Account) -> Account {
        let at = NOW + SignedDuration::from_mins(minutes_later);
        let (digest, by, begun) = ("d".to_owned(), "ann".to_owned(), Vec::new());
        let reviewed = Reviewed { digest, by, at, mapped_at: Some(NOW), disables: false, begun };
        Account { reviewed: Some(reviewed), ..account }
    }

    #[test]
    fn p13_an_account_tells_how_its_reviewed_plan_stands() {
        let fresh = || Account::new(AccountId(7));
        assert_eq!(state(Some(&reviewed(0, fresh())), true, NOW), AccountState::Waiting);
        assert_eq!(state(Some(&stopped(MOVED)), true, NOW), AccountState::Moved);
        assert_eq!(state(Some(&stopped("quota_problem")), true, NOW), AccountState::Stopped);
        assert_eq!(state(Some(&fresh()), true, NOW), AccountState::Applied);
        assert_eq!(state(None, false, NOW), AccountState::Waiting, "its tenant is not there yet");
    }

    #[test]
    fn p13_what_stood_in_the_way_before_a_review_says_nothing_about_it_and_what_does_since_is_told() {
        assert_eq!(state(Some(&reviewed(1, stopped(MOVED))), true, NOW), AccountState::Waiting);
        assert_eq!(state(Some(&reviewed(0, stopped("conflict"))), true, NOW), AccountState::Stopped);
    }

    #[test]
    fn p13_a_review_that_has_lapsed_is_waited_for_no_longer() {
        let later = NOW + SignedDuration::from_hours(2);
        assert_eq!(state(Some(&reviewed(0, stopped(MOVED))), true, later), AccountState::Moved);
    }
}
