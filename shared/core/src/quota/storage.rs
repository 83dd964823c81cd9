//! Rule P10: of the storages of a kind at most one is on.

use std::collections::BTreeMap;

use super::desired::{Found, quantity};
use super::entry::Entry;
use super::{Cause, Problem, Tenant};
use crate::id::ApplicationId;
use crate::item::{Grant, ItemId, Kind};
use crate::settings::Products;

/// Storages of a kind share their application and their name.
pub(super) type Name<'a> = (&'a ApplicationId, &'a str);

/// The managed storages by kind.
pub(super) fn kinds<'e, 'a>(entries: &'e [Entry<'a>]) -> BTreeMap<Name<'a>, Vec<&'e Entry<'a>>> {
    let mut kinds: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| entry.offer.kind == Kind::Infra) {
        kinds.entry(name(&entry.row.item)).or_default().push(entry);
    }
    kinds
}

fn name(item: &ItemId) -> Name<'_> {
    (&item.application, &item.name)
}

/// Whether both are storages of one kind.
pub(super) fn is_same_kind(one: &ItemId, other: &ItemId) -> bool {
    name(one) == name(other) && one.infra != other.infra
}

/// What the storages of a kind must be. Where that cannot be told, or the right one cannot be had, all stay as they are.
pub(super) fn decide(name: Name<'_>, storages: &[&Entry<'_>], products: &Products, tenant: &Tenant, found: &mut Found) {
    let used = match refused(name, storages, found) {
        Some(problem) => Err(problem),
        None => used(name, storages, products, tenant),
    };
    let used = match used {
        Ok(used) => used,
        Err(problem) => {
            found.problems.insert(problem);
            return;
        }
    };
    if let Some(entry) = storages.iter().find(|entry| Some(&entry.row.item) == used)
        && !found.take(entry, following_its_row(entry))
    {
        return;
    }
    for entry in storages.iter().filter(|entry| Some(&entry.row.item) != used) {
        let cause = match used {
            Some(storage) => Cause::OtherStorage { storage: storage.clone() },
            None => entry.unsold(),
        };
        found.take(entry, Ok((Grant::Off, cause)));
    }
}

/// Two storages that are sold, or one that is sold and cannot be had. Rows that share a service are alternatives, sold once.
fn refused(name: Name<'_>, storages: &[&Entry<'_>], found: &Found) -> Option<Problem> {
    let unavailable = found.problems.iter().find_map(|problem| match problem {
        Problem::NotOffered { item } if self::name(item) == name => Some(item),
        _ => None,
    });
    let sold: Vec<_> = storages.iter().filter(|entry| entry.has_units()).collect();
    let is_sold_once = sold.windows(2).all(|two| two[0].managed.service == two[1].managed.service);
    if is_sold_once && (sold.is_empty() || unavailable.is_none()) {
        return unavailable.map(|item| Problem::NotOffered { item: item.clone() });
    }
    let sold: Vec<&ItemId> = sold.into_iter().map(|entry| &entry.row.item).chain(unavailable).collect();
    Some(Problem::TwoStoragesSold { storages: in_order(&sold) })
}

/// Whether a storage that cannot be had shares its service with one that can.
pub(super) fn has_alternative(item: &ItemId, products: &Products, entries: &[Entry<'_>]) -> bool {
    let row = products.rows.iter().find(|row| row.item == *item).and_then(|row| row.managed());
    let service = row.and_then(|managed| managed.service);
    let is_alternative = |entry: &Entry<'_>| {
        is_same_kind(item, &entry.row.item) && entry.managed.service == service && entry.has_units()
    };
    service.is_some() && entries.iter().any(is_alternative)
}

/// The storage that is to be on: the sold one, else the one that is on already, managed or not, else, for a new tenant, the
/// default.
fn used<'a>(
    name: Name<'_>,
    storages: &[&Entry<'a>],
    products: &Products,
    tenant: &'a Tenant,
) -> Result<Option<&'a ItemId>, Problem> {
    let sold: Vec<&Entry<'a>> = storages.iter().copied().filter(|entry| entry.has_units()).collect();
    match sold.as_slice() {
        [] => {}
        [sold] => return Ok(Some(&sold.row.item)),
        alternatives => return one_of(name, alternatives, products).map(Some),
    }
    let on = tenant.items.iter().filter(|item| item.offer.kind == Kind::Infra && item.grant.is_on());
    let on: Vec<&ItemId> = on.map(|item| &item.offer.id).filter(|item| self::name(item) == name).collect();
    match on.as_slice() {
        [] if tenant.is_new => default(name, storages, products),
        [] => Ok(None),
        [on] => Ok(Some(on)),
        several => Err(Problem::SeveralStoragesOn { storages: in_order(several) }),
    }
}

/// Of several storages that one service sells: the one that is on already, else the default, else the only one to be had.
fn one_of<'a>(name: Name<'_>, alternatives: &[&Entry<'a>], products: &Products) -> Result<&'a ItemId, Problem> {
    let on: Vec<&ItemId> = alternatives.iter().filter(|entry| entry.is_on()).map(|entry| &entry.row.item).collect();
    match on.as_slice() {
        [] => {}
        [on] => return Ok(on),
        several => return Err(Problem::SeveralStoragesOn { storages: in_order(several) }),
    }
    let available: Vec<&Entry<'a>> = alternatives.iter().copied().filter(|entry| entry.can_be_on()).collect();
    if available.is_empty() {
        // Whichever it is, it will be named with what keeps it off.
        let items = alternatives.iter().map(|entry| &entry.row.item);
        return items.min().ok_or_else(|| Problem::NoDefaultStorage { name: name.1.to_owned() });
    }
    default(name, &available, products)?.ok_or_else(|| Problem::NoDefaultStorage { name: name.1.to_owned() })
}

fn in_order(items: &[&ItemId]) -> Vec<ItemId> {
    let mut items: Vec<ItemId> = items.iter().copied().cloned().collect();
    items.sort();
    items
}

/// The chosen storage, or the only one to be had.
fn default<'a>(
    (_, name): Name<'_>,
    storages: &[&Entry<'a>],
    products: &Products,
) -> Result<Option<&'a ItemId>, Problem> {
    let available: Vec<&ItemId> =
        storages.iter().filter(|entry| entry.can_be_on()).map(|entry| &entry.row.item).collect();
    match (products.default_storages.get(name), available.as_slice()) {
        (_, []) => Ok(None),
        (_, [only]) => Ok(Some(only)),
        // A choice that is not to be had here is no choice.
        (chosen, several) => {
            let chosen = several.iter().copied().find(|item| item.infra.as_ref() == chosen);
            chosen.map(Some).ok_or_else(|| Problem::NoDefaultStorage { name: name.to_owned() })
        }
    }
}

/// The quota of the storage that is to be on follows its row, whether it is on already or not.
fn following_its_row(entry: &Entry<'_>) -> Result<(Grant, Cause), Problem> {
    let (grant, cause) = quantity(entry, true)?;
    let is_only_default = !entry.is_on() && !entry.has_units() && cause != Cause::Free;
    Ok((grant, if is_only_default { Cause::DefaultStorage } else { cause }))
}
