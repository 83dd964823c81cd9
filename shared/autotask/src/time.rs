//! Times and dates as Autotask writes and takes them.

use jiff::civil::Date;
use jiff::{Span, Timestamp};
use runtime::http::lenient::text;
use serde_json::Value;

/// Whole seconds in UTC, the form that Autotask documents.
pub(crate) fn wire_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The first second of a day, for a filter. A date field is compared as a moment, in a zone that Autotask leaves open.
pub(crate) fn day_start(date: Date) -> String {
    format!("{date}T00:00:00")
}

/// The last second of a day, for a filter.
pub(crate) fn day_end(date: Date) -> String {
    format!("{date}T23:59:59")
}

/// The day `days` after `date`; the last or first day of the calendar where there is none.
pub(crate) fn days_after(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}

/// The member as a date. A date field may come bare or with a time of day, which means nothing and is left out.
pub(crate) fn date(item: &Value, name: &str) -> Option<Date> {
    parse_date(&text(item, name)?)
}

fn parse_date(text: &str) -> Option<Date> {
    const LENGTH: usize = "2026-11-22".len();
    let (day, rest) = text.split_at_checked(LENGTH)?;
    (rest.is_empty() || rest.starts_with(['T', 't', ' '])).then(|| day.parse().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_date_is_the_date_part_of_whatever_is_written() {
        let expected = Some(jiff::civil::date(2026, 11, 22));
        for text in [
            "2026-11-22",
            "2026-11-22T00:00:00",
            "2026-11-22T00:00:00Z",
            "2026-11-22T13:00:00.000Z",
            "2026-11-22 00:00",
        ] {
            assert_eq!(parse_date(text), expected, "{text}");
        }
        for text in ["", "2026-11", "2026-11-221", "22/11/2026", "2026-13-01", "2026-11-2é"] {
            assert_eq!(parse_date(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_day_is_read_back_and_no_text_makes_it_panic(year in 1i16..=9998, day in 0i64..365, text in "\\PC{0,20}") {
            let date = days_after(jiff::civil::date(year, 1, 1), day);
            prop_assert_eq!(parse_date(&date.to_string()), Some(date));
            prop_assert_eq!(parse_date(&day_end(date)), Some(date));
            let _ = parse_date(&text);
        }
    }
}
