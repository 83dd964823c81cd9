//! Rule T7: a raise after the ticket was closed.

use bridge_core::ticket::Wait;

use crate::autotask::{REOPENED, RESOLVED, Ticket};
use crate::problem::{Problem, days, hours, minutes, seconds};

/// A problem whose ticket we closed a moment ago.
fn closed_problem() -> Problem {
    let mut problem = Problem::with_ticket();
    problem.advance(hours(1));
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), ["close 5"]);
    problem
}

#[test]
fn t7_a_new_raise_reopens_the_initial_ticket_with_the_rows_status_and_a_note() {
    let mut problem = closed_problem();
    problem.advance(hours(1));
    problem.raise();
    problem.look();
    assert_eq!(problem.wrote(), ["reopen Reopened", "note Reopened"]);
    assert_eq!(problem.ticket().status, REOPENED);
    assert_eq!(problem.autotask.tickets.len(), 1);
}

#[test]
fn t7_a_raise_under_a_new_id_reopens_as_well() {
    let mut problem = closed_problem();
    problem.advance(hours(1));
    problem.raise_as("b");
    problem.look();
    assert_eq!(problem.wrote(), ["reopen Reopened", "note Reopened"]);
}

#[test]
fn t7_without_the_box_a_ticket_is_reopened_however_old() {
    let mut problem = closed_problem();
    problem.advance(days(900));
    problem.raise();
    problem.look();
    assert_eq!(problem.wrote(), ["reopen Reopened", "note Reopened"]);
}

#[test]
fn t7_a_change_without_a_raise_does_not_reopen() {
    let mut problem = closed_problem();
    problem.advance(hours(1));
    problem.change(|alert| alert.details.reason = Some("another".to_owned()));
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
}

#[test]
fn t7_the_same_raise_read_again_does_not_reopen_twice() {
    let mut problem = closed_problem();
    problem.advance(hours(1));
    problem.raise();
    for _ in 0..3 {
        problem.look();
        problem.advance(minutes(1));
    }
    assert_eq!(problem.wrote(), ["reopen Reopened", "note Reopened"]);
}

/// What a raise does so long after our closing, with the box on and N = 3 days.
fn after_closing(wait: jiff::SignedDuration) -> Vec<String> {
    let mut problem = closed_problem();
    problem.tickets.new_ticket_after_days = Some(3);
    problem.advance(wait);
    problem.raise();
    problem.look();
    problem.wrote()
}

#[test]
fn t7_a_raise_one_second_before_n_days_after_closing_reopens() {
    assert_eq!(after_closing(hours(3 * 24) - seconds(1)), ["reopen Reopened", "note Reopened"]);
}

#[test]
fn t7_a_raise_exactly_n_days_after_closing_makes_a_new_ticket() {
    assert_eq!(after_closing(hours(3 * 24)), ["create ClosedLongAgo"]);
}

#[test]
fn t7_a_raise_more_than_n_days_after_closing_makes_a_new_ticket() {
    assert_eq!(after_closing(hours(3 * 24) + seconds(1)), ["create ClosedLongAgo"]);
}

#[test]
fn t7_the_raise_decides_and_not_when_we_get_to_see_it() {
    let mut problem = closed_problem();
    problem.tickets.new_ticket_after_days = Some(3);
    problem.advance(hours(1));
    problem.raise();
    problem.advance(days(5));
    problem.look();
    assert_eq!(problem.wrote(), ["reopen Reopened", "note Reopened"]);
}

#[test]
fn t7_the_new_ticket_is_the_next_episode_and_names_the_old_one() {
    let mut problem = closed_problem();
    problem.tickets.new_ticket_after_days = Some(1);
    problem.look();
    let old = problem.ticket_id();
    problem.advance(days(2));
    problem.raise();
    problem.look();
    assert_eq!(problem.ticket().episode(), Some(2));
    let follows = problem.entry.follows.clone().unwrap();
    assert_eq!((follows.id, follows.number), (old, Some(format!("T20260302.{old}"))));
    assert_eq!(problem.entry.count, 1, "the new ticket counts from its own raise");
}

#[test]
fn t7_the_new_ticket_closes_and_reopens_like_the_first() {
    let mut problem = closed_problem();
    problem.tickets.new_ticket_after_days = Some(1);
    problem.advance(days(2));
    problem.raise();
    problem.look();
    problem.advance(hours(1));
    problem.clear();
    problem.look();
    problem.advance(hours(1));
    problem.raise();
    problem.look();
    assert_eq!(problem.wrote(), ["create ClosedLongAgo", "close 5", "reopen Reopened", "note Reopened"]);
    assert_eq!(problem.autotask.tickets.iter().map(Ticket::is_open).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn t7_the_days_count_from_the_completion_that_autotask_knows() {
    let mut problem = Problem::with_ticket();
    problem.tickets.new_ticket_after_days = Some(1);
    problem.technician_closes();
    problem.advance(hours(23));
    problem.look();
    problem.advance(hours(2));
    problem.raise();
    problem.look();
    assert_eq!(problem.did(), ["create ClosedLongAgo"], "completed 25 hours ago, seen 2 hours ago");
}

#[test]
fn t7_where_closing_is_another_status_our_own_closing_time_counts() {
    let mut problem = Problem::with_ticket();
    problem.tickets.auto_close_status = Some(RESOLVED);
    problem.tickets.new_ticket_after_days = Some(1);
    problem.clear();
    problem.look();
    problem.did();
    problem.advance(hours(23));
    problem.look();
    problem.advance(hours(1));
    problem.raise();
    problem.look();
    assert_eq!(problem.did(), ["create ClosedLongAgo"]);
}

#[test]
fn t7_a_ticket_in_a_former_closing_status_is_reopened_too() {
    let mut problem = Problem::with_ticket();
    problem.tickets.former_closing_statuses = [RESOLVED].into();
    problem.technician_sets(RESOLVED);
    problem.look();
    problem.advance(hours(1));
    problem.raise();
    problem.look();
    assert_eq!(problem.wrote(), ["reopen Reopened", "note Reopened"]);
}

#[test]
fn t7_a_raise_during_a_human_close_gives_the_same_ticket_in_whichever_order_both_are_read() {
    for (raise_after_close, reopens) in [(seconds(30), true), (-seconds(30), false)] {
        for ticket_first in [true, false] {
            let mut problem = Problem::with_ticket();
            let closing = problem.now + hours(1);
            problem.now = closing;
            problem.technician_closes();
            problem.now = closing + raise_after_close;
            problem.raise();
            problem.now = closing + minutes(1);
            if ticket_first {
                problem.read_tickets();
                problem.work();
                problem.read_alerts();
            } else {
                problem.read_alerts();
                problem.work();
                problem.read_tickets();
            }
            problem.work();
            assert_eq!(problem.is_open(), reopens, "raised {raise_after_close:?} after, ticket first: {ticket_first}");
        }
    }
}

#[test]
fn t7_a_raise_just_before_our_own_closing_that_we_had_not_read_reopens() {
    let mut problem = Problem::with_ticket();
    problem.clear();
    problem.read_alerts();
    problem.advance(seconds(5));
    problem.raise();
    problem.advance(seconds(5));
    problem.work();
    assert_eq!(problem.wrote(), ["close 5"]);
    problem.look();
    assert_eq!(problem.wrote(), ["reopen Reopened", "note Reopened"]);
}

#[test]
fn t17_a_ticket_is_reopened_only_after_the_settle_delay() {
    let mut problem = closed_problem();
    problem.row().settle_s = 600;
    problem.advance(hours(1));
    problem.raise();
    let due = problem.now + minutes(10);
    problem.look();
    assert!(problem.waits(Wait::Settling, due));
    problem.advance(minutes(10));
    problem.look();
    assert_eq!(problem.wrote(), ["reopen Reopened", "note Reopened"]);
}

#[test]
fn t17_a_raise_that_clears_within_the_delay_does_not_reopen() {
    let mut problem = closed_problem();
    problem.row().settle_s = 600;
    problem.advance(hours(1));
    problem.raise();
    problem.look();
    problem.advance(minutes(9));
    problem.clear();
    problem.look();
    problem.advance(hours(1));
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
}
