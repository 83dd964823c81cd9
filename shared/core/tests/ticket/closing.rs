//! Rule T5: what happens to the ticket when the problem's last alert clears.

use bridge_core::ticket::Quiet;

use crate::autotask::{NEW, RESOLVED};
use crate::problem::{Problem, hours, minutes};

#[test]
fn t5_the_clear_closes_the_ticket_once_with_a_resolution_and_without_a_note() {
    let mut problem = Problem::with_ticket();
    problem.advance(hours(1));
    problem.clear();
    problem.look();
    problem.advance(hours(1));
    problem.look();
    assert_eq!(problem.did(), ["close 5"]);
    assert!(problem.ticket().has_resolution);
    assert!(problem.rests(Quiet::InStep));
}

#[test]
fn t5_the_last_of_several_alerts_closes() {
    let mut problem = Problem::with_ticket();
    problem.raise_as("b");
    problem.look();
    problem.clear_alert("a");
    problem.look();
    assert!(problem.is_open());
    problem.advance(hours(1));
    problem.clear_alert("b");
    problem.look();
    assert_eq!(problem.did(), ["close 5"]);
}

#[test]
fn t5_with_note_when_cleared_the_note_comes_before_the_closing() {
    let mut problem = Problem::with_ticket();
    problem.tickets.note_when_cleared = true;
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), ["note Cleared", "close 5"]);
}

#[test]
fn t5_without_auto_closing_nothing_happens() {
    let mut problem = Problem::with_ticket();
    problem.tickets.auto_close_status = None;
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    assert!(problem.rests(Quiet::LeftOpen));
}

#[test]
fn t5_without_auto_closing_a_note_is_written_once_if_so_set() {
    let mut problem = Problem::with_ticket();
    problem.tickets.auto_close_status = None;
    problem.tickets.note_when_cleared = true;
    problem.clear();
    problem.look();
    problem.advance(hours(30));
    problem.look();
    assert_eq!(problem.did(), ["note Cleared"]);
}

#[test]
fn t5_each_clear_of_an_open_ticket_is_noted_once() {
    let mut problem = Problem::with_ticket();
    problem.tickets.auto_close_status = None;
    problem.tickets.note_when_cleared = true;
    for _ in 0..2 {
        problem.advance(hours(1));
        problem.raise();
        problem.look();
        problem.advance(hours(1));
        problem.clear();
        problem.look();
    }
    assert_eq!(problem.did(), ["note Cleared", "note Cleared"]);
}

#[test]
fn t5_a_ticket_that_a_technician_closed_is_not_written_to_at_the_clear() {
    let mut problem = Problem::with_ticket();
    problem.tickets.note_when_cleared = true;
    problem.advance(hours(1));
    problem.technician_closes();
    problem.advance(hours(1));
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
}

#[test]
fn t5_where_closing_is_not_complete_the_ticket_is_read_first() {
    let mut problem = Problem::with_ticket();
    problem.tickets.auto_close_status = Some(RESOLVED);
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), ["read", "close 12"]);
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
}

#[test]
fn t5_a_ticket_set_to_the_closing_status_just_before_is_not_written_to() {
    let mut problem = Problem::with_ticket();
    problem.tickets.auto_close_status = Some(RESOLVED);
    problem.clear();
    problem.read_alerts();
    problem.technician_sets(RESOLVED);
    problem.work();
    assert_eq!(problem.did(), ["read"]);
}

#[test]
fn t5_complete_and_a_former_closing_status_count_as_closed_under_another_closing_status() {
    for status in [5, 13] {
        let mut problem = Problem::with_ticket();
        problem.tickets.auto_close_status = Some(RESOLVED);
        problem.tickets.former_closing_statuses = [13].into();
        problem.technician_sets(status);
        problem.clear();
        problem.look();
        assert_eq!(problem.did(), Vec::<String>::new(), "status {status}");
    }
}

#[test]
fn t5_any_other_status_is_open() {
    let mut problem = Problem::with_ticket();
    problem.technician_sets(13);
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), ["close 5"]);
}

#[test]
fn t5_a_refused_closing_leaves_a_note_and_is_not_retried() {
    let mut problem = Problem::with_ticket();
    problem.autotask.refuses_closing = true;
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), ["close 5", "note CloseRefused"]);
    problem.advance(hours(48));
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    assert!(problem.rests(Quiet::LeftOpen));
    assert!(problem.is_open());
}

#[test]
fn t5_technician_safe_leaves_a_ticket_that_a_person_works_on_open_with_one_note() {
    let mut problem = Problem::with_ticket();
    problem.tickets.technician_safe = true;
    problem.technician_writes_note();
    problem.clear();
    problem.look();
    problem.advance(hours(30));
    problem.look();
    assert_eq!(problem.did(), ["note ClearedTechnician"]);
    assert!(problem.is_open());
}

#[test]
fn t5_technician_safe_closes_a_ticket_that_nobody_works_on() {
    let mut problem = Problem::with_ticket();
    problem.tickets.technician_safe = true;
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), ["close 5"]);
}

#[test]
fn t5_a_ticket_that_a_technician_reopens_after_our_closing_is_not_closed_again() {
    let mut problem = Problem::with_ticket();
    problem.clear();
    problem.look();
    problem.did();
    problem.advance(hours(1));
    problem.technician_reopens();
    problem.look();
    problem.advance(hours(30));
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new(), "the closing status is set once");
    assert_eq!(problem.ticket().status, NEW);
}

#[test]
fn t5_the_clear_of_a_later_raise_closes_a_ticket_that_a_technician_reopened() {
    let mut problem = Problem::with_ticket();
    problem.clear();
    problem.look();
    problem.did();
    problem.advance(hours(1));
    problem.raise();
    problem.technician_reopens();
    problem.look();
    problem.advance(hours(1));
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), ["close 5"]);
}

#[test]
fn missing_from_two_complete_lists_five_minutes_apart_is_cleared() {
    let mut problem = Problem::with_ticket();
    problem.entry.see_missing(&"a".into(), problem.now);
    problem.advance(minutes(5));
    problem.work();
    assert!(problem.is_open());
    problem.entry.see_missing(&"a".into(), problem.now);
    problem.work();
    assert_eq!(problem.did(), ["close 5"]);
}

#[test]
fn missing_from_lists_less_than_five_minutes_apart_is_not_cleared() {
    let mut problem = Problem::with_ticket();
    for _ in 0..5 {
        problem.entry.see_missing(&"a".into(), problem.now);
        problem.advance(minutes(1));
    }
    problem.work();
    assert!(problem.is_open());
}

#[test]
fn seen_between_two_lists_without_it_an_alert_is_not_cleared() {
    let mut problem = Problem::with_ticket();
    problem.entry.see_missing(&"a".into(), problem.now);
    problem.advance(minutes(4));
    problem.look();
    problem.advance(minutes(4));
    problem.entry.see_missing(&"a".into(), problem.now);
    problem.work();
    assert!(problem.is_open());
}

#[test]
fn x3_an_alert_that_was_missing_and_is_listed_again_is_active() {
    let mut problem = Problem::with_ticket();
    for _ in 0..2 {
        problem.entry.see_missing(&"a".into(), problem.now);
        problem.advance(minutes(5));
    }
    problem.work();
    problem.look();
    assert!(problem.entry.is_active(), "Acronis lists the alert, undeleted");
}

#[test]
fn x3_a_raise_by_a_clock_slightly_behind_ours_is_not_lost_after_the_alert_was_missing() {
    let mut problem = Problem::with_ticket();
    problem.entry.see_missing(&"a".into(), problem.now);
    problem.advance(minutes(5));
    problem.entry.see_missing(&"a".into(), problem.now);
    problem.work();
    problem.advance(-minutes(1));
    problem.raise();
    problem.advance(minutes(2));
    problem.look();
    assert!(problem.is_open(), "{:?}", problem.did());
}
