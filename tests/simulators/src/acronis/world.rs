//! The state of the simulated data centre and how it changes.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;
use uuid::{Builder, Uuid};

use super::access::Access;
use super::alert::Alert;
use super::hierarchy::Hierarchy;
use super::id::{AlertId, TenantId};
use super::item::Items;
use super::item_change::ItemChanger;
use super::quirks::Quirks;
use super::raise::Raise;
use super::seed;
use super::tenant_change::Changer;
use super::usage::Usages;
use super::user::Users;
use crate::Seed;

/// Fixed, so that the same calls make the same world.
const RANDOM_SEED: u64 = 0x0AC8_0715;

/// Everything that the simulated data centre knows.
#[derive(Clone)]
pub(super) struct World {
    /// The moment up to which time has passed.
    pub(super) now: Timestamp,
    pub(super) quirks: Quirks,
    pub(super) hierarchy: Hierarchy,
    pub(super) items: Items,
    pub(super) usages: Usages,
    pub(super) users: Users,
    pub(super) alerts: BTreeMap<AlertId, Alert>,
    pub(super) access: Access,
    /// Alerts dismissed through the API, in order.
    pub(super) dismissals: Vec<AlertId>,
    /// Activation reports received, as sent.
    pub(super) reports: Vec<Value>,
    random: fastrand::Rng,
}

impl World {
    pub(super) fn new(seed: Seed, now: Timestamp) -> Self {
        let mut world = Self {
            now,
            quirks: Quirks::default(),
            hierarchy: Hierarchy::default(),
            items: Items::default(),
            usages: Usages::default(),
            users: Users::default(),
            alerts: BTreeMap::new(),
            access: Access::default(),
            dismissals: Vec::new(),
            reports: Vec::new(),
            random: fastrand::Rng::with_seed(RANDOM_SEED),
        };
        seed::plant(&mut world, seed);
        world
    }

    /// Lets everything happen that time alone brings about.
    pub(super) fn pass_time(&mut self, now: Timestamp) {
        self.now = now;
        let gone = self.hierarchy.pass_time(now);
        for id in &gone {
            self.items.forget(*id);
            self.usages.forget(*id);
            self.users.forget(*id);
        }
        if !gone.is_empty() {
            self.alerts.retain(|_, alert| !gone.contains(&alert.tenant));
        }
    }

    pub(super) fn new_uuid(&mut self) -> Uuid {
        Builder::from_random_bytes(self.random.u128(..).to_be_bytes()).into_uuid()
    }

    /// Changes of tenants in the name of `caller`.
    pub(super) fn changer(&mut self, caller: TenantId) -> Changer<'_> {
        Changer { hierarchy: &mut self.hierarchy, quirks: &self.quirks, caller, now: self.now }
    }

    /// Changes of one tenant's offering items in the name of `caller`.
    pub(super) fn item_changer(&mut self, caller: TenantId, tenant: TenantId, check_usage: bool) -> ItemChanger<'_> {
        ItemChanger {
            items: &mut self.items,
            hierarchy: &self.hierarchy,
            usages: &self.usages,
            quirks: &self.quirks,
            caller,
            tenant,
            check_usage,
            now: self.now,
        }
    }

    /// Raises an alert, or raises it again when its id exists. A dismissed alert is open again.
    pub(super) fn raise(&mut self, raise: Raise, tenant: TenantId) -> AlertId {
        let id = raise.id.unwrap_or_else(|| AlertId(self.new_uuid()));
        let now = self.now;
        let earlier = self.alerts.get(&id);
        let known = raise.known_type();
        let category = raise
            .category
            .clone()
            .or_else(|| known.as_ref().map(|known| known.category.to_owned()))
            .unwrap_or_default();
        let severity = raise.severity.clone().or_else(|| known.as_ref().map(|known| known.severity.to_owned()));
        let updated_at = match earlier {
            Some(earlier) if self.quirks.re_raise_keeps_updated_at => earlier.updated_at,
            _ => now,
        };
        let alert = Alert {
            id,
            details: raise.write_details(&category, tenant, now),
            category,
            severity: severity.unwrap_or_else(|| "information".to_owned()),
            tenant,
            created_at: raise.created_at.unwrap_or(now),
            received_at: earlier.map_or(now, |earlier| earlier.received_at),
            updated_at,
            deleted_at: None,
            affinity: raise.affinity.unwrap_or_default(),
            source: raise.source,
            source_time_stamp: raise.source_time_stamp,
            false_positive: false,
            alert_type: raise.alert_type,
        };
        self.alerts.insert(id, alert);
        id
    }

    /// The same thing happens again on the same workload.
    pub(super) fn re_raise(&mut self, id: AlertId) -> Option<()> {
        let alert = self.alerts.get_mut(&id)?;
        alert.created_at = self.now;
        alert.deleted_at = None;
        if !self.quirks.re_raise_keeps_updated_at {
            alert.updated_at = self.now;
        }
        Some(())
    }

    /// Takes an alert off the list of open ones. Answers whether it was on it.
    pub(super) fn dismiss(&mut self, id: AlertId) -> Option<bool> {
        let alert = self.alerts.get_mut(&id)?;
        let was_open = alert.deleted_at.is_none();
        if was_open {
            alert.deleted_at = Some(self.now);
            alert.updated_at = self.now;
        }
        Some(was_open)
    }

    /// The cause is gone: the alert clears by itself.
    pub(super) fn clear(&mut self, id: AlertId) -> Option<()> {
        if self.quirks.cleared_alerts_vanish { self.alerts.remove(&id).map(drop) } else { self.dismiss(id).map(drop) }
    }

    /// Whether the alert manager shows this alert to a token of `caller`: suspended tenants' alerts are not listed.
    pub(super) fn shows(&self, caller: TenantId, alert: &Alert) -> bool {
        self.hierarchy.sees_inside(caller, alert.tenant) && self.hierarchy.is_active(alert.tenant)
    }
}
