//! Rule P10: storages.

use super::world::*;
use crate::item::Grant;
use crate::quota::{Cause, Exception, Hold, Problem, Verdict};

/// Storage `a` is sold by service 1, storage `b` by service 2.
fn two_storages() -> World {
    let mut world = World::new();
    world.maps(storage("a"), sold_by(1));
    world.maps(storage("b"), sold_by(2));
    world
}

#[test]
fn p10_two_sold_storages_are_refused_and_named() {
    let mut world = two_storages();
    world.has(&storage("a"), hard(GIB));
    world.sells(1, 2);
    world.sells(2, 2);
    let plan = world.plan();
    assert_eq!(plan.problems, [Problem::TwoStoragesSold { storages: vec![storage("a"), storage("b")] }]);
    assert_eq!(plan.changes, []);
}

/// Storages `a` and `b` share service 1, of which two units are sold.
fn alternatives() -> World {
    let mut world = World::new();
    world.maps(storage("a"), sold_by(1));
    world.maps(storage("b"), sold_by(1));
    world.sells(1, 2);
    world
}

#[test]
fn p8_p10_of_storages_that_share_a_service_the_one_that_is_on_is_used() {
    let mut world = alternatives();
    world.has(&storage("b"), hard(GIB));
    assert_eq!(world.changes(), [(storage("b"), hard(2 * GIB))]);
}

#[test]
fn p8_p10_of_storages_that_share_a_service_a_customer_without_one_gets_the_default() {
    let mut world = alternatives();
    assert_eq!(world.plan().problems, [Problem::NoDefaultStorage { name: STORAGE.to_owned() }]);
    world.products.default_storages.insert(STORAGE.to_owned(), "b".into());
    assert_eq!(world.changes(), [(storage("b"), hard(2 * GIB))]);
}

#[test]
fn p8_p10_two_storages_on_that_share_a_service_are_left_alone_and_named() {
    let mut world = alternatives();
    world.has(&storage("a"), hard(GIB));
    world.has(&storage("b"), hard(GIB));
    let plan = world.plan();
    assert_eq!(plan.problems, [Problem::SeveralStoragesOn { storages: vec![storage("a"), storage("b")] }]);
    assert_eq!(plan.changes, []);
}

#[test]
fn p10_free_never_switches_on_a_second_storage() {
    let mut world = World::new();
    world.maps(storage("a"), free(1));
    world.maps(storage("b"), free(2));
    world.has(&storage("b"), hard(GIB));
    assert_eq!(world.changes(), [(storage("b"), UNLIMITED)]);
}

#[test]
fn p10_free_switches_on_none_for_a_customer_without_storage() {
    let mut world = World::new();
    world.maps(storage("a"), free(1));
    assert_eq!(world.changes(), []);
}

#[test]
fn p10_a_new_tenant_gets_the_default_storage_and_its_quota_follows_its_row() {
    for (row, expected, cause) in [(sold_by(1), hard(0), Cause::DefaultStorage), (free(1), UNLIMITED, Cause::Free)] {
        let mut world = two_storages();
        world.products.rows.clear();
        world.maps(storage("a"), sold_by(2));
        world.maps(storage("b"), row);
        world.tenant.is_new = true;
        world.products.default_storages.insert(STORAGE.to_owned(), "b".into());
        let changes = world.plan().changes;
        assert_eq!(changes.len(), 1);
        assert_eq!((&changes[0].item, changes[0].to, &changes[0].cause), (&storage("b"), expected, &cause));
    }
}

#[test]
fn p10_without_a_default_among_several_storages_nothing_is_provisioned() {
    let mut world = two_storages();
    world.maps(item(SERVERS), sold_by(3));
    world.sells(3, 5);
    world.tenant.is_new = true;
    let plan = world.plan();
    assert_eq!(plan.problems, [Problem::NoDefaultStorage { name: STORAGE.to_owned() }]);
    assert_eq!(plan.changes, []);
}

#[test]
fn p10_a_new_tenant_to_which_a_storage_is_sold_needs_no_default() {
    let mut world = two_storages();
    world.sells(2, 5);
    world.tenant.is_new = true;
    assert_eq!(world.changes(), [(storage("b"), hard(5 * GIB))]);
}

#[test]
fn p10_the_only_storage_is_the_default() {
    let mut world = World::new();
    world.maps(storage("a"), sold_by(1));
    world.tenant.is_new = true;
    assert_eq!(world.changes(), [(storage("a"), hard(0))]);
}

/// Storage `a` is on, and `b` is sold now.
fn move_to_b() -> World {
    let mut world = two_storages();
    world.has(&storage("a"), hard(GIB));
    world.sells(2, 5);
    world
}

#[test]
fn p10_a_storage_with_data_stays_until_a_person_agrees_and_so_the_sold_one_waits() {
    let mut world = move_to_b();
    world.billing.guards.never_below_usage = false;
    world.uses(&storage("a"), 1);
    assert_eq!(world.verdict(&storage("a")), Some(Verdict::Held(Hold::SwitchOff)));
    assert_eq!(world.verdict(&storage("b")), Some(Verdict::Held(Hold::StorageInUse { storage: storage("a") })));
    world.approve(&storage("a"));
    assert_eq!(world.verdict(&storage("a")), Some(Verdict::Go));
    assert_eq!(world.verdict(&storage("b")), Some(Verdict::Go));
}

#[test]
fn p10_no_approval_switches_on_a_second_storage() {
    let mut world = move_to_b();
    world.uses(&storage("a"), 1);
    world.approve(&storage("b"));
    assert_eq!(world.verdict(&storage("b")), Some(Verdict::Held(Hold::StorageInUse { storage: storage("a") })));
}

#[test]
fn p10_a_storage_of_which_nobody_knows_the_usage_is_asked_about_first() {
    let world = move_to_b();
    assert_eq!(world.verdict(&storage("a")), Some(Verdict::AskUsage));
    assert_eq!(world.verdict(&storage("b")), Some(Verdict::AskUsage));
}

#[test]
fn p11_an_empty_storage_goes_off_with_the_switching_on_of_the_other_and_belongs_to_it() {
    let mut world = move_to_b();
    world.uses(&storage("a"), 0);
    let changes = world.plan().changes;
    assert!(changes.iter().all(|change| change.verdict == Verdict::Go));
    assert_eq!(world.changes(), [(storage("b"), hard(5 * GIB)), (storage("a"), Grant::Off)]);
    assert_eq!(changes[1].belongs_to, Some(storage("b")));
}

#[test]
fn p11_a_storage_is_not_switched_off_for_one_that_cannot_be_switched_on() {
    let mut world = move_to_b();
    world.uses(&storage("a"), 0);
    world.tenant.offers.retain(|offer| offer.id != storage("b"));
    let plan = world.plan();
    assert_eq!(plan.problems, [Problem::NotOffered { item: storage("b") }]);
    assert_eq!(plan.changes, []);
}

#[test]
fn p10_a_storage_that_is_not_managed_keeps_the_sold_one_off() {
    let mut world = World::new();
    world.maps(storage("b"), sold_by(2));
    world.has(&storage("a"), hard(GIB));
    world.sells(2, 5);
    assert_eq!(world.changes(), [(storage("b"), hard(5 * GIB))]);
    assert_eq!(world.verdict(&storage("b")), Some(Verdict::Held(Hold::StorageInUse { storage: storage("a") })));
}

#[test]
fn p10_two_storages_that_are_on_and_not_sold_are_named_and_left_alone() {
    let mut world = two_storages();
    world.has(&storage("a"), hard(GIB));
    world.has(&storage("b"), hard(GIB));
    let plan = world.plan();
    assert_eq!(plan.problems, [Problem::SeveralStoragesOn { storages: vec![storage("a"), storage("b")] }]);
    assert_eq!(plan.changes, []);
}

#[test]
fn p11_a_storage_stays_where_the_sold_one_stays_off_by_a_persons_wish() {
    let mut world = move_to_b();
    world.uses(&storage("a"), 0);
    let exception =
        Exception { grant: Grant::Off, reason: "moving later".to_owned(), by: "ann".to_owned(), at: world.now };
    world.memory.exceptions.insert(storage("b"), exception);
    assert_eq!(world.changes(), []);
}

#[test]
fn p10_of_two_sold_storages_both_are_named_also_when_one_cannot_be_had() {
    let mut world = move_to_b();
    world.sells(1, 5);
    world.tenant.offers.retain(|offer| offer.id != storage("b"));
    let both = Problem::TwoStoragesSold { storages: vec![storage("a"), storage("b")] };
    assert_eq!(world.plan().problems, [both, Problem::NotOffered { item: storage("b") }]);
    assert_eq!(world.changes(), []);
}

#[test]
fn p10_a_storage_that_cannot_be_had_is_no_default() {
    let mut world = two_storages();
    world.tenant.is_new = true;
    world.has(&storage("b"), Grant::Off);
    world.lock(&storage("b"));
    assert_eq!(world.changes(), [(storage("a"), hard(0))]);
}

#[test]
fn p10_a_free_storage_that_cannot_be_had_stands_in_nobodys_way() {
    let mut world = World::new();
    world.maps(storage("a"), sold_by(1));
    world.maps(storage("b"), free(2));
    world.has(&storage("a"), hard(GIB));
    world.sells(1, 5);
    world.tenant.offers.retain(|offer| offer.id != storage("b"));
    assert_eq!(world.plan().problems, []);
    assert_eq!(world.changes(), [(storage("a"), hard(5 * GIB))]);
}
