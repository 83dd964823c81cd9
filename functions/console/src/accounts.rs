//! The accounts that can be mapped, read live from Autotask (rule V5).

use std::collections::BTreeMap;

use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::system::Id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::Mapping;
use store::table::Read;
use systems::Use;

use crate::Deps;
use crate::error::Error;
use crate::page::{Page, fits, of_cursor, rows, to_cursor};

/// Reads of Autotask for one answer at most, each of up to 500 companies; then it ends with a cursor, also when it found nothing
/// yet.
const READS: usize = 10;

/// An active account of Autotask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Account")]
pub struct View {
    /// The account.
    #[schemars(with = "i64")]
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// The customer tenant that it is mapped to, if it is.
    #[schemars(with = "Option<String>")]
    pub tenant: Option<TenantId>,
    /// That tenant's name when last seen.
    pub tenant_name: Option<String>,
    /// The connection that the tenant is reached through.
    #[schemars(with = "Option<String>")]
    pub connection: Option<ConnectionId>,
}

/// Which accounts.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AccountFilter")]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Only those with this in their name, letter case aside.
    pub search: Option<String>,
    /// Rows on the page, 1 to 500; 50 unless given.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// A page of active accounts in the order of their ids. A page may be short and still have a next one.
///
/// # Errors
/// Autotask or the table cannot be read, or the filter makes no sense.
pub async fn list(deps: &Deps, filter: Filter) -> Result<Page<View>, Error> {
    let limit = rows(filter.limit)?;
    let mut last: Option<i64> = filter.after.as_deref().map(of_cursor).transpose()?;
    let config = deps.systems.config().await?;
    let client = deps.systems.autotask(&config, Use::Work).await?;
    let mut pages = client.active_companies().after(last);
    let (mut found, mut unreadable, mut is_complete) = (Vec::new(), 0, false);
    'reads: for _ in 0..READS {
        let page = match pages.next().await {
            Ok(page) => page,
            Err(error) => return Err(deps.systems.failed(&Id::Autotask, error.into()).await.into()),
        };
        let Some(page) = page else {
            is_complete = true;
            break;
        };
        unreadable += page.unreadable.len();
        for company in page.rows {
            if found.len() == limit {
                break 'reads;
            }
            last = Some(company.id.0);
            if fits(&company.name, filter.search.as_deref()) {
                found.push(company);
            }
        }
    }
    let ids: Vec<AccountId> = found.iter().map(|company| company.id).collect();
    let mapped = deps.systems.table.get_many::<Mapping>(&ids, Read::Strong).await?.found;
    let mut mapped: BTreeMap<AccountId, Mapping> =
        mapped.into_iter().map(|stored| (stored.value.account, stored.value)).collect();
    let view = |company: autotask::Company| {
        let autotask::Company { id, name, .. } = company;
        let unmapped = View { id, name, tenant: None, tenant_name: None, connection: None };
        let Some(Mapping { tenant, tenant_name, connection, .. }) = mapped.remove(&id) else { return unmapped };
        View { tenant: Some(tenant), tenant_name: Some(tenant_name), connection: Some(connection), ..unmapped }
    };
    let items = found.into_iter().map(view).collect();
    Ok(Page { items, next: last.filter(|_| !is_complete).map(|last| to_cursor(&last)), unreadable })
}
