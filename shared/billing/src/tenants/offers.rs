use std::collections::{BTreeMap, BTreeSet};

use acronis::Client;
use bridge_core::id::{ConnectionId, TenantId};
use bridge_core::item::Offer;
use serde::{Deserialize, Serialize};
use store::pack::{Entry, Pack};
use store::table::{Error as TableError, Table};

use super::complete;
use crate::Error;

/// What partners and folders may give to the customers below them.
#[derive(Debug)]
pub(super) struct Offers {
    parents: BTreeMap<TenantId, Vec<Offer>>,
    pack: Pack<(), Stored>,
    has_changed: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    parent: TenantId,
    offers: Vec<Offer>,
}

impl Entry for Stored {
    fn key(&self) -> String {
        self.parent.to_string()
    }
}

impl Offers {
    pub(super) async fn stored(table: &Table, connection: &ConnectionId) -> Result<Self, TableError> {
        let name = format!("offers/{connection}");
        let mut parents = BTreeMap::new();
        let pack = Pack::read(table, &name, |stored: Stored| {
            parents.insert(stored.parent, stored.offers);
        });
        Ok(Self { pack: pack.await?, parents, has_changed: false })
    }

    pub(super) fn of(&self, parent: &TenantId) -> Option<impl Iterator<Item = &Offer>> {
        self.parents.get(parent).map(|offers| offers.iter())
    }

    pub(super) fn all(&self) -> impl Iterator<Item = (&TenantId, &[Offer])> {
        self.parents.iter().map(|(parent, offers)| (parent, offers.as_slice()))
    }

    /// Asks the parents that were not asked yet; all of them, where everything is read anew.
    pub(super) async fn read(
        &mut self,
        client: &Client,
        parents: &BTreeSet<&TenantId>,
        in_full: bool,
    ) -> Result<(), Error> {
        for parent in parents {
            if !in_full && self.parents.contains_key(*parent) {
                continue;
            }
            let offers = client.available_items(parent).await?;
            complete("reading what a partner may give", offers.unreadable)?;
            let mut offers = offers.offers;
            offers.sort_unstable();
            if self.parents.get(*parent) != Some(&offers) {
                self.parents.insert((*parent).clone(), offers);
                self.has_changed = true;
            }
        }
        Ok(())
    }

    pub(super) async fn save(&mut self, table: &Table) -> Result<(), Error> {
        if self.has_changed || !self.pack.is_complete() && !self.parents.is_empty() {
            let stored = self.parents.iter();
            let stored = stored.map(|(parent, offers)| Stored { parent: parent.clone(), offers: offers.clone() });
            self.pack.write(table, stored).await?;
            self.has_changed = false;
        }
        Ok(())
    }
}
