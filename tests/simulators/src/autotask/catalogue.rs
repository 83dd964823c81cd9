//! The catalogue: services and bundles of services.

use super::filter::Bounds;
use super::lines::LineKind;
use super::record::{Record, int, number};
use super::units::members;
use super::validate::invalid_reference;
use super::world::World;

/// The use type of billing codes for services of recurring contracts.
pub(super) const RECURRING_SERVICE_CODE: i64 = 7;

/// Months of a period type, as far as the documents name them.
const MONTHS: [(i64, i32); 4] = [(2, 1), (3, 3), (4, 6), (5, 12)];

/// A service or bundle is sold unless the request says otherwise.
pub(super) fn prepare(old: Option<&Record>, item: &mut Record) {
    if old.is_none() {
        item.entry("isActive").or_insert(true.into());
    }
}

/// Services and bundles are booked on a billing code for recurring services.
pub(super) fn check(world: &World, item: &Record, errors: &mut Vec<String>) {
    let code = int(item, "billingCodeID").and_then(|id| world.row(World::entity("BillingCodes"), id));
    if code.is_some_and(|code| int(code, "useType") != Some(RECURRING_SERVICE_CODE)) {
        errors.push(invalid_reference("billingCodeID", "BillingCode"));
    }
}

/// A bundle holds each service once.
pub(super) fn check_member(world: &World, member: &Record, errors: &mut Vec<String>) {
    let (bundle, service) = (int(member, "serviceBundleID"), int(member, "serviceID"));
    if bundle.zip(service).is_some_and(|(bundle, service)| members(world, bundle).contains(&service)) {
        errors.push("The Service is already part of the ServiceBundle.".to_owned());
    }
}

/// The cost of a bundle is the sum of its members'.
pub(super) fn follow_members(world: &mut World, member: &Record) {
    let bundles = World::entity("ServiceBundles");
    let Some(id) = int(member, "serviceBundleID") else { return };
    let Some(mut bundle) = world.row(bundles, id).cloned() else { return };
    let cost: f64 = members(world, id).into_iter().map(|service| cost(world, LineKind::Service, service)).sum();
    bundle.insert("unitCost".to_owned(), cost.into());
    world.put(bundles, id, bundle);
}

/// The members of a deleted bundle go with it.
pub(super) fn bundle_deleted(world: &mut World, bundle: &Record) {
    let links = World::entity("ServiceBundleServices");
    let Some(id) = int(bundle, "id") else { return };
    let gone: Vec<_> = world.matching(links, &Bounds::of_key("serviceBundleID", id)).map(|(id, _)| id).collect();
    for link in gone {
        world.remove(links, link);
    }
}

/// The price of a unit. A bundle without a price of its own costs the sum of its members, less its discounts.
pub(super) fn price(world: &World, kind: LineKind, item: i64) -> f64 {
    let Some(record) = world.row(World::entity(kind.catalogue()), item) else { return 0.0 };
    if kind == LineKind::Service || number(record, "unitPrice").is_some() {
        return number(record, "unitPrice").unwrap_or_default();
    }
    let sum: f64 = members(world, item).into_iter().map(|service| price(world, LineKind::Service, service)).sum();
    let percent = number(record, "percentageDiscount").unwrap_or_default();
    sum * (1.0 - percent / 100.0) - number(record, "unitDiscount").unwrap_or_default()
}

/// The cost of a unit.
pub(super) fn cost(world: &World, kind: LineKind, item: i64) -> f64 {
    world.row(World::entity(kind.catalogue()), item).and_then(|item| number(item, "unitCost")).unwrap_or_default()
}

/// How many months a billing period of the service or bundle lasts.
pub(super) fn period_months(world: &World, kind: LineKind, item: i64) -> i32 {
    let period = world.row(World::entity(kind.catalogue()), item).and_then(|item| int(item, "periodType"));
    MONTHS.iter().find(|(value, _)| Some(*value) == period).map_or(1, |(_, months)| *months)
}
