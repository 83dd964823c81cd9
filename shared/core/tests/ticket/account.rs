//! Rule T16: nothing is written to a ticket whose company is not the account mapped now.

use bridge_core::alert::Severity;
use bridge_core::ticket::{Because, Quiet};

use crate::autotask::Answer;
use crate::problem::{OTHER_ACCOUNT, OUR_ACCOUNT, Problem, hours, minutes};

#[test]
fn t16_instead_of_a_note_on_a_moved_ticket_there_is_a_new_one() {
    let mut problem = Problem::with_ticket();
    problem.technician_moves_ticket_to(OTHER_ACCOUNT);
    problem.becomes(Severity::Critical);
    problem.look();
    assert_eq!(problem.wrote(), ["create OtherAccount"]);
    assert!(problem.autotask.tickets[0].notes.is_empty());
    assert_eq!(problem.ticket().account, OUR_ACCOUNT);
    assert_eq!(problem.ticket().episode(), Some(2));
}

#[test]
fn t16_instead_of_reopening_a_moved_ticket_there_is_a_new_one() {
    let mut problem = Problem::with_ticket();
    problem.clear();
    problem.look();
    problem.did();
    problem.technician_moves_ticket_to(OTHER_ACCOUNT);
    problem.advance(hours(1));
    problem.raise();
    problem.look();
    assert_eq!(problem.wrote(), ["create OtherAccount"]);
    assert!(!problem.autotask.tickets[0].is_open());
    assert_eq!(problem.entry.follows.as_ref().unwrap().because, Because::OtherAccount);
}

#[test]
fn t16_a_moved_ticket_is_not_closed() {
    let mut problem = Problem::with_ticket();
    problem.tickets.note_when_cleared = true;
    problem.technician_moves_ticket_to(OTHER_ACCOUNT);
    problem.clear();
    problem.look();
    assert_eq!(problem.wrote(), Vec::<String>::new());
    assert!(problem.rests(Quiet::MovedAway));
}

#[test]
fn t16_a_raise_after_a_clear_that_left_a_moved_ticket_alone_makes_a_new_one() {
    let mut problem = Problem::with_ticket();
    problem.technician_moves_ticket_to(OTHER_ACCOUNT);
    problem.clear();
    problem.look();
    problem.advance(hours(1));
    problem.raise();
    problem.look();
    let ours = problem.autotask.tickets.iter().filter(|ticket| ticket.account == OUR_ACCOUNT && ticket.is_open());
    assert_eq!(ours.count(), 1, "the account mapped now has no ticket of this raise");
}

#[test]
fn t16_a_customer_mapped_to_another_account_gets_the_next_write_there() {
    let mut problem = Problem::with_ticket();
    problem.account = OTHER_ACCOUNT;
    problem.look();
    assert_eq!(problem.wrote(), Vec::<String>::new(), "nothing is to be written yet");
    problem.advance(hours(1));
    problem.becomes(Severity::Critical);
    problem.look();
    assert_eq!(problem.wrote(), ["create OtherAccount"]);
    assert_eq!(problem.ticket().account, OTHER_ACCOUNT);
    problem.clear();
    problem.look();
    assert_eq!(problem.wrote(), ["close 5"]);
    assert!(problem.autotask.tickets[0].is_open(), "the old ticket is left alone");
}

#[test]
fn t16_a_note_in_doubt_is_not_written_once_more_after_the_ticket_moved() {
    let mut problem = Problem::with_ticket();
    problem.loses_next_answer(Answer::LostBeforeTheEffect);
    problem.becomes(Severity::Critical);
    problem.look();
    problem.technician_moves_ticket_to(OTHER_ACCOUNT);
    problem.advance(minutes(10));
    problem.look();
    assert!(problem.autotask.tickets[0].notes.is_empty(), "{:?}", problem.did());
}

#[test]
fn t16_an_account_read_before_the_first_bulk_read_is_trusted_only_after_a_read() {
    let mut problem = Problem::new();
    problem.raise();
    problem.look();
    problem.did();
    problem.becomes(Severity::Critical);
    problem.read_alerts();
    problem.technician_moves_ticket_to(OTHER_ACCOUNT);
    problem.work();
    assert!(problem.autotask.tickets[0].notes.is_empty(), "{:?}", problem.did());
}
