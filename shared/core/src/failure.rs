//! What a failed call means for the work that made it. Closed on purpose: every error of every client names its class, and
//! every place that acts on a class matches all of them.

use std::time::Duration;

/// The class of a failed call to a foreign system or to our own store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Refused for what it says; the same request will be refused again.
    Permanent,
    /// Refused until a person changes something outside: credentials, rights, a disabled tenant.
    NeedsOperator,
    /// Somebody else changed the same thing first: read again, decide again.
    Conflict,
    /// Refused for now because of a limit; nothing happened. `after` is the sender's own wish, if it gave one.
    Throttled {
        /// How long the other side asked to be left alone.
        after: Option<Duration>,
    },
    /// Failed without an effect, for a reason that passes by itself.
    Transient {
        /// How long to wait at least, where the failure says.
        after: Option<Duration>,
    },
    /// It may have happened or not: time-out, reset, 5xx or an unreadable reply to a write. Only a search tells (rule X2).
    OutcomeUnknown,
    /// Our own defect, for example a reply that contradicts what we rely on.
    Bug,
}

/// What to do with the work whose call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// Park it with its reason, for a person to see (rule B2).
    Park,
    /// Set the work's due time this far ahead; waiting is not failing.
    Wait(Duration),
    /// Read again and decide again at once.
    Again,
    /// Let the message fail, so that it is counted and in the end reaches the dead-letter queue.
    Fail,
}

/// Shortest and longest wait before work is looked at again, whatever the other side asks for.
pub const WAIT_MIN: Duration = Duration::from_secs(5);
/// See [`WAIT_MIN`].
pub const WAIT_MAX: Duration = Duration::from_secs(15 * 60);

impl Class {
    /// What to do after `attempts` earlier failures in a row. `jitter` is a random number from 0 to 1 that spreads repeats of
    /// work that failed together.
    #[must_use]
    pub fn next(self, attempts: u32, jitter: f64) -> Next {
        match self {
            Self::Permanent => Next::Park,
            Self::Conflict => Next::Again,
            Self::Bug => Next::Fail,
            Self::NeedsOperator => Next::Wait(WAIT_MAX),
            Self::Throttled { after } | Self::Transient { after } => Next::Wait(wait(after, attempts, jitter)),
            Self::OutcomeUnknown => Next::Wait(wait(None, attempts, jitter)),
        }
    }
}

/// Full-jitter exponential back-off above the other side's own wish, between [`WAIT_MIN`] and [`WAIT_MAX`].
fn wait(after: Option<Duration>, attempts: u32, jitter: f64) -> Duration {
    let exponential = WAIT_MIN.saturating_mul(1 << attempts.min(8)).min(WAIT_MAX);
    let spread = exponential.mul_f64(jitter.clamp(0.0, 1.0));
    (after.unwrap_or(WAIT_MIN) + spread).clamp(WAIT_MIN, WAIT_MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_wait_stays_within_its_bounds_and_honours_the_other_side(after in 0u64..100_000, attempts in 0u32..100, jitter in -1.0..2.0f64) {
            let wished = Duration::from_secs(after);
            let Next::Wait(wait) = (Class::Throttled { after: Some(wished) }).next(attempts, jitter) else {
                panic!("a throttled call waits")
            };
            prop_assert!(wait >= wished.clamp(WAIT_MIN, WAIT_MAX));
            prop_assert!(wait <= WAIT_MAX);
        }
    }
}
