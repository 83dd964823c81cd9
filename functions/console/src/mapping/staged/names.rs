//! Names of both sides of staged edits. An Apply checks the sides themselves; here they are only told.

use std::collections::{BTreeMap, BTreeSet};

use billing::companies::Companies;
use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::system::Id;
use store::record::{Account, Mapping, StagedEdit};
use store::table::Read;
use systems::{Config, Use};

use super::super::wish::{Wish, wish};
use super::Edit;
use crate::Deps;
use crate::error::Error;
use crate::tenants::Directory;

pub(super) struct Names {
    accounts: BTreeMap<AccountId, String>,
    /// The tenant of each edit that has one, or why it has none.
    tenants: BTreeMap<AccountId, Result<TenantId, String>>,
    names: BTreeMap<TenantId, String>,
}

impl Names {
    pub(super) async fn read(deps: &Deps, edits: &[Edit]) -> Result<Self, Error> {
        let config = deps.systems.config().await?;
        let sides = sides(deps, &config, edits).await?;
        let mut names = BTreeMap::new();
        let connections: BTreeSet<&ConnectionId> = sides.values().flatten().map(|(_, connection)| connection).collect();
        for connection in connections.into_iter().filter(|connection| config.connections.contains_key(*connection)) {
            let directory = Directory::read(deps, connection).await?;
            let tenants = sides.values().flatten().map(|(tenant, _)| tenant);
            names.extend(tenants.filter_map(|tenant| Some((tenant.clone(), directory.get(tenant)?.name.clone()))));
        }
        let tenants = sides.into_iter().map(|(account, side)| (account, side.map(|(tenant, _)| tenant))).collect();
        Ok(Self { accounts: accounts(deps, &config, edits).await?, tenants, names })
    }

    /// The account's name in quotation marks, or its id.
    pub(super) fn account(&self, account: AccountId) -> String {
        self.accounts.get(&account).map_or_else(|| format!("account {account}"), |name| format!("“{name}”"))
    }

    /// Why the edit cannot even be told.
    pub(super) fn unknown(&self, edit: &Edit) -> Option<String> {
        if !self.accounts.contains_key(&edit.account) {
            return Some(format!("Autotask has no account {}, or hides it from the API user", edit.account));
        }
        self.tenants.get(&edit.account)?.as_ref().err().cloned()
    }

    /// Both names of an edit, as far as they are known.
    pub(super) fn of_edit(&self, edit: &Edit) -> (&str, &str) {
        let tenant = self.tenants.get(&edit.account).and_then(|tenant| self.names.get(tenant.as_ref().ok()?));
        let account = self.accounts.get(&edit.account);
        (account.map(String::as_str).unwrap_or_default(), tenant.map(String::as_str).unwrap_or_default())
    }

    pub(super) fn entry(&self, edit: &Edit, doubt: Option<String>) -> StagedEdit {
        let tenant = self.tenants.get(&edit.account).and_then(|tenant| tenant.as_ref().ok());
        StagedEdit {
            account: edit.account,
            account_name: self.accounts.get(&edit.account).cloned().unwrap_or_default(),
            tenant_name: tenant.map(|tenant| self.names.get(tenant).cloned().unwrap_or_else(|| tenant.to_string())),
            edit: serde_json::to_string(edit).expect("an edit is plain data"),
            doubt,
            refusal: None,
        }
    }
}

type Sides = BTreeMap<AccountId, Result<(TenantId, ConnectionId), String>>;

/// The tenant that each edit is about: the one to be mapped to, the one above a new one, or the one that is left.
async fn sides(deps: &Deps, config: &Config, edits: &[Edit]) -> Result<Sides, Error> {
    let mut sides = Sides::new();
    for edit in edits {
        let side = match wish(edit) {
            Ok(Wish::Map { tenant, connection }) => Ok((tenant.clone(), connection.clone())),
            Ok(Wish::New(new)) => match new.place(config) {
                Ok((connection, parent)) => Ok((parent, connection)),
                Err(why) => Err(why.message),
            },
            Ok(Wish::Return) => {
                let record = deps.systems.table.get::<Account>(&edit.account, Read::Eventual).await?;
                let former = record.and_then(|record| record.value.unmapped);
                let none = || "the account was not unmapped from any tenant".to_owned();
                former.map(|former| (former.tenant, former.connection)).ok_or_else(none)
            }
            Ok(Wish::Remove { .. } | Wish::Switch { .. } | Wish::Exclude { .. } | Wish::Include) | Err(_) => continue,
        };
        sides.insert(edit.account, side);
    }
    Ok(sides)
}

/// As far as possible without asking Autotask.
async fn accounts(deps: &Deps, config: &Config, edits: &[Edit]) -> Result<BTreeMap<AccountId, String>, Error> {
    let ids: Vec<AccountId> = edits.iter().map(|edit| edit.account).collect::<BTreeSet<_>>().into_iter().collect();
    let listed = Companies::stored(&deps.systems.table).await?;
    let listed = listed.list();
    let mut names: BTreeMap<AccountId, String> =
        ids.iter().filter_map(|id| Some((*id, listed.get(id)?.name.clone()))).collect();
    let mapped = deps.systems.table.get_many::<Mapping>(&ids, Read::Eventual).await?.found;
    names.extend(mapped.into_iter().map(|stored| (stored.value.account, stored.value.account_name)));
    let missing: Vec<AccountId> = ids.into_iter().filter(|id| !names.contains_key(id)).collect();
    if !missing.is_empty() {
        let client = deps.systems.autotask(config, Use::Work).await?;
        match client.companies_by_id(&missing).await {
            Ok(found) => names.extend(found.into_iter().map(|company| (company.id, company.name))),
            Err(error) => return Err(deps.systems.failed(&Id::Autotask, error.into()).await.into()),
        }
    }
    Ok(names)
}
