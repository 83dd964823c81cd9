//! The open alerts of mapped customers (rules T2, T15).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use bridge_core::alert::{Alert, Key};
use bridge_core::id::{AlertId, ConnectionId};
use bridge_core::ticket::Entry;
use store::record::AlertPin;
use store::table::{Read, Stored};

use crate::{Belongs, Config, Customer, Error, Systems, Use};

/// An open alert of a mapped customer.
#[derive(Debug, Clone)]
pub struct Open {
    /// The alert.
    pub alert: Alert,
    /// The connection that it was read through.
    pub connection: ConnectionId,
    /// Its problem, by its details; [`Systems::entries_of`] knows better.
    pub key: Key,
    /// Whose it is.
    pub customer: Arc<Customer>,
}

/// The complete list of a connection's open alerts.
#[derive(Debug, Clone, Default)]
pub struct OpenAlerts {
    /// All of them, mapped or not.
    pub ids: BTreeSet<AlertId>,
    /// Those of mapped customers.
    pub of_customers: Vec<Open>,
}

impl Systems {
    /// Lists the open alerts of a connection. Half a list is none (rule X3).
    ///
    /// # Errors
    /// Acronis or the table cannot be read.
    pub async fn open_alerts(&self, config: &Config, connection: &ConnectionId) -> Result<OpenAlerts, Error> {
        let client = self.acronis(config, connection, Use::Work).await?;
        let mut listed = OpenAlerts::default();
        let mut pages = client.open_alerts();
        while let Some(page) = pages.next().await? {
            for alert in page.alerts {
                listed.ids.insert(alert.id.clone());
                if let Belongs::To(customer) = self.owner_of(config, connection, &client, &alert).await? {
                    let key = Key::of(&customer.tenant, &alert);
                    listed.of_customers.push(Open { alert, connection: connection.clone(), key, customer });
                }
            }
        }
        Ok(listed)
    }

    /// The ledger entries of open alerts, each of which gets the key that it is pinned to: its details may name the workload in
    /// another way than when it was first seen. Alerts that an entry has need no look at their pins.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn entries_of(&self, open: &mut [Open]) -> Result<BTreeMap<Key, Stored<Entry>>, store::table::Error> {
        let keys: Vec<Key> = open.iter().map(|open| open.key.clone()).collect();
        let mut entries = self.entries(&keys).await?;
        let is_known =
            |open: &Open| entries.get(&open.key).is_some_and(|entry| entry.value.alerts.contains_key(&open.alert.id));
        let unknown: Vec<AlertId> =
            open.iter().filter(|open| !is_known(open)).map(|open| open.alert.id.clone()).collect();
        let pins = self.table.get_many::<AlertPin>(&unknown, Read::Eventual).await?.found;
        let pins: BTreeMap<AlertId, Key> = pins.into_iter().map(|pin| (pin.value.alert, pin.value.key)).collect();
        let mut pinned = Vec::new();
        for open in open {
            if let Some(key) = pins.get(&open.alert.id).filter(|key| **key != open.key) {
                open.key = key.clone();
                pinned.push(key.clone());
            }
        }
        entries.extend(self.entries(&pinned).await?);
        Ok(entries)
    }

    async fn entries(&self, keys: &[Key]) -> Result<BTreeMap<Key, Stored<Entry>>, store::table::Error> {
        let entries = self.table.get_many::<Entry>(keys, Read::Eventual).await?.found;
        Ok(entries.into_iter().map(|stored| (stored.value.key.clone(), stored)).collect())
    }
}
