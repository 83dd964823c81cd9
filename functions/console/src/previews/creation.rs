//! How the tenants of a preview would be made (rules V1 and V2).

use std::collections::{BTreeMap, BTreeSet};

use billing::tenants::Tree;
use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::settings::{Billing, Products};
use store::record::Preview;

use super::row::{Row, RowCreation};
use crate::Deps;
use crate::error::Error;
use crate::suggestions::{self, Tenants};

/// What holds for every tenant that the preview would make.
struct Terms {
    connection: ConnectionId,
    connection_name: String,
    parent: TenantId,
    parent_name: Option<String>,
    billing: Billing,
    products: Products,
}

/// Adds it to the rows.
pub(super) async fn put(deps: &Deps, preview: &Preview, rows: &mut [Row]) -> Result<(), Error> {
    if rows.iter().all(|row| !row.creates) {
        return Ok(());
    }
    let Some(terms) = Terms::read(deps, preview).await? else { return Ok(()) };
    let tenants = Tenants::stored(deps).await?;
    let accounts: BTreeMap<AccountId, &str> =
        rows.iter().filter(|row| row.creates).map(|row| (row.account, row.name.as_str())).collect();
    let mut best: BTreeMap<AccountId, suggestions::View> = BTreeMap::new();
    for found in tenants.suggest(&accounts) {
        // The most likely come first.
        best.entry(found.account).or_insert(found);
    }
    for row in rows.iter_mut().filter(|row| row.creates) {
        row.creation = Some(terms.creation(row, best.remove(&row.account)));
    }
    Ok(())
}

impl Terms {
    /// As the draft says, or the settings where it says nothing.
    async fn read(deps: &Deps, preview: &Preview) -> Result<Option<Self>, Error> {
        let config = deps.systems.config().await?;
        let billing = preview.draft.billing.clone().unwrap_or_else(|| config.settings.billing.clone());
        let connection = billing.provisioning.connection_among(config.connections.keys()).cloned();
        let Some(connection) = connection.and_then(|id| config.connections.get(&id)) else { return Ok(None) };
        let id = &connection.id;
        let drafted = preview.draft.products.iter().find(|products| products.connection == *id);
        let Some(products) = drafted.or_else(|| config.products.get(id)).cloned() else { return Ok(None) };
        let root = TenantId::new(id.as_str());
        let parent = products.parent.clone().unwrap_or_else(|| root.clone());
        let tree = Tree::stored(&deps.systems.table, id).await?;
        let parent_name = match tree.get(&parent) {
            Some(node) => Some(node.name.clone()),
            None => (parent == root).then(|| connection.name.clone()),
        };
        Ok(Some(Self {
            connection: id.clone(),
            connection_name: connection.name.clone(),
            parent,
            parent_name,
            billing,
            products,
        }))
    }

    fn creation(&self, row: &Row, suggestion: Option<suggestions::View>) -> RowCreation {
        let given: BTreeSet<_> = row.changes.iter().map(|change| &change.item).collect();
        let given = self.products.rows.iter().filter(|row| given.contains(&row.item));
        let editions: BTreeSet<String> = given.filter_map(|row| row.edition.clone()).collect();
        let provisioning = &self.billing.provisioning;
        RowCreation {
            connection: self.connection.clone(),
            connection_name: self.connection_name.clone(),
            parent: self.parent.clone(),
            parent_name: self.parent_name.clone(),
            editions: editions.into_iter().collect(),
            pricing: provisioning.pricing,
            mails_administrator: provisioning.administrator,
            suggestion,
        }
    }
}
