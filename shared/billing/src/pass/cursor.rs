//! How far the reading has come, and how often it may be done (rule X6).

use std::collections::BTreeMap;

use bridge_core::id::ConnectionId;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use store::record;
use store::table::{Error as TableError, Inserted, Read, Record as _, Replaced, Stored, Table};
use systems::Systems;

use crate::{Error, tenants};

/// Under which name the cursor is kept.
pub const NAME: &str = "accounts";
/// Everything is read anew after this time.
const DAILY: SignedDuration = SignedDuration::from_hours(24);
/// Changes are asked for again for this long: clocks differ, and changes take a moment to show.
const OVERLAP: SignedDuration = SignedDuration::from_mins(10);
/// Part of the hourly calls that these runs may use up; the rest is for everything else that reads in bulk.
const SHARE_PERCENT: u64 = 90;
/// A schedule comes a little early or late.
const SLACK: SignedDuration = SignedDuration::from_secs(20);

/// How far the reading has come. Losing it costs one full read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Position {
    /// When the last run that read everything well was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub good_at: Option<Timestamp>,
    /// Runs that failed in a row.
    pub failed_runs: u32,
    /// Why the last run failed, if it did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
    /// Calls of Autotask in the last run.
    pub calls: u32,
    /// How far apart runs have to be for those calls to fit into the budget (rule X6).
    pub interval_s: u32,
    /// How far companies were read.
    pub(super) companies: Mark,
    /// How far contracts were read.
    pub(super) contracts: Mark,
    /// The zone does not know when contracts changed: they are read in full each time.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) without_change_dates: bool,
    /// What the month's report says, so that one that would say the same is neither read nor written (rule P16).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reported: Option<String>,
    /// How far each connection was read.
    pub(super) connections: BTreeMap<ConnectionId, tenants::Position>,
}

/// How far a list of changes was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Mark {
    /// When everything was last read.
    full_at: Option<Timestamp>,
    /// When it was last read.
    read_at: Option<Timestamp>,
}

impl Mark {
    /// From when on changes are of interest; `None` where everything is to be read.
    pub(super) fn changed_since(self, now: Timestamp) -> Option<Timestamp> {
        let is_recent = self.full_at.is_some_and(|at| now.duration_since(at) < DAILY);
        self.read_at.filter(|_| is_recent).map(|at| at - OVERLAP)
    }

    /// The list was read, the whole of it or what changed.
    pub(super) fn read(&mut self, in_full: bool, now: Timestamp) {
        self.read_at = Some(now);
        if in_full {
            self.full_at = Some(now);
        }
    }
}

/// The cursor with the version at which it was read: of two runs at the same time, the one that ends last fails and is repeated.
#[derive(Debug, Clone)]
pub(super) struct Cursor {
    pub(super) position: Position,
    version: Option<u64>,
}

/// When the next run is due, if that is not now.
///
/// # Errors
/// The table cannot be read.
pub async fn due_at(systems: &Systems) -> Result<Option<Timestamp>, Error> {
    let Position { good_at, interval_s, .. } = Cursor::read(&systems.table).await?.position;
    let due_at = good_at.map(|at| at + SignedDuration::from_secs(i64::from(interval_s)));
    Ok(due_at.filter(|at| systems.clock.now() + SLACK < *at))
}

impl Cursor {
    pub(super) async fn read(table: &Table) -> Result<Self, TableError> {
        let stored: Option<Stored<record::Cursor>> = table.get(&NAME.to_owned(), Read::Strong).await?;
        let version = stored.as_ref().map(|stored| stored.version);
        let position = stored.and_then(|stored| serde_json::from_value(stored.value.value).ok()).unwrap_or_default();
        Ok(Self { position, version })
    }

    /// The run has ended well.
    pub(super) async fn finish(mut self, systems: &Systems, calls: u32, begun_at: Timestamp) -> Result<(), Error> {
        let per_hour = systems.options.autotask_calls_per_hour;
        let position = &mut self.position;
        (position.good_at, position.failed_runs, position.failure) = (Some(begun_at), 0, None);
        (position.calls, position.interval_s) = (calls, interval_s(calls, per_hour));
        self.write(&systems.table).await
    }

    /// The run has come to nothing. Where everything was read and kept by then, the position says so, and the next run goes on
    /// from there.
    pub(super) async fn fail(&mut self, systems: &Systems, reason: &str) -> Result<(), Error> {
        self.position.failed_runs = self.position.failed_runs.saturating_add(1);
        self.position.failure = Some(reason.to_owned());
        if self.position.failed_runs == 3 {
            let reason = reason.trim_end_matches('.');
            runtime::alarm!("account_runs_failing", "Three runs over the accounts in a row have failed: {reason}.");
        }
        self.clone().write(&systems.table).await
    }

    async fn write(self, table: &Table) -> Result<(), Error> {
        let value = serde_json::to_value(&self.position).expect("a position is plain data");
        let cursor = record::Cursor { name: NAME.to_owned(), value };
        let is_written = match self.version {
            Some(version) => matches!(table.replace(Stored { value: cursor, version }).await?, Replaced::Done(_)),
            None => matches!(table.insert(cursor).await?, Inserted::New(_)),
        };
        if is_written {
            return Ok(());
        }
        Err(Error::Table(TableError::Contended { key: record::Cursor::key(&NAME.to_owned()), attempts: 1 }))
    }
}

/// How far apart runs of so many calls have to be.
fn interval_s(calls: u32, per_hour: u32) -> u32 {
    let share = (u64::from(per_hour) * SHARE_PERCENT / 100).max(1);
    u32::try_from((u64::from(calls) * 3_600).div_ceil(share)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn x6_runs_keep_so_far_apart_that_their_calls_fit_into_the_share_of_an_hour() {
        assert_eq!(interval_s(12, 2_000), 24, "a small installation is read at every schedule");
        assert_eq!(interval_s(108, 2_000), 216);
        for (calls, per_hour) in [(1, 1), (108, 2_000), (5_000, 100)] {
            let runs_an_hour = 3_600 / u64::from(interval_s(calls, per_hour)).max(1);
            assert!(runs_an_hour * u64::from(calls) <= u64::from(per_hour), "{calls} calls of {per_hour}");
        }
    }
}
