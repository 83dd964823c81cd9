//! Rules T8 and T14: a technician closes the ticket while its alert stays active.

use bridge_core::alert::Alert;
use bridge_core::ticket::{Quiet, Wait};

use crate::autotask::{PROGRAM, RESOLVED};
use crate::problem::{Problem, days, hours, minutes, seconds};

/// A ticket that a technician completed an hour after it was made, with its alert still active.
fn closed_while_active() -> Problem {
    let mut problem = Problem::with_ticket();
    problem.advance(hours(1));
    problem.technician_closes();
    problem
}

#[test]
fn t8_a_ticket_closed_while_its_alert_stays_active_is_listed_and_not_reopened() {
    let mut problem = closed_while_active();
    for _ in 0..3 {
        problem.look();
        assert!(problem.rests(Quiet::ClosedWhileActive));
        problem.advance(days(10));
    }
    assert_eq!(problem.did(), Vec::<String>::new());
}

#[test]
fn t8_a_change_of_the_active_alert_does_not_reopen() {
    let mut problem = closed_while_active();
    problem.advance(hours(1));
    problem.has_cause("18");
    problem.becomes(bridge_core::alert::Severity::Critical);
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
}

#[test]
fn t8_the_reminder_reopens_once_after_d_days() {
    let mut problem = closed_while_active();
    problem.row().remind_after_days = Some(2);
    let due = problem.now + days(2);
    problem.look();
    assert!(problem.waits(Wait::Reminder, due));
    problem.now = due - seconds(1);
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    problem.now = due;
    problem.look();
    assert_eq!(problem.wrote(), ["reopen Reminder", "note Reminder"]);
    problem.advance(hours(1));
    problem.technician_closes();
    problem.advance(days(9));
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
}

#[test]
fn t8_no_reminder_once_the_alert_has_cleared() {
    let mut problem = closed_while_active();
    problem.row().remind_after_days = Some(2);
    problem.look();
    problem.advance(days(1));
    problem.clear();
    problem.look();
    problem.advance(days(5));
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
}

#[test]
fn t8_a_new_raise_after_the_technicians_closing_reopens() {
    let mut problem = closed_while_active();
    problem.advance(minutes(1));
    problem.raise();
    problem.look();
    assert_eq!(problem.wrote(), ["reopen Reopened", "note Reopened"]);
}

#[test]
fn t14_completing_the_ticket_dismisses_its_alerts_and_the_clear_writes_nothing() {
    let mut problem = Problem::with_ticket();
    problem.row().two_way = true;
    problem.tickets.note_when_cleared = true;
    problem.raise_as("b");
    problem.look();
    problem.advance(hours(1));
    problem.technician_closes();
    problem.advance(minutes(1));
    problem.look();
    assert_eq!(problem.did(), ["look at completer", "dismiss"]);
    assert!(!problem.alerts.values().any(Alert::is_active), "both alerts are dismissed");
    problem.advance(minutes(1));
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    assert!(problem.rests(Quiet::InStep));
}

#[test]
fn t14_is_off_unless_the_row_says_so() {
    let mut problem = closed_while_active();
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    assert!(problem.alerts.values().all(Alert::is_active));
}

#[test]
fn t14_a_raise_after_the_completion_is_not_dismissed_but_reopens() {
    let mut problem = closed_while_active();
    problem.row().two_way = true;
    problem.advance(minutes(1));
    problem.raise();
    problem.look();
    assert_eq!(problem.wrote(), ["reopen Reopened", "note Reopened"]);
}

#[test]
fn t14_only_a_completion_dismisses_not_another_closing_status() {
    let mut problem = Problem::with_ticket();
    problem.row().two_way = true;
    problem.tickets.former_closing_statuses = [RESOLVED].into();
    problem.technician_sets(RESOLVED);
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
}

#[test]
fn t14_a_completion_by_our_own_user_dismisses_nothing() {
    let mut problem = Problem::with_ticket();
    problem.row().two_way = true;
    let us = problem.ticket().created_by;
    let now = problem.now;
    problem.ticket_mut().set_status(5, us, now);
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
}

#[test]
fn t14_a_completion_by_another_program_dismisses_nothing_and_is_looked_at_once() {
    let mut problem = Problem::with_ticket();
    problem.row().two_way = true;
    let now = problem.now;
    problem.ticket_mut().set_status(5, PROGRAM, now);
    problem.advance(minutes(1));
    problem.look();
    assert_eq!(problem.did(), ["look at completer"]);
    problem.advance(minutes(1));
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    assert!(problem.alerts.values().all(Alert::is_active) && problem.rests(Quiet::ClosedWhileActive));
    // Completed once more, and by a person now.
    problem.technician_reopens();
    problem.look();
    problem.advance(minutes(1));
    problem.technician_closes();
    problem.look();
    assert_eq!(problem.did(), ["look at completer", "dismiss"]);
}

#[test]
fn t14_endpoint_detection_and_malware_alerts_are_never_dismissed() {
    for kind in ["EDRIncidentDetected", "EDRIOCDetected", "MalwareDetectedInM365MailboxBackup", "MaliciousUrlDetected"]
    {
        let mut problem = Problem::of_kind(kind).and_ticket();
        problem.row().two_way = true;
        problem.technician_closes();
        problem.look();
        assert_eq!(problem.did(), Vec::<String>::new(), "{kind}");
    }
}

#[test]
fn t14_an_alert_of_a_security_category_is_never_dismissed_whatever_its_type_is_called() {
    let mut problem = Problem::of_kind("cti.a.p.am.alert.v1.0~a.p.basic.v1.0~vendor.sensor.finding.v1.0");
    problem.raise();
    problem.alert("a").category = Some("EDR".to_owned());
    problem.look();
    problem.advance(minutes(1));
    problem.look();
    problem.did();
    problem.row().two_way = true;
    problem.technician_closes();
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
}
