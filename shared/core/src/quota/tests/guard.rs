//! Rules P4 and P12: what holds a change, and what a person's approval is worth.

use super::world::*;
use crate::id::ServiceId;
use crate::item::ItemId;
use crate::quota::{Hold, Usage, Verdict};
use crate::sale::Lost;
use crate::settings::billing::Managed;

fn servers() -> ItemId {
    item(SERVERS)
}

/// Ten servers were sold, and two are now.
fn cut_to_two() -> World {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.has(&servers(), hard(10));
    world.sells(1, 2);
    world
}

#[test]
fn p12_nothing_is_cut_below_its_usage() {
    let mut world = cut_to_two();
    world.uses(&servers(), 3);
    assert_eq!(world.verdict(&servers()), Some(Verdict::Held(Hold::BelowUsage { usage: 3 })));
    world.uses(&servers(), 2);
    assert_eq!(world.verdict(&servers()), Some(Verdict::Go));
}

#[test]
fn p12_usage_older_than_twelve_hours_is_unknown() {
    let mut world = cut_to_two();
    world.uses(&servers(), 0);
    world.wait(12);
    assert_eq!(world.verdict(&servers()), Some(Verdict::Go));
    world.wait(1);
    assert_eq!(world.verdict(&servers()), Some(Verdict::AskUsage));
    world.usage_is_read = true;
    assert_eq!(world.verdict(&servers()), Some(Verdict::Held(Hold::UsageUnknown)));
}

#[test]
fn p12_with_the_guard_off_cuts_go_ahead() {
    let mut world = cut_to_two();
    world.billing.guards.never_below_usage = false;
    world.uses(&servers(), 3);
    assert_eq!(world.verdict(&servers()), Some(Verdict::Go));
}

#[test]
fn p12_a_soft_quota_stops_nothing_so_usage_does_not_hold_it() {
    let mut world = cut_to_two();
    world.products.rows.clear();
    world.maps(servers(), Managed { soft: true, ..sold_by(1) });
    world.has(&servers(), soft(10));
    world.uses(&servers(), 3);
    assert_eq!(world.verdict(&servers()), Some(Verdict::Go));
}

#[test]
fn p12_the_accounts_other_items_go_on() {
    let mut world = cut_to_two();
    world.maps(item("pw_base_vms"), sold_by(2));
    world.has(&item("pw_base_vms"), hard(1));
    world.sells(2, 5);
    world.uses(&servers(), 3);
    assert_eq!(world.verdict(&item("pw_base_vms")), Some(Verdict::Go));
}

#[test]
fn p12_an_approval_lapses_when_usage_rises_above_what_was_shown() {
    let mut world = cut_to_two();
    world.uses(&servers(), 3);
    world.approve(&servers());
    assert_eq!(world.verdict(&servers()), Some(Verdict::Go));
    world.uses(&servers(), 4);
    assert_eq!(world.verdict(&servers()), Some(Verdict::Held(Hold::BelowUsage { usage: 4 })));
    world.read();
    assert_eq!(world.memory.approvals, []);
}

#[test]
fn p12_an_approval_is_for_one_value() {
    let mut world = cut_to_two();
    world.uses(&servers(), 3);
    world.approve(&servers());
    world.sells(1, 1);
    assert_eq!(world.verdict(&servers()), Some(Verdict::Held(Hold::BelowUsage { usage: 3 })));
    world.read();
    assert_eq!(world.memory.approvals, []);
}

#[test]
fn p12_who_approved_not_knowing_the_usage_did_not_approve_going_below_it() {
    let mut world = cut_to_two();
    world.usage_is_read = true;
    world.approve(&servers());
    assert_eq!(world.verdict(&servers()), Some(Verdict::Go));
    world.usage_is_read = false;
    assert_eq!(world.verdict(&servers()), Some(Verdict::AskUsage), "it may be known by now");
    world.usage.insert(servers(), Usage { value: 9, read_at: world.now });
    assert_eq!(world.verdict(&servers()), Some(Verdict::Held(Hold::BelowUsage { usage: 9 })));
}

#[test]
fn p12_approved_with_usage_shown_it_waits_until_usage_is_known_again() {
    let mut world = cut_to_two();
    world.uses(&servers(), 3);
    world.approve(&servers());
    world.usage.clear();
    assert_eq!(world.verdict(&servers()), Some(Verdict::AskUsage));
    world.usage_is_read = true;
    assert_eq!(world.verdict(&servers()), Some(Verdict::Held(Hold::UsageUnknown)));
}

/// Ten servers were sold by a line that is gone.
fn ten_servers_lost() -> World {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.has(&servers(), hard(10));
    world.lost = vec![Lost { service: ServiceId(1), lines: vec![source(1, 10)] }];
    world.memory.lines = vec![source(1, 10)];
    world.uses(&servers(), 0);
    world
}

#[test]
fn p4_vanished_units_cut_nothing_until_a_person_agrees() {
    let mut world = ten_servers_lost();
    let held = Verdict::Held(Hold::LostUnits { lines: vec![source(1, 10)] });
    assert_eq!(world.verdict(&servers()), Some(held));
    world.read();
    assert!(world.memory.lines.contains(&source(1, 10)), "they are missed at the next run as well");
    world.approve(&servers());
    assert_eq!(world.verdict(&servers()), Some(Verdict::Go));
    world.run();
    assert!(!world.memory.lines.contains(&source(1, 10)), "a person knows that they are gone");
}

#[test]
fn p4_vanished_units_make_no_free_item_unlimited() {
    let mut world = ten_servers_lost();
    world.products.rows.clear();
    world.maps(servers(), free(1));
    assert!(matches!(world.verdict(&servers()), Some(Verdict::Held(Hold::LostUnits { .. }))));
}

#[test]
fn p4_where_more_is_sold_all_the_same_vanished_units_hold_nothing() {
    let mut world = ten_servers_lost();
    world.sells(1, 20);
    assert_eq!(world.verdict(&servers()), Some(Verdict::Go));
}
