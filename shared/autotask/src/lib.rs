//! Typed client of the Autotask PSA REST API that this integration uses: tickets and their notes, companies and their
//! contracts and configuration items, the catalogue of services, pick lists and ticket webhooks.
//!
//! One [`Client`] speaks for one Autotask database. It finds the database's zone by itself, follows it when it moves, and
//! keeps below the limits that all integrations of a database share: two calls at once for each endpoint, a share of the
//! hourly requests for bulk reads ([`Usage`]), bulk reads in pages of 500 ([`Pages`]). Reads that failed for a reason that
//! passes are repeated; writes never are, and an answer that leaves their outcome open is an error of its own class.
//!
//! ```no_run
//! # async fn example(client: autotask::Client) -> Result<(), autotask::Error> {
//! let mut pages = client.our_open_tickets(&[5]);
//! while let Some(page) = pages.next().await? {
//!     for ticket in &page.rows {
//!         println!("{} is in status {}", ticket.number, ticket.status);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod budget;
mod catalogue;
mod client;
mod companies;
mod configuration_items;
mod contacts;
mod contracts;
mod entity;
mod error;
mod fields;
mod lines;
mod notes;
mod query;
mod resources;
mod rights;
pub mod text;
mod tickets;
mod time;
mod webhooks;

pub use budget::{Budget, CALLS_PER_HOUR, Usage};
pub use catalogue::{Bundle, Member, Service};
pub use client::{Client, Settings, Threshold, Zone};
pub use companies::{Company, Profile};
pub use configuration_items::ConfigurationItem;
pub use contacts::Contact;
pub use contracts::{Contract, Contracts};
pub use entity::Entity;
pub use error::{Credential, Error};
pub use fields::{Field, PickValue};
pub use lines::{Line, Of, Sold, Units};
pub use notes::{Note, NoteId, TimeEntry};
pub use query::{Page, Pages};
pub use rights::{Access, Allowed};
pub use webhooks::{TicketWebhook, WebhookId, WebhookSettings};

#[cfg(test)]
mod fixture;
