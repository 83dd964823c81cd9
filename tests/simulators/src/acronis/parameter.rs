//! Query parameters and the cursors that carry them from page to page.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use url::form_urlencoded;

use super::account_error::Refusal;
use super::tenant_body::bad;

/// The query parameters of a request, in order, repeated ones included.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Parameters(Vec<(String, String)>);

impl Parameters {
    pub(super) fn parse(query: &str) -> Self {
        Self(form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// The first value of a parameter.
    pub(super) fn one(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All values of a repeatable parameter.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// A switch that is off unless it says `true`.
    pub(super) fn is_on(&self, name: &str) -> bool {
        self.one(name).is_some_and(|value| value.eq_ignore_ascii_case("true") || value == "1")
    }

    /// The page size asked for, between 1 and `max`; none when it is not a positive number.
    pub(super) fn limit(&self, default: usize, max: usize) -> Option<usize> {
        match self.one("limit") {
            None => Some(default.min(max)),
            Some(text) => text.parse().ok().filter(|limit| *limit > 0).map(|limit: usize| limit.min(max)),
        }
    }

    /// The place at which the account server's page before ended, if this is not the first.
    pub(super) fn cursor(&self) -> Result<Option<Cursor>, Refusal> {
        self.one("after").map(|text| Cursor::decode(text).ok_or_else(|| bad("after: not a cursor"))).transpose()
    }

    /// The parameters without those that choose the page.
    fn filters(&self) -> String {
        let paging = ["limit", "after", "before"];
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(key, _)| !paging.contains(&key.as_str())));
        query.finish()
    }
}

/// A place in a listing, with the filters of the request that began it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Cursor {
    filters: String,
    /// Sort key of the row at which the page ended or began.
    pub(super) key: String,
    /// Id of that row, which decides between equal keys.
    pub(super) id: String,
}

impl Cursor {
    pub(super) fn new(parameters: &Parameters, key: String, id: String) -> Self {
        Self { filters: parameters.filters(), key, id }
    }

    /// The opaque text; none for a text that this simulator did not write.
    pub(super) fn decode(text: &str) -> Option<Self> {
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(text).ok()?).ok()
    }

    pub(super) fn encode(&self) -> String {
        let json = serde_json::to_vec(self).expect("three texts always serialise");
        BASE64_URL_SAFE_NO_PAD.encode(json)
    }

    /// The filters of the first request, which lead over those of this one.
    pub(super) fn parameters(&self) -> Parameters {
        Parameters::parse(&self.filters)
    }
}

/// Reads a time as the account server takes it: with or without a zone; without one it is UTC.
pub(super) fn parse_time(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| {
        let local: DateTime = text.parse().ok()?;
        Some(local.to_zoned(TimeZone::UTC).ok()?.timestamp())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_carries_the_filters_but_not_the_page() {
        let parameters = Parameters::parse("type=A&type=B%26C&limit=2&after=x");
        let cursor = Cursor::new(&parameters, "k".into(), "7".into());
        let read = Cursor::decode(&cursor.encode()).unwrap();
        assert_eq!(read, cursor);
        assert_eq!(read.parameters(), Parameters::parse("type=A&type=B%26C"));
        assert_eq!(Cursor::decode("forged"), None);
    }

    #[test]
    fn times_are_read_with_and_without_a_zone() {
        let at: Timestamp = "2026-01-02T10:00:00Z".parse().unwrap();
        assert_eq!(parse_time("2026-01-02T10:00:00"), Some(at));
        assert_eq!(parse_time("2026-01-02T10:00:00+00:00"), Some(at));
        assert_eq!(parse_time("2026-01-02T11:00:00.000+01:00"), Some(at));
        assert_eq!(parse_time("yesterday"), None);
    }
}
