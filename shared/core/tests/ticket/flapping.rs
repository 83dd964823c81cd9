//! Rule T7: an alert that comes and goes. From the third reopening within 24 hours, closing waits for a clear day.

use bridge_core::ticket::Wait;

use crate::problem::{Problem, days, hours, minutes, seconds};

/// Raises and clears so often, an hour apart, and returns what was written.
fn come_and_go(problem: &mut Problem, times: usize) -> Vec<String> {
    for _ in 0..times {
        problem.advance(hours(1));
        problem.raise();
        problem.look();
        problem.advance(hours(1));
        problem.clear();
        problem.look();
    }
    problem.wrote()
}

fn notes_about_flapping(steps: &[String]) -> usize {
    steps.iter().filter(|step| *step == "note Flapping").count()
}

/// A ticket that was reopened three times within a day and now waits for a clear day.
fn flapping_problem() -> Problem {
    let mut problem = Problem::with_ticket();
    problem.clear();
    problem.look();
    let steps = come_and_go(&mut problem, 3);
    assert_eq!(steps.iter().filter(|step| step.starts_with("reopen")).count(), 3);
    assert_eq!(steps.last().unwrap(), "note Flapping");
    problem
}

#[test]
fn t7_two_reopenings_within_a_day_still_close_at_once() {
    let mut problem = Problem::with_ticket();
    problem.clear();
    problem.look();
    let steps = come_and_go(&mut problem, 2);
    assert_eq!(notes_about_flapping(&steps), 0);
    assert!(!problem.is_open());
}

#[test]
fn t7_after_the_third_reopening_closing_waits_for_24_clear_hours_with_one_note() {
    let mut problem = flapping_problem();
    let cleared = problem.now;
    assert!(problem.is_open());
    assert!(problem.waits(Wait::Flapping, cleared + hours(24)));
    problem.now = cleared + hours(24) - seconds(1);
    problem.look();
    assert_eq!(problem.wrote(), Vec::<String>::new());
    problem.now = cleared + hours(24);
    problem.look();
    assert_eq!(problem.wrote(), ["close 5"]);
}

#[test]
fn t7_while_closing_waits_further_raises_and_clears_write_nothing() {
    let mut problem = flapping_problem();
    assert_eq!(come_and_go(&mut problem, 5), Vec::<String>::new());
    assert!(problem.waits(Wait::Flapping, problem.now + hours(24)), "the clear day starts anew");
}

#[test]
fn t7_a_clear_day_counts_from_the_latest_clear_even_if_the_raise_before_it_was_never_read() {
    let mut problem = flapping_problem();
    problem.advance(hours(10));
    problem.raise();
    problem.advance(hours(1));
    problem.clear();
    problem.look();
    assert!(problem.waits(Wait::Flapping, problem.now + hours(24)));
}

#[test]
fn t7_three_reopenings_spread_over_more_than_a_day_are_not_flapping() {
    let mut problem = Problem::with_ticket();
    problem.clear();
    problem.look();
    for _ in 0..4 {
        problem.advance(hours(13));
        problem.raise();
        problem.look();
        problem.advance(minutes(10));
        problem.clear();
        problem.look();
        assert!(!problem.is_open());
    }
}

#[test]
fn t7_after_a_quiet_closing_the_next_raise_starts_a_new_count() {
    let mut problem = flapping_problem();
    problem.advance(hours(24));
    problem.look();
    problem.did();
    let steps = come_and_go(&mut problem, 1);
    assert_eq!(steps, ["reopen Reopened", "note Reopened", "close 5"]);
}

#[test]
fn t7_flapping_a_month_later_is_said_again_although_a_technician_closed_the_ticket_meanwhile() {
    let mut problem = flapping_problem();
    problem.advance(hours(1));
    problem.technician_closes();
    problem.look();
    problem.advance(days(30));
    let steps = come_and_go(&mut problem, 3);
    assert_eq!(notes_about_flapping(&steps), 1, "{steps:?}");
}
