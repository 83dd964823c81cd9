//! The accounts from the directory that the last run left: ten thousand are searched and sorted in memory.
//!
//! What is remembered of the accounts is read only for the rows of the page, unless the order or the filter depends on it.

use std::collections::BTreeMap;

use billing::companies::Companies;
use bridge_core::account::State;
use bridge_core::id::AccountId;
use store::record::{Account, Mapping};
use store::table::{Read, Stored};

use super::standing::Standing;
use super::{Filter, Only, Remembered, Sort, View};
use crate::Deps;
use crate::error::Error;
use crate::page::{Page, fits, of_cursor, to_cursor};
use crate::suggestions::{self, Tenants};

/// Records read together.
const TOGETHER: usize = 500;

/// Where a row stands in the list.
type Place = (String, i64);

struct Directory<'a> {
    deps: &'a Deps,
    mappings: BTreeMap<AccountId, Stored<Mapping>>,
    tenants: Tenants,
    standing: Standing,
}

pub(super) async fn list(
    deps: &Deps,
    companies: &Companies,
    filter: Filter,
    limit: usize,
) -> Result<Page<View>, Error> {
    let after: Option<Place> = filter.after.as_deref().map(of_cursor).transpose()?;
    let sort = filter.sort.unwrap_or_default();
    let mappings = Mapping::all(&deps.systems.table).await?.records.into_iter();
    let mappings: BTreeMap<AccountId, Stored<Mapping>> =
        mappings.map(|stored| (stored.value.account, stored)).collect();
    let tenants = Tenants::stored(deps, mappings.values().map(|mapping| mapping.value.tenant.clone())).await?;
    let standing = Standing::read(deps).await?;
    let directory = Directory { deps, mappings, tenants, standing };
    let accounts = directory.accounts(companies, &filter);
    let (items, next) = if filter.state == Some(Only::Suggested) && matches!(sort, Sort::Name | Sort::Id) {
        directory.suggested(accounts, sort, after.as_ref(), limit).await?
    } else if depends_on_records(&filter) {
        let (items, next) = part(directory.sorted_by_records(accounts, &filter, sort).await?, after.as_ref(), limit);
        if depends_on_suggestions(&filter) {
            (items, next)
        } else {
            let shown = items.into_iter().map(|view| (view.id, view.name)).collect();
            (directory.completed(shown).await?, next)
        }
    } else {
        let named = accounts.into_iter().map(|account| (place(&account, sort), account)).collect();
        let (named, next) = part(named, after.as_ref(), limit);
        (directory.completed(named).await?, next)
    };
    Ok(Page { items, next, unreadable: 0 })
}

/// The rows after that place, and where the next part begins, if there is one.
fn part<T>(mut rows: BTreeMap<Place, T>, after: Option<&Place>, limit: usize) -> (Vec<T>, Option<String>) {
    if let Some(after) = after {
        rows = rows.split_off(after);
        rows.remove(after);
    }
    let mut rest = rows.into_iter();
    let (places, part): (Vec<Place>, Vec<T>) = rest.by_ref().take(limit).unzip();
    let next = rest.next().and_then(|_| places.last()).map(to_cursor);
    (part, next)
}

fn depends_on_records(filter: &Filter) -> bool {
    let by_state = filter.state.is_some_and(|only| !matches!(only, Only::Mapped | Only::NotMapped));
    by_state || matches!(filter.sort, Some(Sort::State | Sort::SyncedAt))
}

/// Otherwise they are looked for only for the rows of the page.
fn depends_on_suggestions(filter: &Filter) -> bool {
    matches!(filter.state, Some(Only::Suggested)) || matches!(filter.sort, Some(Sort::State))
}

/// What tells the place of an account without looking at its record.
fn place((id, name): &(AccountId, String), sort: Sort) -> Place {
    match sort {
        Sort::Id => (String::new(), id.0),
        Sort::Name | Sort::State | Sort::SyncedAt => (name.to_lowercase(), id.0),
    }
}

/// The same for one whose record is known.
fn place_of(view: &View, sort: Sort) -> Place {
    let text = match sort {
        Sort::Id => String::new(),
        Sort::Name => view.name.to_lowercase(),
        Sort::State => format!("{} {}", urgency(view.state), view.name.to_lowercase()),
        // Never synchronised is the longest.
        Sort::SyncedAt => view.synced_at.map(|at| at.to_string()).unwrap_or_default(),
    };
    (text, view.id.0)
}

fn urgency(state: State) -> u8 {
    match state {
        State::Problem => 0,
        State::Asks => 1,
        State::Creating => 2,
        State::Suggested => 3,
        State::NotMapped => 4,
        State::Mapped => 5,
        State::Excluded => 6,
    }
}

impl Directory<'_> {
    /// The accounts that fit as far as their names and tenants say.
    fn accounts(&self, companies: &Companies, filter: &Filter) -> Vec<(AccountId, String)> {
        let active = companies.list().values().map(|company| (company.id, company.name.clone()));
        let inactive = self.mappings.values().map(|stored| (stored.value.account, stored.value.account_name.clone()));
        let inactive = inactive.filter(|(id, _)| !companies.list().contains_key(id));
        let is_wanted = |(id, name): &(AccountId, String)| {
            let mapping = self.mappings.get(id);
            let search = filter.search.as_deref();
            let is_found = fits(name, search)
                || search.is_some_and(|search| search.trim() == id.0.to_string())
                || mapping.is_some_and(|mapping| fits(&mapping.value.tenant_name, search));
            is_found
                && match filter.state {
                    Some(Only::Mapped) => mapping.is_some(),
                    Some(Only::NotMapped | Only::Suggested | Only::WithoutTenant) => mapping.is_none(),
                    Some(Only::Excluded | Only::Problem | Only::Held | Only::Creating) | None => true,
                }
        };
        active.chain(inactive).filter(is_wanted).collect()
    }

    async fn sorted_by_records(
        &self,
        accounts: Vec<(AccountId, String)>,
        filter: &Filter,
        sort: Sort,
    ) -> Result<BTreeMap<Place, View>, Error> {
        let mut records = BTreeMap::new();
        let mut after = None;
        loop {
            let page = Account::page(&self.deps.systems.table, after.take(), TOGETHER).await?;
            let read = page.records.into_iter().map(|stored| (stored.value.account, Remembered::of(stored.value)));
            records.extend(read);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut best = if depends_on_suggestions(filter) { self.best(&accounts) } else { BTreeMap::new() };
        let views = self.views(accounts, &mut records, &mut best).into_iter();
        let fitting = views.filter(|view| filter.state.is_none_or(|only| view.is(only)));
        Ok(fitting.map(|view| (place_of(&view, sort), view)).collect())
    }

    /// The accounts for which a tenant is suggested, in an order that their names or ids tell. What is remembered of them is read for
    /// as many as the page takes: of some it says that the suggestion does not count.
    async fn suggested(
        &self,
        accounts: Vec<(AccountId, String)>,
        sort: Sort,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<(Vec<View>, Option<String>), Error> {
        let mut best = self.best(&accounts);
        let accounts = accounts.into_iter().filter(|(id, _)| best.contains_key(id));
        let mut places: BTreeMap<Place, (AccountId, String)> =
            accounts.map(|account| (place(&account, sort), account)).collect();
        if let Some(after) = after {
            places = places.split_off(after);
            places.remove(after);
        }
        let (mut rest, mut found) = (places.into_values(), Vec::new());
        while found.len() <= limit {
            let some: Vec<(AccountId, String)> = rest.by_ref().take(limit + 1).collect();
            if some.is_empty() {
                break;
            }
            let views = self.completed_with(some, &mut best).await?.into_iter();
            found.extend(views.filter(|view| view.is(Only::Suggested)));
        }
        let is_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| is_more).map(|last| to_cursor(&place_of(last, sort)));
        Ok((found, next))
    }

    /// Reads what is remembered of these accounts.
    async fn completed(&self, accounts: Vec<(AccountId, String)>) -> Result<Vec<View>, Error> {
        let mut best = self.best(&accounts);
        self.completed_with(accounts, &mut best).await
    }

    async fn completed_with(
        &self,
        accounts: Vec<(AccountId, String)>,
        best: &mut BTreeMap<AccountId, suggestions::View>,
    ) -> Result<Vec<View>, Error> {
        let ids: Vec<AccountId> = accounts.iter().map(|(id, _)| *id).collect();
        let records = self.deps.systems.table.get_many::<Account>(&ids, Read::Eventual).await?.found;
        let mut records: BTreeMap<AccountId, Remembered> =
            records.into_iter().map(|stored| (stored.value.account, Remembered::of(stored.value))).collect();
        Ok(self.views(accounts, &mut records, best))
    }

    /// The most likely tenant of each of these accounts that has none.
    fn best(&self, accounts: &[(AccountId, String)]) -> BTreeMap<AccountId, suggestions::View> {
        let unmapped = accounts.iter().filter(|(id, _)| !self.mappings.contains_key(id) && id.0 != 0);
        let unmapped: BTreeMap<AccountId, &str> = unmapped.map(|(id, name)| (*id, name.as_str())).collect();
        let mut best: BTreeMap<AccountId, suggestions::View> = BTreeMap::new();
        let found = if unmapped.is_empty() { Vec::new() } else { self.tenants.suggest(&unmapped) };
        for found in found {
            // The most likely come first.
            best.entry(found.account).or_insert(found);
        }
        best
    }

    fn views(
        &self,
        accounts: Vec<(AccountId, String)>,
        records: &mut BTreeMap<AccountId, Remembered>,
        best: &mut BTreeMap<AccountId, suggestions::View>,
    ) -> Vec<View> {
        let now = self.deps.systems.clock.now();
        let view = |account: (AccountId, String)| {
            let remembered = records.remove(&account.0).unwrap_or_default();
            let (mapping, suggestion) = (self.mappings.get(&account.0), best.remove(&account.0));
            View::of(account, mapping, &remembered, suggestion, &self.standing, now)
        };
        accounts.into_iter().map(view).collect()
    }
}
