//! The console's pages, read and filled in as a person does, over both simulators and the embedded table.

mod account;
mod activity;
mod billing;
mod held;
mod log_in;
mod mapping;
mod overview;
mod report;
mod review;
mod size;
mod tickets;
