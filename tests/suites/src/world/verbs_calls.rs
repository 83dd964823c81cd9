//! Time that passes, and the calls that are made in it.

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use simulators::control::{Call, Control};

use super::World;

impl World {
    /// Lets `minutes` pass without anything running, then a poll and its work.
    ///
    /// # Errors
    /// As [`World::turn`].
    pub async fn after_minutes(&mut self, minutes: i64) -> Result<()> {
        self.advance(SignedDuration::from_mins(minutes));
        self.turn().await
    }

    /// Calls that Autotask has answered since the last [`World::forget_calls`], as `METHOD /path` without version and query.
    #[must_use]
    pub fn autotask_calls(&self) -> Vec<String> {
        self.autotask.control().calls().iter().map(brief).collect()
    }

    /// The same for Acronis.
    #[must_use]
    pub fn acronis_calls(&self) -> Vec<String> {
        self.acronis.control().calls().iter().map(brief).collect()
    }

    /// Forgets the calls so far.
    pub fn forget_calls(&self) {
        self.autotask.control().clear_calls();
        self.acronis.control().clear_calls();
    }
}

/// When calls were refused.
#[must_use]
pub fn refused(control: &Control) -> Vec<Timestamp> {
    let is_refusal = |call: &Call| matches!(call.status, 401 | 403 | 500);
    control.calls().into_iter().filter(is_refusal).map(|call| call.at).collect()
}

fn brief(call: &Call) -> String {
    let path = call.path.split('?').next().unwrap_or_default();
    let path = path.trim_start_matches("/atservicesrest").trim_start_matches("/v1.0").trim_start_matches("/V1.0");
    format!("{} {path}", call.method)
}
