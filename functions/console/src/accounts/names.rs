//! What accounts are called.

use std::collections::{BTreeMap, BTreeSet};

use billing::companies::Companies;
use bridge_core::id::AccountId;
use store::record::Mapping;
use store::table::Read;

use crate::Deps;
use crate::error::Error;

/// The names of those accounts that are mapped or active: of the mapped ones as the mapping has them, of the others as the directory.
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn names(
    deps: &Deps,
    accounts: impl Iterator<Item = AccountId>,
) -> Result<BTreeMap<AccountId, String>, Error> {
    let table = &deps.systems.table;
    let accounts: BTreeSet<AccountId> = accounts.collect();
    let ids: Vec<AccountId> = accounts.iter().copied().collect();
    let mapped = table.get_many::<Mapping>(&ids, Read::Eventual).await?.found.into_iter();
    let mut names: BTreeMap<AccountId, String> =
        mapped.map(|stored| (stored.value.account, stored.value.account_name)).collect();
    if accounts.iter().any(|account| !names.contains_key(account)) {
        let companies = Companies::stored(table).await?;
        for (account, company) in companies.list().iter().filter(|(account, _)| accounts.contains(account)) {
            names.entry(*account).or_insert_with(|| company.name.clone());
        }
    }
    Ok(names)
}
