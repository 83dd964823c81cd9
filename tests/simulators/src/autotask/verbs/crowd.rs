//! Worlds for benchmarks: many customers, written past the service's rules, because only the result matters.

use serde_json::{Value, json};

use crate::autotask::deals::{self, Deal};
use crate::autotask::ids::CompanyId;
use crate::autotask::lines::LineKind;
use crate::autotask::seed::{self, ACRONIS_SERVICES, CUSTOMER, SERVICE_PRICE};
use crate::autotask::units::{Change, Line, Period, Window, periods};
use crate::autotask::world::World;
use crate::autotask::{Autotask, Record, dates};

/// Customers for benchmarks.
impl Autotask {
    /// Adds active customers, each with a contract that sells the first `services_each` of [`ACRONIS_SERVICES`] for a year that
    /// began five months ago. The customer at position `i` has `i % 20 + 1` units of each. Answers the companies.
    pub fn customers(&self, count: usize, services_each: usize) -> Vec<CompanyId> {
        let mut world = self.world();
        let crowd = Crowd::new(&world, services_each);
        let units = (1..=20).cycle();
        (0..count).zip(units).map(|(position, units)| crowd.join(&mut world, position, units)).collect()
    }
}

struct Crowd {
    deal: Deal,
    window: Window,
    /// The same for all: laying out a year for each line would be most of the work.
    periods: Vec<Period>,
    services: Vec<i64>,
}

impl Crowd {
    fn new(world: &World, services_each: usize) -> Self {
        let mut deal = Deal::new(world, seed::OWN_COMPANY);
        let first = deals::today(world).plus_months(-5);
        let window = Window { first, last: first.plus_months(12).plus(-1) };
        (deal.first, deal.last) = (window.first.date(), window.last.date());
        let services = ACRONIS_SERVICES.iter().take(services_each).map(|service| service.id.0).collect();
        Self { deal, window, periods: periods(window, 1), services }
    }

    fn join(&self, world: &mut World, position: usize, units: i64) -> CompanyId {
        let name = format!("Customer {:05}", position + 1);
        let company = CompanyId(world.insert(World::entity("Companies"), object(seed::company(&name, CUSTOMER, true))));
        let mut contract = object(Deal { company, ..self.deal.clone() }.contract());
        contract.insert("startDate".to_owned(), deals::kept(self.deal.first));
        contract.insert("endDate".to_owned(), deals::kept(self.deal.last));
        contract.insert("lastModifiedDateTime".to_owned(), dates::stored(world.now()).into());
        let contract = world.insert(World::entity("Contracts"), contract);
        for service in &self.services {
            let record = json!({
                "contractID": contract, "serviceID": service, "unitPrice": SERVICE_PRICE,
                "internalCurrencyUnitPrice": SERVICE_PRICE, "internalCurrencyAdjustedPrice": SERVICE_PRICE,
            });
            let id = world.insert(World::entity(LineKind::Service.lines()), object(record));
            let mut line = Line::new(contract, *service, 1, SERVICE_PRICE, 0.0);
            line.changes.push(Change { on: self.window.first, by: units, price: None });
            let ledger = world.ledger_mut(LineKind::Service);
            ledger.open(id, line);
            ledger.lay_out(id, &self.periods);
        }
        company
    }
}

fn object(value: Value) -> Record {
    match value {
        Value::Object(record) => record,
        _ => Record::new(),
    }
}
