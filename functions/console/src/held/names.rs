//! What is held, with names in the place of ids.

use std::collections::{BTreeMap, BTreeSet};

use billing::companies::Companies;
use bridge_core::id::AccountId;
use bridge_core::provision::Creation;
use store::record::{Account, Held};
use store::table::{Read, Stored};

use super::words::{About, words};
use super::{Filter, View};
use crate::Deps;
use crate::error::Error;
use crate::page::fits;
use crate::{accounts, mapping, wording};

/// What the words about some entries need.
pub(super) struct Known {
    names: wording::Names,
    customers: BTreeMap<AccountId, String>,
    creations: BTreeMap<AccountId, Creation>,
}

impl Known {
    pub(super) async fn of(deps: &Deps, found: &[Stored<Held>]) -> Result<Self, Error> {
        let all = || found.iter().map(|stored| &stored.value);
        let items: Vec<String> = all().filter_map(|held| Some(held.quota.as_ref()?.item.to_string())).collect();
        let mut said: Vec<&str> = items.iter().map(String::as_str).collect();
        for held in all() {
            said.extend([held.reason.as_str(), held.what.as_str()]);
            said.extend(held.quota.as_ref().map(|quota| quota.cause.as_str()));
            said.extend(held.accounts.iter().map(|concerned| concerned.what.as_str()));
        }
        let names = wording::names_in(deps, &said).await?;
        let being_made: BTreeSet<AccountId> =
            all().filter(|held| held.kind == "creation").filter_map(|held| held.account).collect();
        let customers = accounts::names(deps, all().filter_map(|held| held.account)).await?;
        Ok(Self { names, customers, creations: creations(deps, being_made).await? })
    }

    /// The entry as it is listed.
    pub(super) fn view(&self, Stored { value, version }: Stored<Held>) -> View {
        let held = self.named(value);
        let account = held.account.map(|account| (account, self.customer(account)));
        let item = held.quota.as_ref().map(|quota| self.names.label(&quota.item)).unwrap_or_default();
        let words = words(&About {
            held: &held,
            customer: account.as_ref().map(|(_, name)| name.as_str()),
            item: &item,
            creation: held.account.and_then(|account| self.creations.get(&account)),
        });
        View::of(held, version, account.map(|(_, name)| name), item, words)
    }

    fn customer(&self, account: AccountId) -> String {
        self.customers.get(&account).cloned().unwrap_or_else(|| format!("Account {account}"))
    }

    fn named(&self, mut held: Held) -> Held {
        held.reason = self.names.put(&held.reason);
        held.what = self.names.put(&held.what);
        for concerned in &mut held.accounts {
            concerned.what = self.names.put(&concerned.what);
        }
        if let Some(quota) = &mut held.quota {
            quota.cause = self.names.put(&quota.cause);
        }
        held
    }
}

async fn creations(deps: &Deps, accounts: BTreeSet<AccountId>) -> Result<BTreeMap<AccountId, Creation>, Error> {
    let ids: Vec<AccountId> = accounts.into_iter().collect();
    let records = deps.systems.table.get_many::<Account>(&ids, Read::Strong).await?.found;
    Ok(records.into_iter().filter_map(|stored| Some((stored.value.account, stored.value.creation?))).collect())
}

/// The accounts that are asked for: one by its id, or those with a text in their name or with that id. `None` where all are.
pub(super) async fn asked(deps: &Deps, filter: &Filter) -> Result<Option<BTreeSet<AccountId>>, Error> {
    if let Some(account) = filter.account {
        return Ok(Some(BTreeSet::from([AccountId(account)])));
    }
    let Some(search) = filter.search.as_deref().map(str::trim).filter(|search| !search.is_empty()) else {
        return Ok(None);
    };
    let table = &deps.systems.table;
    let mut fitting: BTreeSet<AccountId> = search.parse().ok().map(AccountId).into_iter().collect();
    let companies = Companies::stored(table).await?;
    let listed = companies.list().values().filter(|company| fits(&company.name, Some(search)));
    fitting.extend(listed.map(|company| company.id));
    let mapped = mapping::all(deps).await?;
    let mapped = mapped.values().filter(|stored| fits(&stored.value.account_name, Some(search)));
    fitting.extend(mapped.map(|stored| stored.value.account));
    Ok(Some(fitting))
}
