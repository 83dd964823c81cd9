//! What the demo world's tenants may use, and what they do use.

use jiff::Timestamp;

use super::{CUSTOMERS, DUBLIN, FRANKFURT};
use crate::acronis::id::{InfraId, TenantId};
use crate::acronis::item::Quota;
use crate::acronis::offer::{self, OfferId};
use crate::acronis::tenant::Kind;
use crate::acronis::world::World;

const GIB: f64 = 1_073_741_824.0;

/// One item of a customer: its quota without any overage, and how much of it is used.
struct Holding {
    name: &'static str,
    infra: Option<InfraId>,
    quota: f64,
    used: f64,
}

/// What a customer of the demo has, in pieces and GiB.
struct Stock {
    workstations: (f64, f64),
    servers: (f64, f64),
    seats: (f64, f64),
    storage: (InfraId, f64, f64),
}

/// The first customers of the demo world, in the order of [`CUSTOMERS`]. The others have nothing on.
const STOCKS: [Stock; 8] = [
    stock((12.0, 11.0), (2.0, 2.0), (15.0, 14.0), (FRANKFURT, 500.0, 312.0)),
    stock((8.0, 6.0), (1.0, 1.0), (9.0, 9.0), (FRANKFURT, 250.0, 120.0)),
    stock((30.0, 27.0), (6.0, 5.0), (40.0, 38.0), (FRANKFURT, 2_000.0, 1_430.0)),
    stock((14.0, 12.0), (2.0, 1.0), (18.0, 16.0), (FRANKFURT, 750.0, 402.0)),
    stock((5.0, 4.0), (1.0, 1.0), (6.0, 5.0), (FRANKFURT, 100.0, 64.0)),
    stock((10.0, 9.0), (2.0, 2.0), (12.0, 11.0), (DUBLIN, 1_000.0, 690.0)),
    stock((22.0, 20.0), (4.0, 4.0), (26.0, 25.0), (DUBLIN, 1_500.0, 820.0)),
    stock((7.0, 5.0), (1.0, 0.0), (8.0, 7.0), (FRANKFURT, 200.0, 95.0)),
];

const fn stock(
    workstations: (f64, f64),
    servers: (f64, f64),
    seats: (f64, f64),
    storage: (InfraId, f64, f64),
) -> Stock {
    Stock { workstations, servers, seats, storage }
}

/// Everything is on at partners and folders.
pub(super) fn plant_sellers(world: &mut World, since: Timestamp) {
    let sellers: Vec<TenantId> = world
        .hierarchy
        .all()
        .filter(|tenant| matches!(tenant.kind, Kind::Partner | Kind::Folder))
        .map(|tenant| tenant.id)
        .collect();
    for seller in sellers {
        for (offer, _) in offer::all() {
            world.items.touch(seller, offer, since).switch(true, since);
        }
    }
}

/// The first customers have the per-workload edition.
pub(super) fn plant_customers(world: &mut World, since: Timestamp) {
    for (customer, stock) in CUSTOMERS.iter().zip(STOCKS) {
        for holding in stock.holdings() {
            plant_one(world, customer.id, &holding, since);
        }
        switch_on(world, customer.id, "pw_base_m365_mailboxes", None, since);
        switch_on(world, customer.id, "pw_base_m365_onedrive", None, since);
    }
}

impl Stock {
    fn holdings(self) -> [Holding; 4] {
        let pieces = |name, (quota, used)| Holding { name, infra: None, quota, used };
        let (infra, quota, used) = self.storage;
        [
            pieces("pw_base_workstations", self.workstations),
            pieces("pw_base_servers", self.servers),
            pieces("pw_base_m365_seats", self.seats),
            Holding { name: "pw_base_storage", infra: Some(infra), quota: quota * GIB, used: used * GIB },
        ]
    }
}

fn plant_one(world: &mut World, tenant: TenantId, holding: &Holding, since: Timestamp) {
    let offer = switch_on(world, tenant, holding.name, holding.infra, since);
    world.items.touch(tenant, offer, since).quota = Quota::UNLIMITED.changed(Some(holding.quota), Some(0.0), since);
    world.usages.set_measured(tenant, offer, holding.used);
}

fn switch_on(world: &mut World, tenant: TenantId, name: &str, infra: Option<InfraId>, since: Timestamp) -> OfferId {
    let offer = offer::find(name, infra).expect("the demo's items are in the catalogue");
    world.items.touch(tenant, offer, since).switch(true, since);
    offer
}
