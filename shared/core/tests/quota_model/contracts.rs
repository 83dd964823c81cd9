//! Contracts as they really are, day by day, and the rows that Autotask shows of them.
//!
//! The truth of a line is a list of steps: from this day on, so many units. Autotask shows a step as a dated row, hides
//! steps of zero units, sometimes lets the old row end on the day on which the new one starts, and leaves corrected rows
//! behind.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::id::{BundleId, ContractId, LineId, ServiceId};
use bridge_core::sale::{Contract, Line, Read, Sold, UnitsRow};
use jiff::ToSpan;
use jiff::civil::{Date, date};
use proptest::prelude::*;

/// All days are counted from here.
pub const TODAY: Date = date(2026, 9, 15);

pub fn day(offset: i32) -> Date {
    TODAY.checked_add(offset.days()).unwrap()
}

/// One service or bundle on a contract.
#[derive(Debug, Clone)]
pub struct Truth {
    pub id: LineId,
    pub sold: Sold,
    /// Units from a day on, until the next step.
    pub steps: BTreeMap<i32, i64>,
    /// The last step's rows go no further than this.
    pub last_day: i32,
    /// A row ends on the day on which the next one starts, instead of the day before.
    pub rows_overlap: bool,
    /// Each row has an older twin of the same dates with another number of units.
    pub was_corrected: bool,
    /// Rows of all steps but the last name no line; or none does.
    pub names_line: NamesLine,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum NamesLine {
    Always,
    InNewRows,
    Never,
}

impl Truth {
    /// Units today.
    pub fn units(&self) -> i64 {
        self.row_of_today().map_or(0, |row| row.units)
    }

    /// The row that says how many there are today.
    pub fn row_of_today(&self) -> Option<UnitsRow> {
        let (start, _) = self.steps.range(..=0).next_back()?;
        let rows = self.rows(ContractId(0));
        rows.into_iter().rfind(|row| row.start == day(*start) && row.end >= TODAY)
    }

    fn rows(&self, contract: ContractId) -> Vec<UnitsRow> {
        let mut rows = Vec::new();
        for (nth, (&start, &units)) in (1..).zip(&self.steps) {
            if units == 0 {
                continue;
            }
            let next = self.steps.range(start + 1..).next();
            let end = match next {
                Some((&next, &units)) if self.rows_overlap && units > 0 => next,
                Some((&next, _)) => next - 1,
                None => self.last_day.max(start),
            };
            let has_line = match self.names_line {
                NamesLine::Always => true,
                NamesLine::InNewRows => next.is_none(),
                NamesLine::Never => false,
            };
            // Later rows get lower numbers, so that numbers alone mislead.
            let id = self.id.0 * 100 - nth * 2;
            let row = UnitsRow {
                id,
                contract,
                line: has_line.then_some(self.id),
                sold: self.sold,
                start: day(start),
                end: day(end),
                units,
            };
            if self.was_corrected {
                rows.push(UnitsRow { id: id - 1, units: units + 7, ..row });
            }
            rows.push(row);
        }
        rows
    }
}

/// A contract with its lines.
#[derive(Debug, Clone)]
pub struct Agreement {
    pub contract: Contract,
    pub lines: Vec<Truth>,
    /// Autotask lists the bundles' services among the units of services too, under lines that are none.
    pub lists_bundles_twice: bool,
}

impl Agreement {
    pub fn counts(&self) -> bool {
        let contract = &self.contract;
        contract.is_recurring && contract.is_active && (contract.start..=contract.end).contains(&TODAY)
    }
}

/// All of an account's contracts, and what the bundles contain.
#[derive(Debug, Clone)]
pub struct Account {
    pub agreements: Vec<Agreement>,
    pub bundles: BTreeMap<BundleId, Vec<ServiceId>>,
}

impl Account {
    /// How many of `service` one unit of `sold` contains.
    pub fn times(&self, sold: Sold, service: ServiceId) -> i64 {
        let times = match sold {
            Sold::Service(id) => usize::from(id == service),
            Sold::Bundle(id) => self.bundles[&id].iter().filter(|member| **member == service).count(),
        };
        i64::try_from(times).unwrap()
    }

    /// Lines that contain `service`, on contracts that count.
    pub fn lines_of(&self, service: ServiceId) -> impl Iterator<Item = (ContractId, &Truth)> {
        let counting = self.agreements.iter().filter(|agreement| agreement.counts());
        let lines = counting.flat_map(|agreement| agreement.lines.iter().map(|line| (agreement.contract.id, line)));
        lines.filter(move |(_, line)| self.times(line.sold, service) > 0)
    }

    /// Rule P4 in one line: a sum over lines, never over periods.
    pub fn units(&self, service: ServiceId) -> i64 {
        self.lines_of(service).map(|(_, line)| line.units() * self.times(line.sold, service)).sum()
    }

    /// Everything, with all lines and with rows of all times.
    pub fn read(&self) -> Read {
        let mut read = Read { bundles: self.bundles.clone(), ..Read::default() };
        for agreement in &self.agreements {
            let contract = agreement.contract.id;
            read.contracts.push(agreement.contract.clone());
            read.lines_read.insert(contract);
            for line in &agreement.lines {
                read.lines.push(Line { id: line.id, contract, sold: line.sold });
                let rows = line.rows(contract);
                if agreement.lists_bundles_twice {
                    read.rows.extend(rows.iter().flat_map(|row| self.rows_of_members(row)));
                }
                read.rows.extend(rows);
            }
        }
        read
    }

    fn rows_of_members(&self, row: &UnitsRow) -> Vec<UnitsRow> {
        let Sold::Bundle(bundle) = row.sold else { return Vec::new() };
        let members = self.bundles[&bundle].iter().zip(1..);
        let row_of = |(service, nth): (&ServiceId, i64)| UnitsRow {
            id: 500_000 + row.id * 10 + nth,
            line: Some(LineId(9_000 + row.contract.0 * 10 + nth)),
            sold: Sold::Service(*service),
            ..*row
        };
        members.map(row_of).collect()
    }
}

/// Without the lines of the contracts that are not in `needed`.
pub fn with_lines_of(read: &Read, needed: &BTreeSet<ContractId>) -> Read {
    let mut read = read.clone();
    read.lines.retain(|line| needed.contains(&line.contract));
    read.lines_read.clone_from(needed);
    read
}

/// Without the rows of other days.
pub fn with_rows_of_today(read: &Read) -> Read {
    let mut read = read.clone();
    read.rows.retain(|row| row.start <= TODAY && TODAY <= row.end);
    read
}

/// Days around today, the ends of today's neighbours included.
fn offset() -> impl Strategy<Value = i32> {
    prop_oneof![3 => -40..40i32, 2 => -2..=2i32]
}

fn truth() -> impl Strategy<Value = Truth> {
    let steps = prop::collection::btree_map(offset(), 0..6i64, 0..5);
    let names_line = prop_oneof![
        3 => Just(NamesLine::Always),
        1 => Just(NamesLine::InNewRows),
        1 => Just(NamesLine::Never),
    ];
    (steps, -3..60i32, any::<bool>(), any::<bool>(), names_line).prop_map(
        |(steps, last_day, rows_overlap, was_corrected, names_line)| Truth {
            id: LineId(0),
            sold: Sold::Service(ServiceId(0)),
            steps,
            last_day,
            rows_overlap,
            was_corrected,
            names_line,
        },
    )
}

fn agreement() -> impl Strategy<Value = Agreement> {
    let start = prop_oneof![4 => Just(-40), 1 => offset()];
    let end = prop_oneof![4 => Just(40), 1 => offset()];
    let flags = (prop::bool::weighted(0.9), prop::bool::weighted(0.9), any::<bool>(), prop::bool::weighted(0.2));
    let services = prop::collection::btree_map(1..=5i64, truth(), 0..4);
    let bundles = prop::collection::btree_map(1..=2i64, truth(), 0..2);
    (start, end, flags, services, bundles, truth()).prop_map(|(start, end, flags, services, bundles, twin)| {
        let (is_recurring, is_active, lists_bundles_twice, has_twin) = flags;
        let contract = Contract {
            id: ContractId(0),
            name: "Backup".into(),
            is_recurring,
            is_active,
            start: day(start),
            end: day(end.max(start)),
        };
        let service = |(id, line): (i64, Truth)| Truth { sold: Sold::Service(ServiceId(id)), ..line };
        let bundle = |(id, line): (i64, Truth)| Truth { sold: Sold::Bundle(BundleId(id)), ..line };
        let mut lines: Vec<Truth> = services.into_iter().map(service).chain(bundles.into_iter().map(bundle)).collect();
        // The same thing on two lines of one contract can only be told apart by rows that name their line.
        if has_twin && let Some(first) = lines.first_mut() {
            first.names_line = NamesLine::Always;
            let twin = Truth { sold: first.sold, names_line: NamesLine::Always, ..twin };
            lines.push(twin);
        }
        Agreement { contract, lines, lists_bundles_twice }
    })
}

/// Numbers contracts and lines. Services and bundles are numbered apart, so that both have lines of the same numbers.
fn numbered(mut agreements: Vec<Agreement>) -> Vec<Agreement> {
    let (mut services, mut bundles) = (0, 0);
    for (nth, agreement) in (1..).zip(&mut agreements) {
        agreement.contract.id = ContractId(nth);
        for line in &mut agreement.lines {
            let last = if matches!(line.sold, Sold::Service(_)) { &mut services } else { &mut bundles };
            *last += 1;
            line.id = LineId(*last);
        }
    }
    agreements
}

pub fn account() -> impl Strategy<Value = Account> {
    let members = prop::collection::vec((1..=5i64).prop_map(ServiceId), 0..4);
    (prop::collection::vec(agreement(), 0..4), [members.clone(), members]).prop_map(|(agreements, [first, second])| {
        Account {
            agreements: numbered(agreements),
            bundles: BTreeMap::from([(BundleId(1), first), (BundleId(2), second)]),
        }
    })
}
