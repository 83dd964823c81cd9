use std::collections::{BTreeMap, BTreeSet};

use acronis::Client;
use bridge_core::id::{ConnectionId, TenantId};
use bridge_core::item::ItemId;
use bridge_core::quota::Usage;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::pack::{Entry, Pack};
use store::table::{Error as TableError, Table};

use crate::Error;
use crate::interned::Interned;

/// Acronis counts about as often.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(6);
/// Rule P12: what is older is not known any more.
const IS_LATELY: SignedDuration = SignedDuration::from_hours(12);
/// Tenants asked for in one pass: the rest follows in the next ones.
const PER_PASS: usize = 2_000;

/// What the mapped tenants use. The same few items recur in every tenant, so they are kept once.
#[derive(Debug)]
pub(super) struct Usages {
    tenants: BTreeMap<TenantId, Used>,
    items: Interned<ItemId>,
    pack: Pack<Vec<ItemId>, Stored>,
    has_changed: bool,
}

/// What one tenant uses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Used {
    at: Timestamp,
    /// Place of the item, and how much.
    #[serde(rename = "u")]
    values: Vec<(u16, i64)>,
    /// Something could not be read: there may be more.
    #[serde(default, rename = "p", skip_serializing_if = "std::ops::Not::not")]
    is_partial: bool,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    #[serde(rename = "t")]
    tenant: TenantId,
    #[serde(flatten)]
    used: Used,
}

impl Entry for Stored {
    fn key(&self) -> String {
        self.tenant.to_string()
    }
}

impl Usages {
    pub(super) async fn stored(table: &Table, connection: &ConnectionId) -> Result<Self, TableError> {
        let name = format!("usages/{connection}");
        let mut tenants = BTreeMap::new();
        let pack = Pack::<Vec<ItemId>, Stored>::read(table, &name, |stored: Stored| {
            tenants.insert(stored.tenant, stored.used);
        });
        let pack = pack.await?;
        Ok(Self { items: Interned::from_list(pack.common.clone()), tenants, pack, has_changed: false })
    }

    pub(super) fn of(&self, tenant: &TenantId) -> BTreeMap<ItemId, Usage> {
        let Some(Used { at, values, .. }) = self.tenants.get(tenant) else { return BTreeMap::new() };
        let usage = |(place, value): &(u16, i64)| {
            Some((self.items.get(*place)?.clone(), Usage { value: *value, read_at: *at }))
        };
        values.iter().filter_map(usage).collect()
    }

    pub(super) fn read_at(&self, tenant: &TenantId) -> Option<Timestamp> {
        self.tenants.get(tenant).map(|used| used.at)
    }

    /// Whether a tenant uses anything, as far as that was read lately.
    pub(super) fn is_any(&self, tenant: &TenantId, now: Timestamp) -> Option<bool> {
        let used = self.tenants.get(tenant).filter(|used| now.duration_since(used.at) <= IS_LATELY)?;
        let is_any = used.values.iter().any(|(_, value)| *value > 0);
        (is_any || !used.is_partial).then_some(is_any)
    }

    /// Asks for tenants that were never asked or not lately, longest ago first. Of a tenant that the answer leaves out nothing is
    /// known then, and it is asked again when its time has come like all others: several refusals at once would look like a
    /// log-in that may not ask at all.
    pub(super) async fn read(&mut self, client: &Client, mapped: &[&TenantId], now: Timestamp) -> Result<(), Error> {
        let is_old = |at: Option<Timestamp>| at.is_none_or(|at| now.duration_since(at) >= GOOD_FOR);
        let mut old: Vec<(Option<Timestamp>, &TenantId)> =
            mapped.iter().map(|tenant| (self.read_at(tenant), *tenant)).filter(|(at, _)| is_old(*at)).collect();
        old.sort_unstable();
        let wanted: Vec<TenantId> = old.into_iter().take(PER_PASS).map(|(_, tenant)| tenant.clone()).collect();
        let mut left_out: BTreeSet<&TenantId> = wanted.iter().collect();
        let mut pages = client.usages_of(&wanted);
        while let Some(page) = pages.next().await? {
            for one in page.tenants {
                if let Some(reason) = one.unreadable.first() {
                    tracing::warn!(tenant = %one.tenant, reason, "a usage could not be read");
                }
                left_out.remove(&one.tenant);
                let count = one.usages.len();
                let place = |usage: acronis::Usage| Some((self.items.place(usage.item)?, usage.value));
                let values: Vec<_> = one.usages.into_iter().filter_map(place).collect();
                let is_partial = !one.unreadable.is_empty() || values.len() < count;
                self.tenants.insert(one.tenant, Used { at: now, values, is_partial });
                self.has_changed = true;
            }
        }
        for tenant in left_out {
            self.tenants.insert(tenant.clone(), Used { at: now, values: Vec::new(), is_partial: true });
            self.has_changed = true;
        }
        Ok(())
    }

    pub(super) async fn save(&mut self, table: &Table) -> Result<(), Error> {
        if self.has_changed {
            self.pack.common = self.items.list().to_vec();
            let stored = self.tenants.iter();
            let stored = stored.map(|(tenant, used)| Stored { tenant: tenant.clone(), used: used.clone() });
            self.pack.write(table, stored).await?;
            self.has_changed = false;
        }
        Ok(())
    }
}
