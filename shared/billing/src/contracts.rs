//! Contracts with their lines and units, as [`sale::Read`] wants them.
//!
//! Units rows decide nearly everything and come as one filtered list for everybody. Lines say nothing about quantities and are
//! read only where [`sale::lines_needed`] says that units alone do not decide. Units carry no change stamp and later periods are
//! changed in place, so they are read in every pass; contracts have one, and are read in full once a day.

mod everybody;
mod few;

use std::collections::{BTreeMap, BTreeSet};

use autotask::Of;
use bridge_core::id::{AccountId, BundleId, ContractId, LineId, ServiceId};
use bridge_core::sale::{self, Contract, Line, Lost, Sold, Source, UnitsRow};
use bridge_core::settings::Products;
use jiff::civil::Date;

use crate::Error;
use crate::reading::Reader;

pub use everybody::names;
pub(crate) use everybody::{Book, Signed, Since};
pub use few::{Wanted, of_accounts};

/// From so many contracts on, the lines of all contracts cost fewer calls than the lines of each.
const ALL_LINES_FROM: usize = 1_000;

/// Contracts of many accounts with what was read of them: compact, sorted lists.
#[derive(Debug, Default)]
pub(crate) struct Contracts {
    /// By account and id.
    signed: Vec<Signed>,
    /// By contract.
    rows: Vec<UnitsRow>,
    /// By contract.
    lines: Vec<Line>,
    lines_read: LinesRead,
    /// The mapped services within each bundle, one for each time that it contains it.
    bundles: BTreeMap<BundleId, Vec<ServiceId>>,
}

/// Of which contracts the lines were read.
#[derive(Debug)]
enum LinesRead {
    All,
    Of(BTreeSet<ContractId>),
}

impl Default for LinesRead {
    fn default() -> Self {
        Self::Of(BTreeSet::new())
    }
}

/// What has to be read before anything is concluded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Missing {
    /// Contracts that had units at the last good run and are not listed any more: they say themselves whether they ended (rule
    /// P4). Autotask leaves a contract out also because the API user may no longer see it.
    pub(crate) vanished: BTreeSet<ContractId>,
    /// Contracts of which the lines are needed.
    pub(crate) contracts: BTreeSet<ContractId>,
    /// Lines whose units vanished: rows of other days may explain it (rule P4).
    pub(crate) history: BTreeSet<(LineId, IsBundle)>,
}

impl Missing {
    /// What these miss together.
    pub(crate) fn add(&mut self, other: Self) {
        self.vanished.extend(other.vanished);
        self.contracts.extend(other.contracts);
        self.history.extend(other.history);
    }
}

/// Services and bundles are numbered apart.
type IsBundle = bool;

impl Contracts {
    /// Everything about one account; empty for one without contracts.
    pub(crate) fn of(&self, account: AccountId) -> sale::Read {
        let signed = part(&self.signed, |signed| signed.account, account);
        let mut read = sale::Read { contracts: Vec::with_capacity(signed.len()), ..sale::Read::default() };
        for Signed { contract, .. } in signed {
            let Contract { id, .. } = *contract;
            read.contracts.push(contract.clone());
            read.rows.extend_from_slice(part(&self.rows, |row| row.contract, id));
            read.lines.extend_from_slice(part(&self.lines, |line| line.contract, id));
            let is_read = match &self.lines_read {
                LinesRead::All => true,
                LinesRead::Of(contracts) => contracts.contains(&id),
            };
            if is_read {
                read.lines_read.insert(id);
            }
        }
        let sold = read.rows.iter().map(|row| row.sold).chain(read.lines.iter().map(|line| line.sold));
        for bundle in sold.filter_map(bundle).collect::<BTreeSet<_>>() {
            read.bundles.insert(bundle, self.bundles.get(&bundle).cloned().unwrap_or_default());
        }
        read
    }

    /// Accounts with units of a mapped service, in their order.
    pub(crate) fn with_units(&self) -> BTreeSet<AccountId> {
        let has_rows = |signed: &&Signed| !part(&self.rows, |row| row.contract, signed.contract.id).is_empty();
        self.signed.iter().filter(has_rows).map(|signed| signed.account).collect()
    }

    /// Reads which bundles contain mapped services.
    async fn read_bundles(&mut self, reader: &mut Reader<'_>, services: &[ServiceId]) -> Result<(), Error> {
        let pages = reader.client.bundles_with(services);
        let bundles = &mut self.bundles;
        let take = |member: autotask::Member| bundles.entry(member.bundle).or_default().push(member.service);
        reader.each("reading which bundles contain the mapped services", pages, take).await
    }

    /// Reads these contracts, the lines of these contracts and the history of these lines, as far as they were not read.
    pub(crate) async fn read_missing(
        &mut self,
        reader: &mut Reader<'_>,
        missing: &Missing,
        services: &[ServiceId],
    ) -> Result<(), Error> {
        let found = self.read_vanished(reader, &missing.vanished).await?;
        let bundles: Vec<BundleId> = self.bundles.keys().copied().collect();
        let contracts: Vec<ContractId> = missing.contracts.union(&found).copied().collect();
        let is_of_all = contracts.len() >= ALL_LINES_FROM;
        if !contracts.is_empty() {
            let which = if is_of_all { Of::Sold(services) } else { Of::Contracts(&contracts) };
            self.read_lines(reader, which, Sold::Service).await?;
            let which = if is_of_all { Of::Sold(&bundles) } else { Of::Contracts(&contracts) };
            if !bundles.is_empty() {
                self.read_lines(reader, which, Sold::Bundle).await?;
            }
        }
        match &mut self.lines_read {
            _ if is_of_all => self.lines_read = LinesRead::All,
            LinesRead::All => {}
            LinesRead::Of(read) => read.extend(contracts),
        }
        self.read_history(reader, &missing.history).await?;
        self.sort();
        Ok(())
    }

    /// Returns those that turned out to be in force: the list was incomplete.
    async fn read_vanished(
        &mut self,
        reader: &mut Reader<'_>,
        vanished: &BTreeSet<ContractId>,
    ) -> Result<BTreeSet<ContractId>, Error> {
        let wanted: Vec<ContractId> = vanished.iter().copied().collect();
        let pages = reader.client.contracts(autotask::Contracts::Of(&wanted));
        let signed = &mut self.signed;
        let mut active = BTreeSet::new();
        let take = |contract: autotask::Contract| {
            active.extend((contract.recurring && contract.active).then_some(contract.id));
            signed.push(Signed::from(contract));
        };
        reader.each("reading contracts that are not listed any more", pages, take).await?;
        Ok(active)
    }

    async fn read_lines<S: autotask::Sold>(
        &mut self,
        reader: &mut Reader<'_>,
        which: Of<'_, S>,
        sold: fn(S) -> Sold,
    ) -> Result<(), Error> {
        let pages = reader.client.lines(which);
        let lines = &mut self.lines;
        let take = |line: autotask::Line<S>| {
            lines.push(Line { id: line.id, contract: line.contract, sold: sold(line.of) });
        };
        reader.each("reading what is on the contracts", pages, take).await
    }

    async fn read_history(
        &mut self,
        reader: &mut Reader<'_>,
        history: &BTreeSet<(LineId, IsBundle)>,
    ) -> Result<(), Error> {
        let of = |wanted: IsBundle| -> Vec<LineId> {
            history.iter().filter(|(_, is_bundle)| *is_bundle == wanted).map(|(line, _)| *line).collect()
        };
        let rows = &mut self.rows;
        let pages = reader.client.units_of_lines::<ServiceId>(&of(false));
        reader.each("reading the units of services", pages, |row| rows.push(units(row, Sold::Service))).await?;
        let pages = reader.client.units_of_lines::<BundleId>(&of(true));
        reader.each("reading the units of bundles", pages, |row| rows.push(units(row, Sold::Bundle))).await
    }

    async fn read_units(
        &mut self,
        reader: &mut Reader<'_>,
        which: (Of<'_, ServiceId>, Of<'_, BundleId>),
        today: Date,
    ) -> Result<(), Error> {
        let rows = &mut self.rows;
        let pages = reader.client.units(which.0, today);
        reader.each("reading the units of services", pages, |row| rows.push(units(row, Sold::Service))).await?;
        if !self.bundles.is_empty() {
            let pages = reader.client.units(which.1, today);
            reader.each("reading the units of bundles", pages, |row| rows.push(units(row, Sold::Bundle))).await?;
        }
        Ok(())
    }

    /// What was read twice is there once.
    fn sort(&mut self) {
        self.signed.sort_unstable_by_key(|signed| (signed.account, signed.contract.id));
        self.signed.dedup_by_key(|signed| signed.contract.id);
        self.rows.sort_unstable_by_key(|row| (row.contract, row.sold, row.id));
        self.rows.dedup();
        self.lines.sort_unstable_by_key(|line| (line.contract, line.sold, line.id));
        self.lines.dedup();
    }
}

/// What must still be read about an account before its sales are sound; `None` when nothing is missing.
pub(crate) fn missing(read: &sale::Read, products: &Products, previous: &[Source], today: Date) -> Option<Missing> {
    let mapped: BTreeSet<ServiceId> = products.services().into_iter().collect();
    let sales = sale::sales(read, &mapped, today);
    // Whether a line exists only decides where a Free item's service has no units.
    let is_any_free = products.rows.iter().filter_map(|row| row.managed()).any(|row| {
        row.free && row.service.is_some_and(|service| sales.services.get(&service).is_none_or(|sale| sale.units == 0))
    });
    let contracts = sale::lines_needed(read, &mapped, previous, is_any_free, today);
    let vanished = sale::vanished(previous, read);
    let lost = sale::lost(previous, read, &sales, today);
    let on_record = |(line, _): &(&Source, _)| !vanished.contains(&line.contract);
    let history = lost.iter().flat_map(history).filter(on_record).map(|(_, line)| line).collect();
    let missing = Missing { vanished, contracts, history };
    (missing != Missing::default()).then_some(missing)
}

fn history(lost: &Lost) -> impl Iterator<Item = (&Source, (LineId, IsBundle))> {
    lost.lines.iter().filter_map(|source| Some((source, (source.line?, bundle(source.sold).is_some()))))
}

fn bundle(sold: Sold) -> Option<BundleId> {
    match sold {
        Sold::Bundle(bundle) => Some(bundle),
        Sold::Service(_) => None,
    }
}

fn units<S>(row: autotask::Units<S>, sold: fn(S) -> Sold) -> UnitsRow {
    let autotask::Units { id, contract, line, of, start, end, units } = row;
    UnitsRow { id, contract, line, sold: sold(of), start, end, units }
}

/// The part of a sorted list with this key.
fn part<T, K: Ord + Copy>(list: &[T], key: impl Fn(&T) -> K, wanted: K) -> &[T] {
    let start = list.partition_point(|item| key(item) < wanted);
    let end = start + list[start..].partition_point(|item| key(item) == wanted);
    &list[start..end]
}
