//! A connection's tree: as the last run left it; before the first run, as Acronis lists it now.

use std::collections::BTreeMap;

use acronis::Tenant;
use billing::tenants::{Node, Tree};
use bridge_core::id::{ConnectionId, TenantId};
use bridge_core::mapping::Kind;
use bridge_core::system::Id;
use systems::Use;

use crate::Deps;
use crate::error::Error;

/// A tree has a few levels; this many are climbed at most, should two tenants ever name each other as parents.
const LEVELS_MAX: usize = 50;

/// The tenants of a connection.
pub(crate) struct Directory {
    root: TenantId,
    nodes: BTreeMap<TenantId, Node>,
    /// Tenants that Acronis listed and nobody could read.
    pub(crate) unreadable: usize,
}

impl Directory {
    /// Reads it.
    ///
    /// # Errors
    /// There is no such connection in use, or Acronis or the table cannot be read.
    pub(crate) async fn read(deps: &Deps, connection: &ConnectionId) -> Result<Self, Error> {
        let config = deps.systems.config().await?;
        if !config.connections.contains_key(connection) {
            let text = "there is no such connection in use: /api/v1/connections lists them";
            return Err(Error::field("connection", text));
        }
        let root = TenantId::new(connection.as_str());
        let stored = Tree::stored(&deps.systems.table, connection).await?;
        if !stored.nodes().is_empty() {
            return Ok(Self { root, nodes: stored.nodes().clone(), unreadable: 0 });
        }
        let client = deps.systems.acronis(&config, connection, Use::Work).await?;
        match client.tenants(&root, None).collect().await {
            Ok(pages) => {
                let unreadable = pages.iter().map(|page| page.unreadable.len()).sum();
                let tenants = pages.into_iter().flat_map(|page| page.tenants);
                let nodes = tenants.map(|tenant: Tenant| (tenant.id.clone(), Node::from(tenant))).collect();
                Ok(Self { root, nodes, unreadable })
            }
            Err(error) => Err(deps.systems.failed(&Id::Acronis(connection.clone()), error.into()).await.into()),
        }
    }

    /// A tenant.
    pub(crate) fn get(&self, id: &TenantId) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// The customers.
    pub(super) fn customers(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values().filter(|node| node.kind == Kind::Customer)
    }

    /// The partners and folders, the connection's own partner among them.
    pub(crate) fn partners(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values().filter(|node| node.kind == Kind::Partner)
    }

    /// What stands above a tenant, the nearest first, up to the connection's own partner.
    pub(crate) fn above(&self, node: &Node) -> impl Iterator<Item = &Node> {
        let above = |node: &Node| if node.id == self.root { None } else { self.get(node.parent.as_ref()?) };
        let mut next = above(node);
        std::iter::from_fn(move || {
            let found = next.take()?;
            next = above(found);
            Some(found)
        })
        .take(LEVELS_MAX)
    }
}
