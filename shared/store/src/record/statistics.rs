//! What is counted for charts, a record for each day.

use bridge_core::statistics::{Counts, Day, KEPT_DAYS};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::table::{Error, Key, Order, Page, Query, Record, Table};

/// A day begins at most this much later anywhere than in UTC, and nobody minds a day that stays a little longer.
const SPARE: SignedDuration = SignedDuration::from_hours(48);

impl Record for Day {
    const KIND: &'static str = "STATISTICS";
    type Id = Date;

    fn key(date: &Date) -> Key {
        Key::new(Self::KIND, date.to_string())
    }

    fn id(&self) -> Date {
        self.date
    }

    fn expires_at(&self) -> Option<Timestamp> {
        let begin = self.date.to_zoned(TimeZone::UTC).ok()?.timestamp();
        begin.checked_add(SignedDuration::from_hours(24 * i64::from(KEPT_DAYS)) + SPARE).ok()
    }
}

/// Adds to what was counted on a day. Half a read unit and one write unit; others who count at the same time are added up.
///
/// # Errors
/// The table cannot be read or written, or others were first every time.
pub async fn count(table: &Table, date: Date, more: Counts) -> Result<(), Error> {
    let add = |day: Option<Day>| {
        let mut day = day.unwrap_or(Day { date, counts: Counts::default() });
        day.counts += more;
        Some(day)
    };
    table.modify(&date, add).await.map(drop)
}

/// The last days on which anything was counted, the newest first.
///
/// # Errors
/// The table cannot be read.
pub async fn counted(table: &Table) -> Result<Page<Day>, Error> {
    let days = usize::try_from(KEPT_DAYS).unwrap_or(usize::MAX);
    table.query(Query::partition(Day::KIND, Order::Descending, days)).await
}
