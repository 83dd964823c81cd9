use jiff::civil::Date;
use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Day {
    text.parse::<Date>().unwrap().into()
}

fn year() -> Window {
    Window { first: day("2026-01-15"), last: day("2027-01-14") }
}

fn change(on: &str, by: i64) -> Change {
    Change { on: day(on), by, price: None }
}

/// First day, last day and units of each row.
fn brief(rows: &[Slice]) -> Vec<(String, String, i64)> {
    rows.iter().map(|row| (row.first.date().to_string(), row.last.date().to_string(), row.units)).collect()
}

fn row(first: &str, last: &str, units: i64) -> (String, String, i64) {
    (first.to_owned(), last.to_owned(), units)
}

#[test]
fn periods_step_from_the_start_and_stop_at_the_end() {
    let window = Window { first: day("2026-01-31"), last: day("2026-05-10") };
    let found: Vec<_> = periods(window, 1).iter().map(|each| (each.first.date().to_string(), each.full_days)).collect();
    let expected = [("2026-01-31", 28), ("2026-02-28", 31), ("2026-03-31", 30), ("2026-04-30", 31)];
    assert_eq!(found, expected.map(|(first, days)| (first.to_owned(), days)));
    assert_eq!(periods(window, 1).last().unwrap().last, window.last);
    assert_eq!(periods(year(), 3).len(), 4);
    assert_eq!(periods(year(), 12).len(), 1);
}

#[test]
fn an_adjustment_inside_a_period_cuts_its_row_and_moves_all_later_ones() {
    let changes = [change("2026-01-15", 10), change("2026-02-20", 4)];
    let rows = rows(&periods(year(), 1), &changes, 1.0);
    assert_eq!(rows.len(), 13);
    let expected = [
        row("2026-01-15", "2026-02-14", 10),
        row("2026-02-15", "2026-02-19", 10),
        row("2026-02-20", "2026-03-14", 14),
        row("2026-03-15", "2026-04-14", 14),
    ];
    assert_eq!(brief(&rows)[..4], expected);
    assert_eq!(rows.iter().map(|row| row.is_cut).collect::<Vec<_>>()[..3], [false, true, false]);
}

#[test]
fn an_adjustment_on_the_first_day_of_a_period_changes_its_row_in_place() {
    let changes = [change("2026-01-15", 10), change("2026-02-15", -3)];
    let rows = rows(&periods(year(), 1), &changes, 1.0);
    assert_eq!(rows.len(), 12);
    assert_eq!(brief(&rows)[1], row("2026-02-15", "2026-03-14", 7));
}

#[test]
fn a_row_costs_its_share_of_the_period_at_the_price_in_effect() {
    let changes = [change("2026-01-15", 10), Change { on: day("2026-02-01"), by: 0, price: Some(6.2) }];
    let rows = rows(&periods(year(), 1), &changes, 3.1);
    let costs: Vec<_> = rows.iter().take(3).map(|row| row.extended(row.unit_price)).collect();
    // 17 and 14 of 31 days, then a whole period.
    assert_eq!(costs, [17.0, 28.0, 62.0]);
}

/// The documented procedure, word by word: one adjustment after the other, each on the rows that the earlier ones left.
fn adjusted_one_by_one(periods: &[Period], changes: &[Change]) -> Vec<(Day, Day, i64)> {
    let mut rows: Vec<_> = periods.iter().map(|period| (period.first, period.last, 0)).collect();
    for change in changes {
        let at = rows.iter().position(|(first, last, _)| (*first..=*last).contains(&change.on)).unwrap();
        let (first, last, units) = rows[at];
        for later in &mut rows[at + 1..] {
            later.2 += change.by;
        }
        rows[at] = (change.on, last, units + change.by);
        if change.on > first {
            rows.insert(at, (first, change.on.plus(-1), units));
        }
    }
    rows
}

prop_compose! {
    fn any_line()(
        start in 0..40_000i32, days in 1..1_200i32, months in prop::sample::select(vec![1, 3, 6, 12]),
        changes in prop::collection::vec((0..1_200i32, -20..50i64), 0..8),
    ) -> (Window, i32, Vec<Change>) {
        let first = day("1999-12-31").plus(start);
        let changes = changes.iter().map(|(on, by)| Change { on: first.plus(on % days), by: *by, price: None }).collect();
        (Window { first, last: first.plus(days - 1) }, months, changes)
    }
}

proptest! {
    #[test]
    fn rows_are_those_of_the_documented_procedure((window, months, changes) in any_line()) {
        let periods = periods(window, months);
        let found: Vec<_> = rows(&periods, &changes, 1.0).iter().map(|row| (row.first, row.last, row.units)).collect();
        prop_assert_eq!(found, adjusted_one_by_one(&periods, &changes));
    }

    #[test]
    fn the_order_of_adjustments_does_not_matter((window, months, changes) in any_line()) {
        let periods = periods(window, months);
        let backwards: Vec<_> = changes.iter().rev().copied().collect();
        prop_assert_eq!(rows(&periods, &changes, 1.0), rows(&periods, &backwards, 1.0));
    }

    #[test]
    fn rows_cover_the_contract_without_gap_or_overlap((window, months, changes) in any_line()) {
        let rows = rows(&periods(window, months), &changes, 1.0);
        prop_assert_eq!((rows.first().unwrap().first, rows.last().unwrap().last), (window.first, window.last));
        for pair in rows.windows(2) {
            prop_assert_eq!(pair[0].last.plus(1), pair[1].first);
        }
    }

    #[test]
    fn the_shares_of_a_whole_period_add_up((window, months, changes) in any_line()) {
        let periods = periods(window, months);
        let rows = rows(&periods, &changes, 1.0);
        for period in periods.iter().filter(|period| period.first.until(period.last) + 1 == period.full_days) {
            let within = rows.iter().filter(|row| period.first <= row.first && row.last <= period.last);
            let share: f64 = within.map(Slice::day_share).sum();
            prop_assert!((share - 1.0).abs() < 1e-9);
        }
    }
}
