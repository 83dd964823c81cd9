//! What is held, with names in the place of ids.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::id::{AccountId, ConnectionId, InfraId};
use store::record::Mapping;
use store::table::Read;

use super::View;
use crate::Deps;
use crate::error::Error;
use crate::services::{self, Recent};
use crate::wording::{self, Names};

/// Puts them in. A foreign system is asked only where a page speaks of something of it, and one that does not answer leaves ids.
pub(super) async fn put(deps: &Deps, recent: &Recent, page: &mut [View]) -> Result<(), Error> {
    let mut names = Names::default();
    let mut storages: BTreeMap<AccountId, BTreeSet<InfraId>> = BTreeMap::new();
    for view in &*page {
        let quota = view.quota.as_ref().and_then(|quota| quota.item.infra.clone());
        let told = wording::storages_in(&view.reason).chain(wording::storages_in(&view.what)).chain(quota);
        if let Some(account) = view.account {
            storages.entry(account).or_default().extend(told);
        }
    }
    storages.retain(|_, ids| !ids.is_empty());
    if !storages.is_empty() {
        names.storages = of_storages(deps, &storages).await?;
    }
    if page.iter().any(|view| wording::tells_services(&view.reason)) {
        names.services = services::names(deps, recent).await.unwrap_or_default();
    }
    for view in page {
        view.reason = names.put(&view.reason);
        view.what = names.put(&view.what);
        if let Some(quota) = &mut view.quota {
            quota.label = names.label(&quota.item);
        }
    }
    Ok(())
}

async fn of_storages(
    deps: &Deps,
    storages: &BTreeMap<AccountId, BTreeSet<InfraId>>,
) -> Result<BTreeMap<InfraId, String>, Error> {
    let accounts: Vec<AccountId> = storages.keys().copied().collect();
    let mut wanted: BTreeMap<ConnectionId, BTreeSet<InfraId>> = BTreeMap::new();
    for stored in deps.systems.table.get_many::<Mapping>(&accounts, Read::Eventual).await?.found {
        let Mapping { account, connection, .. } = stored.value;
        wanted.entry(connection).or_default().extend(storages.get(&account).into_iter().flatten().cloned());
    }
    let config = deps.systems.config().await?;
    let mut names = BTreeMap::new();
    for (connection, ids) in &wanted {
        names.extend(wording::storages(deps, &config, connection, ids).await);
    }
    Ok(names)
}
