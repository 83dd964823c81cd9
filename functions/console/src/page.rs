//! Lists come in pages.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Rows on a page unless asked for otherwise.
const ROWS: usize = 50;
/// Rows on a page at most.
const ROWS_MAX: usize = 500;

/// A part of a list.
#[derive(Debug, Serialize, JsonSchema)]
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
pub(crate) fn rows(asked: Option<usize>) -> usize {
    asked.unwrap_or(ROWS).clamp(1, ROWS_MAX)
}
