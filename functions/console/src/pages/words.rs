//! How values are told on pages: times, ages, counts, quotas.

use jiff::Timestamp;
use jiff::tz::TimeZone;

pub(crate) use crate::text::counted;

/// A time, with the machine's form beside it: `<time datetime="…">22 Nov 2026, 14:05</time>` takes both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct When {
    /// RFC 3339.
    pub(crate) exact: String,
    /// For people, in the installation's zone.
    pub(crate) text: String,
}

impl When {
    pub(crate) fn new(at: Timestamp, zone: &TimeZone) -> Self {
        let text = at.to_zoned(zone.clone()).strftime("%-d %b %Y, %H:%M").to_string();
        Self { exact: at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(), text }
    }
}

impl std::fmt::Display for When {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

/// How long ago something was, in its largest unit.
pub(crate) fn ago(at: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(at).as_secs();
    let (count, unit) = match seconds {
        ..60 => return "less than a minute ago".to_owned(),
        60..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    format!("{} ago", counted(count, unit))
}

/// A path with its query.
pub(crate) fn query(path: &str, parameters: &impl serde::Serialize) -> String {
    match serde_urlencoded::to_string(parameters) {
        Ok(text) if !text.is_empty() => format!("{path}?{text}"),
        _ => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_the_installations_zone() {
        let at: Timestamp = "2026-11-22T23:30:00Z".parse().unwrap();
        let when = When::new(at, &TimeZone::get("Europe/Berlin").unwrap());
        assert_eq!((when.text.as_str(), when.exact.as_str()), ("23 Nov 2026, 00:30", "2026-11-22T23:30:00Z"));
    }

    #[test]
    fn an_age_is_told_in_its_largest_unit() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = at("2026-11-22T12:00:00Z");
        assert_eq!(ago(at("2026-11-22T11:59:30Z"), now), "less than a minute ago");
        assert_eq!(ago(at("2026-11-22T12:00:30Z"), now), "less than a minute ago", "a clock that is behind");
        assert_eq!(ago(at("2026-11-22T11:59:00Z"), now), "1 minute ago");
        assert_eq!(ago(at("2026-11-20T11:00:00Z"), now), "2 days ago");
    }
}
