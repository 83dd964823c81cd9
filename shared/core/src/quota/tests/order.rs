//! Rules P11 to P13: differences, their order, and what counts for the brake.

use super::world::*;
use crate::item::{Grant, ItemId, Quota};
use crate::quota::{Change, Sort, digest};

fn servers() -> ItemId {
    item(SERVERS)
}

#[test]
fn p11_only_differences_are_written_with_the_version_that_was_read() {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.has(&servers(), hard(5));
    world.sells(1, 5);
    assert_eq!(world.changes(), []);
    world.sells(1, 6);
    assert_eq!(world.change(&servers()).map(|change| change.version), Some(7));
}

#[test]
fn p11_an_overage_of_what_is_unlimited_is_no_difference() {
    let mut world = World::new();
    world.maps(servers(), free(1));
    world.has(&servers(), Grant::Quota(Quota { value: None, overage: Some(0) }));
    assert_eq!(world.changes(), []);
}

#[test]
fn p11_what_others_need_comes_first_then_raises_then_cuts() {
    let mut world = World::new();
    world.maps(item(ONEDRIVE), free(9));
    world.maps(item(SEATS), sold_by(1));
    world.maps(item("pw_base_vms"), sold_by(2));
    world.maps(servers(), sold_by(3));
    world.has(&item("pw_base_vms"), hard(9));
    world.has(&servers(), hard(1));
    for (service, units) in [(1, 5), (2, 5), (3, 5)] {
        world.sells(service, units);
    }
    let order: Vec<_> = world.changes().into_iter().map(|(item, _)| item.name).collect();
    assert_eq!(order, [SEATS, ONEDRIVE, SERVERS, "pw_base_vms"]);
}

#[test]
fn p11_the_sort_of_a_change_is_what_may_be_used_afterwards() {
    let with_overage = Grant::Quota(Quota { value: Some(10), overage: Some(5) });
    for (from, to, expected) in [
        (hard(5), hard(5), None),
        (Grant::Off, hard(0), Some(Sort::SwitchOn)),
        (hard(0), Grant::Off, Some(Sort::SwitchOff)),
        (hard(5), hard(6), Some(Sort::Raise)),
        (hard(5), soft(5), Some(Sort::Raise)),
        (hard(5), UNLIMITED, Some(Sort::Raise)),
        (soft(5), UNLIMITED, Some(Sort::Raise)),
        (soft(5), hard(50), Some(Sort::Cut)),
        (soft(6), soft(5), Some(Sort::Cut)),
        (UNLIMITED, hard(1_000), Some(Sort::Cut)),
        (with_overage, hard(10), Some(Sort::Cut)),
        (with_overage, hard(15), Some(Sort::Limit)),
    ] {
        assert_eq!(Sort::of(from, to), expected, "from {from:?} to {to:?}");
    }
}

fn change(from: Grant, to: Grant) -> Change {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.has(&servers(), hard(1));
    world.sells(1, 2);
    let sort = Sort::of(from, to).expect("a change");
    Change { from, to, sort, ..world.change(&servers()).expect("a change") }
}

#[test]
fn p12_the_brake_counts_cuts_no_limit_any_more_and_more_than_ten_times_as_much() {
    for (from, to, expected) in [
        (hard(5), hard(6), false),
        (hard(5), hard(50), false),
        (hard(5), hard(51), true),
        (hard(0), hard(1), true),
        (Grant::Off, hard(100), false),
        (Grant::Off, Grant::On, false),
        (Grant::Off, UNLIMITED, true),
        (hard(5), UNLIMITED, true),
        (hard(5), soft(5), true),
        (hard(5), soft(9), true),
        (soft(5), soft(9), false),
        (soft(5), soft(51), true),
        (Grant::Off, soft(9), false),
        (hard(5), hard(4), true),
        (hard(5), Grant::Off, true),
    ] {
        assert_eq!(change(from, to).is_drastic(), expected, "from {from:?} to {to:?}");
    }
}

#[test]
fn p13_the_digest_is_of_what_changes_and_not_of_what_holds_it() {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.has(&servers(), hard(5));
    world.sells(1, 4);
    let asked = world.plan();
    world.uses(&servers(), 5);
    let held = world.plan();
    assert_ne!(asked, held);
    assert_eq!(digest(&asked), digest(&held));
    assert_eq!(digest(&held).len(), 16);
    world.sells(1, 3);
    assert_ne!(digest(&held), digest(&world.plan()));
    world.sells(1, 4);
    world.has(&servers(), hard(6));
    assert_ne!(digest(&held), digest(&world.plan()));
}
