//! *Overview*: how fresh everything is (rule X6), what waits for a person, what happened lately.

mod chart;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use bridge_core::alert::readable;
use jiff::Timestamp;

use super::Endpoint;
use super::frame::Frame;
use super::log_in;
use super::unfinished::{self, Work};
use super::words::{When, ago, counted};
use crate::error::Error;
use crate::{Deps, accounts, activity, statistics, status, systems, tickets};
use chart::Chart;

/// Rows of each short list.
const ROWS: usize = 8;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![Endpoint::get("/", "Overview", get(show))]
}

#[derive(Template)]
#[template(path = "overview.html")]
struct Page {
    frame: Frame,
    status: status::View,
    run: Option<Seen>,
    oldest: Option<Seen>,
    unfinished: Vec<Work>,
    every: String,
    systems: Vec<System>,
    /// Accounts that are not as they must be, if that is known.
    late: Option<Accounts>,
    charts: Vec<Chart>,
    /// In which the charts' days begin and end.
    zone: String,
    tickets: Vec<Ticket>,
    /// There may be tickets beyond what was looked through.
    is_cut: bool,
}

/// A time, and how long ago it was.
struct Seen {
    when: When,
    ago: String,
}

struct System {
    name: String,
    tone: &'static str,
    state: String,
    reason: Option<String>,
}

struct Accounts {
    count: usize,
    /// The longest first.
    rows: Vec<Account>,
}

struct Account {
    id: i64,
    name: String,
    since: Seen,
    synced: Option<Seen>,
}

struct Ticket {
    name: String,
    url: Option<String>,
    account: Option<(i64, String)>,
    kind: String,
    /// How often its alerts were raised, where that is more than once (rule T4).
    times: Option<String>,
    what: String,
    at: Seen,
}

async fn show(State(deps): State<Arc<Deps>>, frame: Frame) -> Result<Response, Error> {
    let status = status::read(&deps).await?;
    let statistics::View { time_zone: zone, days } = statistics::read(&deps, &statistics::Filter::default()).await?;
    let seen = |at: Timestamp| Seen { when: When::new(at, &frame.zone), ago: ago(at, status.now) };
    let (tickets, is_cut) = written(&deps, seen).await?;
    let page = Page {
        run: status.accounts.good_at.map(seen),
        oldest: status.oldest_unfinished_at().map(seen),
        unfinished: Work::all(status.unfinished.clone(), &frame),
        every: counted(status.accounts.interval_s / 60, "minute"),
        systems: status.systems.iter().map(System::of).collect(),
        late: accounts::late(&deps, ROWS).await?.map(|(count, late)| Accounts {
            count,
            rows: late.into_iter().map(|late| Account::of(late, seen)).collect(),
        }),
        charts: charts(&days),
        zone,
        tickets,
        is_cut,
        status,
        frame: frame.clone(),
    };
    frame.show(&page)
}

fn charts(days: &[statistics::Day]) -> Vec<Chart> {
    let alerts = days.iter().map(|day| (day.date, [day.alerts_raised, day.alerts_cleared]));
    let tickets = days.iter().map(|day| (day.date, [day.tickets_created, day.tickets_reopened, day.tickets_closed]));
    let (alerts, tickets): (Vec<_>, Vec<_>) = (alerts.collect(), tickets.collect());
    vec![
        Chart::of("alerts-per-day", "Alerts per day", ["raised", "cleared"], &alerts),
        Chart::of("tickets-per-day", "Tickets per day", ["created", "reopened", "closed"], &tickets),
    ]
}

/// The tickets written to last, and whether there may be others that were not looked for.
async fn written(deps: &Deps, seen: impl Fn(Timestamp) -> Seen) -> Result<(Vec<Ticket>, bool), Error> {
    let page = tickets::list(deps, tickets::Asked { limit: Some(100), ..tickets::Asked::default() }).await?;
    let ticket = |view: tickets::View| Ticket {
        name: view.number.unwrap_or_else(|| view.ticket.to_string()),
        url: view.url,
        account: view.account.map(|id| (id, view.account_name.unwrap_or_else(|| format!("account {id}")))),
        times: view.raises.filter(tickets::Raises::are_several).map(|raises| counted(raises.count, "time")),
        kind: view.kind.as_deref().map(readable).unwrap_or_default(),
        what: view.last_what,
        at: seen(view.last_at),
    };
    Ok((page.items.into_iter().take(ROWS).map(ticket).collect(), page.next.is_some()))
}

impl Account {
    fn of(late: accounts::Late, seen: impl Fn(Timestamp) -> Seen) -> Self {
        let accounts::Late { id, name, since, synced_at } = late;
        Self { id: id.0, name, since: seen(since), synced: synced_at.map(seen) }
    }
}

impl System {
    fn of(view: &systems::View) -> Self {
        let (tone, state) = log_in::state(view);
        Self { name: view.name.clone(), tone, state, reason: view.reason.clone() }
    }
}
