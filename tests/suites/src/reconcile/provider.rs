//! Both systems of a provider whose customers have what they have bought.

use anyhow::Result;
use bridge_core::id::{AccountId, ServiceId};
use bridge_core::item::{ItemId, Unit};
use bridge_core::settings::Products;
use bridge_core::settings::billing::{Managed, Row, Treatment};
use jiff::{SignedDuration, Timestamp};
use simulators::Seed;
use simulators::acronis::Acronis;
use simulators::autotask::seed::ACRONIS_SERVICES;
use simulators::autotask::{Autotask, ServiceId as Sold};
use simulators::control::{Clock, Control};

use crate::world::connection;
use crate::world::verbs_accounts::PROTECTION;

/// Mapped services on each contract.
pub const SERVICES_EACH: usize = 5;

/// What each of the services sells: the items that every customer of [`Acronis::customers`] has.
const ITEMS: [&str; SERVICES_EACH] =
    ["pw_base_workstations", "pw_base_servers", "pw_base_vms", "pw_base_mobiles", "pw_base_web_hosting_servers"];
const EDITION: &str = "pck_per_workload";

/// Contracts began on the same day of a month as this; billing periods do, too. The first run is ten days later, far from a
/// period's edge.
const SIGNED: SignedDuration = SignedDuration::from_hours(-240);

/// Both systems.
#[derive(Clone)]
pub struct Provider {
    /// Acronis.
    pub acronis: Acronis,
    /// Autotask.
    pub autotask: Autotask,
    /// The clock of both.
    pub clock: Clock,
    /// The customers on both sides.
    pub customers: Vec<Customer>,
}

/// A customer on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// In Autotask.
    pub account: AccountId,
    /// In Acronis.
    pub tenant: simulators::acronis::TenantId,
    /// Its name on both sides.
    pub name: String,
}

impl Provider {
    /// A provider with so many customers and nothing else, at `now`. The Autotask simulator says that its zone is at this URL.
    ///
    /// # Errors
    /// The simulators do not agree with one another.
    pub fn new(count: u32, now: Timestamp, zone_url: &str) -> Result<Self> {
        let clock = Clock::manual(now + SIGNED);
        let acronis = Acronis::new(Control::new(clock.clone()), Seed::Empty);
        let autotask = Autotask::new(Control::new(clock.clone()), Seed::Empty, zone_url.to_owned());
        let tenants = acronis.customers(count, SERVICES_EACH);
        let companies = autotask.customers(tenants.len(), SERVICES_EACH);
        let mut customers = Vec::with_capacity(tenants.len());
        for ((tenant, company), index) in tenants.into_iter().zip(companies).zip(1_u32..) {
            let units = f64::from((index - 1) % 20 + 1);
            for item in ITEMS {
                acronis.set_quota(tenant, item, Some(units), Some(0.0))?;
            }
            customers.push(Customer { account: AccountId(company.0), tenant, name: format!("Customer {index:05}") });
        }
        clock.advance(-SIGNED);
        Ok(Self { acronis, autotask, clock, customers })
    }

    /// The product mapping: each service sells its item, hard and not Free.
    #[must_use]
    pub fn products() -> Products {
        let row = |(item, Sold(service)): (&str, Sold)| Row {
            item: ItemId { application: PROTECTION.into(), name: item.to_owned(), infra: None },
            edition: Some(EDITION.to_owned()),
            unit: Unit::Quantity,
            treatment: Treatment::Managed(Managed {
                service: Some(ServiceId(service)),
                free: false,
                unit_size: None,
                soft: false,
                share: false,
            }),
        };
        let services = ACRONIS_SERVICES.iter().map(|service| service.id);
        let mut products = Products::of(connection());
        products.rows = ITEMS.into_iter().zip(services).map(row).collect();
        products.editions.insert(PROTECTION.into(), EDITION.to_owned());
        products
    }
}
