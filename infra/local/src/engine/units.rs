use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;

/// Read and write units as AWS would bill them on demand, indexes included.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Consumed {
    /// Read units: 4 KB each, half when eventually consistent.
    pub read: f64,
    /// Write units: 1 KB each, double in transactions.
    pub write: f64,
    /// Calls of data operations.
    pub calls: u64,
}

/// Units used so far, by table. Clones share the counters.
#[derive(Debug, Clone, Default)]
pub struct Units(Arc<Mutex<BTreeMap<String, Consumed>>>);

impl Units {
    /// What one table has used.
    #[must_use]
    pub fn of(&self, table: &str) -> Consumed {
        self.with(|tables| tables.get(table).copied().unwrap_or_default())
    }

    /// Starts counting again from nothing.
    pub fn reset(&self) {
        self.with(BTreeMap::clear);
    }

    /// Adds what an answer reports: one `ConsumedCapacity`, or a list of them.
    pub(super) fn add(&self, reported: &Value, is_write: bool) {
        let each = reported.as_array().map_or(std::slice::from_ref(reported), Vec::as_slice);
        for capacity in each {
            let units = capacity["CapacityUnits"].as_f64().unwrap_or(0.0);
            let table = capacity["TableName"].as_str().unwrap_or_default();
            self.count(table, is_write, units);
        }
    }

    /// Adds a conditional write that was refused: AWS bills it, but neither it nor the engine reports it. Exact for records
    /// of up to 1 KB, which is what this integration keeps to.
    pub(super) fn add_refused(&self, table: &str) {
        self.count(table, true, 1.0);
    }

    fn count(&self, table: &str, is_write: bool, units: f64) {
        self.with(|tables| {
            let consumed = tables.entry(table.to_owned()).or_default();
            consumed.calls += 1;
            *(if is_write { &mut consumed.write } else { &mut consumed.read }) += units;
        });
    }

    fn with<T>(&self, act: impl FnOnce(&mut BTreeMap<String, Consumed>) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
