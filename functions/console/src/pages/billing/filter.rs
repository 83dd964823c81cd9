//! Which rows of the product mapping are on the page. What was filled in for the others travels along unseen.

use serde::{Deserialize, Serialize};

use super::rows::Row;
use crate::page::fits;
use crate::pages::form::{Form, Refusal};

/// Rows on a page: a row weighs a kilobyte and a half.
const ROWS: usize = 100;

/// Which rows are looked at.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) search: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) show: String,
    /// How many rows that fit come before the page.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) from: String,
}

/// What the page has of all rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen {
    /// Rows that fit.
    pub(super) fitting: usize,
    pub(super) all: usize,
    /// Changed rows that are not on the page.
    pub(super) carried: usize,
    pub(super) previous: Option<usize>,
    pub(super) next: Option<usize>,
}

impl Filter {
    pub(super) fn of_form(form: &Form) -> Self {
        let text = |name: &str| form.text(name).to_owned();
        Self { search: text("search"), show: text("show"), from: text("from") }
    }

    pub(super) fn is_on(&self) -> bool {
        !self.search.trim().is_empty() || !self.show.is_empty()
    }

    /// Marks the rows that are on the page: those that fit, and every one with which something is wrong.
    pub(super) fn mark(&self, rows: &mut [Row], refusal: &Option<Refusal>) -> Seen {
        let fitting: Vec<usize> =
            rows.iter().enumerate().filter(|(_, row)| self.fits(row)).map(|(place, _)| place).collect();
        let from = self.from.trim().parse::<usize>().unwrap_or_default();
        let from = if from < fitting.len() { from } else { 0 };
        let to = fitting.len().min(from + ROWS);
        for place in &fitting[from..to] {
            rows[*place].is_shown = true;
        }
        for row in rows.iter_mut() {
            row.is_shown |= row.is_wrong(refusal);
        }
        Seen {
            fitting: fitting.len(),
            all: rows.len(),
            carried: rows.iter().filter(|row| row.is_changed && !row.is_shown).count(),
            previous: (from > 0).then(|| from.saturating_sub(ROWS)),
            next: (to < fitting.len()).then_some(to),
        }
    }

    fn fits(&self, row: &Row) -> bool {
        let search = Some(self.search.as_str());
        let is_found = [&row.label, &row.application, &row.entered.service].into_iter().any(|text| fits(text, search));
        let is_of_sort = match self.show.as_str() {
            "managed" => row.is_managed(),
            "not_managed" => !row.is_managed(),
            "new" => row.is_new(),
            "gone" => !row.view.available,
            "changed" => row.is_changed,
            _ => true,
        };
        is_found && is_of_sort
    }
}
