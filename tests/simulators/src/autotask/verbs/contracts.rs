//! What salespeople do: contracts, and the units that they sell.

use jiff::civil::Date;
use serde_json::{Value, json};

use crate::autotask::contracts::{ACTIVE, INACTIVE};
use crate::autotask::deals::{self, Deal};
use crate::autotask::filter::Bounds;
use crate::autotask::ids::{BundleId, CompanyId, ContractId, ServiceId};
use crate::autotask::lines::{self, LineKind};
use crate::autotask::refusal::Refusal;
use crate::autotask::units::Day;
use crate::autotask::world::{Actor, World};
use crate::autotask::write::{self, Mode};
use crate::autotask::{Autotask, seed};

/// A contract that is being written; [`sign`](Self::sign) makes it real.
#[must_use = "a contract exists once it is signed"]
pub struct ContractDraft<'a> {
    autotask: &'a Autotask,
    deal: Deal,
    adjustments: Vec<(LineKind, i64, i64, Date)>,
}

impl ContractDraft<'_> {
    /// Its first day. The first day of the current month unless set.
    pub fn from(mut self, first: Date) -> Self {
        self.deal.first = first;
        self
    }

    /// Its last day. One year after the first day of the current month unless set.
    pub fn to(mut self, last: Date) -> Self {
        self.deal.last = last;
        self
    }

    /// Its name.
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.deal.name);
        self
    }

    /// Its type, Recurring Service unless set.
    pub fn of_type(mut self, contract_type: i64) -> Self {
        self.deal.contract_type = contract_type;
        self
    }

    /// Sells so many units of a service from the first day on; with 0 the line stands there without units.
    pub fn sells(mut self, service: ServiceId, units: i64) -> Self {
        self.deal.sells.push((LineKind::Service, service.0, units));
        self
    }

    /// Sells so many units of a bundle from the first day on.
    pub fn sells_bundle(mut self, bundle: BundleId, units: i64) -> Self {
        self.deal.sells.push((LineKind::Bundle, bundle.0, units));
        self
    }

    /// Changes the units of a service that it sells from a day on.
    pub fn adjust(mut self, service: ServiceId, by: i64, on: Date) -> Self {
        self.adjustments.push((LineKind::Service, service.0, by, on));
        self
    }

    /// Changes the units of a bundle that it sells from a day on.
    pub fn adjust_bundle(mut self, bundle: BundleId, by: i64, on: Date) -> Self {
        self.adjustments.push((LineKind::Bundle, bundle.0, by, on));
        self
    }

    /// Writes it into the database.
    ///
    /// # Errors
    /// What the service's rules refuse, here and below.
    pub fn sign(self) -> Result<ContractId, Refusal> {
        let contract = self.deal.sign(&mut self.autotask.world(), SALES)?;
        for (kind, item, by, on) in self.adjustments {
            self.autotask.adjust_line(contract, kind, item, by, on)?;
        }
        Ok(contract)
    }
}

const SALES: Actor = Actor { resource: seed::TECHNICIAN, impersonator: None, by_api: false };

/// Contracts.
impl Autotask {
    /// Begins to write a contract for a company.
    pub fn contract(&self, company: CompanyId) -> ContractDraft<'_> {
        ContractDraft { autotask: self, deal: Deal::new(&self.world(), company), adjustments: Vec::new() }
    }

    /// The contracts of a company, oldest first.
    pub fn contracts_of(&self, company: CompanyId) -> Vec<ContractId> {
        let bounds = Bounds::of_key("companyID", company.0);
        self.world().matching(World::entity("Contracts"), &bounds).map(|(id, _)| ContractId(id)).collect()
    }

    /// Changes the units of a service on a contract from a day on. A service that the contract does not sell yet gets a line.
    pub fn adjust(&self, contract: ContractId, service: ServiceId, by: i64, on: Date) -> Result<(), Refusal> {
        self.adjust_line(contract, LineKind::Service, service.0, by, on)
    }

    /// Changes the units of a bundle on a contract from a day on. A bundle that the contract does not sell yet gets a line.
    pub fn adjust_bundle(&self, contract: ContractId, bundle: BundleId, by: i64, on: Date) -> Result<(), Refusal> {
        self.adjust_line(contract, LineKind::Bundle, bundle.0, by, on)
    }

    /// Sets the last day of a contract. Its units rows follow.
    pub fn end_contract(&self, contract: ContractId, last: Date) -> Result<(), Refusal> {
        self.change_contract(contract, json!({ "endDate": last.to_string() }))
    }

    /// Moves both ends of a contract. Its units rows follow.
    pub fn move_contract(&self, contract: ContractId, first: Date, last: Date) -> Result<(), Refusal> {
        self.change_contract(contract, json!({ "startDate": first.to_string(), "endDate": last.to_string() }))
    }

    /// Switches a contract off: its status becomes Inactive.
    pub fn deactivate_contract(&self, contract: ContractId) -> Result<(), Refusal> {
        self.change_contract(contract, json!({ "status": INACTIVE }))
    }

    /// Switches a contract on again.
    pub fn activate_contract(&self, contract: ContractId) -> Result<(), Refusal> {
        self.change_contract(contract, json!({ "status": ACTIVE }))
    }

    /// Lets the units row of today vanish without a reason that the API would show; says whether there was a row.
    pub fn lose_units(&self, contract: ContractId, service: ServiceId) -> bool {
        self.set_lost(contract, service, true)
    }

    /// Brings a lost units row back; says whether there is one.
    pub fn find_lost_units(&self, contract: ContractId, service: ServiceId) -> bool {
        self.set_lost(contract, service, false)
    }

    /// A service moves into a bundle of the catalogue.
    pub fn add_to_bundle(&self, bundle: BundleId, service: ServiceId) -> Result<(), Refusal> {
        let link = json!({ "serviceID": service.0 });
        let links = World::entity("ServiceBundleServices");
        write::create(&mut self.world(), SALES, links, Some(bundle.0), &link).map(|_| ())
    }

    fn adjust_line(&self, contract: ContractId, kind: LineKind, item: i64, by: i64, on: Date) -> Result<(), Refusal> {
        let adjustment = json!({
            "contractID": contract.0, kind.item_field(): item, "unitChange": by, "effectiveDate": on.to_string(),
        });
        write::create(&mut self.world(), SALES, World::entity(kind.adjustments()), None, &adjustment).map(|_| ())
    }

    fn change_contract(&self, contract: ContractId, mut fields: Value) -> Result<(), Refusal> {
        fields["id"] = contract.0.into();
        write::update(&mut self.world(), SALES, World::entity("Contracts"), None, &fields, Mode::Partial).map(|_| ())
    }

    fn set_lost(&self, contract: ContractId, service: ServiceId, is_lost: bool) -> bool {
        let mut world = self.world();
        let today: Day = deals::today(&world);
        let line = lines::find(&world, LineKind::Service, contract.0, service.0);
        line.is_some_and(|line| world.ledger_mut(LineKind::Service).lose(line, today, is_lost))
    }
}
