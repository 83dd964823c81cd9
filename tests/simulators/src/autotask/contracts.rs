//! Contracts: their dates, and which of them may sell services.

use super::dates;
use super::record::{Record, int, text};
use super::units::{Day, Window};
use super::world::World;

/// The contract type that sells services and bundles.
pub(super) const RECURRING_SERVICE: i64 = 7;
/// The status of a contract in force.
pub(super) const ACTIVE: i64 = 1;
/// The status of a contract that was switched off.
pub(super) const INACTIVE: i64 = 0;

/// The first and last day of a contract.
pub(super) fn window(contract: &Record) -> Option<Window> {
    let day = |field| text(contract, field).and_then(dates::parse).map(Day::of);
    Some(Window { first: day("startDate")?, last: day("endDate")? })
}

/// A contract starts before it ends.
pub(super) fn check(contract: &Record, errors: &mut Vec<String>) {
    if window(contract).is_some_and(|window| window.first >= window.last) {
        errors.push("startDate must be before endDate".to_owned());
    }
}

/// Only contracts of type Recurring Service have lines.
pub(super) fn check_sells(world: &World, record: &Record, errors: &mut Vec<String>) {
    let contract = int(record, "contractID").and_then(|id| world.row(World::entity("Contracts"), id));
    if contract.is_some_and(|contract| int(contract, "contractType") != Some(RECURRING_SERVICE)) {
        errors.push("The Contract referenced by contractID must be of type Recurring Service.".to_owned());
    }
}
