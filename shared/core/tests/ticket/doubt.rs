//! Rules X2 and T20: what follows a create or a note whose answer was lost.

use bridge_core::alert::Severity;
use bridge_core::ticket::{CREATE_AGAIN_AFTER, Closer, Quiet};

use crate::autotask::Answer;
use crate::problem::{Problem, hours, minutes, seconds};

fn create_in_doubt(answer: Answer) -> Problem {
    let mut problem = Problem::new();
    problem.loses_next_answer(answer);
    problem.raise();
    problem.look();
    assert_eq!(problem.did(), ["create FirstTicket"]);
    problem
}

#[test]
fn x2_a_create_that_did_happen_is_found_and_linked() {
    let mut problem = create_in_doubt(Answer::LostAfterTheEffect);
    problem.advance(seconds(10));
    problem.look();
    assert_eq!(problem.did(), ["search"]);
    assert_eq!(problem.entry.link().unwrap().id, problem.autotask.tickets[0].id);
    assert!(problem.rests(Quiet::InStep));
}

#[test]
fn x2_a_create_that_did_not_happen_is_sent_again_after_6_minutes_and_not_before() {
    let mut problem = create_in_doubt(Answer::LostBeforeTheEffect);
    assert_eq!(CREATE_AGAIN_AFTER, minutes(6));
    problem.advance(minutes(6) - seconds(1));
    problem.look();
    assert_eq!(problem.did(), ["search"]);
    problem.advance(seconds(1));
    problem.look();
    assert_eq!(problem.did(), ["search", "create FirstTicket"]);
    assert_eq!(problem.open_tickets(), 1);
}

#[test]
fn x2_each_further_attempt_has_its_own_6_minutes() {
    let mut problem = create_in_doubt(Answer::LostBeforeTheEffect);
    problem.advance(minutes(6));
    problem.loses_next_answer(Answer::LostBeforeTheEffect);
    problem.look();
    problem.did();
    problem.advance(minutes(5));
    problem.look();
    assert_eq!(problem.did(), ["search"]);
}

#[test]
fn x2_a_ticket_found_although_it_was_already_closed_is_linked_as_closed() {
    let mut problem = create_in_doubt(Answer::LostAfterTheEffect);
    problem.advance(minutes(1));
    problem.technician_closes();
    problem.look();
    assert_eq!(problem.did(), ["search"]);
    assert!(problem.rests(Quiet::ClosedWhileActive));
}

#[test]
fn x2_a_found_ticket_of_a_cleared_alert_is_closed() {
    let mut problem = create_in_doubt(Answer::LostAfterTheEffect);
    problem.advance(minutes(1));
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), ["search", "close 5"]);
}

#[test]
fn t6_an_alert_that_clears_while_its_create_is_in_doubt_makes_no_further_create() {
    let mut problem = create_in_doubt(Answer::LostBeforeTheEffect);
    problem.advance(minutes(1));
    problem.clear();
    problem.advance(minutes(6));
    problem.look();
    assert!(problem.autotask.tickets.is_empty(), "{:?}", problem.did());
}

#[test]
fn x2_a_follow_up_ticket_in_doubt_is_searched_for_by_its_own_episode() {
    let mut problem = Problem::with_ticket();
    problem.tickets.new_ticket_after_days = Some(1);
    problem.clear();
    problem.look();
    problem.advance(hours(48));
    problem.loses_next_answer(Answer::LostBeforeTheEffect);
    problem.raise();
    problem.look();
    problem.advance(minutes(6));
    problem.look();
    assert_eq!(problem.wrote(), ["close 5", "create ClosedLongAgo", "create FirstTicket"]);
    assert_eq!(problem.ticket().episode(), Some(2));
}

fn note_in_doubt(answer: Answer) -> Problem {
    let mut problem = Problem::with_ticket();
    problem.loses_next_answer(answer);
    problem.becomes(Severity::Critical);
    problem.look();
    assert_eq!(problem.did(), ["note Changed"]);
    problem
}

#[test]
fn t20_a_note_that_was_written_is_found_by_its_title_and_not_written_twice() {
    let mut problem = note_in_doubt(Answer::LostAfterTheEffect);
    problem.advance(minutes(10));
    problem.look();
    assert_eq!(problem.did(), ["search note"]);
    assert_eq!(problem.ticket().notes.len(), 1);
    assert!(problem.rests(Quiet::InStep));
}

#[test]
fn t20_a_note_that_was_not_written_is_written_after_6_minutes_under_the_same_number() {
    let mut problem = note_in_doubt(Answer::LostBeforeTheEffect);
    problem.advance(minutes(6) - seconds(1));
    problem.look();
    assert_eq!(problem.did(), ["search note"]);
    problem.advance(seconds(1));
    problem.look();
    assert_eq!(problem.did(), ["search note", "note Changed"]);
    assert_eq!(problem.ticket().notes, ["Acronis alert changed (note 1)"]);
}

#[test]
fn t20_every_note_of_a_ticket_has_its_own_title() {
    let mut problem = Problem::with_ticket();
    for severity in [Severity::Error, Severity::Critical] {
        problem.advance(minutes(1));
        problem.becomes(severity);
        problem.look();
    }
    let notes = problem.ticket().notes.clone();
    assert_eq!(notes.len(), 2);
    assert_ne!(notes[0], notes[1]);
}

#[test]
fn t20_the_closing_waits_for_the_note_in_doubt() {
    let mut problem = Problem::with_ticket();
    problem.tickets.note_when_cleared = true;
    problem.loses_next_answer(Answer::LostAfterTheEffect);
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), ["note Cleared"]);
    problem.advance(minutes(1));
    problem.look();
    assert_eq!(problem.did(), ["search note", "close 5"]);
}

#[test]
fn t5_a_note_in_doubt_is_not_written_to_a_ticket_that_was_closed_meanwhile() {
    let mut problem = note_in_doubt(Answer::LostBeforeTheEffect);
    problem.advance(minutes(1));
    problem.technician_closes();
    problem.advance(minutes(10));
    problem.look();
    assert!(problem.ticket().notes.is_empty(), "{:?}", problem.did());
}

fn closing_in_doubt(answer: Answer) -> Problem {
    let mut problem = Problem::with_ticket();
    problem.loses_next_answer(answer);
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), ["close 5"]);
    problem.advance(seconds(10));
    problem
}

#[test]
fn x2_a_closing_that_did_happen_is_ours_so_what_is_opened_again_is_the_technicians() {
    let mut problem = closing_in_doubt(Answer::LostAfterTheEffect);
    problem.look();
    assert_eq!(problem.did(), ["settle status"]);
    problem.technician_reopens();
    problem.look();
    assert!(problem.rests(Quiet::LeftOpen), "{:?}", problem.did());
}

#[test]
fn x2_a_closing_that_did_not_happen_is_sent_again_at_once() {
    let mut problem = closing_in_doubt(Answer::LostBeforeTheEffect);
    problem.look();
    assert_eq!(problem.did(), ["settle status", "close 5"]);
    assert_eq!(problem.open_tickets(), 0);
}

#[test]
fn x2_a_closing_in_doubt_that_a_technician_made_himself_is_his() {
    let mut problem = closing_in_doubt(Answer::LostBeforeTheEffect);
    problem.technician_closes();
    problem.look();
    assert_eq!(problem.did(), ["settle status"]);
    assert_eq!(problem.entry.link().unwrap().closed.unwrap().by, Closer::Person);
}

#[test]
fn x2_a_reopening_that_did_happen_gets_its_note_once() {
    for answer in [Answer::LostAfterTheEffect, Answer::LostBeforeTheEffect] {
        let mut problem = Problem::with_ticket();
        problem.clear();
        problem.look();
        problem.advance(hours(1));
        problem.loses_next_answer(answer);
        problem.raise();
        problem.look();
        problem.advance(minutes(1));
        problem.look();
        problem.advance(minutes(1));
        problem.look();
        assert_eq!(problem.ticket().notes, ["Acronis alert occurred again (note 1)"]);
        assert_eq!(problem.open_tickets(), 1);
        assert_eq!(problem.entry.reopened_at.len(), 1);
    }
}
