//! Lines of contracts: a service or a bundle that a contract sells, and the units that follow from it.

use super::filter::Bounds;
use super::record::{Record, int, number};
use super::schema::Entity;
use super::units::{Line, Window, periods};
use super::world::World;
use super::{catalogue, contracts};

/// What a line sells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LineKind {
    Service,
    Bundle,
}

impl LineKind {
    pub const ALL: [Self; 2] = [Self::Service, Self::Bundle];

    /// The kind whose lines are records of this entity.
    pub fn of_lines(entity: &Entity) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| entity.path == kind.lines())
    }

    /// The kind whose units rows this entity shows.
    pub fn of_units(entity: &Entity) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| entity.path == kind.units())
    }

    /// The kind whose adjustments are records of this entity.
    pub fn of_adjustments(entity: &Entity) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| entity.path == kind.adjustments())
    }

    pub fn lines(self) -> &'static str {
        match self {
            Self::Service => "ContractServices",
            Self::Bundle => "ContractServiceBundles",
        }
    }

    pub fn units(self) -> &'static str {
        match self {
            Self::Service => "ContractServiceUnits",
            Self::Bundle => "ContractServiceBundleUnits",
        }
    }

    pub fn adjustments(self) -> &'static str {
        match self {
            Self::Service => "ContractServiceAdjustments",
            Self::Bundle => "ContractServiceBundleAdjustments",
        }
    }

    /// The collection of what can be sold.
    pub fn catalogue(self) -> &'static str {
        match self {
            Self::Service => "Services",
            Self::Bundle => "ServiceBundles",
        }
    }

    /// The field that holds the id of what is sold.
    pub fn item_field(self) -> &'static str {
        match self {
            Self::Service => "serviceID",
            Self::Bundle => "serviceBundleID",
        }
    }

    /// The field of units rows and adjustments that holds the line's id.
    pub fn line_field(self) -> &'static str {
        match self {
            Self::Service => "contractServiceID",
            Self::Bundle => "contractServiceBundleID",
        }
    }

    /// The field of an adjustment that asks for a second line of the same service or bundle.
    pub fn repeat_field(self) -> &'static str {
        match self {
            Self::Service => "allowRepeatService",
            Self::Bundle => "allowRepeatServiceBundle",
        }
    }
}

/// Prices that the request left out come from the catalogue.
pub(super) fn settle(world: &World, kind: LineKind, line: &mut Record) {
    let price = int(line, kind.item_field()).map_or(0.0, |item| catalogue::price(world, kind, item));
    let unit_price = number(line, "unitPrice").unwrap_or(price);
    let adjusted = number(line, "adjustedPrice").unwrap_or(unit_price);
    line.insert("unitPrice".to_owned(), unit_price.into());
    line.insert("internalCurrencyUnitPrice".to_owned(), unit_price.into());
    line.insert("internalCurrencyAdjustedPrice".to_owned(), adjusted.into());
}

/// Opens the units of a new line, or reprices those of a changed one.
pub(super) fn stored(world: &mut World, kind: LineKind, record: &Record) {
    let (Some(id), Some(contract), Some(item)) =
        (int(record, "id"), int(record, "contractID"), int(record, kind.item_field()))
    else {
        return;
    };
    let price = number(record, "internalCurrencyAdjustedPrice").unwrap_or_default();
    let cost = number(record, "unitCost").unwrap_or_else(|| catalogue::cost(world, kind, item));
    let months = catalogue::period_months(world, kind, item);
    match world.ledger_mut(kind).line_mut(id) {
        Some(line) => (line.unit_price, line.unit_cost) = (price, cost),
        None => world.ledger_mut(kind).open(id, Line::new(contract, item, months, price, cost)),
    }
    lay_out(world, kind, id);
}

/// Computes the rows of a line from its contract's dates and its adjustments.
pub(super) fn lay_out(world: &mut World, kind: LineKind, id: i64) {
    let Some(line) = world.ledger(kind).line(id) else { return };
    let months = line.months;
    if let Some(window) = window(world, line.contract) {
        world.ledger_mut(kind).lay_out(id, &periods(window, months));
    }
}

/// Lets the rows of a contract's lines follow its dates.
pub(super) fn follow_contract(world: &mut World, contract: i64) {
    for kind in LineKind::ALL {
        for line in world.ledger(kind).lines_of(contract).to_vec() {
            lay_out(world, kind, line);
        }
    }
}

/// The first and last day of a contract.
pub(super) fn window(world: &World, contract: i64) -> Option<Window> {
    contracts::window(world.row(World::entity("Contracts"), contract)?)
}

/// The oldest line of a contract that sells this.
pub(super) fn find(world: &World, kind: LineKind, contract: i64, item: i64) -> Option<i64> {
    let mut lines = world.matching(World::entity(kind.lines()), &Bounds::of_key("contractID", contract));
    lines.find(|(_, line)| int(line, kind.item_field()) == Some(item)).map(|(id, _)| id)
}
