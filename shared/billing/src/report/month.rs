use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// The table keeps a report for so many months after its month began.
const KEPT_MONTHS: i32 = 16;

/// A month in the installation's time zone, such as `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month(Date);

impl Month {
    /// The month of a day.
    #[must_use]
    pub fn of(day: Date) -> Self {
        Self(day.first_of_month())
    }

    /// Its first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        self.0
    }

    /// The one before.
    #[must_use]
    pub fn before(self) -> Self {
        Self(self.0.saturating_sub(1.month()))
    }

    /// When the table may forget its report.
    pub(super) fn expires_at(self) -> Timestamp {
        let day = self.0.saturating_add(KEPT_MONTHS.months());
        day.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |day| day.timestamp())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.strftime("%Y-%m"))
    }
}

/// A text is no month such as `2026-11`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no month such as 2026-11")]
pub struct NoMonth;

impl FromStr for Month {
    type Err = NoMonth;

    fn from_str(text: &str) -> Result<Self, NoMonth> {
        let is_complete = text.len() == "2026-11".len() && text.is_ascii();
        let day: Option<Date> = is_complete.then(|| format!("{text}-01").parse().ok()).flatten();
        day.map(Self).ok_or(NoMonth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p16_a_month_reads_as_it_is_written() {
        let month: Month = "2026-01".parse().unwrap();
        assert_eq!((month.to_string(), month.before().to_string()), ("2026-01".to_owned(), "2025-12".to_owned()));
        assert_eq!(Month::of("2026-01-31".parse().unwrap()), month);
        for odd in ["", "2026-13", "2026-1", "2026-01-01", "2026-1é", "next", "202601a"] {
            assert_eq!(odd.parse::<Month>(), Err(NoMonth), "{odd}");
        }
    }

    #[test]
    fn p16_a_months_end_is_kept_for_more_than_fourteen_months() {
        let month: Month = "2026-11".parse().unwrap();
        assert_eq!(month.expires_at().to_string(), "2028-03-01T00:00:00Z");
    }
}
