use jiff::civil::date;

use super::*;
use crate::id::AccountId;

fn at(minutes: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minutes)
}

fn settings() -> Notice {
    Notice { account: Some(AccountId(0)), status: Some(1), priority: Some(2), queue: Some(8), ..Notice::default() }
}

fn day() -> Day {
    Day::new("0194fdc2-fa2f-7cc0-81d3-ff1207124b75", date(2026, 11, 22))
}

/// So many matters, one a minute.
fn waiting(matters: i64) -> Waiting {
    let mut waiting = Waiting::default();
    for matter in 0..matters {
        waiting.add(Sort::Held, "below_usage", &format!("Customer {matter}"), at(matter));
    }
    waiting
}

/// A day whose ticket was made when two matters waited.
fn with_ticket(now: Timestamp) -> Day {
    let mut day = day();
    day.created(TicketId(7), &waiting(2), now);
    day
}

fn ticket(status: i64) -> Snapshot {
    Snapshot {
        id: TicketId(7),
        number: "T20261122.0001".to_owned(),
        external_id: Some(day().reference.to_string()),
        status,
        completed_at: None,
        completed_by: None,
        created_by: None,
        account: AccountId(0),
        resolution_is_empty: true,
        last_activity_at: None,
    }
}

fn update_of(day: &Day, waiting: &Waiting, ticket: Option<&Snapshot>) -> Option<Update> {
    day.update(&settings(), waiting, ticket, &BTreeSet::from([5]))
}

#[test]
fn x8_nothing_is_done_while_nothing_waits() {
    assert_eq!(day().next(&settings(), &Waiting::default(), at(0)), Step::Rest);
    let later = at(600);
    assert_eq!(with_ticket(at(10)).next(&settings(), &Waiting::default(), later), Step::Rest);
}

#[test]
fn x8_a_search_precedes_the_one_create_of_the_day() {
    let mut day = day();
    assert_eq!(day.next(&settings(), &waiting(2), at(10)), Step::Search);
    day.found_nothing(at(10));
    let Step::Create(new) = day.next(&settings(), &waiting(2), at(10)) else { panic!("nothing stands against it") };
    assert_eq!((new.account, new.status, new.priority, new.queue), (AccountId(0), 1, 2, Some(8)));
    assert_eq!((new.reference, new.due_at), (day.reference.clone(), Some(at(10 + 24 * 60))));
    day.begin(at(10));
    day.created(TicketId(7), &waiting(2), at(10));
    assert_eq!(day.next(&settings(), &waiting(2), at(10)), Step::Rest);
}

#[test]
fn x2_a_doubtful_create_is_searched_for_and_repeated_only_after_six_minutes() {
    let mut day = day();
    day.begin(at(10));
    assert!(day.is_doubtful());
    assert_eq!(day.next(&settings(), &waiting(2), at(10)), Step::Search);
    day.found_nothing(at(10));
    assert_eq!(day.next(&settings(), &waiting(2), at(10)), Step::Rest);
    day.found_nothing(at(16));
    assert!(!day.is_doubtful());
    assert!(matches!(day.next(&settings(), &waiting(2), at(16)), Step::Create(_)));
}

#[test]
fn x2_what_is_in_doubt_is_searched_for_even_when_nothing_waits_any_more() {
    let mut day = day();
    day.begin(at(10));
    assert_eq!(day.next(&settings(), &Waiting::default(), at(20)), Step::Search);
    day.found_nothing(at(20));
    assert_eq!(day.next(&settings(), &Waiting::default(), at(20)), Step::Rest);
    assert!(!day.is_doubtful());
    assert_eq!(day.next(&settings(), &Waiting::default(), at(60)), Step::Rest, "it is settled that there is none");
}

#[test]
fn x8_the_ticket_is_brought_up_to_date_at_most_once_an_hour_and_only_with_news() {
    let mut day = with_ticket(at(10));
    assert_eq!(day.next(&settings(), &waiting(3), at(69)), Step::Rest);
    assert_eq!(day.next(&settings(), &waiting(2), at(70)), Step::Rest, "it says so already");
    assert_eq!(day.next(&settings(), &waiting(3), at(70)), Step::Compare(TicketId(7)));
    let update = update_of(&day, &waiting(3), Some(&ticket(1))).expect("it is open");
    assert_eq!(update, Update { description: description(&waiting(3)), status: None });
    day.begin_update(&update, at(70));
    day.known(&waiting(3), at(70));
    assert_eq!(day.next(&settings(), &waiting(4), at(129)), Step::Rest);
    assert_eq!(day.next(&settings(), &waiting(3), at(130)), Step::Rest);
}

#[test]
fn x8_an_update_without_a_clear_answer_is_repeated_under_its_first_time() {
    let mut day = with_ticket(at(10));
    let update = update_of(&day, &waiting(3), Some(&ticket(1))).expect("it is open");
    day.begin_update(&update, at(70));
    assert_eq!(day.next(&settings(), &waiting(3), at(73)), Step::Compare(TicketId(7)));
    day.begin_update(&update, at(73));
    assert_eq!(day.telling.as_ref().map(|telling| telling.at), Some(at(70)));
}

#[test]
fn x8_a_completed_ticket_is_opened_again_for_something_new_and_for_nothing_else() {
    let day = with_ticket(at(10));
    assert_eq!(update_of(&day, &waiting(1), Some(&ticket(5))), None, "one matter less is no news");
    let news = update_of(&day, &waiting(12), Some(&ticket(5))).expect("the twelfth waits since minute 11");
    assert_eq!(news.status, Some(1));
}

#[test]
fn x8_a_ticket_that_is_gone_or_belongs_to_another_account_is_left_alone() {
    let day = with_ticket(at(0));
    assert_eq!(update_of(&day, &waiting(12), None), None);
    let moved = Snapshot { account: AccountId(174), ..ticket(1) };
    assert_eq!(update_of(&day, &waiting(12), Some(&moved)), None);
}

#[test]
fn x8_a_refused_ticket_is_tried_again_with_other_settings_or_on_another_day() {
    let mut day = day();
    day.begin(at(0));
    day.refuse(&settings(), "queueID is required".to_owned());
    assert!(!day.is_due(&settings(), at(600)));
    let other = Notice { queue: Some(5), ..settings() };
    assert_eq!(day.next(&other, &waiting(2), at(3)), Step::Search);
}

#[test]
fn x8_incomplete_settings_make_no_ticket() {
    let mut day = day();
    day.found_nothing(at(0));
    let incomplete = Notice { priority: None, ..settings() };
    assert_eq!(day.next(&incomplete, &waiting(2), at(0)), Step::Rest);
}
