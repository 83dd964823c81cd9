//! Rule X1: what was read late, twice or out of order changes nothing in the end.

use bridge_core::alert::{Alert, Severity};
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::problem::{Problem, hours, minutes, seconds};

/// One thing that happens to an alert in Acronis.
#[derive(Debug, Clone, Copy)]
enum Event {
    Raise,
    Rise,
    OtherCause,
    Clear,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![Just(Event::Raise), Just(Event::Rise), Just(Event::OtherCause), Just(Event::Clear)]
}

/// The states that the alert goes through, each with a later server time.
fn states(events: &[Event]) -> Vec<Alert> {
    let mut problem = Problem::new();
    problem.raise();
    let mut states = vec![problem.alert("a").clone()];
    for event in events {
        problem.advance(minutes(7));
        match event {
            Event::Raise => problem.raise(),
            Event::Rise => problem.becomes(Severity::Critical),
            Event::OtherCause => problem.has_cause("18"),
            Event::Clear => problem.clear(),
        }
        states.push(problem.alert("a").clone());
    }
    states
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn x1_in_whichever_order_and_however_often_the_states_of_an_alert_are_read_the_newest_counts(
        events in prop::collection::vec(event(), 0..8),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..30),
    ) {
        let states = states(&events);
        let newest = states.last().unwrap();
        let mut problem = Problem::new();
        for read in order.iter().map(|index| index.get(&states)).chain([newest]) {
            problem.entry.see_alert(read);
        }
        let late = problem.entry.clone();
        for read in &states {
            problem.entry.see_alert(read);
        }
        prop_assert_eq!(&late, &problem.entry, "reading everything again changes nothing");
        let seen = &late.alerts[&newest.id];
        prop_assert_eq!(seen.cleared_at.is_none(), newest.is_active());
        prop_assert_eq!(seen.severity, newest.severity);
        prop_assert_eq!(&seen.cause, &newest.cause());
        if newest.is_active() {
            prop_assert_eq!(seen.raised_at, newest.created_at);
        }
    }

    #[test]
    fn t7_a_raise_and_a_human_close_give_the_same_ticket_whenever_each_is_read(
        raise_s in 1i64..7200,
        close_s in 1i64..7200,
        ticket_read_first in any::<bool>(),
        clears_before_the_raise in any::<bool>(),
    ) {
        prop_assume!(raise_s != close_s);
        let mut problem = Problem::with_ticket();
        let start = problem.now;
        let at = |offset_s| start + SignedDuration::from_secs(offset_s);
        if clears_before_the_raise {
            problem.clear();
        }
        problem.now = at(raise_s);
        problem.raise();
        problem.now = at(close_s);
        problem.technician_closes();
        problem.now = start + hours(2);
        if ticket_read_first {
            problem.read_tickets();
            problem.work();
        } else {
            problem.read_alerts();
            problem.work();
        }
        problem.look();
        prop_assert_eq!(problem.is_open(), raise_s > close_s, "{:?}", problem.did());
        prop_assert_eq!(problem.autotask.tickets.len(), 1);
    }
}

#[test]
fn x1_a_bulk_read_from_before_our_reopening_makes_no_second_ticket() {
    let mut problem = Problem::with_ticket();
    problem.clear();
    problem.look();
    problem.advance(hours(1));
    problem.raise();
    problem.read_alerts();
    let (page, read_at) = (problem.autotask.read(problem.ticket_id()).unwrap(), problem.now);
    problem.advance(seconds(2));
    // The worker stops between the reopening and its read-back, and the page arrives.
    let (id, now) = (problem.ticket_id(), problem.now);
    assert!(problem.autotask.reopen(id, 8, now).is_ok());
    problem.entry.reopened(8, bridge_core::ticket::About::Reopened, now);
    problem.entry.see_ticket(&page, &problem.tickets.closing_statuses(), read_at);
    problem.advance(seconds(2));
    problem.work();
    problem.look();
    assert_eq!(problem.open_tickets(), 1, "{:?}", problem.did());
}

#[test]
fn x1_a_bulk_read_from_before_our_closing_does_not_close_again() {
    let mut problem = Problem::with_ticket();
    let (page, read_at) = (problem.autotask.read(problem.ticket_id()).unwrap(), problem.now);
    problem.advance(seconds(2));
    problem.clear();
    problem.look();
    assert_eq!(problem.did(), ["close 5"]);
    problem.entry.see_ticket(&page, &problem.tickets.closing_statuses(), read_at);
    problem.advance(seconds(2));
    problem.work();
    assert_eq!(problem.did(), Vec::<String>::new());
}
