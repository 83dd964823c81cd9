//! The decisions of the Acronis and Autotask integration.
//!
//! Everything here is plain data in, plain data out: no clock, no network, no table. The functions in `functions/` read the
//! current state of both systems, ask this crate what should be true, and carry out the difference.
//!
//! | module | question that it answers |
//! | --- | --- |
//! | [`alert`] | What did Acronis report, and which alerts are the same problem (their [`alert::Key`])? |
//! | [`ticket`] | Given what is known of a key, its alerts and its ticket: what is the next write to Autotask, if any? |
//! | [`settings`] | What may an administrator choose, and what is refused? |
//! | [`mapping`] | Which account does an alert belong to? |
//! | [`sale`] | What do an account's contracts sell today? |
//! | [`item`] | What may a customer tenant use? |
//! | [`quota`] | What must a tenant's quotas be, why, and what would one run change? |
//! | [`provision`] | May a customer be made, how far has it come, and must it be disabled or deleted? |
//! | [`suggest`] | Which tenant is probably an account's? |
//! | [`account`] | What does an account's row on the mapping page say? |
//! | [`notice`] | What does the daily ticket say about what waits for a person, and is it to be made or changed now? |
//! | [`system`] | May a foreign system be called, after it refused a log-in? |
//! | [`hint`] | What travels on the queues? |
//! | [`failure`] | What is done after a call failed? |
#![warn(missing_docs)]

pub mod account;
pub mod alert;
pub mod failure;
pub mod hint;
pub mod id;
pub mod item;
pub mod mapping;
pub mod notice;
pub mod provision;
pub mod quota;
pub mod sale;
pub mod settings;
pub mod statistics;
pub mod suggest;
pub mod system;
mod text;
pub mod ticket;
