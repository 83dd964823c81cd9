//! Something that is read anew once it is too old.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::KEPT_FOR;

/// One thing that was read. Whoever asks while it is being read waits for that reading, so that there is one at a time. A reading
/// that failed is not kept.
#[derive(Debug)]
pub(crate) struct Kept<T>(tokio::sync::Mutex<Option<Reading<T>>>);

/// Several of one sort, each read by itself.
#[derive(Debug)]
pub(crate) struct Each<K, T>(Mutex<BTreeMap<K, Arc<Kept<T>>>>);

#[derive(Debug)]
struct Reading<T> {
    generation: u64,
    /// When it began: what changed meanwhile may be missing.
    began_at: Timestamp,
    value: Arc<T>,
}

impl<T> Kept<T> {
    /// What was read, by now or earlier.
    ///
    /// # Errors
    /// That of `read`.
    pub(crate) async fn get<E>(
        &self,
        generation: u64,
        now: Timestamp,
        read: impl Future<Output = Result<T, E>>,
    ) -> Result<Arc<T>, E> {
        let mut kept = self.0.lock().await;
        let is_good =
            |kept: &&Reading<T>| kept.generation == generation && now.duration_since(kept.began_at) < KEPT_FOR;
        if let Some(kept) = kept.as_ref().filter(is_good) {
            return Ok(Arc::clone(&kept.value));
        }
        let value = Arc::new(read.await?);
        *kept = Some(Reading { generation, began_at: now, value: Arc::clone(&value) });
        Ok(value)
    }

    /// Has it read anew when it is next asked for; until that succeeds it is what was read [`last`](Self::last).
    pub(crate) async fn age(&self) {
        if let Some(kept) = self.0.lock().await.as_mut() {
            kept.began_at = Timestamp::MIN;
        }
    }

    /// What was read last, however long ago: for names, when nothing can be read now.
    pub(crate) async fn last(&self) -> Option<Arc<T>> {
        self.0.lock().await.as_ref().map(|kept| Arc::clone(&kept.value))
    }

    pub(crate) async fn forget(&self) {
        *self.0.lock().await = None;
    }
}

impl<K: Ord + Clone, T> Each<K, T> {
    /// The one of this key. Each key stays, so they must be few.
    pub(crate) fn of(&self, key: &K) -> Arc<Kept<T>> {
        Arc::clone(self.0.lock().unwrap_or_else(PoisonError::into_inner).entry(key.clone()).or_default())
    }
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self(tokio::sync::Mutex::new(None))
    }
}

impl<K, T> Default for Each<K, T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    /// What is read is how often it was read.
    async fn count(readings: &Cell<u32>) -> Result<u32, &'static str> {
        readings.set(readings.get() + 1);
        tokio::task::yield_now().await;
        Ok(readings.get())
    }

    #[tokio::test]
    async fn what_was_read_is_read_anew_once_it_is_old_or_something_was_saved() {
        let (kept, readings, begin) = (Kept::default(), Cell::new(0), Timestamp::UNIX_EPOCH);
        let get = async |generation, now| *kept.get(generation, now, count(&readings)).await.unwrap();
        let almost = begin + KEPT_FOR - jiff::SignedDuration::from_secs(1);
        assert_eq!((get(1, begin).await, get(1, almost).await), (1, 1));
        assert_eq!(get(1, begin + KEPT_FOR).await, 2);
        assert_eq!(get(2, begin + KEPT_FOR).await, 3);
        assert_eq!(kept.last().await.as_deref(), Some(&3));
        kept.forget().await;
        assert_eq!(get(2, begin + KEPT_FOR).await, 4);
    }

    #[tokio::test]
    async fn many_who_ask_at_once_wait_for_one_reading() {
        let (kept, readings, now) = (Kept::default(), Cell::new(0), Timestamp::UNIX_EPOCH);
        let asked = (0..10).map(|_| kept.get(1, now, count(&readings)));
        let answers = futures::future::join_all(asked).await;
        assert!(answers.iter().all(|answer| answer.as_deref() == Ok(&1)), "{answers:?}");
    }

    #[tokio::test]
    async fn a_reading_that_failed_is_tried_again() {
        let (kept, readings, now) = (Kept::default(), Cell::new(0), Timestamp::UNIX_EPOCH);
        let failed: Result<Arc<u32>, &str> = kept.get(1, now, async { Err("out of reach") }).await;
        assert_eq!(failed, Err("out of reach"));
        assert_eq!(kept.get(1, now, count(&readings)).await.as_deref(), Ok(&1));
    }
}
