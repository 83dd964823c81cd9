//! What a batch comes to, for the charts of the console.

use std::sync::{Arc, Mutex, PoisonError};

use bridge_core::statistics::Counts;
use bridge_core::ticket::Entry;
use store::record::statistics;
use systems::Config;

use crate::Deps;

/// Counts over all keys of a batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally(Arc<Mutex<Counts>>);

impl Tally {
    /// An entry was written in place of another, or of none.
    pub(crate) fn add(&self, before: Option<&Entry>, after: &Entry) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += Counts::between(before, after);
    }

    /// Adds the batch to its day. The tickets are done by now, so a failure here is told and fails nothing.
    pub(crate) async fn write(&self, deps: &Deps, config: &Config) {
        let counts = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.is_nothing() {
            return;
        }
        let today = deps.systems.clock.now().to_zoned(config.settings.zone()).date();
        if let Err(error) = statistics::count(&deps.systems.table, today, counts).await {
            tracing::warn!(error = &error as &dyn std::error::Error, %today, "what happened could not be counted");
        }
    }
}
