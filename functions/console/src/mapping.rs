//! Which account is which tenant (rules V3, V4, V5, V8, T15).

mod apply;
mod check;
mod create;
mod export;
mod import;
mod own;
mod staged;
mod wish;

use std::collections::BTreeMap;
use std::ops::Not;
use std::sync::Arc;

use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::mapping::Switches;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::Mapping;
use store::table::{Read, Stored};

use crate::Deps;
use crate::error::{Error, Field};
use crate::openapi::shapes;
use crate::page::{Page, rows};

pub use apply::apply;
pub(crate) use create::{Prospect, billed, prospect};
pub use export::csv;
pub use import::{Checked, File, Line, LineProblem, Progress, go_on, import, imports, read_import};
pub use staged::{Entry as StagedEntry, View as Staged, Which, apply_staged, stage, staged, unstage};

/// Edits in one batch at most: an answer has to be there within half a minute.
pub const EDITS_MAX: usize = 100;

/// All mappings by account, as of the present generation. Only the names in them may be some minutes old: the run refreshes those
/// without raising it.
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn all(deps: &Deps) -> Result<Arc<BTreeMap<AccountId, Stored<Mapping>>>, Error> {
    let generation = deps.systems.config().await?.generation;
    let read = async {
        let mappings = Mapping::all(&deps.systems.table).await?.records.into_iter();
        Ok(mappings.map(|stored| (stored.value.account, stored)).collect())
    };
    deps.recent.mappings.get(generation, deps.systems.clock.now(), read).await
}

/// An account with its tenant, as shown.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[schemars(rename = "Mapping")]
pub struct View {
    /// Version to edit with.
    pub version: u64,
    /// The account.
    #[schemars(with = "i64")]
    pub account: AccountId,
    /// Its name when last seen.
    pub account_name: String,
    /// Its customer tenant.
    #[schemars(with = "String")]
    pub tenant: TenantId,
    /// Its name when last seen.
    pub tenant_name: String,
    /// The connection that the tenant is reached through.
    #[schemars(with = "String")]
    pub connection: ConnectionId,
    /// The account's own switches.
    #[schemars(with = "shapes::Switches")]
    pub switches: Switches,
    /// When they were mapped.
    pub mapped_at: Timestamp,
}

/// Which mappings to list.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MappingFilter")]
pub struct Filter {
    /// Rows on the page, 1 to 500; 50 unless given.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Only this account's.
    pub account: Option<i64>,
    /// Only this tenant's.
    pub tenant: Option<String>,
}

/// One staged edit: exactly one of `tenant` with `connection` (map the account to it), `new` (map it to a new customer tenant),
/// `return_to_old`, `remove` (map it to nothing), `switches` (set the account's own switches), and, for an account that is not
/// mapped, `exclude` and `include`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MappingEdit")]
pub struct Edit {
    /// The account.
    #[schemars(with = "i64")]
    pub account: AccountId,
    /// Version that is edited; needed for `remove` and `switches`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// The customer tenant to map to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub tenant: Option<TenantId>,
    /// The connection that the tenant is reached through; with `new`, the one that it is made through, unless the settings say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub connection: Option<ConnectionId>,
    /// Make a new customer tenant for the account, and map it to that.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub new: bool,
    /// With `new`: the partner or folder that the tenant is made in, unless the product mapping says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub parent: Option<TenantId>,
    /// With `new`: although the account had a tenant before.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub anew: bool,
    /// With `tenant`: although the tenant carries another account's mark or customer id. With `new`: although the account is no
    /// customer by its company type.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub confirm: bool,
    /// Map the account to the tenant that it was unmapped from.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub return_to_old: bool,
    /// Remove the mapping. Both sides and open tickets stay as they are and are no longer written to, and no tenant is made for
    /// the account by itself.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub remove: bool,
    /// The account's own switches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<shapes::Switches>")]
    pub switches: Option<Switches>,
    /// Never make a tenant for the account, and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exclude: Option<String>,
    /// End that.
    #[serde(default, skip_serializing_if = "Not::not")]
    pub include: bool,
}

/// Staged edits.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "MappingBatch")]
pub struct Batch {
    /// At most 100, carried out in this order.
    pub edits: Vec<Edit>,
}

/// What became of a batch: each edit is in one of the lists.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "MappingApplied")]
pub struct Applied {
    /// Accounts whose edit was carried out.
    #[schemars(with = "Vec<i64>")]
    pub applied: Vec<AccountId>,
    /// Edits that were not carried out.
    pub refused: Vec<Refusal>,
    /// Alerts from before are counted first (rule T15): few become tickets, many are held.
    pub backlog_is_counted: bool,
}

/// An edit that was not carried out.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "MappingRefusal")]
pub struct Refusal {
    /// The edit.
    pub edit: Edit,
    /// Stable code.
    pub code: String,
    /// Why, and what to do.
    pub message: String,
    /// Values of the edit that cannot be used, each beside its field.
    pub fields: Vec<Field>,
    /// The account's mapping as it is now, where there is one.
    pub current: Option<View>,
}

/// A page of mappings by account, or the one mapping of an account or a tenant.
///
/// # Errors
/// The table cannot be read.
pub async fn list(deps: &Deps, filter: Filter) -> Result<Page<View>, Error> {
    let table = &deps.systems.table;
    let one = match (filter.account, filter.tenant) {
        (Some(account), _) => table.get::<Mapping>(&AccountId(account), Read::Strong).await?,
        (None, Some(tenant)) => Mapping::of_tenant(table, &TenantId::new(tenant)).await?,
        (None, None) => {
            let page = Mapping::page(table, filter.after, rows(filter.limit)?).await?;
            return Ok(Page::of(page, View::of));
        }
    };
    Ok(Page::whole(one.map(View::of).into_iter().collect()))
}

impl Edit {
    /// An edit of an account that asks for nothing yet.
    #[must_use]
    pub fn of(account: AccountId) -> Self {
        Self {
            account,
            version: None,
            tenant: None,
            connection: None,
            new: false,
            parent: None,
            anew: false,
            confirm: false,
            return_to_old: false,
            remove: false,
            switches: None,
            exclude: None,
            include: false,
        }
    }
}

impl View {
    fn of(Stored { value, version }: Stored<Mapping>) -> Self {
        Self {
            version,
            account: value.account,
            account_name: value.account_name,
            tenant: value.tenant,
            tenant_name: value.tenant_name,
            connection: value.connection,
            switches: value.switches,
            mapped_at: value.mapped_at,
        }
    }
}
