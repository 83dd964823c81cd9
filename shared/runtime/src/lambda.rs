//! Between a function's handler and the Lambda service.

use std::time::Duration;

use jiff::Timestamp;

#[cfg(feature = "lambda")]
pub use serve::{Error, Invocation, serve};

#[cfg(feature = "lambda")]
mod serve;

/// When the service ends this invocation. A worker asks it before each record, so that nothing is begun that cannot be finished.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline(Timestamp);

impl Deadline {
    /// An invocation that ends at this time.
    #[must_use]
    pub fn at(time: Timestamp) -> Self {
        Self(time)
    }

    /// The time of the end.
    #[must_use]
    pub fn time(self) -> Timestamp {
        self.0
    }

    /// How much time is left; zero once it has passed.
    #[must_use]
    pub fn remaining(self, now: Timestamp) -> Duration {
        Duration::try_from(self.0.duration_since(now)).unwrap_or(Duration::ZERO)
    }

    /// Whether something that takes `needed` may still be started.
    #[must_use]
    pub fn allows(self, now: Timestamp, needed: Duration) -> bool {
        self.remaining(now) >= needed
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn nothing_is_started_that_cannot_be_finished() {
        let now = Timestamp::UNIX_EPOCH;
        let deadline = Deadline::at(now + SignedDuration::from_secs(10));
        assert!(deadline.allows(now, Duration::from_secs(10)));
        assert!(!deadline.allows(now, Duration::from_millis(10_001)));
        assert_eq!(deadline.remaining(now + SignedDuration::from_secs(11)), Duration::ZERO);
    }
}
