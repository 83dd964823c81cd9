//! Rules T2, T3, T6, T15, T17, T18 and V8: whether a problem gets a ticket at all.

use bridge_core::id::{AccountId, DeviceId};
use bridge_core::mapping::Pause;
use bridge_core::ticket::{NewTicket, Quiet, Wait};

use crate::problem::{Problem, hours, minutes, seconds};

#[test]
fn t2_an_active_alert_of_a_type_that_creates_gets_a_ticket_under_its_account() {
    let mut problem = Problem::new();
    problem.raise();
    problem.look();
    assert_eq!(problem.did(), ["create FirstTicket"]);
    assert_eq!(problem.ticket().account, problem.account);
}

#[test]
fn t2_a_type_without_a_row_makes_no_ticket() {
    let mut problem = Problem::new();
    problem.tickets.types.clear();
    problem.raise();
    problem.look();
    assert!(problem.rests(Quiet::TypeMakesNone));
    assert!(problem.autotask.tickets.is_empty());
}

#[test]
fn t2_with_the_switch_off_nothing_is_written_not_even_to_an_open_ticket() {
    let mut problem = Problem::with_ticket();
    problem.tickets.enabled = false;
    problem.clear();
    problem.look();
    assert!(problem.rests(Quiet::Off));
    assert!(problem.is_open());
}

#[test]
fn t2_a_refused_ticket_is_parked_and_not_tried_in_a_loop() {
    let mut problem = Problem::new();
    problem.autotask.refuses_create = true;
    problem.raise();
    problem.look();
    assert_eq!(problem.did(), ["create FirstTicket", "park"]);
    problem.advance(hours(1));
    problem.raise();
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    assert!(problem.rests(Quiet::Parked));
}

#[test]
fn t2_a_parked_ticket_of_an_alert_that_is_still_active_is_tried_again_a_day_later() {
    let mut problem = Problem::new();
    problem.autotask.refuses_create = true;
    problem.raise();
    problem.look();
    assert_eq!(problem.did(), ["create FirstTicket", "park"]);
    problem.autotask.refuses_create = false;
    problem.advance(hours(24));
    problem.look();
    assert_eq!(problem.did(), ["create FirstTicket"]);
    assert_eq!(problem.open_tickets(), 1);
}

#[test]
fn t2_a_parked_ticket_is_made_when_a_person_retries_it() {
    let mut problem = Problem::new();
    problem.autotask.refuses_create = true;
    problem.raise();
    problem.look();
    problem.autotask.refuses_create = false;
    problem.entry.retry();
    problem.look();
    assert_eq!(problem.open_tickets(), 1);
    assert_eq!(problem.ticket().episode(), Some(1));
}

#[test]
fn t2_the_second_try_carries_the_required_fields_only() {
    let problem = Problem::with_ticket();
    let full = NewTicket {
        account: problem.account,
        reference: problem.entry.reference(),
        title: "Backup failed".to_owned(),
        description: "It failed".to_owned(),
        status: 1,
        priority: 2,
        due_at: Some(problem.now),
        queue: Some(5),
        source: Some(6),
        category: Some(7),
        ticket_type: Some(8),
        issue_type: Some(9),
        sub_issue_type: Some(10),
        work_type: Some(11),
        sla: Some(12),
        device: Some(DeviceId(13)),
    };
    let later = problem.now + hours(24);
    let second = full.clone().required_only("Value 6 is not valid for source", Some(9), later);
    let bare = NewTicket {
        source: None,
        category: None,
        ticket_type: None,
        issue_type: None,
        sub_issue_type: None,
        work_type: None,
        sla: None,
        device: None,
        ..full.clone()
    };
    assert_eq!(second, bare);
    let queue = full.queue;
    assert_eq!(full.clone().required_only("queueID 5 is inactive", Some(9), later).queue, Some(9));
    assert_eq!(full.clone().required_only("queueID 5 is inactive", queue, later).queue, None);
    let left_to_category = NewTicket { due_at: None, ..full };
    assert_eq!(left_to_category.required_only("dueDateTime is required", None, later).due_at, Some(later), "rule T1");
}

#[test]
fn t3_several_alerts_of_one_key_have_one_ticket() {
    let mut problem = Problem::new();
    problem.raise_as("a");
    problem.raise_as("b");
    problem.look();
    problem.advance(hours(1));
    problem.raise_as("c");
    problem.look();
    assert_eq!(problem.wrote(), ["create FirstTicket"]);
    assert_eq!(problem.open_tickets(), 1);
}

#[test]
fn t3_the_first_ticket_carries_the_key_and_episode_1() {
    let problem = Problem::with_ticket();
    let expected = format!("{}-1", problem.entry.key);
    assert_eq!(problem.ticket().external_id, Some(expected));
}

#[test]
fn t6_an_alert_that_clears_before_it_is_seen_makes_no_ticket() {
    let mut problem = Problem::new();
    problem.raise();
    problem.advance(seconds(20));
    problem.clear();
    problem.look();
    assert!(problem.rests(Quiet::ClearedUnseen));
    assert!(problem.autotask.tickets.is_empty());
}

#[test]
fn t6_an_alert_cleared_unseen_gets_its_ticket_at_the_next_raise() {
    let mut problem = Problem::new();
    problem.raise();
    problem.clear();
    problem.look();
    problem.advance(minutes(10));
    problem.raise();
    problem.look();
    assert_eq!(problem.did(), ["create FirstTicket"]);
}

#[test]
fn t6_security_alerts_get_a_ticket_even_when_already_cleared_and_it_is_closed() {
    for kind in ["EDRIncidentDetected", "MalwareDetectedInM365MailboxBackup"] {
        let mut problem = Problem::of_kind(kind);
        problem.raise();
        problem.advance(seconds(20));
        problem.clear();
        problem.look();
        assert_eq!(problem.wrote(), ["create FirstTicket", "close 5"], "{kind}");
        assert!(!problem.is_open());
    }
}

#[test]
fn t6_the_ticket_of_a_cleared_security_alert_stays_open_without_auto_closing() {
    let mut problem = Problem::of_kind("EDRIncidentDetected");
    problem.tickets.auto_close_status = None;
    problem.raise();
    problem.clear();
    problem.look();
    assert_eq!(problem.wrote(), ["create FirstTicket"]);
    assert!(problem.is_open());
}

#[test]
fn t6_the_row_decides_whether_cleared_alerts_make_tickets() {
    let mut wanted = Problem::new();
    wanted.row().also_when_cleared = Some(true);
    let mut unwanted = Problem::of_kind("EDRIncidentDetected");
    unwanted.row().also_when_cleared = Some(false);
    for problem in [&mut wanted, &mut unwanted] {
        problem.raise();
        problem.clear();
        problem.look();
    }
    assert_eq!(wanted.autotask.tickets.len(), 1);
    assert!(unwanted.autotask.tickets.is_empty());
}

#[test]
fn t15_only_alerts_raised_since_the_switching_on_become_tickets() {
    for (raised_before, tickets) in [(seconds(1), 0), (seconds(0), 1), (seconds(-1), 1)] {
        let mut problem = Problem::new();
        problem.counts_from = problem.now + raised_before;
        problem.raise();
        problem.advance(hours(1));
        problem.look();
        assert_eq!(problem.autotask.tickets.len(), tickets, "raised {raised_before:?} before it counts");
    }
}

#[test]
fn t15_a_new_raise_of_an_old_alert_counts() {
    let mut problem = Problem::new();
    problem.raise();
    problem.counts_from = problem.now + minutes(1);
    problem.look();
    assert!(problem.rests(Quiet::Backlog));
    problem.advance(minutes(2));
    problem.raise();
    problem.look();
    assert_eq!(problem.did(), ["create FirstTicket"]);
}

#[test]
fn t15_security_alerts_from_before_make_no_ticket_either() {
    let mut problem = Problem::of_kind("EDRIncidentDetected");
    problem.raise();
    problem.clear();
    problem.counts_from = problem.now + minutes(1);
    problem.advance(hours(1));
    problem.look();
    assert!(problem.autotask.tickets.is_empty());
}

#[test]
fn t15_a_raise_from_before_the_un_pausing_does_not_reopen() {
    let mut problem = Problem::with_ticket();
    problem.clear();
    problem.look();
    problem.advance(hours(1));
    problem.raise();
    problem.counts_from = problem.now + seconds(1);
    problem.advance(hours(1));
    problem.look();
    assert!(problem.rests(Quiet::Backlog));
    assert!(!problem.is_open());
}

#[test]
fn t17_a_ticket_is_made_only_after_the_settle_delay() {
    let mut problem = Problem::new();
    problem.row().settle_s = 600;
    problem.raise();
    let due = problem.now + minutes(10);
    problem.look();
    assert!(problem.waits(Wait::Settling, due));
    problem.advance(minutes(10) - seconds(1));
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
    problem.advance(seconds(1));
    problem.look();
    assert_eq!(problem.did(), ["create FirstTicket"]);
}

#[test]
fn t17_an_alert_that_clears_within_the_delay_makes_no_ticket() {
    let mut problem = Problem::new();
    problem.row().settle_s = 600;
    problem.raise();
    problem.look();
    problem.advance(minutes(9));
    problem.clear();
    problem.look();
    problem.advance(minutes(9));
    problem.look();
    assert_eq!(problem.did(), Vec::<String>::new());
}

#[test]
fn t17_the_delay_counts_from_the_raise_that_is_still_active() {
    let mut problem = Problem::new();
    problem.row().settle_s = 600;
    problem.raise();
    problem.look();
    problem.advance(minutes(5));
    problem.clear();
    problem.advance(minutes(1));
    problem.raise();
    let due = problem.now + minutes(10);
    problem.advance(minutes(5));
    problem.look();
    assert!(problem.waits(Wait::Settling, due));
}

#[test]
fn t18_the_ticket_number_is_learnt_for_the_consoles_links() {
    let problem = Problem::with_ticket();
    let link = problem.entry.link().unwrap();
    assert_eq!(link.number, Some(format!("T20260302.{}", link.id)));
}

#[test]
fn v8_an_account_whose_tickets_are_off_or_that_is_excluded_gets_none() {
    let mut off = Problem::new();
    off.switches.tickets = false;
    let mut excluded = Problem::new();
    excluded.switches.excluded = Some("own staff".to_owned());
    for mut problem in [off, excluded] {
        problem.raise();
        problem.look();
        assert!(problem.rests(Quiet::Off));
        assert!(problem.autotask.tickets.is_empty());
    }
}

#[test]
fn v8_a_pause_holds_tickets_until_it_expires() {
    let mut problem = Problem::new();
    problem.switches.pause = Some(Pause { reason: "move".to_owned(), until: Some(problem.now + hours(2)) });
    problem.raise();
    problem.advance(hours(2) - seconds(1));
    problem.look();
    assert!(problem.autotask.tickets.is_empty());
    problem.advance(seconds(1));
    problem.look();
    assert_eq!(problem.open_tickets(), 1);
}

#[test]
fn v8_the_accounts_own_queue_and_priority_lead() {
    use bridge_core::ticket::Policy;
    let mut problem = Problem::new();
    problem.row().queue = Some(5);
    problem.switches.queue = Some(6);
    let policy = Policy::new(
        &problem.tickets,
        "BackupFailed",
        AccountId(501),
        &problem.switches,
        problem.counts_from,
        problem.now,
    );
    assert_eq!((policy.queue, policy.priority), (Some(6), Some(2)));
}
