//! Lists come in pages.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Rows on a page unless asked for otherwise.
const ROWS: usize = 50;
/// Rows on a page at most.
const ROWS_MAX: usize = 500;

/// A part of a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "{T}Page")]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// To be given as `after` for the next page; nothing after the last one.
    pub next: Option<String>,
    /// Rows that a later release has written and this one cannot show.
    pub unreadable: usize,
}

/// Which part of a list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// Rows on the page, 1 to 500; 50 unless given.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

impl<T> Page<T> {
    /// A list that fits on one page.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None, unreadable: 0 }
    }

    /// A page of records, each shown by `view`.
    pub(crate) fn of<R>(page: store::table::Page<R>, view: impl FnMut(store::table::Stored<R>) -> T) -> Self {
        let store::table::Page { records, skipped, next } = page;
        Self { items: records.into_iter().map(view).collect(), next, unreadable: skipped.len() }
    }
}

/// The number of rows to read.
pub(crate) fn rows(asked: Option<usize>) -> Result<usize, Error> {
    let rows = asked.unwrap_or(ROWS);
    if (1..=ROWS_MAX).contains(&rows) {
        return Ok(rows);
    }
    let message = format!("a page has 1 to {ROWS_MAX} rows");
    Err(Error::Unreadable { field: Some("limit".to_owned()), message })
}

/// Whether a name has in it what is searched for, letter case aside.
pub(crate) fn fits(name: &str, search: Option<&str>) -> bool {
    search.is_none_or(|search| name.to_lowercase().contains(&search.trim().to_lowercase()))
}

/// A place in a list, as text that only this API reads.
pub(crate) fn to_cursor(place: &impl Serialize) -> String {
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(place).expect("a place is made of texts, numbers and days"))
}

/// The place that a text stands for.
pub(crate) fn of_cursor<P: DeserializeOwned>(text: &str) -> Result<P, Error> {
    let place = URL_SAFE_NO_PAD.decode(text).ok().and_then(|json| serde_json::from_slice(&json).ok());
    place.ok_or_else(|| Error::field("after", "this is not the next of a page before"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_without_rows_or_with_too_many_is_refused_by_its_field() {
        assert_eq!((rows(None).ok(), rows(Some(1)).ok(), rows(Some(500)).ok()), (Some(50), Some(1), Some(500)));
        for odd in [0, 501, usize::MAX] {
            let refused = rows(Some(odd)).unwrap_err();
            assert!(
                matches!(&refused, Error::Unreadable { field: Some(field), .. } if field == "limit"),
                "{refused:?}"
            );
        }
    }

    #[test]
    fn a_search_does_not_heed_letter_case() {
        assert!(fits("Übel & Söhne", Some(" übel ")) && fits("Birch Dental", None));
        assert!(!fits("Birch Dental", Some("alder")));
    }

    #[test]
    fn a_cursor_leads_back_to_its_place_and_another_text_to_none() {
        let place = ("Zoë".to_owned(), 7);
        assert_eq!(of_cursor::<(String, i32)>(&to_cursor(&place)).unwrap(), place);
        assert!(of_cursor::<(String, i32)>("?").is_err());
    }
}
