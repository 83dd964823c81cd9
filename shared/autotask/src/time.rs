//! Times and dates as Autotask writes and takes them.
//!
//! Its documents contradict each other on days such as a contract's first one. Integrators send a bare date and read it back as
//! midnight UTC; one published example shows `T13:00:00Z`, which is midnight in the database's zone, eleven hours ahead. So a day
//! comes either as a date, with midnight UTC or without, and is taken as it is; or as the moment at which it begins somewhere,
//! and is then the day whose beginning is nearest to that moment in the installation's zone. That is right wherever the two zones
//! are less than twelve hours apart, so also while nobody has chosen the installation's zone, but for databases far east or west.

use std::borrow::Cow;

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use runtime::http::lenient::{parse_time, text};
use serde_json::Value;

/// Whole seconds in UTC, the form that Autotask documents.
pub(crate) fn wire_time(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// No later than the moment as which any database shows this day: where days begin fourteen hours before they do in UTC. Later than
/// the day before, unless the database is ten hours or more behind UTC.
pub(crate) fn earliest(day: Date) -> String {
    format!("{}T10:00:00Z", days_after(day, -1))
}

/// No earlier than the moment as which any database shows this day: where days begin twelve hours after they do in UTC. Earlier
/// than the day after, unless the database is twelve hours or more ahead of UTC.
pub(crate) fn latest(day: Date) -> String {
    format!("{day}T12:00:00Z")
}

/// The day `days` after `date`; the last or first day of the calendar where there is none.
pub(crate) fn days_after(date: Date, days: i64) -> Date {
    date.saturating_add(Span::new().days(days))
}

/// The record with its days as dates.
pub(crate) fn with_days<'a>(record: &'a Value, days: &[&str], zone: &TimeZone) -> Cow<'a, Value> {
    let mut record = Cow::Borrowed(record);
    for name in days {
        if let Some(day) = text(&record, name).and_then(|text| begun(&text, zone))
            && let Some(members) = record.to_mut().as_object_mut()
        {
            let shown = members.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name));
            shown.into_iter().for_each(|(_, value)| *value = day.to_string().into());
        }
    }
    record
}

/// The day that begins at about this moment, where the text is one at which days begin somewhere: zones are whole quarters of an
/// hour apart. Any other time of day means nothing.
fn begun(text: &str, zone: &TimeZone) -> Option<Date> {
    let moment = parse_time(text)?;
    let second_of_day = moment.as_second().rem_euclid(24 * 60 * 60);
    if second_of_day == 0 || second_of_day % (15 * 60) != 0 || moment.subsec_nanosecond() != 0 {
        return None;
    }
    let local = zone.to_datetime(moment);
    Some(if local.time() < Time::constant(12, 0, 0, 0) { local.date() } else { days_after(local.date(), 1) })
}

/// The member as a date. A date field may come bare or with a time of day, which is left out.
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
    use jiff::civil::date;
    use jiff::tz::Offset;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read(text: &str, zone: &TimeZone) -> Option<Date> {
        let record = json!({"StartDate": text, "units": 5});
        super::date(&with_days(&record, &["startDate"], zone), "startDate")
    }

    fn hours(hours: i8) -> TimeZone {
        TimeZone::fixed(Offset::constant(hours))
    }

    /// A day as a database so far from UTC shows it: the moment at which it begins there.
    fn shown(day: Date, zone: &TimeZone) -> Timestamp {
        zone.to_ambiguous_zoned(day.into()).compatible().expect("a day").timestamp()
    }

    #[test]
    fn a_day_that_is_shown_as_midnight_of_the_installations_zone_is_that_day() {
        let expected = Some(date(2026, 12, 1));
        assert_eq!(read("2026-11-30T13:00:00Z", &hours(11)), expected);
        assert_eq!(read("2026-11-30T13:00:00.000", &hours(11)), expected);
        assert_eq!(read("2026-11-30T11:00:00Z", &hours(13)), expected);
        assert_eq!(read("2026-12-01T10:00:00Z", &hours(-10)), expected);
        assert_eq!(read("2026-12-01T05:00:00Z", &hours(-5)), expected);
    }

    #[test]
    fn a_day_that_is_shown_as_midnight_of_another_zone_is_still_that_day() {
        let expected = Some(date(2026, 12, 1));
        for zone in [TimeZone::UTC, hours(1), hours(10)] {
            assert_eq!(read("2026-11-30T13:00:00Z", &zone), expected, "eleven hours ahead, seen from {zone:?}");
        }
        for zone in [TimeZone::UTC, hours(2), hours(-8)] {
            assert_eq!(read("2026-12-01T05:00:00Z", &zone), expected, "five hours behind, seen from {zone:?}");
        }
    }

    #[test]
    fn a_date_without_a_beginning_of_a_day_is_taken_as_it_is_in_every_zone() {
        for text in ["2026-12-01", "2026-12-01T00:00:00", "2026-12-01T00:00:00Z", "2026-12-01T23:59:59Z"] {
            for zone in [hours(-11), TimeZone::UTC, hours(13)] {
                assert_eq!(read(text, &zone), Some(date(2026, 12, 1)), "{text} in {zone:?}");
            }
        }
    }

    #[test]
    fn a_date_is_the_date_part_of_whatever_is_written() {
        let expected = Some(date(2026, 11, 22));
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
            let day = days_after(date(year, 1, 1), day);
            prop_assert_eq!(parse_date(&day.to_string()), Some(day));
            let _ = parse_date(&text);
            let _ = begun(&text, &TimeZone::UTC);
        }

        #[test]
        fn a_day_is_asked_for_in_whatever_way_a_database_shows_it_and_mostly_without_its_neighbours(
            day in 0i64..20_000, ahead in -12i8..=14, of_installation in -12i8..=14,
        ) {
            let (day, zone) = (days_after(date(1990, 1, 1), day), hours(ahead));
            let bounds = |day| [earliest(day), latest(day)].map(|text| text.parse::<Timestamp>().expect("a time"));
            let [from, to] = bounds(day);
            prop_assert!((from..=to).contains(&shown(day, &zone)), "as a moment");
            prop_assert!((from..=to).contains(&shown(day, &TimeZone::UTC)), "as a date");
            if ahead > -10 {
                prop_assert!(shown(days_after(day, -1), &zone) < from);
            }
            if ahead < 12 {
                prop_assert!(to < shown(days_after(day, 1), &zone));
            }
            if (ahead - of_installation).abs() < 12 {
                let text = wire_time(shown(day, &zone));
                prop_assert_eq!(read(&text, &hours(of_installation)), Some(day));
            }
        }
    }
}
