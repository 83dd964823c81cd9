//! The console's pages, read and filled in as a person does, over both simulators and the embedded table.

mod account;
mod activity;
mod billing;
mod charts;
mod connections;
mod every;
mod held;
mod log_in;
mod mapping;
mod overview;
mod paging;
mod paths;
mod report;
mod review;
mod size;
mod tickets;
