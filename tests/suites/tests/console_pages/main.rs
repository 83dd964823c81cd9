//! The console's pages, read and filled in as a person does, over both simulators and the embedded table.

mod account;
mod billing;
mod connections;
mod every;
mod log_in;
mod mapping;
mod overview;
mod paging;
mod paths;
mod report;
mod size;
mod tickets;
