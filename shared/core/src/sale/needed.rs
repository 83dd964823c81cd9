//! Which contracts' lines have to be read. Lines cost calls, and the units rows alone usually say everything.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::units::{contents, counting};
use super::{Read, Sold, Source, lost};
use crate::id::{ContractId, ServiceId};

/// The counting contracts of which all service lines have to be read before [`sales`](super::sales) is sound, as far as they
/// were not read yet:
///
/// - every one, where an item is Free (rule P5: a line without units means zero, no line means unlimited) and where no mapped
///   service has units (rule P9: a line of whatever units makes a selling contract);
/// - one that also carries a bundle (rule P4: rows of the services within it are no direct lines);
/// - one that had units at the last good run, `previous`, and has none now (rule P4).
#[must_use]
pub fn lines_needed(
    read: &Read,
    mapped: &BTreeSet<ServiceId>,
    previous: &[Source],
    is_any_free: bool,
    today: Date,
) -> BTreeSet<ContractId> {
    let counting = counting(read, today);
    let now = super::sales(read, mapped, today);
    let needed: BTreeSet<ContractId> = if is_any_free || !now.has_units() {
        counting.clone()
    } else {
        let vanished = previous.iter().filter(|source| !lost::still_sells(&now, source)).map(|source| source.contract);
        with_bundle(read, mapped, today).chain(vanished).collect()
    };
    needed.intersection(&counting).filter(|contract| !read.lines_read.contains(contract)).copied().collect()
}

/// Contracts with a bundle in effect that contains a mapped service.
fn with_bundle(read: &Read, mapped: &BTreeSet<ServiceId>, today: Date) -> impl Iterator<Item = ContractId> {
    let rows = read.rows.iter().filter(move |row| row.covers(today)).map(|row| (row.contract, row.sold));
    let lines = read.lines.iter().map(|line| (line.contract, line.sold));
    rows.chain(lines)
        .filter(|(_, sold)| matches!(sold, Sold::Bundle(_)))
        .filter(|(_, sold)| contents(read, *sold).keys().any(|service| mapped.contains(service)))
        .map(|(contract, _)| contract)
}
