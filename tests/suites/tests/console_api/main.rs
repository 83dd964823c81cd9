//! The console's JSON API, called in process over both simulators and the embedded table. One module for each theme; each test
//! begins with the rule that it proves.

mod access;
mod accounts;
mod choices;
mod connections;
mod customers;
mod dead_letters;
mod deadline;
mod effect;
mod events;
mod journal;
mod log_in;
mod mapping;
mod previews;
mod products;
mod review;
mod review_accounts;
mod rights;
mod secrecy;
mod settings;
mod staged;
