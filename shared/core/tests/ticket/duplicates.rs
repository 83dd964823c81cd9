//! Rule T10: Autotask's own duplicate handling may answer a create with a ticket that is not ours.

use bridge_core::alert::{Key, Reference};
use bridge_core::id::TicketId;
use bridge_core::ticket::{Origin, Quiet};

use crate::autotask::BOB;
use crate::problem::{OTHER_ACCOUNT, OUR_ACCOUNT, Problem, hours};

fn another_keys_reference() -> String {
    let key = Key::parse(&format!("acr1-{}", "0".repeat(32))).unwrap();
    Reference { key, episode: 1 }.to_string()
}

/// A problem whose create is answered with `ticket`, and whose bulk read has shown that.
fn answered_with(mut problem: Problem, ticket: TicketId) -> Problem {
    problem.autotask.answers_create_with = Some(ticket);
    problem.raise();
    problem.look();
    problem.look();
    problem
}

fn origin(problem: &Problem) -> Origin {
    problem.entry.link().unwrap().origin
}

#[test]
fn t10_a_ticket_that_carries_our_reference_is_ours() {
    assert_eq!(origin(&Problem::with_ticket()), Origin::Ours);
}

#[test]
fn t10_a_ticket_of_nobody_is_used_but_never_closed_by_us() {
    let mut problem = Problem::new();
    let ticket = problem.autotask.has_ticket(OUR_ACCOUNT, None, BOB, problem.now);
    let mut problem = answered_with(problem, ticket);
    assert_eq!(origin(&problem), Origin::Foreign);
    problem.advance(hours(1));
    problem.clear();
    problem.look();
    problem.advance(hours(30));
    problem.look();
    assert_eq!(problem.wrote(), ["create FirstTicket"]);
    assert!(problem.rests(Quiet::LeftOpen));
}

#[test]
fn t10_the_clear_is_noted_on_a_ticket_of_nobody_if_notes_are_on() {
    let mut problem = Problem::new();
    problem.tickets.note_when_cleared = true;
    let ticket = problem.autotask.has_ticket(OUR_ACCOUNT, Some("RMM-77".to_owned()), BOB, problem.now);
    let mut problem = answered_with(problem, ticket);
    problem.clear();
    problem.look();
    problem.look();
    assert_eq!(problem.wrote(), ["create FirstTicket", "note Cleared"]);
}

#[test]
fn t10_another_keys_ticket_is_shared_and_closes_when_the_last_key_clears() {
    let mut problem = Problem::new();
    let ticket = problem.autotask.has_ticket(OUR_ACCOUNT, Some(another_keys_reference()), BOB, problem.now);
    let mut problem = answered_with(problem, ticket);
    assert_eq!(origin(&problem), Origin::Shared);
    problem.others_cleared = false;
    problem.clear();
    problem.look();
    assert!(problem.is_open());
    problem.others_cleared = true;
    problem.look();
    assert_eq!(problem.wrote(), ["create FirstTicket", "close 5"]);
}

#[test]
fn t10_a_ticket_of_another_account_is_not_used() {
    let mut problem = Problem::new();
    let ticket = problem.autotask.has_ticket(OTHER_ACCOUNT, None, BOB, problem.now);
    let mut problem = answered_with(problem, ticket);
    assert!(problem.rests(Quiet::Parked));
    problem.clear();
    problem.look();
    assert_eq!(problem.wrote(), ["create FirstTicket"]);
    assert!(problem.is_open());
}

#[test]
fn t10_nothing_is_written_to_a_ticket_before_a_read_has_shown_whose_it_is() {
    let mut problem = Problem::new();
    let ticket = problem.autotask.has_ticket(OUR_ACCOUNT, None, BOB, problem.now);
    problem.autotask.answers_create_with = Some(ticket);
    problem.raise();
    problem.look();
    problem.clear();
    problem.read_alerts();
    problem.work();
    assert_eq!(problem.did(), ["create FirstTicket", "read"]);
    assert!(problem.is_open());
}
