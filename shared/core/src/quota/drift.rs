//! Rule P15: what was changed by hand in Acronis, and what is remembered of an account between runs.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Change, Hold, Memory, Plan, Raise, Situation, Sort, Verdict, desired, guard};
use crate::id::ServiceId;
use crate::item::{Grant, ItemId};
use crate::sale::{Lost, Source};
use crate::settings::Products;

/// A hand edit in Acronis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The item.
    pub item: ItemId,
    /// What we wrote.
    pub written: Grant,
    /// What somebody made of it.
    pub found: Grant,
    /// Which way it goes.
    pub sort: Sort,
    /// When a raise is put back; `None` for a cut, which is put back at once.
    pub until: Option<Timestamp>,
    /// Why it stays, where a person said so.
    pub exception: Option<String>,
}

/// The hand edits of managed items, in the order of the items.
#[must_use]
pub fn drift(situation: &Situation<'_>) -> Vec<Drift> {
    let managed = managed(situation.products);
    let written = situation.memory.written.iter().filter(|(item, _)| managed.contains_key(item));
    written
        .filter_map(|(item, written)| {
            let found = situation.tenant.grant(item);
            let exception = exception(item, found, situation);
            let until = kept_until(item, found, situation).filter(|_| exception.is_none());
            let sort = Sort::of(*written, found)?;
            Some(Drift { item: item.clone(), written: *written, found, sort, until, exception })
        })
        .collect()
}

/// The managed items and the service that sells each.
fn managed(products: &Products) -> BTreeMap<&ItemId, Option<ServiceId>> {
    products.rows.iter().filter_map(|row| Some((&row.item, row.managed()?.service))).collect()
}

/// Why the value that was found stays, if a person made it permanent.
pub(super) fn exception(item: &ItemId, found: Grant, situation: &Situation<'_>) -> Option<String> {
    let exception = situation.memory.exceptions.get(item)?;
    (exception.grant == found).then(|| exception.reason.clone())
}

/// When a raise by hand to `found` is put back; `None` if it is none.
pub(super) fn kept_until(item: &ItemId, found: Grant, situation: &Situation<'_>) -> Option<Timestamp> {
    let raise = raise(item, found, situation)?;
    let kept = SignedDuration::from_hours(i64::from(situation.billing.keep_raises_hours));
    Some(raise.seen_at.checked_add(kept).unwrap_or(Timestamp::MAX))
}

/// The raise by hand to `found`, seen now unless it is remembered; another value is another raise.
fn raise(item: &ItemId, found: Grant, situation: &Situation<'_>) -> Option<Raise> {
    let written = situation.memory.written.get(item)?;
    if !Sort::of(*written, found)?.extends() {
        return None;
    }
    let remembered = situation.memory.raises.get(item).filter(|raise| raise.grant == found);
    Some(remembered.copied().unwrap_or(Raise { grant: found, seen_at: situation.now }))
}

/// What to remember after a complete reading, given the plan that was made of it; to be stored before anything is written.
///
/// What is already as it must be counts as written by us; raises by hand are dated; exceptions and approvals that do not apply
/// any more are dropped; units that vanished unexplained are remembered until a person approved what follows from that.
#[must_use]
pub fn after_reading(situation: &Situation<'_>, plan: &Plan) -> Memory {
    let Situation { products, tenant, memory, .. } = *situation;
    let mut written = memory.written.clone();
    if !plan.is_held_unsold {
        let wants = desired(products, tenant, situation.sales).wants;
        let in_place = wants.into_iter().filter(|want| tenant.grant(&want.item) == want.grant);
        written.extend(in_place.map(|want| (want.item, want.grant)));
    }
    let settled = Situation { memory: &Memory { written: written.clone(), ..memory.clone() }, ..*situation };
    let raises = managed(products)
        .into_keys()
        .filter_map(|item| raise(item, tenant.grant(item), &settled).map(|raise| (item.clone(), raise)));
    let exceptions = memory.exceptions.iter().filter(|(item, exception)| exception.grant == tenant.grant(item));
    let approvals = memory
        .approvals
        .iter()
        .filter(|approval| plan.changes.iter().any(|change| guard::is_alive(approval, change, situation)));
    Memory {
        raises: raises.collect(),
        exceptions: exceptions.map(|(item, exception)| (item.clone(), exception.clone())).collect(),
        approvals: approvals.cloned().collect(),
        lines: lines(situation, plan),
        written,
    }
}

/// Rule P4: the lines that have units, and those that lost them unexplained.
fn lines(situation: &Situation<'_>, plan: &Plan) -> Vec<Source> {
    let managed = managed(situation.products);
    let sold = situation.sales.services.values().flat_map(|sale| &sale.sources).filter(|source| source.units > 0);
    let lost = situation.lost.iter().filter(|lost| {
        managed.values().any(|service| *service == Some(lost.service)) && !is_accepted(lost, &managed, plan)
    });
    let mut lines: Vec<Source> = sold.chain(lost.flat_map(|lost| &lost.lines)).cloned().collect();
    lines.sort();
    lines.dedup();
    lines
}

/// Whether a person approved every change that follows from the loss.
fn is_accepted(lost: &Lost, managed: &BTreeMap<&ItemId, Option<ServiceId>>, plan: &Plan) -> bool {
    let follows = |change: &&Change| managed.get(&change.item).is_some_and(|service| *service == Some(lost.service));
    let mut following = plan.changes.iter().filter(follows).peekable();
    let is_held = |change: &Change| matches!(change.verdict, Verdict::Held(Hold::LostUnits { .. }));
    following.peek().is_some() && !following.any(is_held)
}

/// What to remember after a change was written.
pub fn after_writing(memory: &mut Memory, change: &Change) {
    memory.written.insert(change.item.clone(), change.to);
    memory.raises.remove(&change.item);
    memory.exceptions.remove(&change.item);
    memory.approvals.retain(|approval| approval.item != change.item);
}
