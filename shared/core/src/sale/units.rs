//! Rule P4: units in effect today.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::{Line, Read, Sale, Sales, Sold, Source, UnitsRow};
use crate::id::{BundleId, ContractId, LineId, ServiceId};

/// Rule P4: what the account's counting contracts sell today of the services in `mapped`.
///
/// Units of a service are those of its direct lines, and those of each bundle times how often the bundle contains it. Each line
/// counts with one row, never with a sum over periods.
#[must_use]
pub fn sales(read: &Read, mapped: &BTreeSet<ServiceId>, today: Date) -> Sales {
    let counting = counting(read, today);
    let rows = rows_in_effect(read, &counting, today);
    let lines = lines_without_row(read, &counting, &rows);

    let mut sales = Sales::default();
    for line in rows.values().map(|row| in_effect(row)).chain(lines.iter().map(sold_zero)) {
        for (service, times) in contents(read, line.sold) {
            if mapped.contains(&service) {
                sales.services.entry(service).or_default().add(line.source(service, times));
            }
        }
    }
    sales.services.values_mut().for_each(|sale| sale.sources.sort());
    sales
}

/// A line, and the units of it that are in effect.
struct Effective {
    contract: ContractId,
    line: Option<LineId>,
    sold: Sold,
    units: i64,
    dates: Option<(Date, Date)>,
}

fn in_effect(row: &UnitsRow) -> Effective {
    let UnitsRow { contract, line, sold, .. } = *row;
    Effective { contract, line, sold, units: row.units.max(0), dates: Some((row.start, row.end)) }
}

fn sold_zero(line: &Line) -> Effective {
    Effective { contract: line.contract, line: Some(line.id), sold: line.sold, units: 0, dates: None }
}

impl Effective {
    /// Its units of a service that it contains so many times.
    fn source(&self, service: ServiceId, times: i64) -> Source {
        Source {
            service,
            contract: self.contract,
            line: self.line,
            sold: self.sold,
            units: self.units.saturating_mul(times),
            since: self.dates.map(|(start, _)| start),
            until: self.dates.map(|(_, end)| end),
        }
    }
}

impl Sale {
    fn add(&mut self, source: Source) {
        self.units = self.units.saturating_add(source.units);
        self.sources.push(source);
    }
}

/// The counting contracts among those that were read.
pub(super) fn counting(read: &Read, today: Date) -> BTreeSet<ContractId> {
    read.contracts.iter().filter(|contract| contract.counts(today)).map(|contract| contract.id).collect()
}

/// What tells one line's rows from another's.
type RowsOf = (ContractId, Sold, Option<LineId>);

/// The one row of each line that counts today: of those that cover today, the one that started last.
fn rows_in_effect<'a>(read: &'a Read, counting: &BTreeSet<ContractId>, today: Date) -> BTreeMap<RowsOf, &'a UnitsRow> {
    let is_effective =
        |row: &&UnitsRow| row.covers(today) && counting.contains(&row.contract) && is_of_a_line(row, read);
    let covering: Vec<&UnitsRow> = read.rows.iter().filter(is_effective).collect();
    let mut in_effect: BTreeMap<RowsOf, &UnitsRow> = BTreeMap::new();
    for row in &covering {
        let chosen = in_effect.entry((row.contract, row.sold, line_of(row, &covering))).or_insert(row);
        if (row.start, row.id) > (chosen.start, chosen.id) {
            *chosen = row;
        }
    }
    in_effect
}

/// The line of a row. Old rows lack it: where the contract has the same thing on one line only, as far as today's rows tell, it
/// is that one. Otherwise contract and service have to do.
fn line_of(row: &UnitsRow, covering: &[&UnitsRow]) -> Option<LineId> {
    let named = covering.iter().filter(|other| other.contract == row.contract && other.sold == row.sold);
    let named: BTreeSet<LineId> = named.filter_map(|other| other.line).collect();
    row.line.or_else(|| named.first().copied().filter(|_| named.len() == 1))
}

impl UnitsRow {
    /// Whether it is in effect on that day, both ends included.
    pub(super) fn covers(&self, day: Date) -> bool {
        self.start <= day && day <= self.end
    }

    fn belongs_to(&self, line: &Line) -> bool {
        self.contract == line.contract && self.sold == line.sold && self.line.is_none_or(|id| id == line.id)
    }
}

/// Whether the row is a direct line's, as far as that is known. Autotask may list rows for the services within a bundle as well,
/// which would count them twice.
fn is_of_a_line(row: &UnitsRow, read: &Read) -> bool {
    match row.sold {
        Sold::Service(_) if read.lines_read.contains(&row.contract) => {
            read.lines.iter().any(|line| row.belongs_to(line))
        }
        Sold::Service(_) | Sold::Bundle(_) => true,
    }
}

/// Lines that are *sold 0*: Autotask keeps no row for a period of zero units.
fn lines_without_row(
    read: &Read,
    counting: &BTreeSet<ContractId>,
    rows: &BTreeMap<RowsOf, &UnitsRow>,
) -> BTreeSet<Line> {
    let has_row =
        |line: &Line| [Some(line.id), None].iter().any(|id| rows.contains_key(&(line.contract, line.sold, *id)));
    read.lines.iter().filter(|line| counting.contains(&line.contract) && !has_row(line)).copied().collect()
}

/// The services that one unit of a line brings, and how many times each.
pub(super) fn contents(read: &Read, sold: Sold) -> BTreeMap<ServiceId, i64> {
    match sold {
        Sold::Service(service) => BTreeMap::from([(service, 1)]),
        Sold::Bundle(bundle) => occurrences(read, bundle),
    }
}

fn occurrences(read: &Read, bundle: BundleId) -> BTreeMap<ServiceId, i64> {
    let mut times = BTreeMap::new();
    for service in read.bundles.get(&bundle).into_iter().flatten() {
        *times.entry(*service).or_insert(0) += 1;
    }
    times
}
