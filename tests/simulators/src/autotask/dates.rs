//! Dates and times: kept in UTC, read and shown in the shapes seen on the wire.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Unit};

use super::quirks::DateShape;

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
    let Some(moment) = parse(stored) else { return stored.to_owned() };
    match shape {
        DateShape::Zulu => moment.to_string(),
        DateShape::Milliseconds => format!("{moment:.3}"),
        DateShape::NoZone => moment.to_string().trim_end_matches('Z').to_owned(),
    }
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
