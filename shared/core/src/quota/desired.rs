//! What each managed item of a tenant must be (rules P2, P3, P5 to P8 and P10).

use std::collections::{BTreeMap, BTreeSet};

use super::edition::Editions;
use super::entry::Entry;
use super::{Cause, Desired, Problem, Tenant, Want, storage, switch};
use crate::item::{Grant, ItemId, Kind, Quota, Unit};
use crate::sale::{Sale, Sales};
use crate::settings::Products;
use crate::settings::billing::{Managed, Row};

/// The greatest quota that is written: Acronis's numbers are floating-point, which hold every whole number up to here.
const GREATEST_QUOTA: i64 = 1 << 53;

/// What each managed item of the tenant must be, given the product mapping and what the account's contracts sell.
///
/// Only rows of the tenant's own editions are planned with, and rows outside editions. An item about which there is a
/// [`Problem`] has no [`Want`] and is left as it is. The account must have a selling contract, or rule P9's switch must ask for
/// the literal reading: [`plan`](super::plan()) sees to that.
#[must_use]
pub fn desired(products: &Products, tenant: &Tenant, sales: &Sales) -> Desired {
    let mut found = Found::default();
    let entries = entries(products, tenant, sales, &mut found.problems);
    for entry in entries.iter().filter(|entry| entry.offer.kind == Kind::Count) {
        found.take(entry, quantity(entry, entry.is_on()));
    }
    for (name, storages) in storage::kinds(&entries) {
        storage::decide(name, &storages, products, tenant, &mut found);
    }
    for entry in entries.iter().filter(|entry| entry.offer.kind == Kind::Feature) {
        let want = feature(entry, tenant, &found.wants);
        found.take(entry, Ok(want));
    }
    Desired { wants: found.wants.into_values().collect(), problems: found.problems.into_iter().collect() }
}

/// What was decided so far.
#[derive(Default)]
pub(super) struct Found {
    pub(super) wants: BTreeMap<ItemId, Want>,
    pub(super) problems: BTreeSet<Problem>,
}

impl Found {
    /// Takes in what an item must be, unless it cannot be made so. Says whether it can.
    pub(super) fn take(&mut self, entry: &Entry<'_>, decided: Result<(Grant, Cause), Problem>) -> bool {
        match decided.and_then(|(grant, cause)| entry.want(grant, cause)) {
            Ok(want) => {
                self.wants.insert(want.item.clone(), want);
                true
            }
            Err(problem) => {
                self.problems.insert(problem);
                false
            }
        }
    }
}

/// The managed rows that the tenant is planned with, each with what the tenant has of its item.
fn entries<'a>(
    products: &'a Products,
    tenant: &'a Tenant,
    sales: &'a Sales,
    problems: &mut BTreeSet<Problem>,
) -> Vec<Entry<'a>> {
    let editions = Editions::of(products, tenant);
    let mut entries = Vec::new();
    for row in &products.rows {
        let Some(managed) = row.managed() else { continue };
        let sale = managed.service.and_then(|service| sales.services.get(&service));
        let is_asked_for = is_asked_for(row, managed, sale);
        if let Some(problem) = editions.problem(row) {
            let is_mixed = matches!(problem, Problem::SeveralEditions { .. });
            problems.extend((is_asked_for || is_mixed || tenant.is_new).then_some(problem));
        } else if editions.include(row) {
            match Entry::of(row, managed, sale, tenant) {
                Some(entry) => entries.push(entry),
                None => problems.extend(is_asked_for.then(|| Problem::NotOffered { item: row.item.clone() })),
            }
        }
    }
    let is_settled = |problem: &Problem| match problem {
        Problem::NotOffered { item } => storage::has_alternative(item, products, &entries),
        _ => false,
    };
    problems.retain(|problem| !is_settled(problem));
    entries
}

/// Whether an item that nobody knows of would have to be on. Its row tells what it is: storages are bound to one, and Free
/// switches none on (rule P10); features have no unit, and are on where they are Free whatever is sold (rule P7).
fn is_asked_for(row: &Row, managed: &Managed, sale: Option<&Sale>) -> bool {
    let is_free = managed.free && row.item.infra.is_none() && (sale.is_none() || row.unit == Unit::None);
    is_free || sale.is_some_and(|sale| sale.units > 0)
}

/// Rules P5 and P6 for an item with a quota; `is_on` also for one that has to be switched on whatever is sold.
pub(super) fn quantity(entry: &Entry<'_>, is_on: bool) -> Result<(Grant, Cause), Problem> {
    let nothing = if is_on { Grant::Quota(Quota::hard(0)) } else { Grant::Off };
    Ok(match entry.sale {
        Some(sale) if sale.units > 0 => (Grant::Quota(entry.quota(sale.units)?), entry.sold(sale)),
        // Zero units say the same whether a line without units was read or not, unless the row is Free.
        Some(sale) if !entry.managed.free || !is_on => (nothing, entry.sold(sale)),
        Some(sale) => (Grant::Quota(entry.quota(0)?), entry.sold(sale)),
        None if entry.managed.free => (Grant::Quota(Quota::UNLIMITED), Cause::Free),
        None => (nothing, entry.not_sold()),
    })
}

impl Entry<'_> {
    /// Rule P5: units × unit size.
    fn quota(&self, units: i64) -> Result<Quota, Problem> {
        let value = units.checked_mul(self.row.unit_size()).filter(|value| *value <= GREATEST_QUOTA);
        let value = value.ok_or_else(|| Problem::TooLarge { item: self.row.item.clone() })?;
        Ok(if self.managed.soft { Quota::soft(value) } else { Quota::hard(value) })
    }
}

/// Rule P7.
fn feature(entry: &Entry<'_>, tenant: &Tenant, wants: &BTreeMap<ItemId, Want>) -> (Grant, Cause) {
    match entry.sale {
        Some(sale) if sale.units > 0 => (Grant::On, entry.sold(sale)),
        _ if entry.managed.free => (Grant::On, Cause::Free),
        _ if entry.is_on() => {
            let seats = tenant.known().map(|offer| {
                let wanted = wants.get(&offer.id).map(|want| want.grant);
                (offer, wanted.unwrap_or_else(|| tenant.grant(&offer.id)))
            });
            switch::unsold(entry.offer, seats, entry.unsold())
        }
        _ => (Grant::Off, entry.unsold()),
    }
}
