//! The demo world: one managed service provider, its resellers, and customers that correspond to accounts in Autotask.

mod items;

use jiff::Timestamp;
use serde_json::json;

use super::id::{InfraId, TenantId};
use super::tenant::{Kind, Pricing, PricingMode, Tenant};
use super::world::World;
use crate::Seed;

/// Client id of the root partner's API client, in every seed.
pub const CLIENT_ID: &str = "demo-client";
/// Its secret.
pub const CLIENT_SECRET: &str = "demo-secret";

/// The provider itself; the API client belongs to it.
pub const ROOT_PARTNER: TenantId = place(0xa000_0000, 1);
/// A reseller.
pub const NORTHSIDE_PARTNER: TenantId = place(0xa000_0000, 2);
/// Another reseller.
pub const HARBOUR_PARTNER: TenantId = place(0xa000_0000, 3);
/// A folder of the provider.
pub const DIRECT_FOLDER: TenantId = place(0xf000_0000, 1);

/// Customer *Alder & Sons*.
pub const ALDER: TenantId = place(0xc000_0000, 1);
/// Customer *Birch Dental*.
pub const BIRCH_DENTAL: TenantId = place(0xc000_0000, 2);
/// Customer *Cedar Logistics*.
pub const CEDAR_LOGISTICS: TenantId = place(0xc000_0000, 3);
/// Customer *Dogwood Law*.
pub const DOGWOOD_LAW: TenantId = place(0xc000_0000, 4);
/// Customer *Elm Street Bakery*.
pub const ELM_STREET_BAKERY: TenantId = place(0xc000_0000, 5);
/// Customer *Fir Architects*.
pub const FIR_ARCHITECTS: TenantId = place(0xc000_0000, 6);
/// Customer *Ginkgo Health*.
pub const GINKGO_HEALTH: TenantId = place(0xc000_0000, 7);
/// Customer *Hazel Travel*.
pub const HAZEL_TRAVEL: TenantId = place(0xc000_0000, 8);
/// Customer *Ivy Media Ltd*, whose account is written differently.
pub const IVY_MEDIA: TenantId = place(0xc000_0000, 9);
/// Customer *Juniper & Co*, whose account is written differently.
pub const JUNIPER: TenantId = place(0xc000_0000, 10);
/// A unit of *Cedar Logistics*.
pub const CEDAR_WAREHOUSE: TenantId = place(0xd000_0000, 1);

/// The storage of *Frankfurt*, which is the default one.
pub const FRANKFURT: InfraId = InfraId::from_u128(0x2000_0000_0000_4000_8000_0000_0000_0001);
/// The storage of *Dublin*, which keeps backups only.
pub const DUBLIN: InfraId = InfraId::from_u128(0x2000_0000_0000_4000_8000_0000_0000_0002);

/// The tenant above the root partner, outside of what its client sees.
pub(super) const PLATFORM: TenantId = place(0x0000_0000, 1);
const ROOT_NUMBER: u64 = 20_001;
const SINCE: Timestamp = Timestamp::constant(1_736_931_600, 0);
const BILLED_SINCE: Timestamp = Timestamp::constant(1_740_787_200, 0);

/// A customer of the demo world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Customer {
    /// Its tenant.
    pub id: TenantId,
    /// Its name in Acronis.
    pub name: &'static str,
    /// The partner or folder directly above.
    pub parent: TenantId,
}

/// The customers of the demo world. The first eight have an account of exactly the same name in Autotask.
pub const CUSTOMERS: [Customer; 10] = [
    Customer { id: ALDER, name: "Alder & Sons", parent: DIRECT_FOLDER },
    Customer { id: BIRCH_DENTAL, name: "Birch Dental", parent: DIRECT_FOLDER },
    Customer { id: CEDAR_LOGISTICS, name: "Cedar Logistics", parent: DIRECT_FOLDER },
    Customer { id: DOGWOOD_LAW, name: "Dogwood Law", parent: NORTHSIDE_PARTNER },
    Customer { id: ELM_STREET_BAKERY, name: "Elm Street Bakery", parent: NORTHSIDE_PARTNER },
    Customer { id: FIR_ARCHITECTS, name: "Fir Architects", parent: NORTHSIDE_PARTNER },
    Customer { id: GINKGO_HEALTH, name: "Ginkgo Health", parent: HARBOUR_PARTNER },
    Customer { id: HAZEL_TRAVEL, name: "Hazel Travel", parent: HARBOUR_PARTNER },
    Customer { id: IVY_MEDIA, name: "Ivy Media Ltd", parent: DIRECT_FOLDER },
    Customer { id: JUNIPER, name: "Juniper & Co", parent: NORTHSIDE_PARTNER },
];

/// Readable fixed ids: the kind in front, a running number behind.
const fn place(kind: u32, number: u128) -> TenantId {
    let version_and_variant = (4 << 76) | (0b10 << 62);
    TenantId::from_u128(((kind as u128) << 96) | version_and_variant | number)
}

/// The id of the customer with this place in a crowd.
pub(super) const fn crowd_member(index: u32) -> TenantId {
    place(0xb000_0000, index as u128)
}

/// Fills an empty world.
pub(super) fn plant(world: &mut World, seed: Seed) {
    let root = Planting { id: ROOT_PARTNER, name: "Demo MSP", kind: Kind::Partner, parent: PLATFORM };
    root.plant(world, ROOT_NUMBER);
    world.access.add_client(CLIENT_ID, CLIENT_SECRET, ROOT_PARTNER, SINCE);
    match seed {
        Seed::Empty => {}
        Seed::Demo => plant_customers(world),
    }
    items::plant_sellers(world, SINCE);
    if seed == Seed::Demo {
        items::plant_customers(world, SINCE);
    }
}

fn plant_customers(world: &mut World) {
    let above = [
        (NORTHSIDE_PARTNER, "Northside IT", Kind::Partner),
        (HARBOUR_PARTNER, "Harbour Computing", Kind::Partner),
        (DIRECT_FOLDER, "Direct customers", Kind::Folder),
    ];
    let above = above.map(|(id, name, kind)| Planting { id, name, kind, parent: ROOT_PARTNER });
    let customers = CUSTOMERS.map(|Customer { id, name, parent }| Planting { id, name, kind: Kind::Customer, parent });
    let unit = Planting { id: CEDAR_WAREHOUSE, name: "Cedar Warehouse", kind: Kind::Unit, parent: CEDAR_LOGISTICS };
    for (number, planting) in (ROOT_NUMBER + 1..).zip(above.into_iter().chain(customers).chain([unit])) {
        planting.plant(world, number);
    }
}

struct Planting {
    id: TenantId,
    name: &'static str,
    kind: Kind,
    parent: TenantId,
}

impl Planting {
    fn plant(self, world: &mut World, number: u64) {
        let mut tenant = Tenant::new(self.id, number, self.name, self.kind, self.parent, SINCE);
        tenant.contact.insert("email".to_owned(), json!(format!("office-{number}@demo.example")));
        tenant.pricing = Pricing {
            mode: PricingMode::Production,
            currency: Some("EUR".to_owned()),
            production_start: BILLED_SINCE,
            version: BILLED_SINCE.as_millisecond(),
        };
        world.hierarchy.insert(tenant);
    }
}
