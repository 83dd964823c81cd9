//! What is read from the issuer now and then.

use std::future::Future;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use super::Failed;

/// How long it is used without being read again: as long as a key that the issuer has withdrawn is still believed.
const KEPT: SignedDuration = SignedDuration::from_hours(1);
/// How soon it is read again because it lacks something: whoever sends us made-up tokens must not cause more calls.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);
/// The same after a failure.
const PAUSE_AFTER_FAILURE: SignedDuration = SignedDuration::from_secs(10);

/// Something of the issuer's.
pub(super) struct Kept<T>(Mutex<State<T>>);

struct State<T> {
    value: Option<(T, Timestamp)>,
    failure: Option<Failed>,
    again_at: Timestamp,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(Mutex::new(State { value: None, failure: None, again_at: Timestamp::MIN }))
    }
}

impl<T: Clone> Kept<T> {
    /// What is kept if it `is_enough`, and otherwise what `read` says, as far as it may be asked again already.
    pub(super) async fn get<F>(
        &self,
        now: Timestamp,
        is_enough: impl Fn(&T) -> bool,
        read: impl FnOnce() -> F,
    ) -> Result<T, Failed>
    where
        F: Future<Output = Result<T, Failed>>,
    {
        // Held while reading, so that several requests at once cause one read.
        let mut state = self.0.lock().await;
        let kept = state.value.as_ref().filter(|(_, read_at)| now < *read_at + KEPT).map(|(value, _)| value.clone());
        let is_too_soon = now < state.again_at;
        match (kept, &state.failure) {
            (Some(value), _) if is_enough(&value) || is_too_soon => return Ok(value),
            (None, Some(failure)) if is_too_soon => return Err(failure.clone()),
            _ => {}
        }
        let read = read().await;
        match &read {
            Ok(value) => *state = State { value: Some((value.clone(), now)), failure: None, again_at: now + PAUSE },
            Err(failed) => {
                state.failure = Some(failed.clone());
                state.again_at = now + PAUSE_AFTER_FAILURE;
            }
        }
        read
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// Asks at this second for at least this number; what is read is the number of the read, or a failure.
    async fn ask(kept: &Kept<u32>, reads: &Cell<u32>, second: i64, least: u32, fails: bool) -> Option<u32> {
        let read = || async {
            reads.set(reads.get() + 1);
            let failed = Failed::Unreachable { issuer: "id".to_owned(), why: "down".to_owned() };
            if fails { Err(failed) } else { Ok(reads.get()) }
        };
        kept.get(at(second), |value| *value >= least, read).await.ok()
    }

    #[tokio::test]
    async fn what_lacks_something_is_read_again_once_a_minute() {
        let (kept, reads) = (Kept::default(), Cell::new(0));
        assert_eq!(ask(&kept, &reads, 0, 0, false).await, Some(1));
        for second in 0..60 {
            assert_eq!(ask(&kept, &reads, second, 2, false).await, Some(1));
        }
        assert_eq!(ask(&kept, &reads, 60, 2, false).await, Some(2));
        assert_eq!(ask(&kept, &reads, 61, 2, true).await, Some(2), "it is enough");
    }

    #[tokio::test]
    async fn what_is_an_hour_old_is_not_used() {
        let (kept, reads) = (Kept::default(), Cell::new(0));
        assert_eq!(ask(&kept, &reads, 0, 0, false).await, Some(1));
        assert_eq!(ask(&kept, &reads, 3_599, 0, true).await, Some(1));
        assert_eq!(ask(&kept, &reads, 3_600, 0, true).await, None);
        assert_eq!(ask(&kept, &reads, 3_609, 0, false).await, None, "a failure is not repeated at once");
        assert_eq!(ask(&kept, &reads, 3_610, 0, false).await, Some(3));
    }
}
