//! The rules of tickets, proved without any I/O: one problem, a small Autotask in memory, a virtual clock, and a worker that
//! asks `decide` and does what it says.
//!
//! `problem` is the driver with the verbs that tests use. Each other module holds the tests of some rules; `model` lets random
//! histories run against a second, much smaller statement of the same rules.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking, in its helpers too")]

mod autotask;
mod problem;
mod worker;

mod account;
mod closing;
mod confluence;
mod doubt;
mod duplicates;
mod first_ticket;
mod flapping;
mod follow_up;
mod model;
mod recurrence;
mod repeats;
mod storm;
mod technician;
mod texts;
