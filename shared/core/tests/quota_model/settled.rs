//! Where repeated runs come to rest.

use std::collections::BTreeSet;

use bridge_core::item::{Grant, ItemId, Kind};
use bridge_core::quota::{Change, Plan, Problem, Usage, Verdict, after_reading, after_writing};
use bridge_core::settings::billing::NoSellingContract;
use proptest::prelude::*;

use crate::cases;
use crate::catalogue::{CYBER, application, cyber, offers};
use crate::model::must;
use crate::world::{World, world};

/// Writes what goes ahead, as the worker does.
pub fn run(world: &mut World) -> Plan {
    let plan = world.plan();
    world.memory = after_reading(&world.situation(), &plan);
    for change in plan.changes.iter().filter(|change| change.verdict == Verdict::Go) {
        world.write(&change.item, change.to);
        after_writing(&mut world.memory, change);
    }
    plan
}

fn know_all_usage(world: &mut World) {
    for offer in offers() {
        let read_at = world.now;
        world.usage.entry(offer.id).or_insert(Usage { value: 0, read_at }).read_at = read_at;
    }
    world.usage_is_read = true;
}

/// Storages that are on, by kind.
fn storages_on(world: &World) -> Vec<(&str, &ItemId)> {
    let storages = world.tenant.items.iter().filter(|item| item.offer.kind == Kind::Infra && item.grant.is_on());
    storages.map(|item| (item.offer.id.name.as_str(), &item.offer.id)).collect()
}

fn ends(changes: &[Change]) -> BTreeSet<(ItemId, Grant)> {
    changes.iter().map(|change| (change.item.clone(), change.to)).collect()
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn p11_when_all_is_approved_a_second_run_finds_nothing_to_do(mut world in world()) {
        know_all_usage(&mut world);
        world.approve_everything();
        run(&mut world);
        let unclear = must(&world).unclear;
        let left = world.plan().changes;
        let left: Vec<_> = left.iter().filter(|change| !unclear.contains(&change.item)).collect();
        prop_assert!(left.is_empty(), "still to do: {:?}", left);
    }

    #[test]
    fn p11_a_second_run_writes_nothing_and_what_was_held_is_still_held(mut world in world()) {
        let first = run(&mut world);
        let second = run(&mut world);
        for change in &second.changes {
            prop_assert_ne!(&change.verdict, &Verdict::Go, "written by the second run: {:?}", change);
        }
        let held: Vec<_> = first.changes.into_iter().filter(|change| change.verdict != Verdict::Go).collect();
        prop_assert_eq!(ends(&second.changes), ends(&held));
    }

    #[test]
    fn p10_there_is_never_a_second_storage_of_a_kind(mut world in world(), is_approved: bool) {
        if is_approved {
            know_all_usage(&mut world);
            world.approve_everything();
        }
        for _ in 0..3 {
            run(&mut world);
            let on = storages_on(&world);
            let kinds: BTreeSet<_> = on.iter().map(|(kind, _)| kind).collect();
            prop_assert_eq!(kinds.len(), on.len(), "{:?}", on);
        }
    }

    #[test]
    fn p10_a_storage_goes_off_only_when_another_takes_its_place(mut world in world()) {
        know_all_usage(&mut world);
        world.approve_everything();
        let before = world.clone();
        run(&mut world);
        let after = storages_on(&world);
        for (kind, storage) in storages_on(&before) {
            prop_assert!(after.iter().any(|(other, _)| *other == kind), "{} went off and none came", storage);
        }
    }

    #[test]
    fn p10_free_switches_no_storage_on_at_an_existing_tenant(mut world in world()) {
        world.tenant.is_new = false;
        world.billing.no_selling_contract = NoSellingContract::Zero;
        for change in world.plan().changes.iter().filter(|change| change.item.infra.is_some()) {
            let row = world.products.rows.iter().find(|row| row.item == change.item).unwrap();
            let is_sold = world.sold(row.managed().unwrap().service).is_some_and(|units| units > 0);
            prop_assert!(is_sold || change.from.is_on(), "{:?}", change);
        }
    }

    #[test]
    fn p2_editions_that_a_hand_has_mixed_are_shown_and_left_alone(mut world in world()) {
        for name in ["pw_base_servers", "pg_base_servers"] {
            let offer = offers().into_iter().find(|offer| offer.id == cyber(name)).unwrap();
            world.tenant.offers.retain(|other| other.id != offer.id);
            world.tenant.offers.push(offer);
            world.write(&cyber(name), Grant::Quota(bridge_core::item::Quota::hard(5)));
        }
        let plan = world.plan();
        let is_bound = |id: &ItemId| id.application == application(CYBER) && *id != cyber("local_storage");
        prop_assert!(!plan.changes.iter().any(|change| is_bound(&change.item)), "{:?}", plan.changes);
        let is_mapped = world.products.rows.iter().any(|row| row.managed().is_some() && is_bound(&row.item));
        let is_named = plan.problems.iter().any(|problem| matches!(problem, Problem::SeveralEditions { .. }));
        prop_assert!(is_named || !is_mapped || plan.is_held_unsold, "{:?}", plan.problems);
    }
}
