//! The unit engine: which units rows a line of a contract has.
//!
//! Billing periods are laid out from the contract's start in steps of the service's period, up to the contract's end, future ones
//! included. An adjustment at a day E cuts the row `[s, e]` that covers E into `[s, E − 1]` with the old number and `[E, e]` with the
//! new one, and adds its change to every later row; at E = s the row itself changes. Seen the other way round, a row begins at every
//! period and every adjustment, and shows the sum of all changes up to its first day. That sum is how it is computed here, so rows
//! follow when a contract's dates move, and the order in which adjustments arrive does not matter.

use super::day::Day;

/// The first and the last day of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Window {
    pub first: Day,
    pub last: Day,
}

impl Window {
    /// Whether a day lies inside.
    pub fn contains(self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// A billing period, cut off where the contract ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct Period {
    pub first: Day,
    pub last: Day,
    /// How many days it would have if the contract went on.
    pub full_days: i32,
}

/// What an adjustment changes from its day on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Change {
    pub on: Day,
    pub by: i64,
    /// The new price of a unit.
    pub price: Option<f64>,
}

/// One row: a number of units over some days of one period.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in super::super) struct Slice {
    pub first: Day,
    pub last: Day,
    /// Days of the whole period, of which the row has its share.
    pub full_days: i32,
    pub units: i64,
    pub unit_price: f64,
    /// An adjustment ends it before its period does.
    pub is_cut: bool,
}

impl Slice {
    /// The share of the period that the row covers.
    pub fn day_share(&self) -> f64 {
        f64::from(self.first.until(self.last) + 1) / f64::from(self.full_days)
    }

    /// What the row costs: units × unit price × day share, to the cent.
    pub fn extended(&self, unit: f64) -> f64 {
        let exact = self.units as f64 * unit * self.day_share();
        (exact * 100.0).round() / 100.0
    }
}

/// The billing periods of a contract in steps of `months`.
pub(in super::super) fn periods(window: Window, months: i32) -> Vec<Period> {
    // Each step counts from the start, so that a contract from the 31st comes back to it after a short month.
    let starts = (0..).map(|step| window.first.plus_months(step * months));
    let next = starts.clone().skip(1);
    let within = starts.zip(next).take_while(|(first, _)| *first <= window.last);
    within
        .map(|(first, next)| Period { first, last: window.last.min(next.plus(-1)), full_days: first.until(next) })
        .collect()
}

/// The rows of a line over these periods, with its price before any adjustment.
pub(in super::super) fn rows(periods: &[Period], changes: &[Change], unit_price: f64) -> Vec<Slice> {
    periods.iter().flat_map(|period| rows_of(*period, changes, unit_price)).collect()
}

fn rows_of(period: Period, changes: &[Change], unit_price: f64) -> Vec<Slice> {
    let mut starts = vec![period.first];
    starts.extend(changes.iter().map(|change| change.on).filter(|on| period.first < *on && *on <= period.last));
    starts.sort_unstable();
    starts.dedup();
    let ends = starts.iter().skip(1).map(|next| next.plus(-1)).chain([period.last]);
    let row = |(first, last): (&Day, Day)| {
        let (units, unit_price) = in_effect(changes, *first, unit_price);
        Slice { first: *first, last, full_days: period.full_days, units, unit_price, is_cut: last < period.last }
    };
    starts.iter().zip(ends).map(row).collect()
}

/// The number of units on a day, and their price.
pub(in super::super) fn in_effect(changes: &[Change], day: Day, unit_price: f64) -> (i64, f64) {
    let effective = || changes.iter().filter(|change| change.on <= day);
    let priced = effective().filter(|change| change.price.is_some()).max_by_key(|change| change.on);
    let unit_price = priced.and_then(|change| change.price).unwrap_or(unit_price);
    (effective().map(|change| change.by).sum(), unit_price)
}

#[cfg(test)]
mod tests;
