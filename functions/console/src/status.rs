//! How fresh everything is (rule X6).

use billing::Position;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use store::record::{Brake, Cursor, Held, Parked};
use store::table::Read;

use crate::Deps;
use crate::error::Error;
use crate::{systems, unfinished};

/// The schedule of the runs over the accounts, in seconds.
const SCHEDULE_S: u32 = 180;
/// What waits is counted up to here.
const COUNTED_MAX: usize = 500;

/// How fresh everything is.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Status")]
pub struct View {
    /// The time by which this goes.
    pub now: Timestamp,
    /// Quotas are written; otherwise everything in Acronis stays as it is.
    pub is_billing_on: bool,
    /// Tickets are written.
    pub are_tickets_on: bool,
    /// The foreign systems.
    pub systems: Vec<systems::View>,
    /// The runs over the accounts.
    pub accounts: Runs,
    /// Since when the oldest work that is due waits to be done; nothing: no work waits.
    pub oldest_due_at: Option<Timestamp>,
    /// Work that goes on by itself within the hour, next first: such as a ticket whose making Autotask has not confirmed.
    pub unfinished: Vec<unfinished::View>,
    /// Decisions that wait for a person, up to 500.
    pub held: usize,
    /// Messages that could not be worked on, up to 500.
    pub parked: usize,
    /// A run would change so much at once that it waits for a person.
    pub is_braked: bool,
}

/// The runs over the accounts.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "StatusAccounts")]
pub struct Runs {
    /// When the last good one began: every contract that was in Autotask by then is in Acronis, or held.
    pub good_at: Option<Timestamp>,
    /// Runs that failed since.
    pub failed_runs: u32,
    /// Why the last one failed, if it did.
    pub failure: Option<String>,
    /// Seconds between two runs.
    pub interval_s: u32,
    /// The interval is longer than the schedule's, so that the calls fit into the share of Autotask's budget.
    pub is_stretched: bool,
    /// Calls of Autotask in the last good run.
    pub calls: u32,
}

/// How fresh everything is.
///
/// # Errors
/// The table cannot be read.
pub async fn read(deps: &Deps) -> Result<View, Error> {
    let table = &deps.systems.table;
    let now = deps.systems.clock.now();
    let cursor = table.get::<Cursor>(&billing::NAME.to_owned(), Read::Eventual).await?;
    let position: Position =
        cursor.and_then(|cursor| serde_json::from_value(cursor.value.value).ok()).unwrap_or_default();
    let brake = table.get::<Brake>(&(), Read::Eventual).await?;
    let config = deps.systems.config().await?;
    let is_billing_on = config.settings.billing.enabled;
    Ok(View {
        now,
        is_billing_on,
        are_tickets_on: config.settings.tickets.enabled,
        systems: systems::list(deps).await?.items,
        accounts: Runs::of(position),
        oldest_due_at: table.due(now, 1).await?.first().map(|due| due.at),
        unfinished: unfinished::list(deps).await?,
        held: Held::page(table, None, COUNTED_MAX).await?.records.len(),
        parked: Parked::page(table, None, COUNTED_MAX).await?.records.len(),
        is_braked: is_billing_on && brake.is_some_and(|brake| !brake.value.is_approved(now)),
    })
}

impl View {
    /// Since when the oldest unfinished work waits, be it due or waiting for its time.
    pub(crate) fn oldest_unfinished_at(&self) -> Option<Timestamp> {
        self.unfinished.iter().filter_map(|work| work.since).chain(self.oldest_due_at).min()
    }
}

impl Runs {
    fn of(position: Position) -> Self {
        let Position { good_at, failed_runs, failure, calls, interval_s, .. } = position;
        let interval_s = interval_s.max(SCHEDULE_S);
        Self { good_at, failed_runs, failure, interval_s, is_stretched: interval_s > SCHEDULE_S, calls }
    }
}
