//! The rules of quotas once more: item by item, looked up again and again, with nothing shared and nothing clever.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::item::{Grant, ItemId, Kind, Quota};
use bridge_core::quota::{Hold, Problem};
use bridge_core::settings::billing::{Managed, NoSellingContract, Row};
use jiff::{SignedDuration, Timestamp};

use crate::catalogue::{offers, seats_of};
use crate::world::World;

/// What each item must be.
#[derive(Debug, Clone, Default)]
pub struct Must {
    /// The items that are ours to decide, and what they must be.
    pub grants: BTreeMap<ItemId, Grant>,
    /// Items of which the rules only say what must not happen: two storages on, or one off without its successor.
    pub unclear: BTreeSet<ItemId>,
    /// What a person has to settle.
    pub problems: BTreeSet<Problem>,
}

impl Must {
    /// Rules P2 and P10: nothing of a new tenant is set before its storage and its edition are known.
    pub fn is_stopped(&self, world: &World) -> bool {
        let stops = |problem: &Problem| matches!(problem, Problem::NoDefaultStorage { .. } | Problem::NoEdition { .. });
        world.tenant.is_new && self.problems.iter().any(stops)
    }
}

/// Managed rows of the tenant's editions, of items that anybody knows of (rules P2 and P3).
fn rows(world: &World) -> impl Iterator<Item = (&Row, &Managed)> {
    let managed = world.products.rows.iter().filter_map(|row| Some((row, row.managed()?)));
    managed.filter(|(row, _)| row.edition.is_none() || row.edition == edition(world, row))
}

/// Rule P2: the edition of the tenant's items that are on; else the chosen one; else the only one that is mapped.
pub fn edition(world: &World, row: &Row) -> Option<String> {
    let application = &row.item.application;
    let in_use =
        world.tenant.items.iter().filter(|item| item.offer.id.application == *application && item.grant.is_on());
    let in_use = in_use.filter_map(|item| item.offer.edition.clone()).next();
    in_use.or_else(|| world.products.editions.get(application).cloned()).or_else(|| {
        let mapped =
            world.products.rows.iter().filter(|row| row.item.application == *application && row.managed().is_some());
        let mapped: BTreeSet<_> = mapped.filter_map(|row| row.edition.clone()).collect();
        (mapped.len() == 1).then(|| mapped.into_iter().next().unwrap())
    })
}

/// Rules P5 and P6 for an item with a quota that is on, or must be.
fn quota(world: &World, row: &Row, managed: &Managed) -> Grant {
    let overage = if managed.soft { None } else { Some(0) };
    match world.sold(managed.service) {
        Some(units) if units > 0 => Grant::Quota(Quota { value: Some(units * row.unit_size()), overage }),
        Some(_) if managed.free => Grant::Quota(Quota { value: Some(0), overage }),
        None if managed.free => Grant::Quota(Quota::UNLIMITED),
        _ => Grant::Quota(Quota::hard(0)),
    }
}

fn has_units(world: &World, managed: &Managed) -> bool {
    world.sold(managed.service).is_some_and(|units| units > 0)
}

/// Rule P6: an item that is off stays off, unless it is sold, or Free and not sold.
fn count(world: &World, row: &Row, managed: &Managed) -> Grant {
    let is_free_and_unsold = managed.free && world.sold(managed.service).is_none();
    if world.grant(&row.item).is_on() || has_units(world, managed) || is_free_and_unsold {
        quota(world, row, managed)
    } else {
        Grant::Off
    }
}

/// Rule P7.
fn feature(world: &World, row: &Row, managed: &Managed, counts: &BTreeMap<ItemId, Grant>) -> Grant {
    let serves_somebody = seats_of(&row.item).is_some_and(|seats| {
        let seats = counts.get(&seats).copied().unwrap_or_else(|| world.grant(&seats));
        !matches!(seats, Grant::Off | Grant::Quota(Quota { value: Some(0), .. }))
    });
    let stays = world.grant(&row.item).is_on() && serves_somebody;
    if has_units(world, managed) || managed.free || stays { Grant::On } else { Grant::Off }
}

/// Rule P11 and P7: what the partner above lacks is not switched on, what is locked is not switched at all.
fn possible(world: &World, item: &ItemId, to: Grant) -> Result<Grant, Problem> {
    let now = world.grant(item);
    if now.is_on() == to.is_on() {
        Ok(to)
    } else if world.is_locked(item) {
        Err(Problem::Locked { item: item.clone(), grant: to })
    } else if to.is_on() && !world.is_offered(item) {
        Err(Problem::NotOffered { item: item.clone() })
    } else {
        Ok(to)
    }
}

/// What each item of the tenant must be.
pub fn must(world: &World) -> Must {
    let mut must = Must::default();
    let managed = world.products.rows.iter().filter_map(|row| Some((row, row.managed()?)));
    for (row, managed) in managed.filter(|(row, _)| row.edition.is_some() && edition(world, row).is_none()) {
        if has_units(world, managed) {
            must.problems.insert(Problem::NoEdition { application: row.item.application.clone() });
        } else {
            // Whether that is worth a word where nothing of the application is sold is nobody's rule.
            must.unclear.insert(row.item.clone());
        }
    }
    // Counts first: switches serve seats.
    for (row, managed) in rows(world).filter(|(row, _)| kind_of(row) == Kind::Count) {
        decide(world, &mut must, row, count(world, row, managed));
    }
    for (row, managed) in rows(world).filter(|(row, _)| kind_of(row) == Kind::Feature) {
        let to = feature(world, row, managed, &must.grants);
        decide(world, &mut must, row, to);
    }
    let storages_of = |row: &Row| (row.item.application.clone(), row.item.name.clone());
    let kinds: BTreeSet<_> =
        rows(world).filter(|(row, _)| kind_of(row) == Kind::Infra).map(|(row, _)| storages_of(row)).collect();
    for kind in kinds {
        let rows: Vec<_> = rows(world).filter(|(row, _)| storages_of(row) == kind).collect();
        let (here, elsewhere): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|(row, _)| world.offer(&row.item).is_some());
        let is_sold = |(_, managed): &(&Row, &Managed)| has_units(world, managed);
        if elsewhere.iter().any(is_sold) {
            must.unclear.extend(here.iter().chain(&elsewhere).map(|(row, _)| row.item.clone()));
        } else if !here.is_empty() {
            storages(world, &here, &mut must);
        }
    }
    must
}

fn kind_of(row: &Row) -> Kind {
    offers().iter().find(|offer| offer.id == row.item).unwrap().kind
}

/// What is not possible stays as it is, and is named.
fn decide(world: &World, must: &mut Must, row: &Row, to: Grant) {
    let to = possible(world, &row.item, to).unwrap_or_else(|problem| {
        must.problems.insert(problem);
        world.grant(&row.item)
    });
    must.grants.insert(row.item.clone(), to);
}

/// Rule P10 for the managed storages of one kind.
fn storages(world: &World, kind: &[(&Row, &Managed)], must: &mut Must) {
    let name = &kind[0].0.item.name;
    let is_of_kind = |id: &ItemId| id.application == kind[0].0.item.application && id.name == *name;
    let on = world.tenant.items.iter().find(|item| is_of_kind(&item.offer.id) && item.grant.is_on());
    let on = on.map(|item| &item.offer.id);
    let sold: Vec<_> = kind.iter().copied().filter(|(_, managed)| has_units(world, managed)).collect();
    let ids = || kind.iter().map(|(row, _)| row.item.clone());
    let are_alternatives = sold.iter().all(|(_, managed)| managed.service == sold[0].1.service);
    if !are_alternatives {
        let storages = sold.iter().map(|(row, _)| row.item.clone()).collect();
        must.problems.insert(Problem::TwoStoragesSold { storages });
        must.grants.extend(ids().map(|id| (id.clone(), world.grant(&id))));
        return;
    }
    // Rows that share a service are alternatives: sold once, to the storage that is on, else to the default.
    let is_on_and_sold = on.is_some_and(|on| sold.iter().any(|(row, _)| row.item == *on));
    let by_default = match (sold.as_slice(), on) {
        (alternatives @ [_, _, ..], _) if !is_on_and_sold => Some(default_storage(world, alternatives)),
        ([], None) if world.tenant.is_new => Some(default_storage(world, kind)),
        _ => None,
    };
    let chosen = match (by_default, sold.as_slice()) {
        (Some(Err(Unclear)), _) => return must.unclear.extend(ids()),
        (Some(Ok(None)), [_, ..]) => {
            must.problems.insert(Problem::NoDefaultStorage { name: name.clone() });
            must.grants.extend(ids().map(|id| (id.clone(), world.grant(&id))));
            return;
        }
        (Some(Ok(storage)), _) => storage,
        (None, [(row, _)]) => Some(row.item.clone()),
        (None, _) => on.cloned(),
    };
    if world.tenant.is_new && chosen.is_none() && kind.iter().any(|(row, _)| world.is_offered(&row.item)) {
        must.problems.insert(Problem::NoDefaultStorage { name: name.clone() });
    }
    let cannot_be_on = chosen.as_ref().is_some_and(|id| {
        let is_off = !world.grant(id).is_on();
        let other_stays =
            on.is_some_and(|on| on != id && (world.is_locked(on) || kind.iter().all(|(row, _)| row.item != *on)));
        let other_is_exception = on.is_some_and(|on| on != id && is_exception(world, on));
        is_off
            && (world.is_locked(id)
                || !world.is_offered(id)
                || is_exception(world, id)
                || other_stays
                || other_is_exception)
    });
    if cannot_be_on {
        return must.unclear.extend(ids());
    }
    for (row, managed) in kind {
        let is_chosen = chosen.as_ref() == Some(&row.item);
        let to = if is_chosen { quota(world, row, managed) } else { Grant::Off };
        must.grants.insert(row.item.clone(), to);
    }
}

/// The rules do not say which it is.
struct Unclear;

/// Rule P10: the only storage, or the chosen one; `None` where there are several and none is chosen.
fn default_storage(world: &World, kind: &[(&Row, &Managed)]) -> Result<Option<ItemId>, Unclear> {
    let name = &kind[0].0.item.name;
    let available = |id: &ItemId| world.is_offered(id) && !world.is_locked(id);
    let managed: Vec<_> = kind.iter().map(|(row, _)| &row.item).filter(|id| available(id)).collect();
    let offered = world.tenant.offers.iter().filter(|offer| offer.id.name == *name).count();
    match world.products.default_storages.get(name) {
        Some(infra) => {
            let chosen = managed.iter().find(|id| id.infra.as_ref() == Some(infra));
            chosen.map(|id| Some((*id).clone())).ok_or(Unclear)
        }
        None if managed.len() == offered && offered == 1 => Ok(managed.first().map(|id| (*id).clone())),
        None if managed.len() > 1 => Ok(None),
        None => Err(Unclear),
    }
}

/// Rule P15: a hand edit that a person made permanent stays as it is.
pub fn is_exception(world: &World, item: &ItemId) -> bool {
    world.memory.exceptions.get(item).is_some_and(|exception| exception.grant == world.grant(item))
}

/// The changes that lead from what is to what must be.
pub fn changes(world: &World, must: &Must) -> BTreeMap<ItemId, (Grant, Grant)> {
    let holds_all = !world.sales.is_selling() && world.billing.no_selling_contract == NoSellingContract::Hold;
    if holds_all || must.is_stopped(world) {
        return BTreeMap::new();
    }
    let wanted = must.grants.iter().filter(|(item, _)| !is_exception(world, item));
    let changes = wanted.map(|(item, to)| (item.clone(), (world.grant(item), *to)));
    changes.filter(|(_, (from, to))| from != to).collect()
}

/// How much a grant allows: first what nothing can exceed, then the quota itself.
fn allows(grant: Grant) -> (i64, i64) {
    match grant {
        Grant::Off => (-1, -1),
        Grant::On => (i64::MAX, i64::MAX),
        Grant::Quota(quota) => (quota.ceiling().unwrap_or(i64::MAX), quota.value.unwrap_or(i64::MAX)),
    }
}

pub fn is_less(to: Grant, from: Grant) -> bool {
    allows(to) < allows(from)
}

/// What may stand against a change.
#[derive(Debug, Clone, Default)]
pub struct Against {
    pub holds: Vec<Hold>,
    /// Reading usage may settle it.
    pub usage_is_missing: bool,
}

impl Against {
    pub fn is_nothing(&self) -> bool {
        self.holds.is_empty()
    }
}

/// Everything that stands against a change, before anybody approves it (rules P4, P7, P10, P12 and P15).
pub fn against(world: &World, item: &ItemId, from: Grant, to: Grant) -> Against {
    let mut against = Against::default();
    let is_cut = is_less(to, from);
    let usage = world.fresh_usage(item);
    let kind = world.offer(item).unwrap().kind;
    let service = world.products.rows.iter().find(|row| row.item == *item).and_then(|row| row.managed()?.service);
    let lost = world.lost.iter().find(|lost| Some(lost.service) == service);
    let becomes_unlimited = to == Grant::Quota(Quota::UNLIMITED);
    if let Some(lost) = lost.filter(|_| is_cut || becomes_unlimited) {
        against.holds.push(Hold::LostUnits { lines: lost.lines.clone() });
    }
    if is_cut && let Some(until) = raised_until(world, item, from) {
        against.holds.push(Hold::RaisedByHand { until });
    }
    if to == Grant::Off && (kind == Kind::Feature || (kind == Kind::Infra && usage != Some(0))) {
        against.holds.push(Hold::SwitchOff);
        if usage.is_none() {
            against.holds.push(Hold::UsageUnknown);
            against.usage_is_missing = true;
        }
    }
    if world.billing.guards.never_below_usage
        && is_cut
        && let Some(ceiling) = to.ceiling()
    {
        match usage {
            Some(usage) if usage > ceiling => against.holds.push(Hold::BelowUsage { usage }),
            Some(_) => {}
            None => {
                against.holds.push(Hold::UsageUnknown);
                against.usage_is_missing = true;
            }
        }
    }
    against
}

/// Rule P15: until when a raise by hand is kept.
fn raised_until(world: &World, item: &ItemId, is: Grant) -> Option<Timestamp> {
    let written = *world.memory.written.get(item)?;
    let seen = world.memory.raises.get(item).filter(|raise| raise.grant == is).map_or(world.now, |raise| raise.seen_at);
    let until = seen + SignedDuration::from_hours(i64::from(world.billing.keep_raises_hours));
    (is_less(written, is) && world.now < until).then_some(until)
}
