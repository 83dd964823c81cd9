use std::collections::BTreeMap;

use acronis::{Client, Tenant, TenantKind};
use bridge_core::id::{ConnectionId, TenantId};
use bridge_core::mapping::Kind;
use serde::{Deserialize, Serialize};
use store::pack::{Entry, Pack};
use store::table::{Error as TableError, Table};

use super::complete;
use crate::Error;

/// A tenant of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Node {
    /// The tenant.
    pub id: TenantId,
    /// The node above it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<TenantId>,
    /// What it is; folders count as partners.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Whether it is enabled.
    pub enabled: bool,
    /// Reference of the provider.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<String>,
    /// Marker of an integration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_tag: Option<String>,
}

impl Entry for Node {
    fn key(&self) -> String {
        self.id.to_string()
    }
}

/// The directory of a connection's tenants.
#[derive(Debug)]
pub struct Tree {
    nodes: BTreeMap<TenantId, Node>,
    pack: Pack<(), Node>,
    has_changed: bool,
}

impl Tree {
    /// As the last pass left it.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn stored(table: &Table, connection: &ConnectionId) -> Result<Self, TableError> {
        let name = format!("tenants/{connection}");
        let mut nodes = BTreeMap::new();
        let pack = Pack::read(table, &name, |node: Node| {
            nodes.insert(node.id.clone(), node);
        });
        Ok(Self { pack: pack.await?, nodes, has_changed: false })
    }

    /// A tenant.
    #[must_use]
    pub fn get(&self, id: &TenantId) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// All tenants, by their ids.
    #[must_use]
    pub fn nodes(&self) -> &BTreeMap<TenantId, Node> {
        &self.nodes
    }

    pub(super) fn is_lost(&self) -> bool {
        !self.pack.is_complete()
    }

    /// Takes in what changed since then, or everything. Returns where the next list of changes begins.
    pub(super) async fn read(
        &mut self,
        client: &Client,
        root: &TenantId,
        since: Option<&str>,
    ) -> Result<Option<String>, Error> {
        let mut read = BTreeMap::new();
        let mut next = None;
        let mut pages = client.tenants(root, since);
        while let Some(page) = pages.next().await? {
            complete("reading the tenants", page.unreadable)?;
            next = next.or(page.timestamp);
            read.extend(page.tenants.into_iter().map(|tenant| (tenant.id.clone(), Node::from(tenant))));
        }
        if since.is_none() {
            if !read.contains_key(root) {
                return Err(Error::NoRoot { connection: ConnectionId::new(root.as_str()) });
            }
            self.has_changed |= self.is_lost() || read != self.nodes;
            self.nodes = read;
        } else {
            for (id, node) in read {
                self.has_changed |= self.nodes.get(&id) != Some(&node);
                self.nodes.insert(id, node);
            }
        }
        Ok(next)
    }

    pub(super) async fn save(&mut self, table: &Table) -> Result<(), Error> {
        if self.has_changed {
            self.pack.write(table, self.nodes.values().cloned()).await?;
            self.has_changed = false;
        }
        Ok(())
    }
}

impl From<Tenant> for Node {
    fn from(tenant: Tenant) -> Self {
        let Tenant { id, parent, kind, name, enabled, customer_id, internal_tag, .. } = tenant;
        let kind = match kind {
            TenantKind::Customer => Kind::Customer,
            TenantKind::Unit => Kind::Unit,
            TenantKind::Root | TenantKind::Partner | TenantKind::Folder | TenantKind::Other => Kind::Partner,
        };
        Self { id, parent, kind, name, enabled, customer_id, internal_tag }
    }
}
