//! The customers of a connection, which accounts are mapped to, read live from Acronis (rule V5).

use std::collections::BTreeMap;

use acronis::{Tenant, TenantKind};
use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::system::Id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::{MappedTenant, Mapping};
use store::table::Read;
use systems::Use;

use crate::Deps;
use crate::error::Error;
use crate::page::{Page, fits, of_cursor, rows, to_cursor};

/// A customer tenant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Tenant")]
pub struct View {
    /// The tenant.
    #[schemars(with = "String")]
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Name of the partner or folder that it is in.
    pub parent_name: Option<String>,
    /// The alerts of a disabled tenant cannot be seen.
    pub enabled: bool,
    /// The account that it is mapped to, if it is.
    #[schemars(with = "Option<i64>")]
    pub account: Option<AccountId>,
    /// That account's name when last seen.
    pub account_name: Option<String>,
}

/// Which tenants.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "TenantFilter")]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// The connection whose customers are listed.
    pub connection: String,
    /// Only those with this in their name, letter case aside.
    pub search: Option<String>,
    /// Rows on the page, 1 to 500; 50 unless given.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A page of customers in the order of their names.
///
/// # Errors
/// There is no such connection in use, Acronis or the table cannot be read, or the filter makes no sense.
pub async fn list(deps: &Deps, filter: Filter) -> Result<Page<View>, Error> {
    let limit = rows(filter.limit)?;
    let after: Option<(String, String)> = filter.after.as_deref().map(of_cursor).transpose()?;
    let connection = ConnectionId::new(&filter.connection);
    let (tree, unreadable) = read(deps, &connection).await?;
    let names: BTreeMap<TenantId, String> =
        tree.iter().map(|tenant| (tenant.id.clone(), tenant.name.clone())).collect();
    let mut customers: Vec<Tenant> = tree
        .into_iter()
        .filter(|tenant| tenant.kind == TenantKind::Customer && fits(&tenant.name, filter.search.as_deref()))
        .filter(|tenant| after.as_ref().is_none_or(|after| place(tenant) > *after))
        .collect();
    customers.sort_by_cached_key(place);
    let is_last = customers.len() <= limit;
    customers.truncate(limit);
    let next = customers.last().filter(|_| !is_last).map(|last| to_cursor(&place(last)));
    let mut accounts = accounts(deps, &customers).await?;
    let view = |tenant: Tenant| {
        let (account, account_name) =
            accounts.remove(&tenant.id).map(|mapping| (mapping.account, mapping.account_name)).unzip();
        let parent_name = tenant.parent.and_then(|parent| names.get(&parent).cloned());
        View { id: tenant.id, name: tenant.name, parent_name, enabled: tenant.enabled, account, account_name }
    };
    Ok(Page { items: customers.into_iter().map(view).collect(), next, unreadable })
}

/// The connection's tree, and how many of its tenants cannot be read.
async fn read(deps: &Deps, connection: &ConnectionId) -> Result<(Vec<Tenant>, usize), Error> {
    let config = deps.systems.config().await?;
    if !config.connections.contains_key(connection) {
        return Err(Error::field("connection", "there is no such connection in use: /api/v1/connections lists them"));
    }
    let client = deps.systems.acronis(&config, connection, Use::Work).await?;
    match client.tenants(&connection.as_str().into(), None).collect().await {
        Ok(pages) => {
            let unreadable = pages.iter().map(|page| page.unreadable.len()).sum();
            Ok((pages.into_iter().flat_map(|page| page.tenants).collect(), unreadable))
        }
        Err(error) => Err(deps.systems.failed(&Id::Acronis(connection.clone()), error.into()).await.into()),
    }
}

/// Where a tenant stands in the list.
fn place(tenant: &Tenant) -> (String, String) {
    (tenant.name.to_lowercase(), tenant.id.to_string())
}

/// The mappings of the tenants that have one.
async fn accounts(deps: &Deps, tenants: &[Tenant]) -> Result<BTreeMap<TenantId, Mapping>, Error> {
    let ids: Vec<TenantId> = tenants.iter().map(|tenant| tenant.id.clone()).collect();
    let pointers = deps.systems.table.get_many::<MappedTenant>(&ids, Read::Strong).await?.found;
    let accounts: Vec<AccountId> = pointers.into_iter().map(|stored| stored.value.account).collect();
    let mappings = deps.systems.table.get_many::<Mapping>(&accounts, Read::Strong).await?.found;
    Ok(mappings.into_iter().map(|stored| (stored.value.tenant.clone(), stored.value)).collect())
}
