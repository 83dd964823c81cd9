//! Rule P4 by small examples. Today is the 15th of June.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};

use super::*;

const TODAY: Date = date(2026, 6, 15);
const BACKUP: ServiceId = ServiceId(1);
const MAIL: ServiceId = ServiceId(2);
const SUITE: BundleId = BundleId(7);

fn mapped() -> BTreeSet<ServiceId> {
    BTreeSet::from([BACKUP, MAIL])
}

fn june(day: i8) -> Date {
    date(2026, 6, day)
}

fn contract(id: i64) -> Contract {
    Contract {
        id: ContractId(id),
        name: "Backup".to_owned(),
        is_recurring: true,
        is_active: true,
        start: date(2026, 1, 1),
        end: date(2026, 12, 31),
    }
}

fn row(id: i64, line: Option<i64>, sold: Sold, (start, end): (Date, Date), units: i64) -> UnitsRow {
    UnitsRow { id, contract: ContractId(1), line: line.map(LineId), sold, start, end, units }
}

fn line(id: i64, sold: Sold) -> Line {
    Line { id: LineId(id), contract: ContractId(1), sold }
}

/// One contract with these rows, of which no line was read.
fn with_rows(rows: &[UnitsRow]) -> Read {
    Read { contracts: vec![contract(1)], rows: rows.to_vec(), ..Read::default() }
}

fn units(read: &Read, service: ServiceId) -> Option<i64> {
    sales(read, &mapped(), TODAY).services.get(&service).map(|sale| sale.units)
}

const ALL_JUNE: (Date, Date) = (date(2026, 6, 1), date(2026, 6, 30));
const DIRECT: Sold = Sold::Service(BACKUP);
const BUNDLED: Sold = Sold::Bundle(SUITE);

#[test]
fn p4_units_are_never_a_sum_over_periods() {
    let may = (date(2026, 5, 1), date(2026, 5, 31));
    let july = (date(2026, 7, 1), date(2026, 7, 31));
    let read = with_rows(&[
        row(1, Some(1), DIRECT, may, 5),
        row(2, Some(1), DIRECT, ALL_JUNE, 6),
        row(3, Some(1), DIRECT, july, 7),
    ]);
    assert_eq!(units(&read, BACKUP), Some(6));
}

#[test]
fn p4_of_two_rows_that_cover_today_the_one_that_started_last_counts() {
    let earlier = row(9, Some(1), DIRECT, (june(1), june(15)), 5);
    let later = row(3, Some(1), DIRECT, (june(15), june(30)), 8);
    assert_eq!(units(&with_rows(&[earlier, later]), BACKUP), Some(8));
    assert_eq!(units(&with_rows(&[later, earlier]), BACKUP), Some(8));
}

#[test]
fn p4_of_two_rows_of_the_same_start_the_higher_number_counts() {
    let rows = [row(4, Some(1), DIRECT, ALL_JUNE, 5), row(3, Some(1), DIRECT, ALL_JUNE, 8)];
    assert_eq!(units(&with_rows(&rows), BACKUP), Some(5));
}

#[test]
fn p4_a_change_in_the_future_changes_nothing_today() {
    let rows = [row(1, Some(1), DIRECT, (june(1), june(15)), 5), row(2, Some(1), DIRECT, (june(16), june(30)), 8)];
    assert_eq!(units(&with_rows(&rows), BACKUP), Some(5));
}

#[test]
fn p4_two_lines_of_a_service_are_added_and_so_are_two_contracts() {
    let mut read = with_rows(&[row(1, Some(1), DIRECT, ALL_JUNE, 5), row(2, Some(2), DIRECT, ALL_JUNE, 8)]);
    assert_eq!(units(&read, BACKUP), Some(13));
    read.contracts.push(contract(2));
    read.rows.push(UnitsRow { contract: ContractId(2), ..row(3, Some(3), DIRECT, ALL_JUNE, 100) });
    assert_eq!(units(&read, BACKUP), Some(113));
}

#[test]
fn p4_a_row_that_names_no_line_belongs_to_the_only_one_of_its_service() {
    let old = row(1, None, DIRECT, (june(1), june(15)), 5);
    assert_eq!(units(&with_rows(&[old]), BACKUP), Some(5));
    assert_eq!(units(&with_rows(&[old, row(2, Some(1), DIRECT, (june(15), june(30)), 8)]), BACKUP), Some(8));
}

#[test]
fn p4_a_bundle_brings_each_service_as_often_as_it_contains_it() {
    let mut read = with_rows(&[row(1, Some(1), BUNDLED, ALL_JUNE, 3), row(2, Some(1), DIRECT, ALL_JUNE, 1)]);
    read.bundles.insert(SUITE, vec![BACKUP, MAIL, BACKUP, ServiceId(99)]);
    assert_eq!(units(&read, BACKUP), Some(7));
    assert_eq!(units(&read, MAIL), Some(3));
    assert_eq!(units(&read, ServiceId(99)), None);
}

#[test]
fn p4_rows_of_a_bundles_services_are_no_direct_lines() {
    let mut read = with_rows(&[row(1, Some(1), BUNDLED, ALL_JUNE, 3), row(2, Some(50), DIRECT, ALL_JUNE, 3)]);
    read.bundles.insert(SUITE, vec![BACKUP]);
    assert_eq!(lines_needed(&read, &mapped(), &[], false, TODAY), BTreeSet::from([ContractId(1)]));
    read.lines_read.insert(ContractId(1));
    assert_eq!(units(&read, BACKUP), Some(3));
    assert!(lines_needed(&read, &mapped(), &[], false, TODAY).is_empty());
}

#[test]
fn p5_a_line_without_a_row_is_sold_zero() {
    let mut read = with_rows(&[]);
    read.lines.push(line(1, DIRECT));
    assert_eq!(units(&read, BACKUP), Some(0));
    assert_eq!(units(&read, MAIL), None);
}

#[test]
fn p4_contracts_that_do_not_count_are_ignored() {
    let ended = Contract { end: june(14), ..contract(1) };
    let future = Contract { start: june(16), ..contract(1) };
    let inactive = Contract { is_active: false, ..contract(1) };
    let other_type = Contract { is_recurring: false, ..contract(1) };
    for contract in [ended, future, inactive, other_type] {
        let mut read = with_rows(&[row(1, Some(1), DIRECT, ALL_JUNE, 5)]);
        read.contracts = vec![contract];
        read.lines.push(line(1, DIRECT));
        assert!(!sales(&read, &mapped(), TODAY).is_selling());
    }
    let mut last_day = with_rows(&[row(1, Some(1), DIRECT, ALL_JUNE, 5)]);
    last_day.contracts = vec![Contract { start: TODAY, end: TODAY, ..contract(1) }];
    assert_eq!(units(&last_day, BACKUP), Some(5), "both ends are included");
}

#[test]
fn p9_a_customer_with_other_contracts_only_sells_nothing() {
    let read = with_rows(&[row(1, Some(1), Sold::Service(ServiceId(99)), ALL_JUNE, 5)]);
    assert!(!sales(&read, &mapped(), TODAY).is_selling());
    assert_eq!(lines_needed(&read, &mapped(), &[], false, TODAY), BTreeSet::from([ContractId(1)]));
}

#[test]
fn p4_where_units_say_everything_no_line_is_read_but_for_free_rows() {
    let read = with_rows(&[row(1, Some(1), DIRECT, ALL_JUNE, 5)]);
    assert!(lines_needed(&read, &mapped(), &[], false, TODAY).is_empty());
    assert_eq!(lines_needed(&read, &mapped(), &[], true, TODAY), BTreeSet::from([ContractId(1)]));
}

/// The lines of the last good run: five units of a line, by a row of all June.
fn five_before() -> Vec<Source> {
    sales(&with_rows(&[row(1, Some(1), DIRECT, ALL_JUNE, 5)]), &mapped(), TODAY).services[&BACKUP].sources.clone()
}

fn is_lost(read: &Read, today: Date) -> bool {
    !lost(&five_before(), read, &sales(read, &mapped(), today), today).is_empty()
}

#[test]
fn p4_units_that_vanish_with_nothing_that_explains_it_are_lost() {
    let mut read = with_rows(&[row(2, Some(2), Sold::Service(MAIL), ALL_JUNE, 1)]);
    let found = lost(&five_before(), &read, &sales(&read, &mapped(), TODAY), TODAY);
    assert_eq!(found, [Lost { service: BACKUP, lines: five_before() }]);
    assert_eq!(lines_needed(&read, &mapped(), &five_before(), false, TODAY), BTreeSet::from([ContractId(1)]));
    read.lines.push(line(1, DIRECT));
    assert!(is_lost(&read, TODAY), "a line without units explains nothing");
}

#[test]
fn p4_fewer_units_are_a_change_and_no_loss() {
    assert!(!is_lost(&with_rows(&[row(1, Some(1), DIRECT, ALL_JUNE, 1)]), TODAY));
}

#[test]
fn p4_units_of_a_contract_that_does_not_count_any_more_are_explained() {
    let mut read = with_rows(&[]);
    read.contracts = vec![Contract { is_active: false, ..contract(1) }];
    assert!(!is_lost(&read, TODAY));
    assert!(vanished(&five_before(), &read).is_empty());
}

#[test]
fn p4_a_contract_that_is_not_there_at_all_explains_nothing() {
    let read = Read::default();
    assert_eq!(vanished(&five_before(), &read), BTreeSet::from([ContractId(1)]));
    assert!(is_lost(&read, TODAY));
    assert!(is_lost(&read, date(2026, 7, 1)), "not even when its row has ended since");
}

#[test]
fn p4_units_whose_row_has_ended_are_explained() {
    assert!(is_lost(&with_rows(&[]), june(30)));
    assert!(!is_lost(&with_rows(&[]), date(2026, 7, 1)));
}

#[test]
fn p4_units_that_a_dated_row_ended_are_explained() {
    let cut_short = row(1, Some(1), DIRECT, (june(1), june(14)), 5);
    assert!(!is_lost(&with_rows(&[cut_short]), TODAY));
    let zero = row(2, Some(1), DIRECT, (june(10), june(30)), 0);
    assert!(!is_lost(&with_rows(&[zero]), TODAY));
}

#[test]
fn p4_rows_of_earlier_periods_or_other_lines_explain_no_loss() {
    let may = row(1, Some(1), DIRECT, (date(2026, 5, 1), date(2026, 5, 31)), 5);
    let other_line = row(2, Some(2), DIRECT, (june(1), june(14)), 5);
    assert!(is_lost(&with_rows(&[may, other_line]), TODAY));
}

#[test]
fn p4_a_service_that_left_its_bundle_is_lost() {
    let mut read = with_rows(&[row(1, Some(1), BUNDLED, ALL_JUNE, 3)]);
    read.bundles.insert(SUITE, vec![BACKUP]);
    let before = sales(&read, &mapped(), TODAY).services[&BACKUP].sources.clone();
    read.bundles.insert(SUITE, vec![MAIL]);
    let found = lost(&before, &read, &sales(&read, &mapped(), TODAY), TODAY);
    assert_eq!(found, [Lost { service: BACKUP, lines: before }]);
}

#[test]
fn p4_less_than_nothing_on_one_line_takes_nothing_from_another() {
    let rows = [row(1, Some(1), DIRECT, ALL_JUNE, -3), row(2, Some(2), DIRECT, ALL_JUNE, 5)];
    assert_eq!(units(&with_rows(&rows), BACKUP), Some(5));
}

#[test]
fn p4_units_too_many_to_count_do_not_turn_negative() {
    let mut read =
        with_rows(&[row(1, Some(1), BUNDLED, ALL_JUNE, i64::MAX), row(2, Some(1), DIRECT, ALL_JUNE, i64::MAX)]);
    read.bundles.insert(SUITE, vec![BACKUP, BACKUP]);
    assert_eq!(units(&read, BACKUP), Some(i64::MAX));
}
