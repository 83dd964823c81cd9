//! Adjustments: the only way to change how many units a contract has.

use serde_json::Value;

use super::dates;
use super::lines::{self, LineKind};
use super::record::{Record, flag, int, number, text};
use super::schema::Entity;
use super::units::{Change, Day};
use super::validate::invalid_reference;
use super::world::{Actor, World};
use super::{contracts, write};

/// An adjustment names its line, or contract and service: the other is filled in. Without a line of the service, or when a second
/// one is asked for, there is no line yet.
pub(super) fn prepare(world: &World, kind: LineKind, adjustment: &mut Record) {
    let named = int(adjustment, kind.line_field()).and_then(|id| world.row(World::entity(kind.lines()), id));
    if let Some(line) = named {
        for field in ["contractID", kind.item_field()] {
            let value = line.get(field).cloned().unwrap_or(Value::Null);
            adjustment.entry(field).or_insert(value);
        }
    } else if !flag(adjustment, kind.repeat_field())
        && let (Some(contract), Some(item)) = (int(adjustment, "contractID"), int(adjustment, kind.item_field()))
        && let Some(line) = lines::find(world, kind, contract, item)
    {
        adjustment.entry(kind.line_field()).or_insert(line.into());
    }
}

/// The rules of an adjustment that its fields alone do not express.
pub(super) fn check(world: &World, kind: LineKind, entity: &Entity, adjustment: &Record, errors: &mut Vec<String>) {
    for field in ["contractID", kind.item_field()] {
        if adjustment.get(field).is_none() {
            errors.push(format!("Value does not exist for the required field {field}"));
        }
    }
    contracts::check_sells(world, adjustment, errors);
    let Some(change) = change(adjustment) else { return };
    let window = int(adjustment, "contractID").and_then(|contract| lines::window(world, contract));
    if window.is_some_and(|window| !window.contains(change.on)) {
        errors.push(format!(
            "{} effectiveDate must be between the start date and end date of the Contract referenced by contractID.",
            entity.name
        ));
    }
    let line = int(adjustment, kind.line_field()).and_then(|id| world.ledger(kind).line(id));
    let Some(line) = line else {
        if change.by < 0 {
            errors.push(below_zero());
        }
        return;
    };
    if int(adjustment, "contractID") != Some(line.contract) || int(adjustment, kind.item_field()) != Some(line.item) {
        errors.push(invalid_reference(kind.line_field(), &World::entity(kind.lines()).name));
    }
    if line.changes.iter().any(|each| each.on == change.on) {
        let table = match kind {
            LineKind::Service => "contract_service_period",
            LineKind::Bundle => "contract_service_bundle_period",
        };
        errors.push(format!("Attempt to insert duplicate data into {table}."));
    }
    if line.falls_below_zero_with(change) {
        errors.push(below_zero());
    }
}

/// Carries an adjustment out, on a new line if it has none.
pub(super) fn stored(world: &mut World, actor: Actor, kind: LineKind, adjustment: &Record) {
    let Some(change) = change(adjustment) else { return };
    let line = int(adjustment, kind.line_field()).unwrap_or_else(|| open_line(world, actor, kind, adjustment));
    if let Some(line) = world.ledger_mut(kind).line_mut(line) {
        line.changes.push(change);
    }
    lines::lay_out(world, kind, line);
}

fn open_line(world: &mut World, actor: Actor, kind: LineKind, adjustment: &Record) -> i64 {
    let mut line = Record::new();
    for (field, source) in
        [("contractID", "contractID"), (kind.item_field(), kind.item_field()), ("unitCost", "adjustedUnitCost")]
    {
        line.insert(field.to_owned(), adjustment.get(source).cloned().unwrap_or(Value::Null));
    }
    write::store(world, actor, World::entity(kind.lines()), None, line)
}

fn change(adjustment: &Record) -> Option<Change> {
    let on = text(adjustment, "effectiveDate").and_then(dates::parse).map(Day::of)?;
    let by = int(adjustment, "unitChange").unwrap_or_default();
    Some(Change { on, by, price: number(adjustment, "adjustedUnitPrice") })
}

/// Not documented: a database that counts things is taken to refuse a negative number of them.
fn below_zero() -> String {
    "unitChange must not reduce the units below zero.".to_owned()
}
