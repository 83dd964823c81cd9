//! A connection's tenants: the tree, what each mapped tenant has and uses, and what its parent may give it.
//!
//! | part | in bulk | again |
//! | --- | --- | --- |
//! | tree | one list | changes, in each pass |
//! | items of the mapped names | one list for the whole tree | changes, in each pass |
//! | offers of the parents | a call for each partner and folder with mapped customers | daily |
//! | usages of the mapped tenants | in batches | every six hours, as Acronis counts no oftener |
//!
//! All of it is kept packed. Each part is read in full once a day, and whenever its pack cannot be read.

mod items;
mod offers;
mod tree;
mod usages;

use std::collections::{BTreeMap, BTreeSet};

use acronis::Client;
use bridge_core::id::{ConnectionId, TenantId};
use bridge_core::item::{ItemId, Offer};
use bridge_core::quota::{self, Usage};
use bridge_core::settings::Products;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::table::{Error as TableError, Table};

use crate::Error;

use items::Items;
use offers::Offers;
pub use tree::{Node, Tree};
use usages::Usages;

/// Everything is read anew after this time, as a list of changes may leave something out.
const DAILY: SignedDuration = SignedDuration::from_hours(24);

/// How far the reading of a connection has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Position {
    /// When everything was last read.
    full_at: Option<Timestamp>,
    /// Where the tree's next list of changes begins.
    tree_since: Option<String>,
    /// Where the items' next list of changes begins.
    items_since: Option<String>,
    /// The names for which items were read.
    names: BTreeSet<String>,
}

/// A connection's tenants.
#[derive(Debug)]
pub struct Tenants {
    tree: Tree,
    items: Items,
    offers: Offers,
    usages: Usages,
}

/// What a pass wants to know of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) connection: &'a ConnectionId,
    /// Its product mapping, if it has one.
    pub(crate) products: Option<&'a Products>,
    /// Its mapped tenants.
    pub(crate) mapped: &'a BTreeSet<TenantId>,
    /// Read everything anew.
    pub(crate) in_full: bool,
    pub(crate) now: Timestamp,
}

impl Tenants {
    /// As the last pass left them.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn stored(table: &Table, connection: &ConnectionId) -> Result<Self, TableError> {
        Ok(Self {
            tree: Tree::stored(table, connection).await?,
            items: Items::stored(table, connection).await?,
            offers: Offers::stored(table, connection).await?,
            usages: Usages::stored(table, connection).await?,
        })
    }

    /// Takes in what changed in Acronis.
    pub(crate) async fn read(
        &mut self,
        client: &Client,
        wanted: Wanted<'_>,
        position: &mut Position,
    ) -> Result<(), Error> {
        let Wanted { connection, products, mapped, in_full, now } = wanted;
        let root = TenantId::new(connection.as_str());
        let is_daily = position.full_at.is_none_or(|at| now.duration_since(at) >= DAILY);
        let in_full = in_full || is_daily;
        let since = position.tree_since.as_deref().filter(|_| !in_full && !self.tree.is_lost());
        position.tree_since = self.tree.read(client, &root, since).await?;
        let Some(products) = products else {
            position.full_at = if in_full { Some(now) } else { position.full_at };
            return Ok(());
        };
        let names = names(products);
        let since = position.items_since.as_deref();
        let since = since.filter(|_| !in_full && !self.items.is_lost() && names == position.names);
        position.items_since = self.items.read(client, &root, &names, since).await?;
        position.names = names;
        let mapped_here: Vec<&TenantId> = mapped.iter().filter(|tenant| self.tree.get(tenant).is_some()).collect();
        if is_any_managed(products) {
            self.items.read_unseen(client, &mapped_here, in_full).await?;
        }
        let parents = mapped_here.iter().filter_map(|tenant| self.tree.get(tenant)?.parent.as_ref());
        let for_new = products.parent.as_ref().unwrap_or(&root);
        self.offers.read(client, &parents.chain([for_new]).collect(), in_full).await?;
        self.usages.read(client, &mapped_here, now).await?;
        if in_full {
            position.full_at = Some(now);
        }
        Ok(())
    }

    /// Keeps what changed.
    pub(crate) async fn save(&mut self, table: &Table) -> Result<(), Error> {
        self.tree.save(table).await?;
        self.items.save(table).await?;
        self.offers.save(table).await?;
        self.usages.save(table).await
    }

    /// The tenants themselves.
    #[must_use]
    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// What a mapped tenant has, for its plan; `None` when it is missing from the complete list.
    #[must_use]
    pub fn tenant(&self, id: &TenantId, products: &Products) -> Option<quota::Tenant> {
        let parent = self.tree.get(id)?.parent.as_ref()?;
        // Where nothing is managed, nothing was asked for.
        let items = if is_any_managed(products) { self.items.of(id)? } else { Vec::new() };
        let rows: BTreeSet<&ItemId> = products.rows.iter().map(|row| &row.item).collect();
        let offers = self.offers.of(parent)?.filter(|offer| rows.contains(&offer.id)).cloned().collect();
        Some(quota::Tenant { items, offers, is_new: false })
    }

    /// What a new tenant below `parent` starts from; `None` when nothing is known of the parent's offers.
    #[must_use]
    pub fn new_tenant(&self, parent: &TenantId) -> Option<quota::Tenant> {
        Some(quota::Tenant { items: Vec::new(), offers: self.offers.of(parent)?.cloned().collect(), is_new: true })
    }

    /// What a tenant uses, as far as it was read.
    #[must_use]
    pub fn usage(&self, id: &TenantId) -> BTreeMap<ItemId, Usage> {
        self.usages.of(id)
    }

    /// When Acronis was last asked what a tenant uses.
    #[must_use]
    pub fn usage_read_at(&self, id: &TenantId) -> Option<Timestamp> {
        self.usages.read_at(id)
    }

    /// Whether a tenant uses anything; `None` where that is not known, or not lately.
    #[must_use]
    pub fn is_used(&self, id: &TenantId, now: Timestamp) -> Option<bool> {
        self.usages.is_any(id, now)
    }

    /// What the parents may give to customers.
    pub fn offers(&self) -> impl Iterator<Item = (&TenantId, &[Offer])> {
        self.offers.all()
    }
}

/// A tenant as it is now, for its plan: two calls.
///
/// # Errors
/// Acronis cannot be read, or not completely.
pub async fn live(client: &Client, tenant: &TenantId, parent: &TenantId) -> Result<quota::Tenant, Error> {
    let items = client.items_of(tenant).await?;
    complete("reading what a tenant may use", items.unreadable)?;
    let offers = client.available_items(parent).await?;
    complete("reading what a partner may give", offers.unreadable)?;
    Ok(quota::Tenant { items: items.items, offers: offers.offers, is_new: false })
}

/// What could not be read might be anything, so nothing is concluded without it (rule X3).
fn complete(doing: &'static str, unreadable: Vec<String>) -> Result<(), Error> {
    unreadable.into_iter().next().map_or(Ok(()), |reason| Err(Error::Incomplete { doing, reason }))
}

fn is_any_managed(products: &Products) -> bool {
    products.rows.iter().any(|row| row.managed().is_some())
}

/// The names of items that plans depend on: of the applications with managed rows all that are known, as they tell the edition that
/// a tenant is on (rule P2), and the seats that a managed feature belongs to (rule P7).
fn names(products: &Products) -> BTreeSet<String> {
    let managed = products.rows.iter().filter(|row| row.managed().is_some());
    let applications: BTreeSet<_> = managed.map(|row| &row.item.application).collect();
    let rows = products.rows.iter().filter(|row| applications.contains(&row.item.application));
    rows.map(|row| row.item.name.clone()).collect()
}
