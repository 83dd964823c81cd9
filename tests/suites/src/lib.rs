//! Suites that run the whole or large parts of the product. Each is a set of functions over what it needs, so that it can run on
//! the local stand-ins and on an AWS emulator alike; the files in `tests/` choose.

pub mod console;
pub mod in_process;
pub mod log;
pub mod page;
pub mod reconcile;
pub mod store;
pub mod world;
