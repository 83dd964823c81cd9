//! What an account's contracts sell today (rule P4), from the rows that Autotask has.
//!
//! | function | question |
//! | --- | --- |
//! | [`sales`] | How many units of each mapped service are in effect today, and which lines say so? |
//! | [`lines_needed`] | Of which contracts must the lines be read before that answer is sound? |
//! | [`lost()`] | Which units of the last good run vanished with nothing that explains it? |
//! | [`vanished`] | Which contracts must be asked for by number before that is known? |

mod lost;
mod needed;
#[cfg(test)]
mod tests;
mod units;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{BundleId, ContractId, LineId, ServiceId};

pub use lost::{Lost, lost, vanished};
pub use needed::lines_needed;
pub use units::sales;

/// A contract, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contract {
    /// The contract.
    pub id: ContractId,
    /// Its name, for people.
    pub name: String,
    /// Whether its type is Recurring Service.
    pub is_recurring: bool,
    /// Whether its status is active.
    pub is_active: bool,
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
}

impl Contract {
    /// The glossary's *counting contract*: both ends included.
    #[must_use]
    pub fn counts(&self, today: Date) -> bool {
        self.is_recurring && self.is_active && self.start <= today && today <= self.end
    }
}

/// What was sold on a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sold {
    /// A service.
    Service(ServiceId),
    /// A bundle.
    Bundle(BundleId),
}

/// A service or bundle on a contract. It says nothing of a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Line {
    /// The line. Services and bundles are numbered apart.
    pub id: LineId,
    /// The contract.
    pub contract: ContractId,
    /// What was sold.
    pub sold: Sold,
}

/// How many of a line are in effect from one day to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct UnitsRow {
    /// The row; of two that start on the same day, the higher one counts.
    pub id: i64,
    /// The contract.
    pub contract: ContractId,
    /// The line; old rows lack it.
    pub line: Option<LineId>,
    /// What was sold.
    pub sold: Sold,
    /// First day.
    pub start: Date,
    /// Last day.
    pub end: Date,
    /// The total from the first day on, not a difference.
    pub units: i64,
}

/// Everything that was read about one account. The order of nothing in it matters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// Its contracts; those that do not count are ignored.
    pub contracts: Vec<Contract>,
    /// Its contracts' lines, as far as they were read.
    pub lines: Vec<Line>,
    /// Contracts of which all service lines were read, so that a units row of any other line is no direct one. Reading them is
    /// only needed where a contract also carries a bundle, where rows are Free, where units vanished, or where nothing is sold.
    pub lines_read: BTreeSet<ContractId>,
    /// Units rows of services and bundles, at least those that cover today.
    pub rows: Vec<UnitsRow>,
    /// The services of each bundle; a bundle that contains a service twice lists it twice.
    pub bundles: BTreeMap<BundleId, Vec<ServiceId>>,
}

/// Units of one service that come from one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Source {
    /// The service that is sold, directly or within a bundle.
    pub service: ServiceId,
    /// The contract.
    pub contract: ContractId,
    /// The line; `None` where Autotask's row names none.
    pub line: Option<LineId>,
    /// The service itself, or the bundle through which it was sold.
    pub sold: Sold,
    /// Units of the service that come from this line, the bundle's contents counted.
    pub units: i64,
    /// First day of the row that says so; `None` for a line without a row.
    pub since: Option<Date>,
    /// Last day of that row.
    pub until: Option<Date>,
}

/// What is sold of one service.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// Sum over all lines.
    pub units: i64,
    /// Where they come from, in a fixed order. Never empty.
    pub sources: Vec<Source>,
}

/// What an account's counting contracts sell of the mapped services.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sales {
    /// By service; a service with a line of whatever units is there (rule P5's *sold 0*).
    pub services: BTreeMap<ServiceId, Sale>,
}

impl Sales {
    /// The glossary's *selling contract*.
    #[must_use]
    pub fn is_selling(&self) -> bool {
        !self.services.is_empty()
    }

    /// Rule V1: a selling contract with units above zero.
    #[must_use]
    pub fn has_units(&self) -> bool {
        self.services.values().any(|sale| sale.units > 0)
    }
}
