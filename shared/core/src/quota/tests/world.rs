//! A tenant, a mapping and an account's sales, said in a few words.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::id::{ApplicationId, ConnectionId, ContractId, LineId, ServiceId};
use crate::item::{Grant, Item, ItemId, Kind, Offer, Quota, Unit};
use crate::quota::*;
use crate::sale::{Lost, Sale, Sales, Sold, Source};
use crate::settings::billing::{Managed, Row, Treatment};
use crate::settings::{Billing, Products};

pub const PER_WORKLOAD: &str = "pck_per_workload";
pub const SERVERS: &str = "pw_base_servers";
pub const STORAGE: &str = "pw_base_storage";
pub const SEATS: &str = "pw_base_m365_seats";
pub const ONEDRIVE: &str = "pw_base_m365_onedrive";
pub const GIB: i64 = 1 << 30;

pub fn application() -> ApplicationId {
    "cyber".into()
}

pub fn item(name: &str) -> ItemId {
    ItemId { application: application(), name: name.to_owned(), infra: None }
}

pub fn storage(infra: &str) -> ItemId {
    ItemId { infra: Some(infra.into()), ..item(STORAGE) }
}

pub fn hard(value: i64) -> Grant {
    Grant::Quota(Quota::hard(value))
}

pub fn soft(value: i64) -> Grant {
    Grant::Quota(Quota::soft(value))
}

pub const UNLIMITED: Grant = Grant::Quota(Quota::UNLIMITED);

/// Follows a service, or none.
pub fn managed(service: Option<i64>) -> Managed {
    Managed { service: service.map(ServiceId), free: false, unit_size: None, soft: false, share: false }
}

pub fn sold_by(service: i64) -> Managed {
    managed(Some(service))
}

pub fn free(service: i64) -> Managed {
    Managed { free: true, ..sold_by(service) }
}

pub fn offer(id: &ItemId) -> Offer {
    let (kind, unit) = match id.name.as_str() {
        STORAGE => (Kind::Infra, Unit::Bytes),
        ONEDRIVE | "pw_base_google_mail" | "pw_base_dr_base" => (Kind::Feature, Unit::None),
        _ => (Kind::Count, Unit::Quantity),
    };
    let edition = match id.name.as_str() {
        "local_storage" => None,
        name if name.starts_with("pg_") => Some("pck_per_gigabyte".to_owned()),
        _ => Some(PER_WORKLOAD.to_owned()),
    };
    Offer { id: id.clone(), edition, usage_name: None, kind, unit }
}

pub struct World {
    pub billing: Billing,
    pub products: Products,
    pub tenant: Tenant,
    pub sales: Sales,
    pub lost: Vec<Lost>,
    pub memory: Memory,
    pub usage: BTreeMap<ItemId, Usage>,
    pub usage_is_read: bool,
    pub now: Timestamp,
}

impl World {
    /// An account that sells one unit of a service to which nothing is mapped here.
    pub fn new() -> Self {
        let mut world = Self {
            billing: Billing::default(),
            products: Products::of(ConnectionId::new("partner")),
            tenant: Tenant::default(),
            sales: Sales::default(),
            lost: Vec::new(),
            memory: Memory::default(),
            usage: BTreeMap::new(),
            usage_is_read: false,
            now: Timestamp::UNIX_EPOCH,
        };
        world.sells(99, 1);
        world
    }

    /// An item is mapped, and the partner above offers it.
    pub fn maps(&mut self, id: ItemId, managed: Managed) {
        let offer = offer(&id);
        let treatment = Treatment::Managed(managed);
        self.products.rows.push(Row { item: id, edition: offer.edition.clone(), unit: offer.unit, treatment });
        self.tenant.offers.push(offer);
    }

    /// The tenant has an item.
    pub fn has(&mut self, id: &ItemId, grant: Grant) {
        self.tenant.items.retain(|item| item.offer.id != *id);
        self.tenant.items.push(Item { offer: offer(id), grant, locked: false, version: 7 });
    }

    pub fn lock(&mut self, id: &ItemId) {
        self.tenant.items.iter_mut().filter(|item| item.offer.id == *id).for_each(|item| item.locked = true);
    }

    pub fn sells(&mut self, service: i64, units: i64) {
        let sources = vec![source(service, units)];
        self.sales.services.insert(ServiceId(service), Sale { units, sources });
    }

    pub fn uses(&mut self, id: &ItemId, value: i64) {
        self.usage.insert(id.clone(), Usage { value, read_at: self.now });
    }

    /// Hours pass without anything being read.
    pub fn wait(&mut self, hours: i64) {
        self.now += SignedDuration::from_hours(hours);
    }

    /// A person approves what is shown now.
    pub fn approve(&mut self, id: &ItemId) {
        let change = self.change(id).expect("there is a change to approve");
        self.memory.approvals.push(Approval {
            item: change.item,
            to: change.to,
            usage: change.usage,
            by: "ann".to_owned(),
            at: self.now,
        });
    }

    pub fn situation(&self) -> Situation<'_> {
        Situation {
            billing: &self.billing,
            products: &self.products,
            tenant: &self.tenant,
            sales: &self.sales,
            lost: &self.lost,
            memory: &self.memory,
            usage: &self.usage,
            usage_is_read: self.usage_is_read,
            now: self.now,
        }
    }

    pub fn plan(&self) -> Plan {
        plan(&self.situation())
    }

    pub fn change(&self, id: &ItemId) -> Option<Change> {
        self.plan().changes.into_iter().find(|change| change.item == *id)
    }

    pub fn verdict(&self, id: &ItemId) -> Option<Verdict> {
        self.change(id).map(|change| change.verdict)
    }

    /// Reads and remembers, without writing.
    pub fn read(&mut self) {
        self.memory = after_reading(&self.situation(), &self.plan());
    }

    /// Reads, and writes what goes ahead.
    pub fn run(&mut self) {
        let plan = self.plan();
        self.memory = after_reading(&self.situation(), &plan);
        for change in plan.changes.iter().filter(|change| change.verdict == Verdict::Go) {
            self.has(&change.item, change.to);
            after_writing(&mut self.memory, change);
        }
    }

    /// What every change would lead to, in the order of writing.
    pub fn changes(&self) -> Vec<(ItemId, Grant)> {
        self.plan().changes.into_iter().map(|change| (change.item, change.to)).collect()
    }
}

pub fn source(service: i64, units: i64) -> Source {
    Source {
        service: ServiceId(service),
        contract: ContractId(1),
        line: Some(LineId(service)),
        sold: Sold::Service(ServiceId(service)),
        units,
        since: None,
        until: None,
    }
}
