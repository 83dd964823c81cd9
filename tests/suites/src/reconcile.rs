//! A provider with thousands of customers, of whom all is as it must be: what it takes to find that out.
//!
//! The quotas follow the contracts from the start, so every run reads both systems and writes to neither. [`count::runs`] counts
//! what the simulators were asked for; [`memory::peak`] lets the handler run in a process of its own and reads what it needed.

pub mod count;
mod installation;
pub mod memory;
mod provider;

pub use installation::Installation;
pub use provider::{Customer, Provider, SERVICES_EACH};
