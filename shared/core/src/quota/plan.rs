//! What one run would change (rules P9, P11 and P12).

use std::cmp::Ordering;
use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use super::{
    Cause, Change, Hold, Plan, Problem, Situation, Sort, Tenant, Verdict, Want, desired, drift, guard, storage,
};
use crate::item::{Grant, ItemId, Kind, Quota};
use crate::settings::billing::NoSellingContract;

/// What has to be changed of the tenant, in the order of writing, and what stands against each change.
///
/// Nothing is planned for an account without a selling contract unless the settings ask for it (rule P9), nor for a new tenant
/// for which an edition or a storage has to be chosen first. A change that is [`Held`](Verdict::Held) holds back none of the
/// others, but for the storage that is to take another's place.
#[must_use]
pub fn plan(situation: &Situation<'_>) -> Plan {
    let Situation { billing, products, tenant, sales, .. } = *situation;
    if !sales.is_selling() && billing.no_selling_contract == NoSellingContract::Hold {
        return Plan { is_held_unsold: true, ..Plan::default() };
    }
    let desired = desired(products, tenant, sales);
    if tenant.is_new && desired.problems.iter().any(Problem::stops_provisioning) {
        return Plan { problems: desired.problems, ..Plan::default() };
    }
    let mut changes: Vec<Change> = desired.wants.into_iter().filter_map(|want| change(want, situation)).collect();
    keep_a_storage(&mut changes, tenant);
    keep_storages_single(&mut changes, tenant);
    in_writing_order(&mut changes);
    Plan { changes, problems: desired.problems, is_held_unsold: false }
}

/// The change that a want asks for; none where it is met, or where a person made another value permanent (rule P15).
fn change(want: Want, situation: &Situation<'_>) -> Option<Change> {
    let Want { item, grant: to, unit, cause } = want;
    let Situation { products, tenant, usage, now, .. } = *situation;
    let from = tenant.grant(&item);
    let sort = Sort::of(from, to)?;
    if drift::exception(&item, from, situation).is_some() {
        return None;
    }
    let usage = usage.get(&item).filter(|usage| now.duration_since(usage.read_at) <= guard::USAGE_IS_GOOD_FOR);
    let mut change = Change {
        from,
        to,
        cause,
        unit,
        sort,
        usage: usage.map(|usage| usage.value),
        belongs_to: None,
        version: tenant.item(&item).map_or(0, |item| item.version),
        verdict: Verdict::Go,
        item,
    };
    let row = products.rows.iter().find(|row| row.item == change.item);
    let service = row.and_then(|row| row.managed()?.service);
    change.verdict = guard::verdict(&change, service, situation);
    Some(change)
}

/// Rule P11: a storage that is to take another's place, but stays off by a person's wish, takes no place.
fn keep_a_storage(changes: &mut Vec<Change>, tenant: &Tenant) {
    let switched_on: BTreeSet<ItemId> =
        changes.iter().filter(|change| change.sort == Sort::SwitchOn).map(|change| change.item.clone()).collect();
    changes.retain(|change| match &change.cause {
        Cause::OtherStorage { storage } => tenant.grant(storage).is_on() || switched_on.contains(storage),
        _ => true,
    });
}

/// Rule P10: a storage is switched on only together with switching off every other of its kind that is on, and the reverse.
fn keep_storages_single(changes: &mut [Change], tenant: &Tenant) {
    let switched_on: Vec<ItemId> = changes
        .iter()
        .filter(|change| change.sort == Sort::SwitchOn && tenant.kind(&change.item) == Some(Kind::Infra))
        .map(|change| change.item.clone())
        .collect();
    for on in switched_on {
        join(&on, changes, tenant);
    }
}

/// Makes switching on `on` and switching off the others go ahead together or not at all.
fn join(on: &ItemId, changes: &mut [Change], tenant: &Tenant) {
    let others = tenant.items.iter().filter(|item| item.grant.is_on() && storage::is_same_kind(&item.offer.id, on));
    let others: Vec<&ItemId> = others.map(|item| &item.offer.id).collect();
    let is_other = |change: &Change| change.sort == Sort::SwitchOff && others.contains(&&change.item);
    let verdict_of = |item: &ItemId| changes.iter().find(|change| change.item == *item).map(|change| &change.verdict);

    let is_on_held = matches!(verdict_of(on), Some(Verdict::Held(_)));
    let in_use = others.iter().find(|other| matches!(verdict_of(other), None | Some(Verdict::Held(_))));
    let in_use = in_use.map(|other| Hold::StorageInUse { storage: (*other).clone() });
    let asks = others.iter().any(|other| verdict_of(other) == Some(&Verdict::AskUsage));
    let (for_on, for_others) = match in_use {
        _ if is_on_held => (None, Some(Verdict::Held(Hold::RaiseRefused))),
        Some(in_use) => (Some(Verdict::Held(in_use)), Some(Verdict::Held(Hold::RaiseRefused))),
        None if asks => (Some(Verdict::AskUsage), Some(Verdict::AskUsage)),
        None => (None, None),
    };

    for change in changes.iter_mut() {
        if change.item == *on {
            change.verdict = for_on.clone().unwrap_or(change.verdict.clone());
        } else if is_other(change) {
            change.belongs_to = Some(on.clone());
            if !matches!(change.verdict, Verdict::Held(_)) {
                change.verdict = for_others.clone().unwrap_or(change.verdict.clone());
            }
        }
    }
}

/// Rule P11: what others need comes first, so features are switched on after the seats that they serve, and off before them.
fn in_writing_order(changes: &mut [Change]) {
    changes.sort_by(|one, other| {
        let order = one.sort.cmp(&other.sort).then_with(|| {
            let is_feature = |change: &Change| change.to == Grant::On || change.from == Grant::On;
            (is_feature(one), &one.item).cmp(&(is_feature(other), &other.item))
        });
        if one.sort == other.sort && one.sort == Sort::SwitchOff { order.reverse() } else { order }
    });
}

/// A short, stable hash of what the plan changes: item, old and new value. Two plans with the same one do the same, whatever
/// holds them.
#[must_use]
pub fn digest(plan: &Plan) -> String {
    let mut hash = Sha256::new();
    for Change { item, from, to, .. } in &plan.changes {
        hash.update(serde_json::to_vec(&(item, from, to)).expect("plain data can be written as JSON"));
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

impl Sort {
    /// The sort of change from one grant to another; `None` where they are the same.
    #[must_use]
    pub fn of(from: Grant, to: Grant) -> Option<Self> {
        let (from, to) = (from.normal(), to.normal());
        if from == to {
            return None;
        }
        let sort = match (from.is_on(), to.is_on()) {
            (false, _) => Self::SwitchOn,
            (true, false) => Self::SwitchOff,
            (true, true) => match allowance(to).cmp(&allowance(from)) {
                Ordering::Greater => Self::Raise,
                Ordering::Equal => Self::Limit,
                Ordering::Less => Self::Cut,
            },
        };
        Some(sort)
    }

    /// Whether more may be used afterwards.
    #[must_use]
    pub fn extends(self) -> bool {
        match self {
            Self::SwitchOn | Self::Raise => true,
            Self::Limit | Self::Cut | Self::SwitchOff => false,
        }
    }

    /// Whether less may be used afterwards.
    #[must_use]
    pub fn reduces(self) -> bool {
        match self {
            Self::Cut | Self::SwitchOff => true,
            Self::SwitchOn | Self::Raise | Self::Limit => false,
        }
    }
}

/// How much a grant allows: what usage cannot exceed; among grants without an end, the quantity from which Acronis warns.
fn allowance(grant: Grant) -> (i64, i64) {
    match (grant.ceiling(), grant) {
        (Some(ceiling), _) => (ceiling, 0),
        (None, Grant::Quota(quota)) => (i64::MAX, quota.value.unwrap_or(i64::MAX)),
        (None, Grant::On | Grant::Off) => (i64::MAX, i64::MAX),
    }
}

impl Change {
    /// Rule P12's brake counts accounts with a change that reduces, switches off, sets to unlimited, or to more than ten times
    /// the old value. A quota that becomes soft stops nothing any more, which is unlimited too. An item that is off has no old
    /// value: what is sold for the first time counts only where it becomes unlimited, or every new service would be a mass change.
    #[must_use]
    pub fn is_drastic(&self) -> bool {
        let is_freed = match (self.from, self.to) {
            (_, Grant::Quota(Quota { value: None, .. })) => true,
            (Grant::Quota(from), Grant::Quota(to)) => {
                let is_multiplied =
                    from.value.zip(to.value).is_some_and(|(from, to)| i128::from(to) > 10 * i128::from(from));
                is_multiplied || (from.ceiling().is_some() && to.ceiling().is_none())
            }
            (_, Grant::Off | Grant::On | Grant::Quota(_)) => false,
        };
        self.sort.reduces() || is_freed
    }
}

impl Problem {
    /// Rules P2 and P10: without this settled, nothing is provisioned for a new tenant.
    #[must_use]
    pub fn stops_provisioning(&self) -> bool {
        match self {
            Self::NoEdition { .. } | Self::NoDefaultStorage { .. } => true,
            Self::TwoStoragesSold { .. }
            | Self::SeveralEditions { .. }
            | Self::SeveralStoragesOn { .. }
            | Self::NotOffered { .. }
            | Self::Locked { .. }
            | Self::TooLarge { .. } => false,
        }
    }
}
