//! Tenants that have alerts and no account (rule T2).

use bridge_core::id::{ConnectionId, TenantId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use store::record::Unmapped;

use crate::Deps;
use crate::error::Error;
use crate::page::{Page, Window, rows};

/// A tenant whose alerts make no tickets.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "UnmappedTenant")]
pub struct View {
    /// The tenant.
    #[schemars(with = "String")]
    pub tenant: TenantId,
    /// The connection that its alerts are read through.
    #[schemars(with = "String")]
    pub connection: ConnectionId,
    /// Its name when last seen.
    pub name: String,
    /// Alerts seen since the first.
    pub count: u64,
    /// When the first was seen.
    pub first_at: Timestamp,
    /// When the last was seen.
    pub last_at: Timestamp,
}

/// A page of them.
///
/// # Errors
/// The table cannot be read.
pub async fn list(deps: &Deps, window: Window) -> Result<Page<View>, Error> {
    let page = Unmapped::page(&deps.systems.table, window.after, rows(window.limit)?).await?;
    Ok(Page::of(page, |stored| {
        let Unmapped { tenant, connection, name, count, first_at, last_at } = stored.value;
        View { tenant, connection, name, count, first_at, last_at }
    }))
}
