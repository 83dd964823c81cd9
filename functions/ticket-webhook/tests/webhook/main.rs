//! The ticket webhook behind API Gateway, with a queue and a secret store that tests can look into and break.
#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod door;
mod events;
mod failures;
mod lean;
mod secrecy;
