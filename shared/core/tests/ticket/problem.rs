//! One problem with its world: its alerts in Acronis, its tickets in Autotask, the settings, a clock, and our ledger entry.
//! What happens outside is a verb (`raise`, `clear`, `technician_closes`); nothing is noticed before `look`.

use std::collections::BTreeMap;

use bridge_core::alert::{Alert, Details, Key, Severity, Tenant};
use bridge_core::id::{AccountId, AlertId, TenantId, TicketId};
use bridge_core::mapping::Switches;
use bridge_core::settings::{Row, Tickets};
use bridge_core::ticket::{COMPLETE, Entry, Policy, Quiet, Snapshot, Step, Wait};
use jiff::{SignedDuration, Timestamp};

use crate::autotask::{Answer, Autotask, BOB, NEW, REOPENED, Ticket};
use crate::worker;

pub const OUR_ACCOUNT: AccountId = AccountId(501);
pub const OTHER_ACCOUNT: AccountId = AccountId(502);

pub struct Problem {
    pub now: Timestamp,
    pub alerts: BTreeMap<AlertId, Alert>,
    pub autotask: Autotask,
    pub tickets: Tickets,
    pub switches: Switches,
    pub account: AccountId,
    pub counts_from: Timestamp,
    pub entry: Entry,
    pub others_cleared: bool,
    pub last: Option<Step>,
    kind: String,
    did: Vec<String>,
}

impl Problem {
    /// A failing backup of a mapped customer whose tickets close by themselves.
    pub fn new() -> Self {
        Self::of_kind("BackupFailed")
    }

    pub fn of_kind(kind: &str) -> Self {
        let row = Row {
            create: true,
            status: Some(NEW),
            reopened_status: Some(REOPENED),
            priority: Some(2),
            ..Row::default()
        };
        let tenant = TenantId::new("5c7ab1f2");
        let key = Key::of(&tenant, &alert("a", kind, Timestamp::UNIX_EPOCH));
        Self {
            now: "2026-03-02T08:00:00Z".parse().unwrap(),
            alerts: BTreeMap::new(),
            autotask: Autotask::default(),
            tickets: Tickets {
                enabled: true,
                types: [(kind.to_owned(), row)].into(),
                auto_close_status: Some(COMPLETE),
                ..Tickets::default()
            },
            switches: Switches::default(),
            account: OUR_ACCOUNT,
            counts_from: Timestamp::MIN,
            entry: Entry::new(key, "connection".into(), tenant, kind.to_owned()),
            others_cleared: true,
            last: None,
            kind: kind.to_owned(),
            did: Vec::new(),
        }
    }

    /// A problem whose ticket is open.
    pub fn with_ticket() -> Self {
        Self::new().and_ticket()
    }

    /// Raises the alert and lets its ticket be made and confirmed.
    pub fn and_ticket(mut self) -> Self {
        self.raise();
        self.look();
        self.advance(minutes(1));
        self.look();
        assert_eq!(self.did(), ["create FirstTicket"]);
        self
    }

    pub fn row(&mut self) -> &mut Row {
        self.tickets.types.get_mut(&self.kind).expect("the type has a row")
    }

    pub fn advance(&mut self, by: SignedDuration) {
        self.now += by;
    }

    // What happens in Acronis.

    pub fn raise(&mut self) {
        self.raise_as("a");
    }

    /// Raises the alert `id`: a new one, or once more under the same id with a new `createdAt`.
    pub fn raise_as(&mut self, id: &str) {
        let now = self.now;
        let raised = self.alerts.entry(id.into()).or_insert_with(|| alert(id, &self.kind, now));
        raised.created_at = now;
        raised.updated_at = Some(now);
        raised.deleted_at = None;
    }

    pub fn becomes(&mut self, severity: Severity) {
        self.change(|alert| alert.severity = Some(severity));
    }

    pub fn has_cause(&mut self, code: &str) {
        self.change(|alert| alert.details.error_code = Some(code.to_owned()));
    }

    /// Changes the alert without raising it.
    pub fn change(&mut self, change: impl FnOnce(&mut Alert)) {
        let now = self.now;
        let alert = self.alert("a");
        change(alert);
        alert.updated_at = Some(now);
    }

    pub fn clear(&mut self) {
        self.clear_alert("a");
    }

    pub fn clear_alert(&mut self, id: &str) {
        let now = self.now;
        let alert = self.alert(id);
        alert.updated_at = Some(now);
        alert.deleted_at = Some(now);
    }

    pub fn alert(&mut self, id: &str) -> &mut Alert {
        self.alerts.get_mut(&AlertId::new(id)).expect("the alert was raised")
    }

    // What people do in Autotask.

    pub fn technician_closes(&mut self) {
        self.technician_sets(COMPLETE);
    }

    pub fn technician_reopens(&mut self) {
        self.technician_sets(NEW);
    }

    pub fn technician_sets(&mut self, status: i64) {
        let now = self.now;
        self.ticket_mut().set_status(status, BOB, now);
    }

    pub fn technician_writes_note(&mut self) {
        self.ticket_mut().has_technicians_note = true;
    }

    pub fn technician_deletes(&mut self) {
        let now = self.now;
        self.ticket_mut().gone_at = Some(now);
    }

    pub fn technician_moves_ticket_to(&mut self, account: AccountId) {
        self.ticket_mut().account = account;
    }

    // What we do.

    /// Reads both sides and works until there is nothing left to do now.
    pub fn look(&mut self) {
        self.read_alerts();
        self.read_tickets();
        self.work();
    }

    pub fn read_alerts(&mut self) {
        for alert in self.alerts.values() {
            self.entry.see_alert(alert);
        }
    }

    /// The minute's bulk read, which says nothing of tickets that are gone.
    pub fn read_tickets(&mut self) {
        if let Some(snapshot) = self.entry.link().and_then(|link| self.autotask.read(link.id)) {
            self.see(&snapshot);
        }
    }

    pub fn see(&mut self, snapshot: &Snapshot) {
        self.entry.see_ticket(snapshot, &self.tickets.closing_statuses(), self.now);
    }

    /// The daily pass, which reads every ticket by its id.
    pub fn daily_pass(&mut self) {
        self.read_alerts();
        let policy = Policy::new(&self.tickets, &self.kind, self.account, &self.switches, self.counts_from, self.now);
        worker::read(&mut self.entry, &policy, &self.autotask, self.now);
        self.work();
    }

    pub fn work(&mut self) {
        let now = self.now;
        let policy = Policy::new(&self.tickets, &self.kind, self.account, &self.switches, self.counts_from, now);
        let alerts = &mut self.alerts;
        let dismiss = |id: &AlertId| {
            let alert = alerts.get_mut(id).expect("only known alerts are dismissed");
            alert.updated_at = Some(now);
            alert.deleted_at = Some(now);
        };
        let last = worker::work(
            &mut self.entry,
            &policy,
            &mut self.autotask,
            self.others_cleared,
            now,
            &mut self.did,
            dismiss,
        );
        self.last = Some(last);
    }

    pub fn loses_next_answer(&mut self, answer: Answer) {
        self.autotask.next_answer = answer;
    }

    // What came of it.

    /// The steps since the last call.
    pub fn did(&mut self) -> Vec<String> {
        std::mem::take(&mut self.did)
    }

    /// The steps since the last call that were writes.
    pub fn wrote(&mut self) -> Vec<String> {
        let is_write = |step: &String| !["read", "search", "search note"].contains(&step.as_str());
        self.did().into_iter().filter(is_write).collect()
    }

    pub fn rests(&self, why: Quiet) -> bool {
        self.last == Some(Step::Rest(why))
    }

    pub fn waits(&self, why: Wait, until: Timestamp) -> bool {
        self.last == Some(Step::Wait { until, why })
    }

    /// The newest ticket.
    pub fn ticket(&self) -> &Ticket {
        self.autotask.tickets.last().expect("there is a ticket")
    }

    pub fn ticket_mut(&mut self) -> &mut Ticket {
        self.autotask.tickets.last_mut().expect("there is a ticket")
    }

    pub fn ticket_id(&self) -> TicketId {
        self.ticket().id
    }

    pub fn is_open(&self) -> bool {
        self.ticket().is_open()
    }

    pub fn open_tickets(&self) -> usize {
        self.autotask.tickets.iter().filter(|ticket| ticket.is_open()).count()
    }
}

fn alert(id: &str, kind: &str, now: Timestamp) -> Alert {
    Alert {
        id: id.into(),
        kind: kind.to_owned(),
        severity: Some(Severity::Warning),
        category: None,
        created_at: now,
        received_at: Some(now),
        updated_at: Some(now),
        deleted_at: None,
        tenant: Tenant::default(),
        details: Details {
            resource_id: Some("resource-1".to_owned()),
            resource_name: Some("SRV-1".to_owned()),
            error_code: Some("17".to_owned()),
            ..Details::default()
        },
    }
}

pub fn seconds(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

pub fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

pub fn hours(n: i64) -> SignedDuration {
    SignedDuration::from_hours(n)
}

pub fn days(n: i64) -> SignedDuration {
    hours(24 * n)
}
