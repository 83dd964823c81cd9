//! The accounts whose first plan nobody has agreed to (rule P1): they share one entry.

use std::collections::BTreeMap;

use bridge_core::id::AccountId;

use super::Named;
use crate::Deps;
use crate::accounts::awaiting_consent;
use crate::error::Error;

/// Accounts named with the entry at most.
const NAMED_MAX: usize = 500;

/// All of them by their ids, or the given one if it is one of them.
pub(super) async fn waiting(deps: &Deps, only: Option<AccountId>) -> Result<Vec<Named>, Error> {
    let mappings = awaiting_consent(deps, only).await?.into_iter().take(NAMED_MAX);
    Ok(mappings.map(|mapping| Named { id: mapping.account, name: mapping.account_name, what: None }).collect())
}

/// Puts those that wait now in the place of those that waited at the last run, with what was said of them then.
pub(super) async fn put(deps: &Deps, only: Option<AccountId>, accounts: &mut Vec<Named>) -> Result<(), Error> {
    let said = accounts.drain(..).filter_map(|named| Some((named.id, named.what?)));
    let mut said: BTreeMap<AccountId, String> = said.collect();
    accounts.extend(waiting(deps, only).await?);
    for named in accounts {
        named.what = said.remove(&named.id);
    }
    Ok(())
}
