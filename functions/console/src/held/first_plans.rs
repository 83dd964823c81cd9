//! The accounts whose first plan nobody has agreed to (rule P1): they share one entry.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::id::AccountId;

use super::Named;
use crate::Deps;
use crate::accounts::awaiting_consent;
use crate::error::Error;

/// Accounts named with the entry at most.
const NAMED_MAX: usize = 500;

/// All of them by their ids, or those of them that are given.
pub(super) async fn waiting(deps: &Deps, only: Option<&BTreeSet<AccountId>>) -> Result<Vec<Named>, Error> {
    // One account needs no look at all of them.
    let one = only.and_then(|only| only.first().copied().filter(|_| only.len() == 1));
    let mappings = awaiting_consent(deps, one).await?.into_iter();
    let asked = mappings.filter(|mapping| only.is_none_or(|only| only.contains(&mapping.account)));
    Ok(asked
        .take(NAMED_MAX)
        .map(|mapping| Named { id: mapping.account, name: mapping.account_name, what: None })
        .collect())
}

/// Puts those that wait now in the place of those that waited at the last run, with what was said of them then.
pub(super) async fn put(
    deps: &Deps,
    only: Option<&BTreeSet<AccountId>>,
    accounts: &mut Vec<Named>,
) -> Result<(), Error> {
    let said = accounts.drain(..).filter_map(|named| Some((named.id, named.what?)));
    let mut said: BTreeMap<AccountId, String> = said.collect();
    accounts.extend(waiting(deps, only).await?);
    for named in accounts {
        named.what = said.remove(&named.id);
    }
    Ok(())
}
