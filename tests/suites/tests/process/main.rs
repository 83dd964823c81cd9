//! The real processes, started as a user starts them and reached over the network alone.
//!
//! They run in real time, so the tests take turns: two demonstrations at once on a small machine would measure the machine.
#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod billing;
mod crash;
mod demo;
mod doors;
mod freshness;
mod program;
mod world;

use tokio::sync::{Mutex, MutexGuard};

static TURN: Mutex<()> = Mutex::const_new(());

/// Waits for the test's turn, which lasts as long as the returned value.
async fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().await
}
