//! The simulated time.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// The simulator's clock: wall time plus an offset when it runs alone, or moved by hand alone in deterministic tests.
#[derive(Clone)]
pub struct Clock {
    reading: Arc<Mutex<Reading>>,
}

#[derive(Clone, Copy)]
enum Reading {
    WallPlus(SignedDuration),
    Manual(Timestamp),
}

impl Clock {
    /// A clock that follows the wall clock and can be moved ahead of it.
    pub fn system() -> Self {
        Self::from(Reading::WallPlus(SignedDuration::ZERO))
    }

    /// A clock that stands at `start` until it is moved.
    pub fn manual(start: Timestamp) -> Self {
        Self::from(Reading::Manual(start))
    }

    /// The simulated moment.
    pub fn now(&self) -> Timestamp {
        match *self.reading.lock().unwrap_or_else(PoisonError::into_inner) {
            Reading::WallPlus(offset) => saturating_add(wall(), offset),
            Reading::Manual(now) => now,
        }
    }

    /// Moves the clock; a negative duration moves it back. It stops at the ends of the calendar.
    pub fn advance(&self, by: SignedDuration) {
        let mut reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        *reading = match *reading {
            Reading::WallPlus(offset) => Reading::WallPlus(offset.saturating_add(by)),
            Reading::Manual(now) => Reading::Manual(saturating_add(now, by)),
        };
    }

    fn from(reading: Reading) -> Self {
        Self { reading: Arc::new(Mutex::new(reading)) }
    }
}

fn saturating_add(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the simulators' own clock port; they may not depend on runtime::Clock"
)]
fn wall() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told_and_clones_move_together() {
        let start: Timestamp = "2026-01-02T03:04:05Z".parse().unwrap();
        let clock = Clock::manual(start);
        let shared = clock.clone();
        assert_eq!(shared.now(), start);
        clock.advance(SignedDuration::from_secs(90));
        assert_eq!(shared.now(), start + SignedDuration::from_secs(90));
    }

    #[test]
    fn a_system_clock_runs_ahead_by_what_it_was_advanced() {
        let clock = Clock::system();
        let before = clock.now();
        clock.advance(SignedDuration::from_hours(2));
        assert!(clock.now() >= before + SignedDuration::from_hours(2));
    }
}
