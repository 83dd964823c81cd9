//! The time, for everything that needs it. Tests move it; nothing else in the workspace reads a clock of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// A clock that can be moved. Clones share the movement.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Where the clock stands without movement; `None` follows the system's clock.
    fixed: Option<Timestamp>,
    /// Nanoseconds added by [`Clock::advance`]: enough for 292 years.
    offset_ns: Arc<AtomicI64>,
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self { fixed: None, offset_ns: Arc::default() }
    }

    /// A clock that stands still at `start` until it is advanced.
    #[must_use]
    pub fn manual(start: Timestamp) -> Self {
        Self { fixed: Some(start), offset_ns: Arc::default() }
    }

    /// The time now.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let offset = SignedDuration::from_nanos(self.offset_ns.load(Ordering::SeqCst));
        let base = self.fixed.unwrap_or_else(system_now);
        base.saturating_add(offset).unwrap_or(base)
    }

    /// Moves this clock and all its clones; a negative duration moves it back.
    pub fn advance(&self, by: SignedDuration) {
        let nanos = i64::try_from(by.as_nanos()).unwrap_or(if by.is_negative() { i64::MIN } else { i64::MAX });
        self.offset_ns
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |offset| Some(offset.saturating_add(nanos)))
            .expect("the update always answers with a value");
    }

    /// Waits. Real time passes, whichever way the clock was made; tests pause tokio's time instead.
    pub async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the system's clock")]
fn system_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told_and_its_clones_follow() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let clone = clock.clone();
        clock.advance(SignedDuration::from_secs(90));
        assert_eq!(clone.now(), Timestamp::from_second(90).expect("in range"));
        clone.advance(SignedDuration::from_secs(-30));
        assert_eq!(clock.now(), Timestamp::from_second(60).expect("in range"));
    }

    #[test]
    fn the_system_clock_can_be_moved_too() {
        let clock = Clock::system();
        let before = clock.now();
        clock.advance(SignedDuration::from_hours(24));
        let moved = clock.now().duration_since(before);
        assert!(moved >= SignedDuration::from_hours(24) && moved < SignedDuration::from_hours(25), "{moved:?}");
    }

    #[test]
    fn an_absurd_movement_does_not_panic() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        clock.advance(SignedDuration::MAX);
        clock.advance(SignedDuration::MAX);
        assert!(clock.now() > Timestamp::UNIX_EPOCH);
    }
}
