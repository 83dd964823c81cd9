//! Customers that are made, disabled and deleted (rules V1 to V4 and V6).
//!
//! | item | question |
//! | --- | --- |
//! | [`eligible()`] | May a tenant be made for this account, and if not, why not? |
//! | [`Creation`], [`next()`] | A customer is being made: which step is next, whatever happened to the steps before? |
//! | [`Marker`], [`references()`] | Which tenants are ours, and what may be written on one that is mapped? |
//! | [`lifecycle`] | Must a tenant be disabled, deleted or enabled again? |
//!
//! Making a customer follows the protocol of rule X2 in the same way as a ticket does. The worker asks [`next()`] for a step; before
//! a create it records the attempt ([`Creation::begin_tenant`], [`Creation::begin_user`]) and stores that; then it calls Acronis,
//! records what came of it, and asks again. A call with a doubtful outcome is recorded by recording nothing, so that a lost reply
//! and a lost process are the same case: the attempt stands, and the search by our marker comes first. All other steps may be
//! repeated without harm.

pub mod lifecycle;

mod attempt;
mod creation;
mod eligible;
mod found;
mod login;
mod marker;
mod next;
mod outcome;
mod problem;
mod references;

pub use attempt::Attempt;
pub(crate) use attempt::Turn;
pub use creation::{Contact, Creation, Customer, Former, Progress, Question};
pub use eligible::{Candidate, Ineligible, eligible};
pub use found::{Found, stops_creation};
pub use marker::{Marker, UnreadableMarker};
pub use next::{Next, next};
pub use outcome::Answer;
pub use problem::{Problem, Step};
pub use references::{References, references};

#[cfg(test)]
mod tests;
