//! The units rows of all lines, kept small: a busy provider's database has more of them than of everything else together.

use std::collections::BTreeMap;

use super::layout::{self, Change, Period, Slice};
use crate::autotask::filter::Bounds;

/// The lines of one kind, and their rows.
#[derive(Clone, Default)]
pub(in super::super) struct Ledger {
    lines: BTreeMap<i64, Line>,
    rows: BTreeMap<i64, Kept>,
    /// The lines of each contract.
    of_contract: BTreeMap<i64, Vec<i64>>,
    last_row: i64,
}

/// A service or bundle on a contract, as the unit engine sees it.
#[derive(Clone, Debug)]
pub(in super::super) struct Line {
    pub contract: i64,
    /// The service or bundle.
    pub item: i64,
    /// How many months a billing period lasts.
    pub months: i32,
    pub unit_price: f64,
    pub unit_cost: f64,
    pub changes: Vec<Change>,
    /// The ids of its rows by first day.
    rows: Vec<i64>,
}

/// A row with what it needs of its line.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Kept {
    pub line: i64,
    pub contract: i64,
    pub item: i64,
    pub slice: Slice,
    pub unit_cost: f64,
    /// Vanished without a reason that the API would show.
    pub is_lost: bool,
}

impl Kept {
    /// Periods without units have no row in the API.
    fn is_visible(&self) -> bool {
        self.slice.units != 0 && !self.is_lost
    }
}

impl Line {
    /// A line without units.
    pub fn new(contract: i64, item: i64, months: i32, unit_price: f64, unit_cost: f64) -> Self {
        Self { contract, item, months, unit_price, unit_cost, changes: Vec::new(), rows: Vec::new() }
    }

    /// Whether a change would leave a negative number of units on some day.
    pub fn falls_below_zero_with(&self, change: Change) -> bool {
        let mut changes = self.changes.clone();
        changes.push(change);
        changes.iter().any(|each| layout::in_effect(&changes, each.on, 0.0).0 < 0)
    }
}

impl Ledger {
    /// Takes up a line. Its rows appear with [`Ledger::lay_out`].
    pub fn open(&mut self, id: i64, line: Line) {
        self.of_contract.entry(line.contract).or_default().push(id);
        self.lines.insert(id, line);
    }

    pub fn line(&self, id: i64) -> Option<&Line> {
        self.lines.get(&id)
    }

    pub fn line_mut(&mut self, id: i64) -> Option<&mut Line> {
        self.lines.get_mut(&id)
    }

    /// The lines of a contract, oldest first.
    pub fn lines_of(&self, contract: i64) -> &[i64] {
        self.of_contract.get(&contract).map_or(&[], Vec::as_slice)
    }

    /// Computes the rows of a line anew. A row that begins on the same day as before keeps its id.
    pub fn lay_out(&mut self, id: i64, periods: &[Period]) {
        let Some(line) = self.lines.get_mut(&id) else { return };
        let before: BTreeMap<_, _> = line
            .rows
            .drain(..)
            .filter_map(|row| self.rows.remove(&row).map(|kept| (kept.slice.first, (row, kept.is_lost))))
            .collect();
        for slice in layout::rows(periods, &line.changes, line.unit_price) {
            let (row, is_lost) = before.get(&slice.first).copied().unwrap_or_else(|| {
                self.last_row += 1;
                (self.last_row, false)
            });
            let Line { contract, item, unit_cost, .. } = *line;
            self.rows.insert(row, Kept { line: id, contract, item, slice, unit_cost, is_lost });
            line.rows.push(row);
        }
    }

    /// Hides the rows of a line that cover a day, or shows them again; says whether there were any.
    pub fn lose(&mut self, id: i64, day: super::Day, is_lost: bool) -> bool {
        let rows = self.lines.get(&id).map_or(&[][..], |line| &line.rows);
        let mut found = false;
        for row in rows {
            if let Some(kept) =
                self.rows.get_mut(row).filter(|kept| (kept.slice.first..=kept.slice.last).contains(&day))
            {
                kept.is_lost = is_lost;
                found = true;
            }
        }
        found
    }

    /// The next new row's id will be higher than this.
    pub fn count_rows_from(&mut self, last: i64) {
        self.last_row = last;
    }

    /// The visible rows within these bounds by ascending id. `line_field` is the rows' name for their line.
    pub fn select<'a>(&'a self, bounds: &Bounds, line_field: &str) -> Box<dyn Iterator<Item = (i64, &'a Kept)> + 'a> {
        let by_key = || {
            let contracts =
                bounds.keys("contractID").map(|keys| keys.iter().flat_map(|id| self.lines_of(*id)).collect());
            let lines: Vec<_> = contracts.or_else(|| bounds.keys(line_field).map(|keys| keys.iter().collect()))?;
            Some(lines.into_iter().filter_map(|id| self.lines.get(id)).flat_map(|line| &line.rows).copied().collect())
        };
        let ids: Option<Vec<i64>> = bounds.ids().map(<[i64]>::to_vec).or_else(by_key);
        let first = bounds.first();
        match ids {
            Some(mut ids) => {
                ids.retain(|id| *id >= first);
                ids.sort_unstable();
                ids.dedup();
                let rows = ids.into_iter().filter_map(|id| self.rows.get(&id).map(|kept| (id, kept)));
                Box::new(rows.filter(|(_, kept)| kept.is_visible()))
            }
            None => {
                Box::new(self.rows.range(first..).map(|(id, kept)| (*id, kept)).filter(|(_, kept)| kept.is_visible()))
            }
        }
    }
}
