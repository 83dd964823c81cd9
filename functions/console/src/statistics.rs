//! Alerts and tickets per day, for charts.

use std::collections::BTreeMap;

use bridge_core::statistics::{Counts, KEPT_DAYS};
use jiff::ToSpan as _;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::statistics;

use crate::error::Error;
use crate::{Deps, settings};

/// Days unless a number is given.
const DAYS: u32 = 30;

/// Which days.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "StatisticsFilter")]
pub struct Filter {
    /// How many days, today as the last one: 1 to 90; 30 unless given.
    pub days: Option<u32>,
}

/// What happened on each of the last days.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Statistics")]
pub struct View {
    /// The installation's time zone, in which days begin and end.
    pub time_zone: String,
    /// Every day, the oldest first; zeros where nothing happened or nothing was counted yet.
    pub days: Vec<Day>,
}

/// What happened on a day. Alerts are those of types that make tickets, and of mapped customers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "StatisticsDay")]
pub struct Day {
    /// The day.
    pub date: Date,
    /// Alerts raised, and raised again.
    pub alerts_raised: u32,
    /// Alerts cleared.
    pub alerts_cleared: u32,
    /// Tickets made.
    pub tickets_created: u32,
    /// Tickets reopened by this integration.
    pub tickets_reopened: u32,
    /// Tickets closed by this integration.
    pub tickets_closed: u32,
}

/// What happened on each of the last days.
///
/// # Errors
/// The table cannot be read, or the filter makes no sense.
pub async fn read(deps: &Deps, filter: &Filter) -> Result<View, Error> {
    let days = filter.days.unwrap_or(DAYS);
    if !(1..=KEPT_DAYS).contains(&days) {
        let message = format!("between 1 and {KEPT_DAYS} days can be asked for");
        return Err(Error::Unreadable { field: Some("days".to_owned()), message });
    }
    let settings = settings::read(deps).await?.settings;
    let today = deps.systems.clock.now().to_zoned(settings.zone()).date();
    let counted = statistics::counted(&deps.systems.table).await?.records.into_iter();
    let counted: BTreeMap<Date, Counts> = counted.map(|day| (day.value.date, day.value.counts)).collect();
    let date = |ago: u32| today.saturating_sub(i64::from(ago).days());
    let day = |date| Day::of(date, counted.get(&date).copied().unwrap_or_default());
    Ok(View { time_zone: settings.time_zone, days: (0..days).rev().map(date).map(day).collect() })
}

impl Day {
    fn of(date: Date, counts: Counts) -> Self {
        let Counts { raised, cleared, created, reopened, closed } = counts;
        Self {
            date,
            alerts_raised: raised,
            alerts_cleared: cleared,
            tickets_created: created,
            tickets_reopened: reopened,
            tickets_closed: closed,
        }
    }
}
