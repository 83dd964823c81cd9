//! Randomness for jitter and identifiers, repeatable where a test gives a seed. Never used for secrets.

use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::clock::Clock;

/// A source of random numbers. Clones draw from the same sequence.
#[derive(Debug, Clone)]
pub struct Random(Arc<Mutex<fastrand::Rng>>);

impl Random {
    /// Seeded by the operating system.
    #[must_use]
    pub fn from_os() -> Self {
        Self::of(fastrand::Rng::new())
    }

    /// The same sequence for the same seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self::of(fastrand::Rng::with_seed(seed))
    }

    fn of(rng: fastrand::Rng) -> Self {
        Self(Arc::new(Mutex::new(rng)))
    }

    /// A number from 0 up to, but not including, 1.
    #[must_use]
    pub fn fraction(&self) -> f64 {
        self.draw(fastrand::Rng::f64)
    }

    /// A version 7 uuid: sorted by `clock`'s time, unique by chance.
    #[must_use]
    pub fn id(&self, clock: &Clock) -> Uuid {
        let mut noise = [0; 10];
        self.draw(|rng| rng.fill(&mut noise));
        let millis = u64::try_from(clock.now().as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &noise).into_uuid()
    }

    fn draw<T>(&self, draw: impl FnOnce(&mut fastrand::Rng) -> T) -> T {
        // A panic elsewhere cannot leave the generator in a state that matters.
        draw(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::*;

    #[test]
    fn a_seed_repeats_its_sequence() {
        let draw = || {
            let random = Random::seeded(7);
            (random.fraction(), random.id(&Clock::manual(Timestamp::UNIX_EPOCH)))
        };
        assert_eq!(draw(), draw());
    }

    #[test]
    fn ids_sort_by_time_and_differ_within_a_millisecond() {
        let (random, clock) = (Random::from_os(), Clock::manual(Timestamp::UNIX_EPOCH));
        let first = random.id(&clock);
        assert_ne!(first, random.id(&clock));
        clock.advance(SignedDuration::from_millis(1));
        assert!(first < random.id(&clock));
        assert_eq!(first.get_version_num(), 7);
    }
}
