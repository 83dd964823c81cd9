//! The accounts whose first plan nobody has agreed to (rule P1): they share one entry.

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
    Ok(mappings.map(|mapping| Named { id: mapping.account, name: mapping.account_name }).collect())
}
