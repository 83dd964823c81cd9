//! Rules P2 to P11: what each item must be, and that a plan is exactly the way there.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::item::{Grant, ItemId, Kind};
use bridge_core::quota::{Cause, Problem, desired};
use bridge_core::settings::billing::NoSellingContract;
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::cases;
use crate::model::{Must, changes, edition, must};
use crate::world::{World, free_world, world};

fn planned(world: &World, must: &Must) -> BTreeMap<ItemId, (Grant, Grant)> {
    let changes = world.plan().changes.into_iter().filter(|change| !must.unclear.contains(&change.item));
    changes.map(|change| (change.item, (change.from, change.to))).collect()
}

fn check(world: &World) -> TestCaseResult {
    let must = must(world);
    if !must.unclear.is_empty() && world.tenant.is_new {
        // Whether anything is provisioned at all is part of what is unclear.
        return Ok(());
    }
    prop_assert_eq!(planned(world, &must), changes(world, &must), "changes; {:?}", world.plan().problems);
    Ok(())
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn p2_to_p11_a_plan_is_the_way_from_what_is_to_what_must_be(world in world()) {
        check(&world)?;
    }

    #[test]
    fn p5_p6_p7_p10_what_is_wanted_is_what_the_model_says(world in free_world()) {
        let must = must(&world);
        let found = desired(&world.products, &world.tenant, &world.sales);
        if must.is_stopped(&world) || (world.tenant.is_new && !must.unclear.is_empty()) {
            return Ok(());
        }
        let wants: BTreeMap<_, _> = found.wants.iter().map(|want| (&want.item, want.grant)).collect();
        prop_assert_eq!(wants.len(), found.wants.len(), "an item is wanted once");
        for (item, to) in &must.grants {
            let want = wants.get(item).copied().unwrap_or_else(|| world.grant(item));
            prop_assert_eq!(want, *to, "{} of {:?}", item, must);
        }
    }

    #[test]
    fn p7_p10_p11_what_stands_in_the_way_is_named(world in free_world()) {
        let must = must(&world);
        // A storage of another partner's customers may be named or not, where one service sells both.
        let is_elsewhere = |problem: &Problem| {
            matches!(problem, Problem::NotOffered { item } if item.infra.is_some() && world.offer(item).is_none())
        };
        let problems = desired(&world.products, &world.tenant, &world.sales).problems.into_iter();
        let problems: BTreeSet<_> = problems.filter(|problem| !is_elsewhere(problem)).collect();
        for problem in &must.problems {
            prop_assert!(problems.contains(problem), "{:?} is not among {:?}", problem, problems);
        }
        if must.problems.is_empty() && must.unclear.is_empty() {
            prop_assert_eq!(problems, BTreeSet::new(), "nothing stands in the way");
        }
    }

    #[test]
    fn p14_nothing_changes_without_a_cause_that_holds(world in world()) {
        for change in world.plan().changes {
            let row = world.products.rows.iter().find(|row| row.item == change.item).unwrap();
            let managed = row.managed().unwrap();
            let sold = world.sold(managed.service);
            match change.cause {
                Cause::Sold { service, units, unit_size, sources } => {
                    prop_assert_eq!(Some(service), managed.service);
                    prop_assert_eq!(Some(units), sold);
                    prop_assert_eq!(unit_size, row.unit_size());
                    prop_assert_eq!(&sources, &world.sales.services[&service].sources);
                    if let Grant::Quota(quota) = change.to {
                        prop_assert_eq!(quota.value, Some(units * unit_size), "the cause explains the value");
                    }
                }
                Cause::Free => {
                    prop_assert!(managed.free);
                    prop_assert!(sold.is_none() || change.to == Grant::On);
                }
                Cause::NotSold { service } => {
                    prop_assert_eq!(service, managed.service);
                    prop_assert!(sold.unwrap_or(0) == 0);
                }
                Cause::NothingToServe { .. } => prop_assert_eq!(change.to, Grant::Off),
                Cause::StillServes { .. } => prop_assert!(false, "what still serves does not change"),
                Cause::DefaultStorage => prop_assert!(world.tenant.is_new && change.from == Grant::Off),
                Cause::OtherStorage { storage } => {
                    prop_assert_eq!(change.to, Grant::Off);
                    prop_assert!(storage != change.item && storage.name == change.item.name);
                }
            }
        }
    }

    #[test]
    fn p3_p2_what_is_not_managed_or_of_another_edition_is_never_touched(world in world()) {
        for change in world.plan().changes {
            let row = world.products.rows.iter().find(|row| row.item == change.item);
            let row = row.filter(|row| row.managed().is_some());
            prop_assert!(row.is_some(), "{} is not managed", change.item);
            let row = row.unwrap();
            prop_assert!(row.edition.is_none() || row.edition == edition(&world, row), "{:?} is not the tenant's", row);
            prop_assert_ne!(world.offer(&change.item).unwrap().kind, Kind::Other, "{} is not documented", change.item);
        }
    }

    #[test]
    fn p6_nothing_becomes_unlimited_but_what_is_free_and_not_sold(world in world()) {
        for change in world.plan().changes {
            let Grant::Quota(quota) = change.to else { continue };
            let row = world.products.rows.iter().find(|row| row.item == change.item).unwrap();
            let managed = row.managed().unwrap();
            let may_be_unlimited = managed.free && world.sold(managed.service).is_none();
            prop_assert_eq!(quota.value.is_none(), may_be_unlimited, "{:?} for {:?}", change, managed);
        }
    }

    #[test]
    fn p9_an_account_that_sells_nothing_keeps_everything(mut world in world()) {
        world.sales.services.clear();
        world.billing.no_selling_contract = NoSellingContract::Hold;
        let plan = world.plan();
        prop_assert!(plan.is_held_unsold, "and it is shown");
        prop_assert_eq!(plan.changes, vec![]);
        world.billing.no_selling_contract = NoSellingContract::Zero;
        prop_assert!(!world.plan().is_held_unsold);
    }
}
