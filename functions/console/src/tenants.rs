//! The customers of a connection, which accounts are mapped to (rules V4, V5).

mod directory;
mod partners;

use std::collections::BTreeMap;

use billing::tenants::Node;
use bridge_core::id::{AccountId, ConnectionId, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::{MappedTenant, Mapping};
use store::table::Read;

use crate::Deps;
use crate::error::Error;
use crate::page::{Page, fits, of_cursor, rows, to_cursor};

pub(crate) use directory::Directory;
pub(crate) use partners::partner;
pub use partners::{Asked, Partner, partners};

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
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "TenantFilter")]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// The connection whose customers are listed.
    pub connection: String,
    /// Only those within this partner or folder, directly or further below.
    pub within: Option<String>,
    /// Only those with this in their name, letter case aside.
    pub search: Option<String>,
    /// Rows on the page, 1 to 500; 50 unless given.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A page of customers in the order of their names. They come from the directory that the last run left; before the first run
/// they are read live.
///
/// # Errors
/// There is no such connection in use, Acronis or the table cannot be read, or the filter makes no sense.
pub async fn list(deps: &Deps, filter: Filter) -> Result<Page<View>, Error> {
    let limit = rows(filter.limit)?;
    let after: Option<(String, String)> = filter.after.as_deref().map(of_cursor).transpose()?;
    let directory = Directory::read(deps, &ConnectionId::new(&filter.connection)).await?;
    let within = filter.within.map(TenantId::new);
    let is_within = |node: &Node| match &within {
        None => true,
        Some(partner) => directory.above(node).any(|above| above.id == *partner),
    };
    let mut customers: Vec<&Node> = directory
        .customers()
        .filter(|node| fits(&node.name, filter.search.as_deref()) && is_within(node))
        .filter(|node| after.as_ref().is_none_or(|after| place(node) > *after))
        .collect();
    customers.sort_by_cached_key(|node| place(node));
    let is_last = customers.len() <= limit;
    customers.truncate(limit);
    let next = customers.last().filter(|_| !is_last).map(|last| to_cursor(&place(last)));
    let mut accounts = accounts(deps, &customers).await?;
    let view = |node: &Node| {
        let (account, account_name) =
            accounts.remove(&node.id).map(|mapping| (mapping.account, mapping.account_name)).unzip();
        let parent = node.parent.as_ref().and_then(|parent| directory.get(parent));
        View {
            id: node.id.clone(),
            name: node.name.clone(),
            parent_name: parent.map(|parent| parent.name.clone()),
            enabled: node.enabled,
            account,
            account_name,
        }
    };
    Ok(Page { items: customers.into_iter().map(view).collect(), next, unreadable: directory.unreadable })
}

/// Where a tenant stands in the list.
fn place(node: &Node) -> (String, String) {
    (node.name.to_lowercase(), node.id.to_string())
}

/// The mappings of the tenants that have one.
async fn accounts(deps: &Deps, tenants: &[&Node]) -> Result<BTreeMap<TenantId, Mapping>, Error> {
    let ids: Vec<TenantId> = tenants.iter().map(|node| node.id.clone()).collect();
    let pointers = deps.systems.table.get_many::<MappedTenant>(&ids, Read::Strong).await?.found;
    let accounts: Vec<AccountId> = pointers.into_iter().map(|stored| stored.value.account).collect();
    let mappings = deps.systems.table.get_many::<Mapping>(&accounts, Read::Strong).await?.found;
    Ok(mappings.into_iter().map(|stored| (stored.value.tenant.clone(), stored.value)).collect())
}
