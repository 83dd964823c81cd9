//! How many calls may run at once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bounds the calls in flight for each endpoint. Clones share the bounds.
#[derive(Debug, Clone)]
pub struct Limiter {
    per_endpoint: usize,
    endpoints: Arc<Mutex<HashMap<&'static str, Arc<Semaphore>>>>,
}

/// The right to have one call in flight; ends when dropped.
#[derive(Debug)]
pub struct Permit {
    _permit: OwnedSemaphorePermit,
}

impl Limiter {
    /// At most `per_endpoint` calls at once for each endpoint.
    #[must_use]
    pub fn new(per_endpoint: usize) -> Self {
        Self { per_endpoint, endpoints: Arc::default() }
    }

    /// Waits until a call to `endpoint` may start.
    pub async fn enter(&self, endpoint: &'static str) -> Permit {
        let semaphore = {
            let mut endpoints = self.endpoints.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(endpoints.entry(endpoint).or_insert_with(|| Arc::new(Semaphore::new(self.per_endpoint))))
        };
        Permit { _permit: semaphore.acquire_owned().await.expect("the semaphore is never closed") }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_third_call_waits_for_one_of_two_and_other_endpoints_do_not_mind() {
        let limiter = Limiter::new(2);
        let first = limiter.enter("Tickets").await;
        let _second = limiter.enter("Tickets").await;
        let _elsewhere = limiter.enter("Companies").await;
        let third = limiter.enter("Tickets");
        tokio::pin!(third);
        assert!(tokio::time::timeout(Duration::from_secs(60), &mut third).await.is_err());
        drop(first);
        assert!(tokio::time::timeout(Duration::from_secs(60), third).await.is_ok());
    }
}
