//! Rule T4: what an open ticket hears of its alert.

use bridge_core::alert::Severity;
use bridge_core::ticket::Quiet;

use crate::autotask::Answer;
use crate::problem::{Problem, hours, minutes, seconds};

#[test]
fn t4_a_repeated_alert_adds_neither_ticket_nor_note_but_counts() {
    let mut problem = Problem::with_ticket();
    for _ in 0..5 {
        problem.advance(hours(1));
        problem.raise();
        problem.look();
    }
    assert_eq!(problem.did(), Vec::<String>::new());
    assert_eq!(problem.entry.count, 6);
    assert_eq!(problem.entry.last_at, Some(problem.now));
}

#[test]
fn t4_a_repeat_under_a_new_id_adds_nothing_either() {
    let mut problem = Problem::with_ticket();
    problem.advance(hours(1));
    problem.raise_as("b");
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    assert_eq!(problem.entry.count, 2);
}

#[test]
fn t4_a_change_is_not_counted_as_a_raise() {
    let mut problem = Problem::with_ticket();
    problem.advance(hours(1));
    problem.change(|alert| alert.details.error_texts = vec!["another text".to_owned()]);
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    assert_eq!(problem.entry.count, 1);
}

#[test]
fn t4_a_rise_in_severity_adds_one_note() {
    let mut problem = Problem::with_ticket();
    problem.becomes(Severity::Critical);
    problem.look();
    problem.look();
    assert_eq!(problem.did(), ["note Changed"]);
    assert_eq!(problem.ticket().notes.len(), 1);
}

#[test]
fn t4_a_fall_in_severity_adds_nothing() {
    let mut problem = Problem::with_ticket();
    problem.becomes(Severity::Information);
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
}

#[test]
fn t4_another_error_code_adds_a_note_and_then_silence_for_24_hours() {
    let mut problem = Problem::with_ticket();
    problem.has_cause("18");
    problem.look();
    let noted = problem.now;
    assert_eq!(problem.did(), ["note Changed"]);
    problem.advance(hours(1));
    problem.has_cause("19");
    problem.look();
    problem.now = noted + hours(24) - seconds(1);
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    problem.advance(seconds(1));
    problem.look();
    assert_eq!(problem.did(), ["note Changed"]);
}

#[test]
fn t4_another_reason_counts_like_another_error_code() {
    let mut problem = Problem::with_ticket();
    problem.change(|alert| alert.details.reason = Some("LocationUnavailable".to_owned()));
    problem.look();
    assert_eq!(problem.did(), ["note Changed"]);
}

#[test]
fn t4_a_rise_is_told_even_within_the_24_hours() {
    let mut problem = Problem::with_ticket();
    for severity in [Severity::Error, Severity::Critical] {
        problem.advance(minutes(5));
        problem.becomes(severity);
        problem.look();
        assert_eq!(problem.did(), ["note Changed"], "{severity}");
    }
}

#[test]
fn t4_the_silence_of_24_hours_outlasts_a_reopening() {
    let mut problem = Problem::with_ticket();
    problem.has_cause("18");
    problem.look();
    problem.advance(hours(1));
    problem.clear();
    problem.look();
    problem.advance(hours(1));
    problem.raise();
    problem.look();
    problem.did();
    problem.advance(hours(1));
    problem.has_cause("19");
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new(), "the ticket has a note about a cause from three hours ago");
}

#[test]
fn t4_a_rise_while_the_create_is_in_doubt_is_told_afterwards() {
    let mut problem = Problem::new();
    problem.loses_next_answer(Answer::LostAfterTheEffect);
    problem.raise();
    problem.look();
    problem.advance(minutes(1));
    problem.becomes(Severity::Critical);
    problem.look();
    assert_eq!(problem.ticket().notes.len(), 1, "the ticket that was found says Warning: {:?}", problem.did());
}

#[test]
fn t4_a_rise_while_a_note_is_in_doubt_is_told_afterwards() {
    let mut problem = Problem::with_ticket();
    problem.loses_next_answer(Answer::LostAfterTheEffect);
    problem.becomes(Severity::Error);
    problem.look();
    problem.advance(minutes(1));
    problem.becomes(Severity::Critical);
    problem.look();
    assert_eq!(problem.ticket().notes.len(), 2, "the note that was found says Error: {:?}", problem.did());
}

#[test]
fn t4_a_repeat_on_a_ticket_made_for_a_cleared_alert_is_no_rise() {
    let mut problem = Problem::of_kind("EDRIncidentDetected");
    problem.tickets.auto_close_status = None;
    problem.raise();
    problem.clear();
    problem.look();
    problem.did();
    problem.advance(hours(1));
    problem.raise();
    problem.look();
    assert_eq!(problem.wrote(), Vec::<String>::new(), "severity and cause are those that the ticket was made with");
}

#[test]
fn t4_a_raise_before_the_ticket_is_closed_keeps_it_open() {
    let mut problem = Problem::with_ticket();
    problem.clear();
    problem.advance(minutes(1));
    problem.raise();
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    assert!(problem.rests(Quiet::InStep));
    assert!(problem.is_open());
}
