//! Stateful stand-ins for the two systems that the product joins: Acronis Cyber Protect Cloud and Autotask PSA.
//!
//! Each simulator is a *world* with state (tenants and alerts; accounts, contracts and tickets) and an HTTP router that translates
//! the vendor's documented requests into changes of that world. They follow the vendors' documents, not our clients, and depend on
//! none of our crates: a client that misreads a document fails here as it would fail out there.
//!
//! - [`acronis::Acronis`] and [`autotask::Autotask`]: the worlds, with domain verbs for tests (`raise`, `complete_as`, …).
//! - [`openid::OpenId`]: the service that people sign in with; the program `openid` runs it by itself.
//! - [`control::Control`]: call log, faults and clock of one simulator, also reached as `/_simulator/…`.
//! - [`serve()`]: puts a router on a socket; tests usually call the router in process instead.
//!
//! ```
//! use simulators::{Seed, acronis::Acronis, control::{Clock, Control}};
//!
//! let clock = Clock::manual("2026-01-02T03:04:05Z".parse().unwrap());
//! let acronis = Acronis::new(Control::new(clock), Seed::Demo);
//! assert!(acronis.tenants().iter().any(|tenant| tenant.name == "Birch Dental"));
//! let router: axum::Router = acronis.router();
//! ```

pub mod acronis;
pub mod autotask;
pub mod control;
pub mod openid;
pub mod process;
mod serve;

pub use serve::{serve, serve_until};

/// What a simulator's world holds at its start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seed {
    /// A small managed service provider with customers, the same each time.
    Demo,
    /// Catalogues and the provider itself, no customers.
    Empty,
}
