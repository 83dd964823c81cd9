//! What every function needs around its decision, and nothing that knows a function.
//!
//! Time, randomness and the outside world are reached only through this crate, so that a test can stand in for each.
#![warn(missing_docs)]

pub mod clock;
pub mod config;
#[cfg(feature = "http")]
pub mod http;
pub mod lambda;
pub mod random;
pub mod telemetry;
#[cfg(feature = "webhook")]
pub mod webhook;
