//! Rules P2, P3, P5 to P9: what an item must be.

use super::world::*;
use crate::item::{Grant, ItemId};
use crate::quota::{Cause, Hold, Problem, Verdict};
use crate::settings::billing::{Managed, NoSellingContract, Treatment};

fn servers() -> ItemId {
    item(SERVERS)
}

#[test]
fn p5_the_quota_is_units_times_unit_size_free_or_not() {
    for row in [sold_by(1), free(1)] {
        let mut world = World::new();
        world.maps(servers(), Managed { unit_size: Some(10), ..row });
        world.has(&servers(), hard(3));
        world.sells(1, 4);
        assert_eq!(world.changes(), [(servers(), hard(40))]);
    }
}

#[test]
fn p3_a_soft_row_warns_and_stops_nothing() {
    let mut world = World::new();
    world.maps(servers(), Managed { soft: true, ..sold_by(1) });
    world.has(&servers(), hard(4));
    world.sells(1, 4);
    assert_eq!(world.changes(), [(servers(), soft(4))]);
}

#[test]
fn p3_a_unit_of_a_storage_is_a_gibibyte_unless_it_is_said_otherwise() {
    let mut world = World::new();
    world.maps(storage("a"), sold_by(1));
    world.has(&storage("a"), hard(0));
    world.sells(1, 300);
    assert_eq!(world.changes(), [(storage("a"), hard(300 * GIB))]);
}

#[test]
fn p5_a_line_without_units_means_zero_also_where_the_row_is_free() {
    for row in [sold_by(1), free(1), Managed { soft: true, ..sold_by(1) }] {
        let mut world = World::new();
        world.maps(servers(), row);
        world.has(&servers(), hard(4));
        world.sells(1, 0);
        assert_eq!(world.changes(), [(servers(), hard(0))]);
    }
}

#[test]
fn p6_what_is_not_sold_is_unlimited_where_it_is_free_and_zero_where_not() {
    let mut world = World::new();
    world.maps(servers(), free(1));
    world.maps(item("pw_base_vms"), sold_by(2));
    world.has(&servers(), hard(4));
    world.has(&item("pw_base_vms"), soft(4));
    assert_eq!(world.changes(), [(servers(), UNLIMITED), (item("pw_base_vms"), hard(0))]);
}

#[test]
fn p6_an_item_that_is_off_stays_off_whether_its_line_without_units_was_read_or_not() {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    assert_eq!(world.changes(), []);
    world.sells(1, 0);
    assert_eq!(world.changes(), []);
}

#[test]
fn p3_what_is_not_managed_is_left_alone() {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.products.rows[0].treatment = Treatment::NotManaged;
    world.has(&servers(), hard(4));
    world.sells(1, 9);
    assert_eq!(world.changes(), []);
}

#[test]
fn p9_when_the_acronis_contract_ends_while_another_runs_everything_is_held() {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.has(&servers(), hard(4));
    world.sales.services.clear();
    let plan = world.plan();
    assert!(plan.is_held_unsold && plan.changes.is_empty());
}

#[test]
fn p9_the_literal_reading_takes_what_is_not_free_to_zero() {
    let mut world = World::new();
    world.billing.no_selling_contract = NoSellingContract::Zero;
    world.maps(servers(), sold_by(1));
    world.has(&servers(), hard(4));
    world.sales.services.clear();
    assert_eq!(world.changes(), [(servers(), hard(0))]);
}

#[test]
fn p2_a_tenant_is_planned_with_the_rows_of_its_own_edition() {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.maps(item("pg_base_servers"), sold_by(1));
    world.maps(item("local_storage"), sold_by(1));
    world.has(&item("pg_base_servers"), hard(1));
    world.sells(1, 5);
    assert_eq!(world.changes(), [(item("local_storage"), hard(5)), (item("pg_base_servers"), hard(5))]);
}

#[test]
fn p2_a_new_tenant_gets_the_chosen_edition_and_nothing_while_none_is_chosen() {
    let mut world = World::new();
    world.tenant.is_new = true;
    world.maps(servers(), sold_by(1));
    world.maps(item("pg_base_servers"), sold_by(1));
    world.maps(item("local_storage"), sold_by(1));
    world.sells(1, 5);
    assert_eq!(world.plan().problems, [Problem::NoEdition { application: application() }]);
    assert_eq!(world.changes(), []);
    world.products.editions.insert(application(), PER_WORKLOAD.to_owned());
    assert_eq!(world.changes(), [(item("local_storage"), hard(5)), (servers(), hard(5))]);
}

#[test]
fn p2_the_chosen_edition_leads_also_where_only_another_is_mapped() {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.sells(1, 5);
    assert_eq!(world.changes(), [(servers(), hard(5))]);
    world.products.editions.insert(application(), "pck_per_gigabyte".to_owned());
    assert_eq!(world.changes(), []);
}

#[test]
fn p2_mixed_editions_are_named_and_left_as_they_are() {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.has(&servers(), hard(1));
    world.has(&item("pg_base_servers"), hard(1));
    let editions = vec!["pck_per_gigabyte".to_owned(), PER_WORKLOAD.to_owned()];
    assert_eq!(world.plan().problems, [Problem::SeveralEditions { application: application(), editions }]);
    assert_eq!(world.changes(), []);
}

#[test]
fn p7_a_feature_is_on_when_it_is_sold_or_free() {
    for row in [sold_by(1), free(2)] {
        let mut world = World::new();
        world.maps(item(ONEDRIVE), row);
        world.sells(1, 1);
        assert_eq!(world.changes(), [(item(ONEDRIVE), Grant::On)]);
    }
}

#[test]
fn p7_a_switch_of_microsoft_365_stays_on_while_there_are_seats() {
    let mut world = World::new();
    world.maps(item(SEATS), sold_by(1));
    world.maps(item(ONEDRIVE), managed(None));
    world.has(&item(SEATS), hard(5));
    world.has(&item(ONEDRIVE), Grant::On);
    world.sells(1, 5);
    assert_eq!(world.changes(), []);
    let wants = crate::quota::desired(&world.products, &world.tenant, &world.sales).wants;
    assert_eq!(wants[0].cause, Cause::StillServes { seats: item(SEATS) });
}

#[test]
fn p7_a_switch_stays_on_for_seats_that_are_switched_on_by_the_same_plan() {
    let mut world = World::new();
    world.maps(item(SEATS), sold_by(1));
    world.maps(item(ONEDRIVE), managed(None));
    world.has(&item(ONEDRIVE), Grant::On);
    world.sells(1, 5);
    assert_eq!(world.changes(), [(item(SEATS), hard(5))]);
}

#[test]
fn p7_without_seats_a_switch_goes_off_but_never_without_a_person() {
    let mut world = World::new();
    world.billing.guards.never_below_usage = false;
    world.maps(item(SEATS), sold_by(1));
    world.maps(item(ONEDRIVE), managed(None));
    world.has(&item(SEATS), hard(0));
    world.has(&item(ONEDRIVE), Grant::On);
    assert_eq!(world.verdict(&item(ONEDRIVE)), Some(Verdict::Held(Hold::SwitchOff)));
    world.approve(&item(ONEDRIVE));
    assert_eq!(world.verdict(&item(ONEDRIVE)), Some(Verdict::Go));
}

#[test]
fn p7_switches_of_google_have_their_own_seats() {
    let mut world = World::new();
    world.maps(item("pw_base_google_mail"), managed(None));
    world.has(&item("pw_base_google_mail"), Grant::On);
    world.has(&item(SEATS), hard(5));
    assert_eq!(world.changes(), [(item("pw_base_google_mail"), Grant::Off)]);
    world.has(&item("pw_base_gworkspace_seats"), UNLIMITED);
    assert_eq!(world.changes(), []);
}

#[test]
fn p7_seats_of_another_edition_need_no_switch_of_this_one() {
    let feature = offer(&item(ONEDRIVE));
    let serves = |seats: &str| crate::quota::switch::serves(&feature, &offer(&item(seats)));
    assert!(serves("pw_base_m365_seats"));
    assert!(!serves("pg_base_m365_seats"));
    assert!(!serves("pw_base_gworkspace_seats"));
    assert!(!serves("pw_base_m365_teams"));
}

#[test]
fn p7_a_locked_item_is_named_and_not_forced() {
    let mut world = World::new();
    world.maps(item(ONEDRIVE), free(1));
    world.has(&item(ONEDRIVE), Grant::Off);
    world.lock(&item(ONEDRIVE));
    let plan = world.plan();
    assert_eq!(plan.problems, [Problem::Locked { item: item(ONEDRIVE), grant: Grant::On }]);
    assert_eq!(plan.changes, []);
}

#[test]
fn p11_an_item_that_the_partner_above_lacks_is_named_and_never_switched_on() {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.tenant.offers.clear();
    world.sells(1, 5);
    for is_listed in [false, true] {
        if is_listed {
            world.has(&servers(), Grant::Off);
        }
        let plan = world.plan();
        assert_eq!(plan.problems, [Problem::NotOffered { item: servers() }]);
        assert_eq!(plan.changes, []);
    }
}

#[test]
fn p5_a_quota_too_large_to_be_right_is_named_and_not_written() {
    for size in [i64::MAX / 2, 1 << 52] {
        let mut world = World::new();
        world.maps(servers(), Managed { unit_size: Some(size), ..sold_by(1) });
        world.has(&servers(), hard(4));
        world.sells(1, 5);
        let plan = world.plan();
        assert_eq!(plan.problems, [Problem::TooLarge { item: servers() }]);
        assert_eq!(plan.changes, []);
    }
}

#[test]
fn p14_every_change_says_which_lines_it_follows() {
    let mut world = World::new();
    world.maps(servers(), sold_by(1));
    world.has(&servers(), hard(4));
    world.sells(1, 5);
    let cause = world.change(&servers()).map(|change| change.cause.in_words(change.unit));
    assert_eq!(cause.as_deref(), Some("5 × 1 of service 1: 5 on contract 1, line 1"));
}
