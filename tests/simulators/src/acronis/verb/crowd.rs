//! A provider with many customers, for benchmarks.

use super::super::Acronis;
use super::super::id::TenantId;
use super::super::item::Quota;
use super::super::offer::{self, Offer, OfferId};
use super::super::seed::{self, DIRECT_FOLDER, ROOT_PARTNER};
use super::super::tenant::{Kind, Tenant};

const EDITION: &str = "pck_per_workload";
const QUOTA: f64 = 10.0;

impl Acronis {
    /// Adds customers named `Customer 00001` and so on, each with this many items of the per-workload edition on, limited to 10 with
    /// no overage. Answers their ids in order; the same each time.
    pub fn customers(&self, count: u32, items_each: usize) -> Vec<TenantId> {
        let mut world = self.world();
        let parent = world.hierarchy.get(DIRECT_FOLDER).map_or(ROOT_PARTNER, |folder| folder.id);
        let now = world.now;
        let offers: Vec<OfferId> =
            offer::all().filter(|(_, offer)| stands_alone(offer)).map(|(id, _)| id).take(items_each).collect();
        let first = world.hierarchy.next_number();
        let plant = |(number, index): (u64, u32)| {
            let id = seed::crowd_member(index);
            let name = format!("Customer {index:05}");
            world.hierarchy.insert(Tenant::new(id, number, &name, Kind::Customer, parent, now));
            for offer in &offers {
                let item = world.items.touch(id, *offer, now);
                item.switch(true, now);
                item.quota = Quota::UNLIMITED.changed(Some(QUOTA), Some(0.0), now);
            }
            id
        };
        (first..).zip(1..=count).map(plant).collect()
    }
}

/// Items that need no other and leave no choice of a storage.
fn stands_alone(offer: &Offer) -> bool {
    offer.edition == Some(EDITION) && offer.has_quota() && offer.needs.is_none() && offer.infra.is_none()
}
