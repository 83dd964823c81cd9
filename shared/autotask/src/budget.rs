//! Our share of the requests that a database allows all its integrations together in an hour.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

/// Calls in a rolling hour up to which bulk reads go on, unless configured otherwise: a fifth of what Autotask allows.
pub const CALLS_PER_HOUR: u32 = 2_000;

const MINUTES: i64 = 60;

/// Counts calls in a rolling hour, by the minute. Every call counts; only bulk reads wait for room, so that a ticket is never
/// held up by them.
#[derive(Debug, Clone)]
pub struct Budget {
    share: u32,
    /// Minutes since the epoch with the calls made in them, oldest first.
    minutes: VecDeque<(i64, u32)>,
}

/// How much of the budget is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Calls of this process in the last hour.
    pub used: u32,
    /// Calls an hour up to which bulk reads go on.
    pub share: u32,
}

impl Budget {
    /// A budget of `share` calls an hour, none of them used.
    #[must_use]
    pub fn new(share: u32) -> Self {
        Self { share, minutes: VecDeque::new() }
    }

    pub(crate) fn count(&mut self, now: Timestamp) {
        self.forget(now);
        let minute = minute(now);
        match self.minutes.back_mut() {
            Some((last, calls)) if *last == minute => *calls += 1,
            _ => self.minutes.push_back((minute, 1)),
        }
    }

    pub(crate) fn usage(&mut self, now: Timestamp) -> Usage {
        self.forget(now);
        Usage { used: self.minutes.iter().map(|(_, calls)| calls).sum(), share: self.share }
    }

    /// `Err` with the time until there is room again.
    pub(crate) fn room(&mut self, now: Timestamp) -> Result<(), Duration> {
        let usage = self.usage(now);
        if usage.used < usage.share {
            return Ok(());
        }
        let oldest = self.minutes.front().map_or(minute(now), |(minute, _)| *minute);
        let free_at = (oldest + MINUTES) * 60;
        Err(Duration::from_secs(u64::try_from(free_at - now.as_second()).unwrap_or(0).max(1)))
    }

    /// Drops what is older than an hour.
    fn forget(&mut self, now: Timestamp) {
        let first = minute(now) - MINUTES + 1;
        while self.minutes.front().is_some_and(|(minute, _)| *minute < first) {
            self.minutes.pop_front();
        }
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new(CALLS_PER_HOUR)
    }
}

fn minute(time: Timestamp) -> i64 {
    time.as_second().div_euclid(60)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    #[test]
    fn the_hour_rolls() {
        let mut budget = Budget::new(2);
        budget.count(at(30));
        budget.count(at(1_800));
        assert_eq!(budget.room(at(1_800)), Err(Duration::from_secs(1_800)));
        assert_eq!(budget.room(at(3_600)), Ok(()));
        assert_eq!(budget.usage(at(3_600)), Usage { used: 1, share: 2 });
        assert_eq!(budget.usage(at(7_200)).used, 0);
    }

    proptest! {
        #[test]
        fn there_is_room_after_the_wait(mut calls in prop::collection::vec(0i64..10_000, 1..60), share in 1u32..20) {
            calls.sort_unstable();
            let mut budget = Budget::new(share);
            for second in &calls {
                budget.count(at(*second));
            }
            let mut now = calls[calls.len() - 1];
            for _ in 0..=calls.len() {
                let Err(wait) = budget.room(at(now)) else { break };
                now += i64::try_from(wait.as_secs()).expect("an hour at most");
            }
            prop_assert_eq!(budget.room(at(now)), Ok(()));
            prop_assert!(now <= calls[calls.len() - 1] + 3_600);
        }
    }
}
