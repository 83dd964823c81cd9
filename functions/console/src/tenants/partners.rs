//! The partners and folders of a connection, which customers are in.

use std::collections::BTreeMap;

use billing::tenants::Node;
use bridge_core::id::{ConnectionId, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Directory;
use crate::Deps;
use crate::error::Error;
use crate::page::{Page, fits, of_cursor, rows, to_cursor};

/// A partner or a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Partner {
    /// The partner or folder.
    #[schemars(with = "String")]
    pub id: TenantId,
    /// Its name.
    pub name: String,
    /// Names of what stands above it, from the connection's own partner down.
    pub above: Vec<String>,
    /// No customer can be made in one that is disabled.
    pub enabled: bool,
    /// Customers in it, directly or further below.
    pub customers: usize,
}

/// Which partners and folders.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "PartnerFilter")]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// The connection whose partners and folders are listed.
    pub connection: String,
    /// Only those with this in their name, letter case aside.
    pub search: Option<String>,
    /// Rows on the page, 1 to 500; 50 unless given.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A page of partners and folders, each below what it is in.
///
/// # Errors
/// There is no such connection in use, Acronis or the table cannot be read, or the filter makes no sense.
pub async fn partners(deps: &Deps, asked: Asked) -> Result<Page<Partner>, Error> {
    let limit = rows(asked.limit)?;
    let after: Option<Place> = asked.after.as_deref().map(of_cursor).transpose()?;
    let directory = Directory::read(deps, &ConnectionId::new(&asked.connection)).await?;
    let mut customers: BTreeMap<&TenantId, usize> = BTreeMap::new();
    for customer in directory.customers() {
        for above in directory.above(customer) {
            *customers.entry(&above.id).or_default() += 1;
        }
    }
    let fitting = directory.partners().filter(|node| fits(&node.name, asked.search.as_deref()));
    let mut placed: BTreeMap<Place, &Node> = fitting.map(|node| (place(&directory, node), node)).collect();
    if let Some(after) = &after {
        placed = placed.split_off(after);
        placed.remove(after);
    }
    let mut rest = placed.into_iter();
    let (places, part): (Vec<Place>, Vec<&Node>) = rest.by_ref().take(limit).unzip();
    let next = rest.next().and_then(|_| places.last()).map(to_cursor);
    let view = |node: &Node| Partner {
        id: node.id.clone(),
        name: node.name.clone(),
        above: above(&directory, node),
        enabled: node.enabled,
        customers: customers.get(&node.id).copied().unwrap_or_default(),
    };
    Ok(Page { items: part.into_iter().map(view).collect(), next, unreadable: directory.unreadable })
}

/// One of them.
///
/// # Errors
/// The connection has no such partner or folder, or Acronis or the table cannot be read.
pub(crate) async fn partner(deps: &Deps, connection: &str, id: &str) -> Result<Partner, Error> {
    let directory = Directory::read(deps, &ConnectionId::new(connection)).await?;
    let id = TenantId::new(id);
    let node = directory.partners().find(|node| node.id == id);
    let node = node.ok_or_else(|| Error::NotFound("the connection has no such partner or folder".to_owned()))?;
    let is_within = |customer: &&Node| directory.above(customer).any(|above| above.id == id);
    Ok(Partner {
        id: node.id.clone(),
        name: node.name.clone(),
        above: above(&directory, node),
        enabled: node.enabled,
        customers: directory.customers().filter(is_within).count(),
    })
}

/// Where it stands in the list: below what it is in, by name.
type Place = (Vec<String>, String);

fn place(directory: &Directory, node: &Node) -> Place {
    let mut path = above(directory, node);
    path.push(node.name.clone());
    (path.into_iter().map(|name| name.to_lowercase()).collect(), node.id.to_string())
}

fn above(directory: &Directory, node: &Node) -> Vec<String> {
    let mut names: Vec<String> = directory.above(node).map(|above| above.name.clone()).collect();
    names.reverse();
    names
}
