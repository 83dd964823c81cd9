//! How many units of a service or bundle a contract has, period by period.
//!
//! [`layout`] is the engine: it computes the rows of one line from the contract's dates and the adjustments. [`ledger`] keeps the
//! rows of all lines. This module shows them as `ContractServiceUnits` and `ContractServiceBundleUnits`.

mod day;
mod layout;
mod ledger;

use super::filter::Bounds;
use super::lines::LineKind;
use super::record::int;
use super::row::Cell;
use super::world::World;

pub(super) use day::Day;
pub(super) use layout::{Change, Period, Window, periods};
pub(super) use ledger::{Ledger, Line};

use layout::Slice;
use ledger::Kept;

/// Where the ids of the rows and lines of bundle members begin, far above all others.
const MEMBERS_FROM: i64 = 1_000_000_000;
/// Room for the members of one bundle.
const MEMBERS_PER_BUNDLE: i64 = 100;

/// One row of `ContractServiceUnits` or `ContractServiceBundleUnits`.
#[derive(Clone, Copy, Debug)]
pub(super) struct UnitsRow {
    id: i64,
    contract: i64,
    line: Option<i64>,
    item: i64,
    slice: Slice,
    /// The last day as shown.
    ends: Day,
    unit_cost: f64,
}

impl UnitsRow {
    fn new(world: &World, id: i64, kept: &Kept) -> Self {
        let Kept { line, contract, item, slice, unit_cost, .. } = *kept;
        let ends = if slice.is_cut && world.quirks.cut_rows_overlap { slice.last.plus(1) } else { slice.last };
        let is_old = world.quirks.no_contract_service_before.is_some_and(|day| slice.first < Day::from(day));
        Self { id, contract, line: (!is_old).then_some(line), item, slice, ends, unit_cost }
    }

    /// The value of a field; none where it is null.
    pub fn cell(&self, field: &str) -> Option<Cell> {
        Some(match field {
            "id" => Cell::Whole(self.id),
            "contractID" => Cell::Whole(self.contract),
            "contractServiceID" | "contractServiceBundleID" => Cell::Whole(self.line?),
            "serviceID" | "serviceBundleID" => Cell::Whole(self.item),
            "startDate" => Cell::Day(self.slice.first),
            "endDate" => Cell::Day(self.ends),
            "units" => Cell::Whole(self.slice.units),
            "price" | "internalCurrencyPrice" => Cell::Amount(self.slice.extended(self.slice.unit_price)),
            "cost" => Cell::Amount(self.slice.extended(self.unit_cost)),
            // Approval, lines of business and vendors are not simulated.
            _ => return None,
        })
    }
}

/// The rows of lines of one kind within these bounds, by ascending id.
pub(super) fn select<'a>(
    world: &'a World,
    kind: LineKind,
    bounds: &Bounds,
) -> Box<dyn Iterator<Item = (i64, UnitsRow)> + 'a> {
    let own = world.ledger(kind).select(bounds, kind.line_field());
    let own = own.map(|(id, kept)| (id, UnitsRow::new(world, id, kept)));
    if kind == LineKind::Service && world.quirks.bundle_members_have_units {
        Box::new(own.chain(rows_of_members(world, bounds)))
    } else {
        Box::new(own)
    }
}

/// The services inside sold bundles, as rows of their own.
fn rows_of_members<'a>(world: &'a World, bounds: &Bounds) -> impl Iterator<Item = (i64, UnitsRow)> + use<'a> {
    let (first, ids) = (bounds.first(), bounds.ids().map(<[i64]>::to_vec));
    let rows = world.ledger(LineKind::Bundle).select(&Bounds::default(), LineKind::Bundle.line_field());
    rows.flat_map(move |(id, kept)| {
        (0..).zip(members(world, kept.item)).map(move |(position, service)| {
            let place = |id: i64| MEMBERS_FROM + id * MEMBERS_PER_BUNDLE + position;
            let row = UnitsRow::new(world, place(id), kept);
            // The price stands on the bundle's own row.
            let slice = Slice { unit_price: 0.0, ..row.slice };
            (place(id), UnitsRow { line: row.line.map(place), item: service, slice, ..row })
        })
    })
    .filter(move |(id, _)| *id >= first && ids.as_ref().is_none_or(|ids| ids.contains(id)))
}

/// The services in a bundle, in the order in which they came into it.
pub(super) fn members(world: &World, bundle: i64) -> Vec<i64> {
    let rows = world.matching(World::entity("ServiceBundleServices"), &Bounds::of_key("serviceBundleID", bundle));
    rows.filter_map(|(_, member)| int(member, "serviceID")).collect()
}
