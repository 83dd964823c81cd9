//! The accounts before the first run: as Autotask lists them now.

use std::collections::BTreeMap;

use bridge_core::id::AccountId;
use bridge_core::system::Id;
use store::record::Mapping;
use store::table::{Read, Stored};
use systems::Use;

use super::standing::Standing;
use super::{Filter, Remembered, View};
use crate::Deps;
use crate::error::Error;
use crate::page::{Page, fits, of_cursor, to_cursor};

/// Reads of Autotask for one answer at most, each of up to 500 companies; then it ends with a cursor, also when it found nothing
/// yet.
const READS: usize = 10;

/// A page in the order of the ids. A page may be short and still have a next one.
pub(super) async fn list(deps: &Deps, filter: Filter, limit: usize) -> Result<Page<View>, Error> {
    if filter.state.is_some() || filter.sort.is_some() {
        let text = "the accounts were not read yet, so they can only be searched: repeat this in a few minutes";
        return Err(Error::refused("not_read_yet", text));
    }
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
            let search = filter.search.as_deref();
            let is_named = search.is_some_and(|search| search.trim() == company.id.to_string());
            if is_named || fits(&company.name, search) {
                found.push((company.id, company.name));
            }
        }
    }
    let items = views(deps, found).await?;
    Ok(Page { items, next: last.filter(|_| !is_complete).map(|last| to_cursor(&last)), unreadable })
}

/// These accounts with what is stored about them.
pub(super) async fn views(deps: &Deps, accounts: Vec<(AccountId, String)>) -> Result<Vec<View>, Error> {
    let table = &deps.systems.table;
    let now = deps.systems.clock.now();
    let standing = Standing::read(deps).await?;
    let ids: Vec<AccountId> = accounts.iter().map(|(id, _)| *id).collect();
    let mapped = table.get_many::<Mapping>(&ids, Read::Strong).await?.found;
    let mapped: BTreeMap<AccountId, Stored<Mapping>> =
        mapped.into_iter().map(|stored| (stored.value.account, stored)).collect();
    let mut records = Remembered::of_these(deps, &ids).await?;
    let view = |account: (AccountId, String)| {
        let remembered = records.remove(&account.0).unwrap_or_default();
        let mapping = mapped.get(&account.0);
        View::of(account, mapping, &remembered, None, &standing, now)
    };
    Ok(accounts.into_iter().map(view).collect())
}
