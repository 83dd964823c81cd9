//! Bar charts of numbers per day.

use jiff::civil::Date;

/// A day's part of the drawing, in its own units; the bars of a day stand side by side and leave a gap to the next day.
const SLOT: usize = 60;
const BARS: usize = 48;
/// Height of the highest bar.
const HEIGHT: u32 = 100;
/// Height of the lowest bar that is none, so that it is seen.
const HEIGHT_MIN: u32 = 2;
/// The style's classes for the bars of a day.
const CLASSES: [&str; 3] = ["bar", "bar second", "bar third"];

/// A chart.
pub(super) struct Chart {
    /// Names it on the page.
    pub(super) id: &'static str,
    pub(super) heading: &'static str,
    pub(super) series: Vec<Series>,
    pub(super) days: Vec<Day>,
    /// The highest number of a day.
    pub(super) most: u32,
}

/// What is counted.
pub(super) struct Series {
    pub(super) name: &'static str,
    pub(super) class: &'static str,
    pub(super) total: u32,
}

/// A day with its numbers, in the order of the series.
pub(super) struct Day {
    pub(super) name: String,
    pub(super) counts: Vec<u32>,
}

/// A rectangle of the drawing.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) class: &'static str,
    pub(super) x: usize,
    pub(super) y: u32,
    pub(super) width: usize,
    pub(super) height: u32,
}

impl Chart {
    /// Of up to three numbers for each day.
    pub(super) fn of<const N: usize>(
        id: &'static str,
        heading: &'static str,
        names: [&'static str; N],
        days: &[(Date, [u32; N])],
    ) -> Self {
        let total = |place: usize| days.iter().map(|(_, counts)| counts[place]).sum();
        let series = names.into_iter().zip(CLASSES).enumerate();
        let day = |(date, counts): &(Date, [u32; N])| Day {
            name: date.strftime("%-d %b").to_string(),
            counts: counts.to_vec(),
        };
        Self {
            id,
            heading,
            series: series.map(|(place, (name, class))| Series { name, class, total: total(place) }).collect(),
            days: days.iter().map(day).collect(),
            most: days.iter().flat_map(|(_, counts)| *counts).max().unwrap_or_default(),
        }
    }

    /// The drawing's own width.
    pub(super) fn width(&self) -> usize {
        SLOT * self.days.len()
    }

    pub(super) fn height(&self) -> u32 {
        HEIGHT
    }

    pub(super) fn slot(&self) -> usize {
        SLOT
    }

    /// The bars of the day at this place.
    pub(super) fn bars(&self, place: &usize) -> Vec<Bar> {
        let width = BARS / self.series.len().max(1);
        let counts = self.days.get(*place).map(|day| day.counts.as_slice()).unwrap_or_default();
        let bar = |(number, (count, series)): (usize, (&u32, &Series))| {
            let height = (u64::from(*count) * u64::from(HEIGHT)).div_ceil(u64::from(self.most.max(1)));
            let height = u32::try_from(height).unwrap_or(HEIGHT).max(HEIGHT_MIN);
            let x = place * SLOT + (SLOT - BARS) / 2 + number * width;
            Bar { class: series.class, x, y: HEIGHT - height, width, height }
        };
        let bars = counts.iter().zip(&self.series).enumerate();
        bars.filter(|(_, (count, _))| **count > 0).map(bar).collect()
    }

    /// A day in words.
    pub(super) fn told(&self, day: &Day) -> String {
        let counts = day.counts.iter().zip(&self.series).map(|(count, series)| format!("{count} {}", series.name));
        format!("{}: {}", day.name, counts.collect::<Vec<_>>().join(", "))
    }

    /// The drawing in words.
    pub(super) fn in_words(&self) -> String {
        let name = |day: Option<&Day>| day.map(|day| day.name.clone()).unwrap_or_default();
        let totals = self.series.iter().map(|series| format!("{} {}", series.total, series.name));
        let (first, last) = (name(self.days.first()), name(self.days.last()));
        let totals = totals.collect::<Vec<_>>().join(", ");
        format!("{}, {first} to {last}: {totals}; {} on one day at most", self.heading, self.most)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn chart(days: &[(Date, [u32; 2])]) -> Chart {
        Chart::of("alerts", "Alerts per day", ["raised", "cleared"], days)
    }

    #[test]
    fn the_highest_bar_fills_the_chart_and_what_is_not_nothing_is_seen() {
        let chart = chart(&[(date(2026, 11, 21), [1_000, 0]), (date(2026, 11, 22), [1, 500])]);
        assert_eq!(chart.bars(&0), [Bar { class: "bar", x: 6, y: 0, width: 24, height: 100 }]);
        assert_eq!(
            chart.bars(&1),
            [
                Bar { class: "bar", x: 66, y: 98, width: 24, height: 2 },
                Bar { class: "bar second", x: 90, y: 50, width: 24, height: 50 }
            ]
        );
        assert_eq!(chart.width(), 120);
    }

    #[test]
    fn the_drawing_is_told_in_words_too() {
        let chart = chart(&[(date(2026, 11, 21), [5, 0]), (date(2026, 11, 22), [1, 3])]);
        assert_eq!(chart.in_words(), "Alerts per day, 21 Nov to 22 Nov: 6 raised, 3 cleared; 5 on one day at most");
        assert_eq!(chart.told(&chart.days[1]), "22 Nov: 1 raised, 3 cleared");
    }

    #[test]
    fn days_on_which_nothing_happened_draw_nothing() {
        let chart = chart(&[(date(2026, 11, 22), [0, 0])]);
        assert_eq!((chart.most, chart.bars(&0)), (0, Vec::new()));
    }
}
