//! Typed client of the Acronis Cyber Protect Cloud APIs that this integration uses: account management (who are the
//! customers, what may they use and what do they use), the Alert Manager (what is wrong) and integration management (we are
//! here).
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
mod contact;
mod error;
mod items;
mod pages;
mod pricing;
mod status;
mod storages;
mod tenants;
mod types;
mod usages;
mod users;
mod wire;

pub use alerts::AlertPage;
pub use client::{Client, Settings};
pub use contact::Contact;
pub use error::{Code, Error};
pub use items::{BelowUsage, Change, ItemPage, Items, Offers, TenantItem};
pub use pages::Pages;
pub use pricing::{Mode, Pricing};
pub use storages::{Application, Storage};
pub use tenants::{NewTenant, References, Tenant, TenantKind, TenantPage};
pub use types::AlertType;
pub use usages::{TenantUsages, Usage, UsagePage, Usages};
pub use users::{NewUser, User};

#[cfg(test)]
mod fixture;
