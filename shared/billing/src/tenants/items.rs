use std::collections::{BTreeMap, BTreeSet};

use acronis::Client;
use bridge_core::id::{ConnectionId, TenantId};
use bridge_core::item::{Grant, Item, Offer};
use serde::{Deserialize, Serialize};
use store::pack::{Entry, Pack};
use store::table::{Error as TableError, Table};

use super::complete;
use crate::Error;
use crate::interned::Interned;

/// What the tenants have. The same few offers recur in every tenant, so they are kept once.
#[derive(Debug)]
pub(super) struct Items {
    tenants: BTreeMap<TenantId, Owned>,
    offers: Interned<Offer>,
    pack: Pack<Vec<Offer>, Stored>,
    has_changed: bool,
}

/// What one tenant has.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Owned {
    /// By the place of the offer.
    #[serde(rename = "i")]
    items: Vec<Has>,
}

/// An item: place of its offer, grant, whether it is locked, version of its quota.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Has(u16, Grant, bool, i64);

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    #[serde(rename = "t")]
    tenant: TenantId,
    #[serde(flatten)]
    owned: Owned,
}

impl Entry for Stored {
    fn key(&self) -> String {
        self.tenant.to_string()
    }
}

impl Items {
    pub(super) async fn stored(table: &Table, connection: &ConnectionId) -> Result<Self, TableError> {
        let name = format!("items/{connection}");
        let mut tenants = BTreeMap::new();
        let pack = Pack::<Vec<Offer>, Stored>::read(table, &name, |stored: Stored| {
            tenants.insert(stored.tenant, stored.owned);
        });
        let pack = pack.await?;
        Ok(Self { offers: Interned::from_list(pack.common.clone()), tenants, pack, has_changed: false })
    }

    pub(super) fn is_lost(&self) -> bool {
        !self.pack.is_complete()
    }

    /// What a tenant has; `None` when it was never asked.
    pub(super) fn of(&self, tenant: &TenantId) -> Option<Vec<Item>> {
        let owned = self.tenants.get(tenant)?;
        let item = |Has(place, grant, locked, version): &Has| {
            Some(Item { offer: self.offers.get(*place)?.clone(), grant: *grant, locked: *locked, version: *version })
        };
        owned.items.iter().map(item).collect()
    }

    /// Takes in what changed since then, or everything. Returns where the next list of changes begins.
    pub(super) async fn read(
        &mut self,
        client: &Client,
        root: &TenantId,
        names: &BTreeSet<String>,
        since: Option<&str>,
    ) -> Result<Option<String>, Error> {
        if names.is_empty() {
            return Ok(None);
        }
        let listed: Vec<String> = names.iter().cloned().collect();
        let mut former = if since.is_none() { std::mem::take(&mut self.tenants) } else { BTreeMap::new() };
        let mut next = None;
        let mut pages = client.items_below(root, &listed, since);
        while let Some(page) = pages.next().await? {
            complete("reading what the tenants may use", page.unreadable)?;
            next = next.or(page.timestamp);
            for one in page.items {
                if names.contains(&one.item.offer.id.name) {
                    self.take(&one.tenant, one.item)?;
                }
            }
        }
        if since.is_none() {
            // Those of which nothing was seen were asked one by one, and are not asked again before something is seen.
            former.retain(|tenant, owned| owned.items.is_empty() && !self.tenants.contains_key(tenant));
            self.tenants.append(&mut former);
            self.has_changed = true;
        }
        Ok(next)
    }

    /// Asks for mapped tenants of which the list showed nothing: perhaps they have another edition.
    pub(super) async fn read_unseen(
        &mut self,
        client: &Client,
        mapped: &[&TenantId],
        in_full: bool,
    ) -> Result<(), Error> {
        for tenant in mapped {
            let is_seen = match self.tenants.get(*tenant) {
                Some(owned) => !(in_full && owned.items.is_empty()),
                None => false,
            };
            if is_seen {
                continue;
            }
            let items = client.items_of(tenant).await?;
            complete("reading what a tenant may use", items.unreadable)?;
            self.tenants.entry((*tenant).clone()).or_default();
            for item in items.items {
                self.take(tenant, item)?;
            }
            self.has_changed = true;
        }
        Ok(())
    }

    fn take(&mut self, tenant: &TenantId, item: Item) -> Result<(), Error> {
        let Item { offer, grant, locked, version } = item;
        let place = self.offers.place(offer).ok_or_else(|| Error::Incomplete {
            doing: "reading what the tenants may use",
            reason: "there are more kinds of items than can be told apart".to_owned(),
        })?;
        let owned = self.tenants.entry(tenant.clone()).or_default();
        let has = Has(place, grant, locked, version);
        match owned.items.binary_search_by_key(&place, |has| has.0) {
            Ok(at) if owned.items[at] == has => {}
            Ok(at) => {
                owned.items[at] = has;
                self.has_changed = true;
            }
            Err(at) => {
                owned.items.insert(at, has);
                self.has_changed = true;
            }
        }
        Ok(())
    }

    pub(super) async fn save(&mut self, table: &Table) -> Result<(), Error> {
        if self.has_changed {
            self.pack.common = self.offers.list().to_vec();
            let stored = self.tenants.iter();
            let stored = stored.map(|(tenant, owned)| Stored { tenant: tenant.clone(), owned: owned.clone() });
            self.pack.write(table, stored).await?;
            self.has_changed = false;
        }
        Ok(())
    }
}
