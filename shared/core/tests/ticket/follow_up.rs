//! Rule T9: a ticket that cannot be reopened is followed by a new one that says why.

use bridge_core::alert::Severity;
use bridge_core::ticket::{Because, Quiet};

use crate::problem::{Problem, hours, minutes};

/// A problem whose ticket we closed an hour ago.
fn closed_problem() -> Problem {
    let mut problem = Problem::with_ticket();
    problem.clear();
    problem.look();
    problem.did();
    problem.advance(hours(1));
    problem
}

#[test]
fn t9_a_ticket_deleted_after_closing_is_followed_by_a_new_one() {
    let mut problem = closed_problem();
    problem.technician_deletes();
    problem.raise();
    problem.look();
    assert_eq!(problem.wrote(), ["reopen Reopened", "create TicketGone"]);
    assert_eq!(problem.ticket().episode(), Some(2));
    assert_eq!(problem.entry.follows.as_ref().unwrap().because, Because::TicketGone);
}

#[test]
fn t9_a_raise_after_the_deletion_was_seen_makes_a_new_ticket() {
    let mut problem = Problem::with_ticket();
    problem.technician_deletes();
    problem.daily_pass();
    problem.advance(minutes(1));
    problem.raise();
    problem.look();
    assert_eq!(problem.wrote(), ["create TicketGone"]);
}

#[test]
fn t9_a_deleted_ticket_is_not_replaced_while_its_alert_simply_stays_active() {
    let mut problem = Problem::with_ticket();
    problem.technician_deletes();
    problem.daily_pass();
    problem.advance(hours(30));
    problem.daily_pass();
    assert_eq!(problem.wrote(), Vec::<String>::new());
    assert!(problem.rests(Quiet::ClosedWhileActive));
}

#[test]
fn t9_a_raise_after_the_deletion_is_not_lost_when_the_deletion_shows_only_later() {
    let mut problem = Problem::with_ticket();
    problem.technician_deletes();
    problem.advance(hours(1));
    problem.raise();
    problem.look();
    problem.advance(hours(1));
    problem.becomes(Severity::Critical);
    problem.look();
    assert_eq!(problem.open_tickets(), 1, "raised an hour after the ticket was deleted: {:?}", problem.did());
}

#[test]
fn t9_a_refused_reopening_makes_a_new_ticket_that_says_so() {
    let mut problem = closed_problem();
    problem.autotask.refuses_reopening = true;
    problem.raise();
    problem.look();
    assert_eq!(problem.wrote(), ["reopen Reopened", "create ReopeningRefused"]);
    assert_eq!(problem.entry.follows.as_ref().unwrap().because, Because::ReopeningRefused);
    problem.advance(hours(1));
    problem.look();
    assert_eq!(problem.wrote(), Vec::<String>::new());
}

#[test]
fn t9_a_ticket_that_a_rule_closes_again_is_read_back_once_and_followed() {
    let mut problem = closed_problem();
    problem.autotask.rule_closes_again = true;
    problem.raise();
    problem.look();
    assert_eq!(problem.did(), ["reopen Reopened", "read", "create ClosedByRule"]);
    assert_eq!(problem.open_tickets(), 1);
}

#[test]
fn t9_a_reopening_that_lasts_is_read_back_and_makes_no_second_ticket() {
    let mut problem = closed_problem();
    problem.raise();
    problem.look();
    assert_eq!(problem.did(), ["reopen Reopened", "read", "note Reopened"]);
    assert_eq!(problem.autotask.tickets.len(), 1);
}

#[test]
fn t9_a_new_ticket_that_autotask_refuses_waits_for_a_person() {
    let mut problem = closed_problem();
    problem.autotask.refuses_reopening = true;
    problem.autotask.refuses_create = true;
    problem.raise();
    problem.look();
    problem.advance(hours(1));
    problem.raise();
    problem.look();
    assert_eq!(problem.wrote(), ["reopen Reopened", "create ReopeningRefused", "park"]);
    assert!(problem.rests(Quiet::Parked));
}

/// A closed problem whose reopening was refused; the worker stopped there, and the alert cleared.
fn lost_and_cleared() -> Problem {
    let mut problem = closed_problem();
    problem.raise();
    problem.read_alerts();
    problem.entry.reopening_refused();
    problem.advance(minutes(1));
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    problem.advance(hours(1));
    problem
}

#[test]
fn t9_the_next_raise_after_a_lost_ticket_makes_a_new_one() {
    let mut problem = lost_and_cleared();
    problem.raise();
    problem.look();
    assert_eq!(problem.wrote(), ["create ReopeningRefused"]);
}

#[test]
fn t17_the_settle_delay_holds_for_the_ticket_after_a_lost_one() {
    let mut problem = lost_and_cleared();
    problem.row().settle_s = 600;
    problem.raise();
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    problem.advance(minutes(10));
    problem.look();
    assert_eq!(problem.wrote(), ["create ReopeningRefused"]);
}

#[test]
fn t9_a_technician_who_opens_the_old_ticket_again_does_not_disturb_the_new_one() {
    let mut problem = closed_problem();
    problem.tickets.new_ticket_after_days = Some(1);
    problem.advance(hours(48));
    problem.raise();
    problem.look();
    let old = problem.autotask.tickets[0].id;
    problem.autotask.ticket(old).status = 1;
    problem.advance(hours(1));
    problem.clear();
    problem.look();
    assert_eq!(problem.wrote(), ["create ClosedLongAgo", "close 5"]);
    assert!(problem.autotask.tickets[0].is_open(), "the old ticket is the technician's");
}
