//! Rule P4's last sentence: units that vanished unexplained.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Read, Sales, Source, UnitsRow};
use crate::id::{ContractId, ServiceId};

/// Units of a service that were there at the last good run and are gone, with no dated row or end that explains it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lost {
    /// The service.
    pub service: ServiceId,
    /// The lines that had them, as they were.
    pub lines: Vec<Source>,
}

/// Which units of `previous` (the lines with units at the last good run) vanished unexplained. A line's loss is explained when
///
/// - the contract was read and does not count any more: it ended, or was made inactive;
/// - the row that the units came from has ended: Autotask has no row for a period of zero units;
/// - a row of the line says so: one that covers today with zero units, or one of then or later that ended before today, which is
///   what an adjustment to zero leaves of the row that had the units.
///
/// Anything else may be an incomplete reading or a slip, and waits for a person; a contract that is not there at all is, as nobody
/// can tell why ([`vanished`]). Services that are not mapped any more are among them; nothing depends on those.
#[must_use]
pub fn lost(previous: &[Source], read: &Read, sales: &Sales, today: Date) -> Vec<Lost> {
    let gone = previous.iter().filter(|source| source.units > 0 && !still_sells(sales, source));
    let unexplained = gone.filter(|source| {
        let Some(contract) = read.contracts.iter().find(|contract| contract.id == source.contract) else { return true };
        let has_ended = source.until.is_some_and(|until| until < today);
        let row_says_so = read.rows.iter().any(|row| is_same_line(source, row) && explains(source, row, today));
        contract.counts(today) && !has_ended && !row_says_so
    });

    let mut by_service: BTreeMap<ServiceId, Vec<Source>> = BTreeMap::new();
    for source in unexplained {
        by_service.entry(source.service).or_default().push(source.clone());
    }
    by_service
        .into_iter()
        .map(|(service, mut lines)| {
            lines.sort();
            lines.dedup();
            Lost { service, lines }
        })
        .collect()
}

/// The contracts with units in `previous` that were not read. Whether one ended or was made inactive has to be asked for by its
/// number, as lists leave such contracts out; one that is not found then is no explanation.
#[must_use]
pub fn vanished(previous: &[Source], read: &Read) -> BTreeSet<ContractId> {
    let had_units = previous.iter().filter(|source| source.units > 0).map(|source| source.contract);
    had_units.filter(|id| read.contracts.iter().all(|contract| contract.id != *id)).collect()
}

/// Whether the line that `source` was still brings units of its service.
pub(super) fn still_sells(sales: &Sales, source: &Source) -> bool {
    let now = sales.services.get(&source.service).into_iter().flat_map(|sale| &sale.sources);
    now.filter(|now| now.units > 0).any(|now| {
        now.contract == source.contract
            && now.sold == source.sold
            && (now.line == source.line || now.line.is_none() || source.line.is_none())
    })
}

fn is_same_line(source: &Source, row: &UnitsRow) -> bool {
    row.contract == source.contract && row.sold == source.sold && row.line == source.line
}

/// Rows of earlier periods have ended as well, and say nothing.
fn explains(source: &Source, row: &UnitsRow, today: Date) -> bool {
    let is_cut_short = row.end < today && source.since.is_some_and(|since| since <= row.start);
    is_cut_short || (row.covers(today) && row.units <= 0)
}
