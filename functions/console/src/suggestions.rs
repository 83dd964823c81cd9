//! Which tenant is probably an account's (rule V7). A suggestion is accepted as an edit of the mapping.

use std::collections::{BTreeMap, BTreeSet};

use billing::companies::Companies;
use billing::tenants::{Node, Tree};
use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::mapping::Kind;
use bridge_core::provision::Marker;
use bridge_core::suggest::{self, suggest};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::Installation;
use store::table::Read;
use systems::Use;

use crate::error::Error;
use crate::page::{Page, fits, of_cursor, rows, to_cursor};
use crate::{Deps, mapping};

/// A suggestion, as shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Suggestion")]
pub struct View {
    /// The account.
    #[schemars(with = "i64")]
    pub account: AccountId,
    /// Its name.
    pub account_name: String,
    /// The tenant that is probably its.
    #[schemars(with = "String")]
    pub tenant: TenantId,
    /// Its name.
    pub tenant_name: String,
    /// The connection that it is reached through.
    #[schemars(with = "String")]
    pub connection: ConnectionId,
    /// What speaks for it, the strongest first.
    pub evidence: Vec<String>,
    /// Rank; higher is more likely.
    pub score: u32,
}

/// Which suggestions.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SuggestionFilter")]
pub struct Filter {
    /// Only those with this in one of the two names, letter case aside.
    pub search: Option<String>,
    /// Only tenants of this connection.
    pub connection: Option<String>,
    /// Rows on the page, 1 to 500; 50 unless given.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A page of suggestions, the most likely first.
///
/// # Errors
/// The table cannot be read, or the filter makes no sense.
pub async fn list(deps: &Deps, filter: Filter) -> Result<Page<View>, Error> {
    let limit = rows(filter.limit)?;
    let skipped: usize = filter.after.as_deref().map(of_cursor).transpose()?.unwrap_or_default();
    let connection = filter.connection.map(ConnectionId::new);
    let fitting = all(deps).await?.into_iter().filter(|found| {
        let search = filter.search.as_deref();
        connection.as_ref().is_none_or(|connection| found.connection == *connection)
            && (fits(&found.account_name, search) || fits(&found.tenant_name, search))
    });
    let mut rest = fitting.skip(skipped);
    let items: Vec<View> = rest.by_ref().take(limit).collect();
    // What is accepted meanwhile moves the rest up: a page is begun anew after that.
    let next = rest.next().map(|_| to_cursor(&(skipped + items.len())));
    Ok(Page { items, next, unreadable: 0 })
}

/// All of them, the most likely first.
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn all(deps: &Deps) -> Result<Vec<View>, Error> {
    let companies = Companies::stored(&deps.systems.table).await?;
    let mapped = mapping::all(deps).await?;
    let tenants = Tenants::stored(deps).await?;
    let unmapped = companies.list().values().filter(|company| !mapped.contains_key(&company.id) && company.id.0 != 0);
    let accounts: BTreeMap<AccountId, &str> = unmapped.map(|company| (company.id, company.name.as_str())).collect();
    Ok(tenants.suggest(&accounts))
}

/// The customers of all connections, as the last run found them.
pub(crate) struct Tenants {
    customers: Vec<(ConnectionId, Node)>,
    mapped: BTreeSet<TenantId>,
    /// Any marker of ours, to tell others by.
    ours: Option<Marker>,
}

impl Tenants {
    /// With the tenants that are somebody's already.
    ///
    /// # Errors
    /// The table cannot be read.
    pub(crate) async fn stored(deps: &Deps) -> Result<Self, Error> {
        let mapped = mapping::all(deps).await?;
        let config = deps.systems.config().await?;
        let mut customers = Vec::new();
        for connection in config.connections.keys() {
            let tree = Tree::stored(&deps.systems.table, connection).await?;
            let here = tree.nodes().values().filter(|node| node.kind == Kind::Customer);
            customers.extend(here.map(|node| (connection.clone(), node.clone())));
        }
        let is_marked =
            |(_, node): &(ConnectionId, Node)| node.internal_tag.as_deref().and_then(Marker::parse).is_some();
        let ours = if customers.iter().any(is_marked) { origin(deps, &config).await? } else { None };
        Ok(Self { customers, mapped: mapped.values().map(|stored| stored.value.tenant.clone()).collect(), ours })
    }

    /// Suggestions for these accounts, the most likely first.
    pub(crate) fn suggest(&self, accounts: &BTreeMap<AccountId, &str>) -> Vec<View> {
        let asked: Vec<suggest::Account<'_>> = accounts
            .iter()
            .map(|(id, name)| suggest::Account { id: *id, name, number: None, is_mapped: false })
            .collect();
        let tenants: Vec<suggest::Tenant<'_>> = self.customers.iter().map(|pair| self.tenant(pair)).collect();
        let names: BTreeMap<&TenantId, &str> =
            self.customers.iter().map(|(_, node)| (&node.id, node.name.as_str())).collect();
        let is_ours = |marker: &Marker| self.ours.as_ref().is_some_and(|ours| marker.has_same_origin(ours));
        let view = |found: suggest::Suggestion| View {
            account: found.account,
            account_name: accounts.get(&found.account).copied().unwrap_or_default().to_owned(),
            tenant_name: names.get(&found.tenant).copied().unwrap_or_default().to_owned(),
            tenant: found.tenant,
            connection: found.connection,
            evidence: found.evidence.iter().map(ToString::to_string).collect(),
            score: found.score,
        };
        suggest(&asked, &tenants, is_ours).into_iter().map(view).collect()
    }

    fn tenant<'a>(&'a self, (connection, node): &'a (ConnectionId, Node)) -> suggest::Tenant<'a> {
        suggest::Tenant {
            id: &node.id,
            connection,
            name: &node.name,
            customer_id: node.customer_id.as_deref(),
            internal_tag: node.internal_tag.as_deref(),
            is_mapped: self.mapped.contains(&node.id),
        }
    }
}

/// What our own markers have in common; without it, markers are no evidence.
pub(crate) async fn origin(deps: &Deps, config: &systems::Config) -> Result<Option<Marker>, Error> {
    let Some(installation) = deps.systems.table.get::<Installation>(&(), Read::Eventual).await? else {
        return Ok(None);
    };
    let database = match deps.systems.autotask(config, Use::Work).await {
        Ok(client) => client.database().await.ok(),
        Err(_) => None,
    };
    Ok(database.map(|database| Marker::new(&installation.value.id, database, AccountId(0))))
}
