//! What the simulators count while runs find out that all is as it must be.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use local::engine::Engine;
use runtime::clock::Clock;
use runtime::http::BaseUrl;
use simulators::control::{Call, Control};

use super::{Installation, Provider, SERVICES_EACH};
use crate::in_process::{ACRONIS_URL, DISCOVERY_URL, InProcess, ZONE_URL};
use crate::world::start;

/// Rows of Autotask in a page.
const AUTOTASK_PAGE: usize = 500;
/// Rows of Acronis in a page.
const ACRONIS_PAGE: usize = 5_000;
/// So long Autotask thinks about each call, so that calls made at once meet there.
const THINKS: Duration = Duration::from_millis(200);

/// A number that was counted, beside the promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Of which run.
    pub run: &'static str,
    /// What was counted.
    pub what: &'static str,
    /// How many.
    pub counted: usize,
    /// How many were promised at most; `None` where nothing is.
    pub allowed: Option<usize>,
}

impl Row {
    /// Whether the promise is kept.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.allowed.is_none_or(|allowed| self.counted <= allowed)
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { run, what, counted, allowed } = self;
        let allowed = allowed.map_or_else(|| "-".to_owned(), |allowed| allowed.to_string());
        let mark = if self.is_kept() { "" } else { "  MISSED" };
        write!(f, "{run:<14} {what:<34} {counted:>8} {allowed:>8}{mark}")
    }
}

/// The calls of one run, the worker's included.
#[derive(Debug, Default)]
struct Tally {
    autotask: usize,
    acronis: usize,
    usages: usize,
    writes: usize,
    at_once: usize,
}

impl Tally {
    /// Takes the calls out of the simulators' logs.
    fn take(provider: &Provider) -> Self {
        let mut tally = Self::default();
        for call in taken(provider.autotask.control()) {
            tally.at_once = tally.at_once.max(call.in_flight);
            tally.writes += usize::from(call.method != "GET" && !call.path.ends_with("/query"));
            tally.autotask += 1;
        }
        for call in taken(provider.acronis.control()) {
            tally.at_once = tally.at_once.max(call.in_flight);
            tally.writes += usize::from(call.method != "GET" && !call.path.ends_with("/idp/token"));
            *if call.path.contains("/usages") { &mut tally.usages } else { &mut tally.acronis } += 1;
        }
        tally
    }
}

fn taken(control: &Control) -> Vec<Call> {
    let calls = control.calls();
    control.clear_calls();
    calls
}

/// What a run is allowed.
struct Allowed {
    run: &'static str,
    autotask: usize,
    acronis: usize,
}

/// Lets a provider with so many customers be read for the first time, again when nothing has changed, and in full a day later.
///
/// # Errors
/// A run failed.
pub async fn runs(customers: u32) -> Result<Vec<Row>> {
    let clock = Clock::manual(start());
    let provider = Provider::new(customers, start(), ZONE_URL)?;
    provider.autotask.quirks(|quirks| quirks.response_time = THINKS);
    let engine = Engine::memory(clock.clone())?;
    Installation::set_up(&engine, ACRONIS_URL, &provider.customers, &clock).await?;
    let network = Arc::new(InProcess::new(provider.acronis.router(), provider.autotask.router()));
    let product = Installation::on(engine, network, BaseUrl::parse(DISCOVERY_URL)?, clock.clone()).await?;

    let count = provider.customers.len();
    let services = count * SERVICES_EACH;
    let pages = |rows: usize, page: usize| rows.div_ceil(page);
    let in_full = pages(services, ACRONIS_PAGE) + pages(count, ACRONIS_PAGE) + 8;
    let first = pages(services, AUTOTASK_PAGE) + 2 * pages(count, AUTOTASK_PAGE) + 10;
    let later = pages(services, AUTOTASK_PAGE) + 8;
    let quarter = SignedDuration::from_mins(15);
    let day = SignedDuration::from_hours(24);
    let begun = start() + quarter + quarter + day;
    let until = |time: &str| time.parse::<Timestamp>().map(|time| time.duration_since(begun));
    // All contracts are billed by the month and renew together, so that there are twice as many rows around that day.
    let eve = until("2026-12-11T22:00:00Z")?;
    let (last_hour, first_hour) = (SignedDuration::from_hours(1), SignedDuration::from_hours(2));
    let mut rows = Vec::new();
    for (pause, allowed) in [
        (SignedDuration::ZERO, Allowed { run: "first", autotask: first, acronis: in_full }),
        (quarter, Allowed { run: "second", autotask: later, acronis: 6 }),
        (quarter, Allowed { run: "third", autotask: later, acronis: 6 }),
        (day, Allowed { run: "a day later", autotask: first, acronis: in_full }),
        (eve, Allowed { run: "in full again", autotask: first, acronis: in_full }),
        (last_hour, Allowed { run: "last day", autotask: later, acronis: 6 }),
        (first_hour, Allowed { run: "renewal day", autotask: later, acronis: 6 }),
    ] {
        clock.advance(pause);
        provider.clock.advance(pause);
        rows.extend(run(&provider, &product, allowed).await?);
    }
    Ok(rows)
}

/// One run with all the work that follows from it.
async fn run(provider: &Provider, product: &Installation, allowed: Allowed) -> Result<[Row; 7]> {
    product.engine.units().reset();
    let summary = product.poll().await?;
    anyhow::ensure!(summary.accounts == provider.customers.len() && summary.held == 0, "{summary:?}");
    let workers = product.work().await?;
    let table = product.engine.units().of("bridge").calls;
    let Tally { autotask, acronis, usages, writes, at_once } = Tally::take(provider);
    let Allowed { run, autotask: autotask_allowed, acronis: acronis_allowed } = allowed;
    let row = |what, counted, allowed| Row { run, what, counted, allowed };
    Ok([
        row("Autotask: reads", autotask, Some(autotask_allowed)),
        row("Acronis: reads, usages aside", acronis, Some(acronis_allowed)),
        row("Acronis: reads of usages", usages, None),
        row("either: writes", writes, Some(0)),
        row("either: in flight at an endpoint", at_once, Some(2)),
        row("accounts that a worker looked at", workers, None),
        row("table: calls", usize::try_from(table)?, None),
    ])
}
