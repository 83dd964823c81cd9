//! What is sold on contracts, and how much of it: services and bundles, with their units.
//!
//! Autotask keeps services and bundles in entities of their own that are alike in everything but their names. [`Sold`] has the
//! names; the rest is written once. Nothing here carries a stamp of its last change, so that it is read anew each time, and in
//! lists: by the services or bundles that matter, or by contract.

use std::fmt;

use bridge_core::id::{BundleId, ContractId, LineId, ServiceId};
use jiff::civil::Date;
use runtime::http::lenient::integer;
use serde_json::Value;

use crate::client::Client;
use crate::query::{Pages, Query, condition, lacks, number};
use crate::time::{date, earliest, latest};

/// A service or a bundle on a contract. Of itself it says nothing about a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line<S> {
    /// The line.
    pub id: LineId,
    /// The contract that it is on.
    pub contract: ContractId,
    /// What is sold.
    pub of: S,
}

/// The quantity of one line in one period. A change within a period cuts it in two; periods with no units have no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Units<S> {
    /// The row; of two rows that cover the same day and begin together, the greater one holds.
    pub id: i64,
    /// The contract.
    pub contract: ContractId,
    /// The line; old rows do not name it.
    pub line: Option<LineId>,
    /// What is sold.
    pub of: S,
    /// First day.
    pub start: Date,
    /// Last day. It may also be the first day of the row that follows.
    pub end: Date,
    /// The quantity in all, not a difference.
    pub units: i64,
}

/// Which lines or units to read.
#[derive(Debug, Clone, Copy)]
pub enum Of<'a, S> {
    /// Those of these contracts.
    Contracts(&'a [ContractId]),
    /// Those of these services or bundles, on whatever contract.
    Sold(&'a [S]),
}

/// What a contract may sell: a service or a bundle of services.
pub trait Sold: Copy + fmt::Debug + sealed::Names {}

impl Sold for ServiceId {}
impl Sold for BundleId {}

mod sealed {
    use bridge_core::id::{BundleId, ServiceId};

    use crate::entity::Entity;

    /// The names of Autotask for one kind of thing that is sold.
    pub trait Names: Sized {
        const LINES: Entity;
        const UNITS: Entity;
        const READING_LINES: &str;
        const READING_UNITS: &str;
        /// Field with the service or bundle.
        const SOLD: &str;
        /// Field of the units with the line.
        const LINE: &str;
        const LINE_FIELDS: &[&str];
        const UNIT_FIELDS: &[&str];

        fn new(id: i64) -> Self;
        fn number(&self) -> i64;
    }

    impl Names for ServiceId {
        const LINES: Entity = Entity::ContractServices;
        const UNITS: Entity = Entity::ContractServiceUnits;
        const READING_LINES: &str = "reading the services on contracts";
        const READING_UNITS: &str = "reading the units of services";
        const SOLD: &str = "serviceID";
        const LINE: &str = "contractServiceID";
        const LINE_FIELDS: &[&str] = &["id", "contractID", "serviceID"];
        const UNIT_FIELDS: &[&str] =
            &["id", "contractID", "contractServiceID", "serviceID", "startDate", "endDate", "units"];

        fn new(id: i64) -> Self {
            Self(id)
        }

        fn number(&self) -> i64 {
            self.0
        }
    }

    impl Names for BundleId {
        const LINES: Entity = Entity::ContractServiceBundles;
        const UNITS: Entity = Entity::ContractServiceBundleUnits;
        const READING_LINES: &str = "reading the bundles on contracts";
        const READING_UNITS: &str = "reading the units of bundles";
        const SOLD: &str = "serviceBundleID";
        const LINE: &str = "contractServiceBundleID";
        const LINE_FIELDS: &[&str] = &["id", "contractID", "serviceBundleID"];
        const UNIT_FIELDS: &[&str] =
            &["id", "contractID", "contractServiceBundleID", "serviceBundleID", "startDate", "endDate", "units"];

        fn new(id: i64) -> Self {
            Self(id)
        }

        fn number(&self) -> i64 {
            self.0
        }
    }
}

impl Client {
    /// The services or bundles on contracts.
    #[must_use]
    pub fn lines<S: Sold>(&self, which: Of<'_, S>) -> Pages<Line<S>> {
        let query =
            Query { doing: S::READING_LINES, entity: S::LINES, filter: Vec::new(), fields: S::LINE_FIELDS, read: line };
        self.sold(query, which)
    }

    /// The units whose period covers `today`, however the database shows days. Some that end the day before or begin the day after
    /// may be among them where it is far from UTC, so who reads them decides.
    #[must_use]
    pub fn units<S: Sold>(&self, which: Of<'_, S>, today: Date) -> Pages<Units<S>> {
        let begun = condition("lte", "startDate", latest(today));
        let not_ended = condition("gte", "endDate", earliest(today));
        self.sold(units_query(vec![begun, not_ended]), which)
    }

    /// All units of these lines, past and future periods included: they tell whether units that vanished ended on a date
    /// (rule P4).
    #[must_use]
    pub fn units_of_lines<S: Sold>(&self, lines: &[LineId]) -> Pages<Units<S>> {
        Pages::among(self.clone(), units_query(Vec::new()), S::LINE, lines.iter().map(|line| line.0))
    }

    fn sold<T, S: Sold>(&self, query: Query<T>, which: Of<'_, S>) -> Pages<T> {
        match which {
            Of::Contracts(contracts) => {
                Pages::among(self.clone(), query, "contractID", contracts.iter().map(|contract| contract.0))
            }
            Of::Sold(sold) => Pages::among(self.clone(), query, S::SOLD, sold.iter().map(S::number)),
        }
    }
}

fn units_query<S: Sold>(filter: Vec<Value>) -> Query<Units<S>> {
    Query { doing: S::READING_UNITS, entity: S::UNITS, filter, fields: S::UNIT_FIELDS, read: units }
}

fn line<S: Sold>(item: &Value) -> Result<Line<S>, String> {
    Ok(Line {
        id: LineId(number(item, "id")?),
        contract: ContractId(number(item, "contractID")?),
        of: S::new(number(item, S::SOLD)?),
    })
}

fn units<S: Sold>(item: &Value) -> Result<Units<S>, String> {
    let day = |name: &str| date(item, name).ok_or_else(|| lacks(item, name));
    Ok(Units {
        id: number(item, "id")?,
        contract: ContractId(number(item, "contractID")?),
        line: integer(item, S::LINE).map(LineId),
        of: S::new(number(item, S::SOLD)?),
        start: day("startDate")?,
        end: day("endDate")?,
        units: number(item, "units")?,
    })
}

#[cfg(test)]
mod tests;
