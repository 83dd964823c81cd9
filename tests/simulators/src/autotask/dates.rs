//! Dates and times: kept in UTC, read and shown in the shapes seen on the wire.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, Unit};

use super::quirks::{DateOnly, DateShape, Quirks};
use super::units::Day;

/// Reads a bare date (midnight), or a date and time with or without fraction and zone. No zone means UTC.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let civil = match text.parse::<Date>() {
        Ok(date) if !text.contains(['T', ' ']) => date.to_datetime(jiff::civil::Time::midnight()),
        _ => text.parse::<DateTime>().ok()?,
    };
    civil.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// The text under which a moment is kept: milliseconds, the precision of the service.
pub(super) fn stored(moment: Timestamp) -> String {
    let rounded = moment.round(Unit::Millisecond).unwrap_or(moment);
    rounded.to_string()
}

/// A kept moment in the shape in which this database answers.
pub(super) fn shaped(stored: &str, shape: DateShape) -> String {
    match shape {
        // The shape in which moments are kept.
        DateShape::Zulu => stored.to_owned(),
        DateShape::Milliseconds => parse(stored).map_or_else(|| stored.to_owned(), |moment| format!("{moment:.3}")),
        DateShape::NoZone => stored.trim_end_matches('Z').to_owned(),
    }
}

/// The day that a date-only field keeps of what was sent.
pub(super) fn parse_day(text: &str, quirks: &Quirks) -> Option<Day> {
    let moment = parse(text)?;
    let is_bare = text.parse::<Date>().is_ok() && !text.contains(['T', ' ']);
    Some(match quirks.date_only {
        DateOnly::TakenAsUtc { ahead } => Day::of(later(moment, ahead)),
        DateOnly::LocalMidnight { ahead } if !is_bare => Day::of(later(moment, ahead)),
        DateOnly::AsSent | DateOnly::LocalMidnight { .. } => Day::of(moment),
    })
}

/// A kept day in the shape in which this database answers.
pub(super) fn shaped_day(day: Day, quirks: &Quirks) -> String {
    if quirks.bare_days {
        return day.date().to_string();
    }
    let moment = match quirks.date_only {
        DateOnly::LocalMidnight { ahead } => later(day.midnight(), -ahead),
        DateOnly::AsSent | DateOnly::TakenAsUtc { .. } => day.midnight(),
    };
    shaped(&stored(moment), quirks.dates)
}

/// A moment in a filter, moved so that it compares with a kept day as it would with the day that is shown.
pub(super) fn as_kept_day(moment: Timestamp, quirks: &Quirks) -> Timestamp {
    match quirks.date_only {
        DateOnly::LocalMidnight { ahead } => later(moment, ahead),
        DateOnly::AsSent | DateOnly::TakenAsUtc { .. } => moment,
    }
}

fn later(moment: Timestamp, hours: i8) -> Timestamp {
    moment.saturating_add(SignedDuration::from_hours(hours.into())).unwrap_or(moment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_seen_on_the_wire_is_read_as_utc() {
        let expected: Timestamp = "2026-11-22T10:15:00Z".parse().unwrap();
        for text in
            ["2026-11-22T10:15:00Z", "2026-11-22T10:15:00.000Z", "2026-11-22T10:15:00", "2026-11-22T11:15:00+01:00"]
        {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
        assert_eq!(parse("2026-11-22"), Some("2026-11-22T00:00:00Z".parse().unwrap()));
        assert_eq!(parse("soon"), None);
    }

    #[test]
    fn a_moment_is_shown_in_the_shape_of_the_database() {
        let kept = stored("2026-11-22T10:15:00.5634Z".parse().unwrap());
        assert_eq!(shaped(&kept, DateShape::Zulu), "2026-11-22T10:15:00.563Z");
        assert_eq!(shaped(&kept, DateShape::NoZone), "2026-11-22T10:15:00.563");
        assert_eq!(shaped("2026-11-22T10:15:00Z", DateShape::Milliseconds), "2026-11-22T10:15:00.000Z");
        assert_eq!(shaped("2026-11-22T10:15:00Z", DateShape::Zulu), "2026-11-22T10:15:00Z");
    }
}
