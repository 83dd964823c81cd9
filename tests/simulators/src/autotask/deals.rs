//! What a salesperson does at the screen: a contract with its services and bundles, written like any other record.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::contracts::{ACTIVE, RECURRING_SERVICE};
use super::dates;
use super::ids::{CompanyId, ContractId};
use super::lines::LineKind;
use super::refusal::Refusal;
use super::units::Day;
use super::world::{Actor, World};
use super::write;

/// A contract to be signed.
#[derive(Clone, Debug)]
pub(super) struct Deal {
    pub company: CompanyId,
    pub name: String,
    pub contract_type: i64,
    pub first: Date,
    pub last: Date,
    /// What is sold, and how many units from the first day on.
    pub sells: Vec<(LineKind, i64, i64)>,
}

impl Deal {
    /// A contract for recurring services from the beginning of this month, for one year.
    pub fn new(world: &World, company: CompanyId) -> Self {
        let first = today(world).date().first_of_month();
        Self {
            company,
            name: "Acronis Cyber Protect".to_owned(),
            contract_type: RECURRING_SERVICE,
            first,
            last: Day::from(first).plus_months(12).plus(-1).date(),
            sells: Vec::new(),
        }
    }

    /// Writes the contract, its lines and their units.
    pub fn sign(&self, world: &mut World, actor: Actor) -> Result<ContractId, Refusal> {
        let contract = write::create(world, actor, World::entity("Contracts"), None, &self.contract())?;
        for (kind, item, units) in &self.sells {
            let line = json!({ "contractID": contract, kind.item_field(): item });
            let line = write::create(world, actor, World::entity(kind.lines()), Some(contract), &line)?;
            if *units != 0 {
                adjust(world, actor, *kind, line, *units, self.first)?;
            }
        }
        Ok(ContractId(contract))
    }

    /// The contract as the API takes it.
    pub fn contract(&self) -> Value {
        json!({
            "companyID": self.company.0, "contractName": self.name, "contractType": self.contract_type, "status": ACTIVE,
            "startDate": self.first.to_string(), "endDate": self.last.to_string(), "contractPeriodType": 2,
            "timeReportingRequiresStartAndStopTimes": 0, "setupFee": 0,
        })
    }
}

/// Changes the units of a line from a day on.
pub(super) fn adjust(
    world: &mut World,
    actor: Actor,
    kind: LineKind,
    line: i64,
    by: i64,
    on: Date,
) -> Result<(), Refusal> {
    let adjustment = json!({ kind.line_field(): line, "unitChange": by, "effectiveDate": on.to_string() });
    write::create(world, actor, World::entity(kind.adjustments()), None, &adjustment).map(|_| ())
}

/// Today in UTC.
pub(super) fn today(world: &World) -> Day {
    Day::of(world.now())
}

/// A day as the tables keep it.
pub(super) fn kept(day: Date) -> Value {
    dates::stored(Day::from(day).midnight()).into()
}
