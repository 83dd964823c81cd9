//! Typed client of the Acronis Cyber Protect Cloud APIs that this integration uses: account management (who are the
//! customers), the Alert Manager (what is wrong) and integration management (we are here).
//!
//! One [`Client`] speaks for one connection, that is, one API client of one partner tenant in one data centre. It logs in
//! when it must, keeps the token in memory, repeats reads that failed for a reason that passes, and never repeats a write.
//! Lists come as [`Pages`]; a page that cannot be read is an error and never the end of the list.
//!
//! ```no_run
//! # async fn example(client: acronis::Client) -> Result<(), acronis::Error> {
//! let mut pages = client.open_alerts();
//! while let Some(page) = pages.next().await? {
//!     for alert in &page.alerts {
//!         println!("{} on {:?}", alert.kind, alert.details.resource_name);
//!     }
//! }
//! # Ok(())
//! # }
//! ```
#![warn(missing_docs)]

mod alerts;
mod client;
mod error;
mod pages;
mod status;
mod tenants;
mod types;

pub use alerts::AlertPage;
pub use client::{Client, Settings};
pub use error::Error;
pub use pages::Pages;
pub use tenants::{Tenant, TenantKind, TenantPage};
pub use types::AlertType;

#[cfg(test)]
mod fixture;
