//! Records whose time is over are removed now and then; DynamoDB does it by itself.

use std::time::Duration;

use local::engine::Engine;

use crate::stop::Stop;

const EVERY: Duration = Duration::from_secs(60 * 60);

/// Sweeps at once and then every hour until `stop` rises.
pub async fn keep(engine: Engine, stop: Stop) {
    while !stop.is_raised() {
        if let Err(error) = engine.sweep() {
            tracing::warn!(error = %error, "records whose time is over could not be removed");
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.clone().raised() => {}
        }
    }
}
