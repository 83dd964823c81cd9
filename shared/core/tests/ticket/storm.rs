//! Rule T13: where new problems get their tickets, and that a key is never on two.

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::alert::{Alert, Details, Key, Reference, Tenant};
use bridge_core::id::{AccountId, TenantId, TicketId};
use bridge_core::mapping::Switches;
use bridge_core::settings::{Row, Tickets};
use bridge_core::ticket::storm::{KEYS_ALONE, Newcomer, Place, Recent, Scope, Storm, TICKETS_AT_ONCE, WINDOW};
use bridge_core::ticket::{
    About, Because, COMPLETE, Entry, Facts, Policy, Step, Turn, Wait, decide, description, note_text, title,
};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use proptest::test_runner::TestCaseResult;

use crate::autotask::{Autotask, NEW, REOPENED};
use crate::problem::{OUR_ACCOUNT, minutes, seconds};
use crate::worker;

fn start() -> Timestamp {
    "2026-03-02T08:00:00Z".parse().unwrap()
}

fn tenant(n: usize) -> TenantId {
    TenantId::new(format!("tenant-{n}"))
}

fn alert(kind: &str, workload: &str, now: Timestamp) -> Alert {
    Alert {
        id: format!("{kind}-{workload}").as_str().into(),
        kind: kind.to_owned(),
        severity: None,
        category: None,
        created_at: now,
        received_at: Some(now),
        updated_at: Some(now),
        deleted_at: None,
        tenant: Tenant::default(),
        details: Details { resource_name: Some(workload.to_owned()), ..Details::default() },
    }
}

fn key(tenant: &TenantId, kind: &str, n: usize) -> Key {
    Key::of(tenant, &alert(kind, &format!("PC-{n}"), Timestamp::UNIX_EPOCH))
}

/// Where the `n`th computer of a customer gets its ticket.
fn place(recent: &mut Recent, customer: usize, kind: &str, n: usize, now: Timestamp) -> Place {
    let tenant = tenant(customer);
    let key = key(&tenant, kind, n);
    recent.place(&Newcomer { key: &key, tenant: &tenant, kind, has_waited: false }, now)
}

#[test]
fn t13_the_eleventh_key_of_a_tenant_and_type_in_ten_minutes_is_the_first_to_share_a_ticket() {
    let mut recent = Recent::default();
    let places: Vec<Place> = (0..12).map(|n| place(&mut recent, 1, "BackupFailed", n, start())).collect();
    assert!(places[..10].iter().all(|place| *place == Place::Alone), "{places:?}");
    assert_eq!(places[10..], [Place::Together(Scope::Type); 2]);
    assert_eq!(place(&mut recent, 2, "BackupFailed", 0, start()), Place::Alone, "another tenant");
    assert_eq!(place(&mut recent, 1, "QuotaReached", 0, start()), Place::Alone, "another type");
}

#[test]
fn t13_a_key_that_asks_again_counts_once_and_gets_the_same_answer() {
    let mut recent = Recent::default();
    for _ in 0..3 {
        for n in 0..KEYS_ALONE {
            assert_eq!(place(&mut recent, 1, "BackupFailed", n, start()), Place::Alone);
        }
    }
    for _ in 0..3 {
        assert_eq!(place(&mut recent, 1, "BackupFailed", 99, start()), Place::Together(Scope::Type));
    }
}

#[test]
fn t13_a_key_that_was_to_share_a_ticket_still_is_when_its_worker_died_and_the_storm_is_over() {
    let mut recent = Recent::default();
    for n in 0..KEYS_ALONE {
        place(&mut recent, 1, "BackupFailed", n, start());
    }
    assert_eq!(place(&mut recent, 1, "BackupFailed", 99, start() + minutes(9)), Place::Together(Scope::Type));
    let later = start() + minutes(11);
    assert_eq!(place(&mut recent, 1, "BackupFailed", 99, later), Place::Together(Scope::Type));
    assert_eq!(place(&mut recent, 1, "BackupFailed", 98, later), Place::Alone, "for others it is over");
}

#[test]
fn t13_a_storm_that_goes_on_stays_one_and_ends_ten_minutes_after_it_slackens() {
    let mut recent = Recent::default();
    let mut now = start();
    for n in 0..120 {
        let expected = if n < KEYS_ALONE { Place::Alone } else { Place::Together(Scope::Type) };
        assert_eq!(place(&mut recent, 1, "BackupFailed", n, now), expected, "key {n}");
        now += seconds(50);
    }
    now += WINDOW;
    assert_eq!(place(&mut recent, 1, "BackupFailed", 200, now), Place::Alone);
}

#[test]
fn t13_the_hundred_and_first_ticket_in_ten_minutes_waits_ten_and_is_then_its_accounts() {
    let mut recent = Recent::default();
    for customer in 0..TICKETS_AT_ONCE {
        assert_eq!(place(&mut recent, customer, "BackupFailed", 0, start()), Place::Alone);
    }
    let (late, kind) = (tenant(500), "BackupFailed");
    let key = key(&late, kind, 0);
    let newcomer = Newcomer { key: &key, tenant: &late, kind, has_waited: false };
    assert_eq!(recent.place(&newcomer, start()), Place::Later(start() + WINDOW));
    assert_eq!(place(&mut recent, 0, kind, 0, start()), Place::Alone, "who has a place keeps it");
    let waited = Newcomer { has_waited: true, ..newcomer };
    assert_eq!(recent.place(&waited, start() + WINDOW), Place::Together(Scope::Account));
}

#[test]
fn t13_a_group_counts_as_a_ticket_and_is_joined_even_while_further_tickets_wait() {
    let mut recent = Recent::default();
    for n in 0..KEYS_ALONE + 5 {
        place(&mut recent, 1, "BackupFailed", n, start());
    }
    let left = TICKETS_AT_ONCE - KEYS_ALONE - 1;
    for customer in 2..left + 2 {
        assert_eq!(place(&mut recent, customer, "BackupFailed", 0, start()), Place::Alone, "customer {customer}");
    }
    assert!(matches!(place(&mut recent, 900, "BackupFailed", 0, start()), Place::Later(_)));
    assert_eq!(place(&mut recent, 1, "BackupFailed", 50, start()), Place::Together(Scope::Type));
}

#[test]
fn t13_the_record_of_what_began_stays_small_however_long_a_storm_lasts() {
    let mut recent = Recent::default();
    for n in 0..5_000 {
        place(&mut recent, n % 5, "BackupFailed", n, start() + seconds(i64::try_from(n).unwrap() / 10));
    }
    let size = serde_json::to_string(&recent).unwrap().len();
    assert!(size < 4_000, "{size} bytes");
}

#[derive(Debug, Clone, Copy)]
struct Arrival {
    after_s: i64,
    customer: usize,
    n: usize,
}

fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    let after_s = prop_oneof![8 => Just(0i64), 4 => 1i64..60, 1 => 60i64..700];
    let arrival = (after_s, 0usize..12, 0usize..20).prop_map(|(after_s, customer, n)| Arrival { after_s, customer, n });
    prop::collection::vec(arrival, 0..400)
}

/// What the rule says, by looking through everything that has ever happened: for each arrival its time and its place.
struct Seen {
    at: Timestamp,
    arrival: (usize, usize),
    place: Place,
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn t13_places_are_those_that_counting_everything_gives(arrivals in arrivals()) {
        let mut recent = Recent::default();
        let mut seen: Vec<Seen> = Vec::new();
        let mut now = start();
        for Arrival { after_s, customer, n } in arrivals {
            now += SignedDuration::from_secs(after_s);
            let lately = || seen.iter().filter(|seen| now.duration_since(seen.at) < WINDOW);
            let known = lately().find(|seen| seen.arrival == (customer, n) && seen.place == Place::Alone);
            let of_type = || lately().filter(|seen| seen.arrival.0 == customer && !matches!(seen.place, Place::Later(_)));
            let keys: BTreeSet<usize> = of_type().map(|seen| seen.arrival.1).collect();
            let shares = keys.len() >= KEYS_ALONE || of_type().any(|seen| {
                seen.arrival.1 == n && seen.place == Place::Together(Scope::Type)
            });
            let alone: BTreeSet<_> = lately().filter(|seen| seen.place == Place::Alone).map(|seen| seen.arrival).collect();
            let groups: BTreeSet<usize> = lately()
                .filter(|seen| matches!(seen.place, Place::Together(_)))
                .map(|seen| seen.arrival.0)
                .collect();
            let is_full = alone.len() + groups.len() >= TICKETS_AT_ONCE;
            let expected = match known {
                Some(_) => Place::Alone,
                None if is_full && !(shares && groups.contains(&customer)) => Place::Later(now + WINDOW),
                None if shares => Place::Together(Scope::Type),
                None => Place::Alone,
            };
            let place = place(&mut recent, customer, "BackupFailed", n, now);
            prop_assert_eq!(place, expected, "customer {}, key {}", customer, n);
            if known.is_none() {
                seen.push(Seen { at: now, arrival: (customer, n), place });
            }
        }
    }
}

/// One customer's computers, their problems and tickets, worked on as the worker does.
struct Desk {
    now: Timestamp,
    tickets: Tickets,
    alerts: BTreeMap<usize, Alert>,
    recent: Recent,
    entries: BTreeMap<Key, Entry>,
    autotask: Autotask,
}

/// What happens to the computers from one number to another.
#[derive(Debug, Clone)]
enum Event {
    Break(std::ops::Range<usize>),
    Mend(std::ops::Range<usize>),
    Wait(i64),
}

const KIND: &str = "BackupFailed";

impl Desk {
    fn new(new_ticket_after_days: Option<u32>, note_when_cleared: bool) -> Self {
        let row = Row {
            create: true,
            status: Some(NEW),
            reopened_status: Some(REOPENED),
            priority: Some(2),
            ..Row::default()
        };
        let tickets = Tickets {
            enabled: true,
            default_row: row,
            auto_close_status: Some(COMPLETE),
            new_ticket_after_days,
            note_when_cleared,
            ..Tickets::default()
        };
        Self {
            now: start(),
            tickets,
            alerts: BTreeMap::new(),
            recent: Recent::default(),
            entries: BTreeMap::new(),
            autotask: Autotask::default(),
        }
    }

    fn happens(&mut self, event: &Event) {
        let now = self.now;
        match event {
            Event::Break(computers) => {
                for n in computers.clone() {
                    let broken = alert(KIND, &format!("PC-{n}"), now);
                    let known = self.alerts.entry(n).or_insert_with(|| broken.clone());
                    if !known.is_active() {
                        *known = broken;
                    }
                }
            }
            Event::Mend(computers) => {
                for (_, alert) in self.alerts.range_mut(computers.clone()) {
                    if alert.is_active() {
                        (alert.updated_at, alert.deleted_at) = (Some(now), Some(now));
                    }
                }
            }
            Event::Wait(time) => self.now += minutes(*time),
        }
    }

    /// Everything that is known of is read and worked on, first the keys, then the groups.
    fn look(&mut self) {
        self.now += seconds(1);
        let alerts: Vec<Alert> = self.alerts.values().cloned().collect();
        for alert in alerts {
            let key = Key::of(&tenant(1), &alert);
            let mut entry = self
                .entries
                .remove(&key)
                .unwrap_or_else(|| Entry::new(key.clone(), "c".into(), tenant(1), KIND.into()));
            if entry.member_of().is_none() {
                entry.see_alert(&alert);
                self.place(&mut entry);
            }
            if let Some((group, scope)) = entry.member_of() {
                let blank = || Entry {
                    storm: Some(Storm::group(scope)),
                    ..Entry::new(group.clone(), "c".into(), tenant(1), KIND.into())
                };
                self.entries.entry(group.clone()).or_insert_with(blank).see_alert(&alert);
            } else {
                self.work(&mut entry);
            }
            self.entries.insert(key, entry);
        }
        let groups = self.entries.values().filter(|entry| entry.group_scope().is_some());
        for key in groups.map(|entry| entry.key.clone()).collect::<Vec<_>>() {
            let mut group = self.entries.remove(&key).unwrap();
            self.work(&mut group);
            self.entries.insert(key, group);
        }
    }

    fn place(&mut self, entry: &mut Entry) {
        let switches = Switches::default();
        let policy = Policy::new(&self.tickets, KIND, OUR_ACCOUNT, &switches, Timestamp::MIN, self.now);
        let Step::Create(because) = decide(entry, &policy, Turn::default(), self.now) else { return };
        if !because.is_beginning() {
            return;
        }
        let has_waited = entry.waits_until().is_some();
        let newcomer = Newcomer { key: &entry.key, tenant: &entry.tenant, kind: &entry.kind, has_waited };
        match self.recent.place(&newcomer, self.now) {
            Place::Alone => {}
            Place::Together(scope) => entry.join(scope.key(&entry.tenant, &entry.kind, 1), scope),
            Place::Later(until) => entry.wait_for_storm(until),
        }
    }

    fn work(&mut self, entry: &mut Entry) {
        let switches = Switches::default();
        let policy = Policy::new(&self.tickets, KIND, OUR_ACCOUNT, &switches, Timestamp::MIN, self.now);
        if let Some(snapshot) = entry.link().and_then(|link| self.autotask.read(link.id)) {
            entry.see_ticket(&snapshot, &self.tickets.closing_statuses(), self.now);
        }
        worker::work(entry, &policy, &mut self.autotask, true, self.now, &mut Vec::new(), |_| {});
    }

    /// The open tickets that a computer's problem is on.
    fn open_tickets_of(&self, alert: &Alert) -> usize {
        let own = Key::of(&tenant(1), alert);
        let group = self.entries.get(&own).and_then(Entry::member_of).map(|(group, _)| group.clone());
        let is_on = |key: &Key| *key == own || Some(key) == group.as_ref();
        let keys = self.autotask.tickets.iter().filter(|ticket| ticket.is_open()).filter_map(|ticket| {
            let reference = ticket.external_id.as_deref().and_then(Reference::parse);
            reference.map(|reference| reference.key)
        });
        keys.filter(is_on).count()
    }

    fn check(&self) -> TestCaseResult {
        for (n, alert) in &self.alerts {
            let tickets = self.open_tickets_of(alert);
            prop_assert!(tickets <= 1, "PC-{} is on {} open tickets", n, tickets);
            if alert.is_active() {
                prop_assert_eq!(tickets, 1, "PC-{} is broken", n);
            }
        }
        let is_any_active = self.alerts.values().any(Alert::is_active);
        let open = self.autotask.tickets.iter().filter(|ticket| ticket.is_open()).count();
        prop_assert!(
            is_any_active || open == 0 || self.is_flapping(),
            "{} tickets are open and nothing is wrong",
            open
        );
        for entry in self.entries.values() {
            let json = serde_json::to_string(entry).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Entry>(&json).unwrap(), entry, "an entry survives the table");
        }
        Ok(())
    }

    /// A ticket that was reopened three times within a day waits until its alerts have stayed clear (rule T7).
    fn is_flapping(&self) -> bool {
        self.entries.values().any(|entry| entry.reopened_at.len() >= 3)
    }
}

fn event() -> impl Strategy<Value = Event> {
    let computers = || (0usize..30, 1usize..25).prop_map(|(first, count)| first..first + count);
    let wait = prop_oneof![4 => 0i64..15, 1 => 60i64..200, 1 => (1i64..4).prop_map(|days| days * 24 * 60)];
    prop_oneof![3 => computers().prop_map(Event::Break), 3 => computers().prop_map(Event::Mend), 3 => wait.prop_map(Event::Wait)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(120) })]

    #[test]
    fn t3_t5_t7_t13_through_any_storm_every_open_problem_is_on_exactly_one_open_ticket(
        new_ticket_after_days in prop::option::of(1u32..3),
        note_when_cleared in any::<bool>(),
        history in prop::collection::vec(event(), 1..25),
    ) {
        let mut desk = Desk::new(new_ticket_after_days, note_when_cleared);
        for event in &history {
            desk.happens(event);
            desk.look();
            // What a turn leaves to the next one: a new ticket is confirmed, a reopening is read back.
            desk.look();
            desk.check()?;
        }
    }
}

/// A group of computers with long names.
fn group_of(count: usize) -> Entry {
    let key = Scope::Type.key(&tenant(1), KIND, 1);
    let mut group =
        Entry { storm: Some(Storm::group(Scope::Type)), ..Entry::new(key, "c".into(), tenant(1), KIND.to_owned()) };
    for n in 0..count {
        group.see_alert(&alert(KIND, &format!("PC-{n:03} {}", "x".repeat(300)), start()));
    }
    group
}

#[test]
fn t11_t13_a_group_of_any_size_stays_within_the_documented_lengths_and_says_how_many_are_left_out() {
    let facts = Facts { customer: "Harbour Bakery", alerts: &[], console_url: "https://eu8-cloud.acronis.com" };
    for count in [1, 40, 200] {
        let mut group = group_of(count);
        group.begin_create(Because::FirstTicket, start());
        let text = description(&group, &facts);
        let listed = text.matches("\n- PC-").count();
        assert!(text.encode_utf16().count() <= 8_000 && title(&group, &facts).encode_utf16().count() <= 255);
        assert!(text.contains("Reference: acr1-"), "what follows the list is not pushed out");
        assert_eq!(listed == count, !text.contains(" more\n"), "{text}");
        assert!(listed == count || text.contains(&format!("- and {} more", count - listed)), "{text}");
    }
}

#[test]
fn t13_a_note_that_was_not_written_leaves_its_members_to_the_next_one() {
    let facts = Facts { customer: "Harbour Bakery", alerts: &[], console_url: "" };
    let mut group = group_of(2);
    group.begin_create(Because::FirstTicket, start());
    group.created(TicketId(7), AccountId(1), NEW, start());
    group.see_alert(&alert(KIND, "LATE", start()));
    for _ in 0..2 {
        let number = group.begin_note(About::Members, start());
        let text = note_text(About::Members, &group, &facts);
        assert!(number == 1 && text.contains("- LATE") && !text.contains("PC-000"), "{text}");
        group.note_had_no_effect();
    }
    let desk = Desk::new(None, false);
    let switches = Switches::default();
    let policy = Policy::new(&desk.tickets, KIND, AccountId(1), &switches, Timestamp::MIN, start());
    let was_read = Turn { ticket_was_read: true, ..Turn::default() };
    let next = |now| decide(&group, &policy, was_read, now);
    let until = start() + WINDOW;
    assert_eq!(next(start()), Step::Wait { until, why: Wait::Listing });
    assert_eq!(next(until), Step::Note(About::Members));
}
