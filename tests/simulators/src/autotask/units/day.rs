//! Calendar days as numbers: the engine counts, compares and steps through hundreds of thousands of them.

use jiff::civil::{Date, date};
use jiff::{Timestamp, ToSpan as _};

const EPOCH: Date = date(1970, 1, 1);
const SECONDS: i64 = 24 * 60 * 60;

/// A calendar day, as days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in super::super) struct Day(i32);

impl Day {
    /// The day of a UTC moment.
    pub fn of(moment: Timestamp) -> Self {
        let days = moment.as_second().div_euclid(SECONDS);
        Self(i32::try_from(days).expect("a moment is at most some ten thousand years from the epoch"))
    }

    /// The day at this distance; a negative one lies before.
    pub fn plus(self, days: i32) -> Self {
        Self(self.0 + days)
    }

    /// How many days `later` is after this one.
    pub fn until(self, later: Self) -> i32 {
        later.0 - self.0
    }

    /// The same day of the month so many months later, or the month's last day.
    pub fn plus_months(self, months: i32) -> Self {
        self.date().saturating_add(months.months()).into()
    }

    /// As a date.
    pub fn date(self) -> Date {
        EPOCH.saturating_add(self.0.days())
    }

    /// The moment at which it begins in UTC.
    pub fn midnight(self) -> Timestamp {
        Timestamp::from_second(i64::from(self.0) * SECONDS).unwrap_or(Timestamp::MAX)
    }
}

impl From<Date> for Day {
    fn from(date: Date) -> Self {
        let days = date.duration_since(EPOCH).as_hours() / 24;
        Self(i32::try_from(days).expect("a date is at most some ten thousand years from the epoch"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_the_same_as_date_and_as_moment() {
        for text in ["2026-11-22", "1969-12-31", "2028-02-29"] {
            let date: Date = text.parse().unwrap();
            let day = Day::from(date);
            assert_eq!((day.date(), day.midnight().to_string()), (date, format!("{text}T00:00:00Z")));
            assert_eq!(Day::of(format!("{text}T23:59:59Z").parse().unwrap()), day);
        }
    }

    #[test]
    fn months_end_where_the_month_ends() {
        let day = Day::from(date(2026, 1, 31));
        assert_eq!(day.plus_months(1).date(), date(2026, 2, 28));
        assert_eq!(day.plus_months(2).date(), date(2026, 3, 31));
    }
}
