//! Rules P4, P7, P10, P12 and P15: what stands against a change, what an approval lifts, and the order of writing.

use bridge_core::item::{Grant, ItemId, Kind};
use bridge_core::quota::{Approval, Change, Hold, Plan, Sort, Verdict, digest};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::cases;
use crate::model::{Against, against, is_less, must};
use crate::world::{World, approval, hours_ago, world};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Consent {
    Given,
    NotGiven,
    /// The rules do not say: usage was shown and is unknown now, or the reverse.
    Unclear,
}

/// Rule P12: an approval is for that item and value, and lapses when usage rises above what was shown.
fn consent(world: &World, change: &Change, against: &Against) -> Consent {
    let approvals =
        || world.memory.approvals.iter().filter(|approval| approval.item == change.item && approval.to == change.to);
    let is_about_usage = |hold: &Hold| matches!(hold, Hold::BelowUsage { .. } | Hold::UsageUnknown);
    let is_storage = change.item.infra.is_some() && change.to == Grant::Off;
    let needs_usage = is_storage || against.holds.iter().any(is_about_usage);
    let consents = |approval: &Approval| match (approval.usage, world.fresh_usage(&change.item)) {
        (Some(shown), Some(used)) if used <= shown => Consent::Given,
        (Some(_), Some(_)) => Consent::NotGiven,
        (None, _) if !needs_usage => Consent::Given,
        _ => Consent::Unclear,
    };
    let all: Vec<_> = approvals().map(consents).collect();
    [Consent::Given, Consent::Unclear].into_iter().find(|consent| all.contains(consent)).unwrap_or(Consent::NotGiven)
}

/// Rule P10: a storage is only switched on when the one that it replaces goes off.
fn waits_for_another(plan: &Plan, change: &Change) -> bool {
    let replaces = |other: &&Change| {
        other.to == Grant::Off
            && other.item != change.item
            && (&other.item.application, &other.item.name) == (&change.item.application, &change.item.name)
    };
    let is_storage_on = change.item.infra.is_some() && change.from == Grant::Off;
    is_storage_on && plan.changes.iter().filter(replaces).any(|other| other.verdict != Verdict::Go)
}

fn check(world: &World) -> TestCaseResult {
    let unclear = must(world).unclear;
    let plan = world.plan();
    for change in plan.changes.iter().filter(|change| !unclear.contains(&change.item)) {
        let against = against(world, &change.item, change.from, change.to);
        let consent = consent(world, change, &against);
        // By hand as much in all, but less of it hard: a raise to some, none to others.
        let written = world.memory.written.get(&change.item).copied().unwrap_or(change.from);
        let is_shifted =
            written != change.from && written.ceiling().is_some() && written.ceiling() == change.from.ceiling();
        if consent == Consent::Unclear || is_shifted {
            continue;
        }
        let is_held = !against.is_nothing() && consent == Consent::NotGiven;
        match &change.verdict {
            Verdict::Go => prop_assert!(!is_held && !waits_for_another(&plan, change), "{:?}: {:?}", change, against),
            Verdict::AskUsage if waits_for_another(&plan, change) => {}
            Verdict::AskUsage => {
                prop_assert!(
                    is_held && against.usage_is_missing && !world.usage_is_read,
                    "{:?}: {:?}",
                    change,
                    against
                );
            }
            Verdict::Held(hold) if waits_for_another(&plan, change) => {
                prop_assert!(matches!(hold, Hold::StorageInUse { .. }), "{:?}", change);
            }
            Verdict::Held(hold) => {
                prop_assert!(is_held && against.holds.contains(hold), "{:?} with {:?}: {:?}", change, consent, against);
            }
        }
    }
    Ok(())
}

/// What a person may have approved: mostly what is planned, sometimes for another value, with more or less usage shown.
fn approvals(world: &World) -> impl Strategy<Value = Vec<Approval>> + use<> {
    let changes = world.plan().changes;
    let usage = prop_oneof![2 => Just(None), 1 => Just(Some(0)), 3 => Just(Some(i64::MAX))];
    let of_one = (prop::bool::weighted(0.5), prop::bool::weighted(0.8), usage);
    prop::collection::vec(of_one, changes.len()).prop_map(move |draws| {
        let drawn = changes.iter().zip(draws).filter(|(_, (is_approved, ..))| *is_approved);
        let approve = |(change, (_, is_for_this, usage)): (&Change, (bool, bool, Option<i64>))| {
            approval(change.item.clone(), if is_for_this { change.to } else { change.from }, usage)
        };
        drawn.map(approve).collect()
    })
}

fn approved_world() -> impl Strategy<Value = World> {
    world().prop_flat_map(|world| {
        let approvals = approvals(&world);
        (Just(world), approvals).prop_map(|(mut world, approvals)| {
            world.memory.approvals = approvals;
            world
        })
    })
}

fn shuffled(world: World) -> impl Strategy<Value = World> {
    let rows = Just(world.products.rows.clone()).prop_shuffle();
    let items = Just(world.tenant.items.clone()).prop_shuffle();
    let offers = Just(world.tenant.offers.clone()).prop_shuffle();
    let lost = Just(world.lost.clone()).prop_shuffle();
    let approvals = Just(world.memory.approvals.clone()).prop_shuffle();
    (rows, items, offers, lost, approvals).prop_map(move |(rows, items, offers, lost, approvals)| {
        let mut world = world.clone();
        world.products.rows = rows;
        world.tenant.items = items;
        world.tenant.offers = offers;
        world.lost = lost;
        world.memory.approvals = approvals;
        world
    })
}

fn is_storage(item: &ItemId) -> bool {
    item.infra.is_some()
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn p12_a_change_goes_ahead_when_nothing_stands_against_it_or_a_person_said_so(world in approved_world()) {
        check(&world)?;
    }

    #[test]
    fn p11_the_order_of_what_was_read_changes_nothing(
        (world, other) in approved_world().prop_flat_map(|world| (Just(world.clone()), shuffled(world))),
    ) {
        let (plan, other) = (world.plan(), other.plan());
        prop_assert_eq!(digest(&plan), digest(&other));
        prop_assert_eq!(plan, other);
    }

    #[test]
    fn p11_raises_come_before_cuts_with_the_version_that_was_read(world in approved_world()) {
        let plan = world.plan();
        prop_assert!(plan.changes.is_sorted_by_key(|change| change.sort), "{:?}", plan.changes);
        for change in &plan.changes {
            prop_assert_eq!(change.from, world.grant(&change.item));
            prop_assert_eq!(change.version, world.item(&change.item).map_or(0, |item| item.version));
            prop_assert_eq!(change.sort == Sort::SwitchOn, change.from == Grant::Off, "{:?}", change);
            prop_assert_eq!(change.sort == Sort::SwitchOff, change.to == Grant::Off, "{:?}", change);
            let is_cut = matches!(change.sort, Sort::Cut | Sort::SwitchOff);
            prop_assert!(is_cut || !is_less(change.to, change.from), "{:?} allows less", change);
        }
    }

    #[test]
    fn p12_nothing_is_cut_below_usage_while_the_guard_is_on(mut world in world()) {
        world.billing.guards.never_below_usage = true;
        for change in world.plan().changes.iter().filter(|change| change.verdict == Verdict::Go) {
            let Some(ceiling) = change.to.ceiling().filter(|_| is_less(change.to, change.from)) else { continue };
            let usage = world.fresh_usage(&change.item);
            prop_assert!(usage.is_some_and(|usage| usage <= ceiling), "{:?} with {:?} in use", change, usage);
        }
    }

    #[test]
    fn p12_one_item_that_is_held_holds_no_other(world in world(), nth: prop::sample::Index) {
        let before = world.plan();
        let counts: Vec<_> = before.changes.iter().filter(|change| {
            world.offer(&change.item).unwrap().kind == Kind::Count && is_less(change.to, change.from)
        }).collect();
        if counts.is_empty() {
            return Ok(());
        }
        let item = &nth.get(&counts).item;
        let mut other = world.clone();
        let usage = bridge_core::quota::Usage { value: i64::MAX - 1, read_at: hours_ago(0) };
        other.usage.insert(item.clone(), usage);
        let rest = |plan: &Plan| plan.changes.iter().filter(|change| change.item != *item).cloned().collect::<Vec<_>>();
        prop_assert_eq!(rest(&before), rest(&other.plan()));
    }

    #[test]
    fn p7_p10_no_feature_and_no_storage_with_data_is_switched_off_without_a_person(world in world()) {
        for change in world.plan().changes.iter().filter(|change| change.to == Grant::Off) {
            let is_empty = is_storage(&change.item) && world.fresh_usage(&change.item) == Some(0);
            prop_assert!(is_empty || change.verdict != Verdict::Go, "{:?}", change);
        }
    }

    #[test]
    fn p13_two_plans_have_the_same_digest_only_if_they_change_the_same(one in world(), which: prop::sample::Index) {
        // The same tenant, but one item already has what it is to have, or something else.
        let mut other = one.clone();
        if !one.plan().changes.is_empty() {
            let change = which.get(&one.plan().changes).clone();
            other.write(&change.item, if which.index(2) == 0 { change.to } else { Grant::On });
        }
        let fact = |change: &Change| (change.item.clone(), change.from, change.to);
        let facts = |plan: &Plan| plan.changes.iter().map(fact).collect::<Vec<_>>();
        let (one, other) = (one.plan(), other.plan());
        prop_assert_eq!(digest(&one) == digest(&other), facts(&one) == facts(&other));
    }
}
