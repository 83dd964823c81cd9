//! The accounts from the directory that the last run left: ten thousand are searched and sorted in memory.
//!
//! What is remembered of the accounts is read only for the rows of the page, and, where the order or the filter depends on it, of
//! those of which something special is known.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use billing::companies::Companies;
use bridge_core::account::State;
use bridge_core::id::AccountId;
use store::record::{Account, Mapping};
use store::table::{Read, Stored};

use super::standing::Standing;
use super::{Filter, Only, Remembered, Sort, View};
use crate::error::Error;
use crate::page::{Page, fits, of_cursor, to_cursor};
use crate::suggestions::{self, Tenants};
use crate::{Deps, mapping};

/// Where a row stands in the list.
type Place = (String, i64);

/// The most likely tenant of each account that has none.
type Best = BTreeMap<AccountId, suggestions::View>;

struct Directory<'a> {
    deps: &'a Deps,
    mappings: Arc<BTreeMap<AccountId, Stored<Mapping>>>,
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
    let mappings = mapping::all(deps).await?;
    let directory =
        Directory { deps, mappings, tenants: Tenants::stored(deps).await?, standing: Standing::read(deps).await? };
    let mut accounts = directory.accounts(companies, &filter);
    let best = depends_on_suggestions(&filter).then(|| directory.best(&accounts));
    if let (Some(best), Some(Only::Suggested)) = (&best, filter.state) {
        accounts.retain(|(id, _)| best.contains_key(id));
    }
    let sort = filter.sort.unwrap_or_default();
    let places = if depends_on_records(&filter) {
        directory.places(accounts, &filter, sort, best.as_ref()).await?
    } else {
        accounts.into_iter().map(|account| (place(&account, sort), account)).collect()
    };
    let (items, next) = directory.page(&places, after, &filter, best.as_ref(), limit).await?;
    Ok(Page { items, next, unreadable: 0 })
}

/// Otherwise the names and the mappings tell which accounts there are, and in which order.
fn depends_on_records(filter: &Filter) -> bool {
    let by_state = filter.state.is_some_and(|only| !matches!(only, Only::Mapped | Only::NotMapped | Only::Suggested));
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
    let name = view.name.to_lowercase();
    let text = match sort {
        Sort::Id => String::new(),
        Sort::Name => name,
        Sort::State => format!("{} {name}", urgency(view.state)),
        // Never synchronised is the longest; an account without a tenant never will be.
        Sort::SyncedAt => match (&view.tenant, view.synced_at) {
            (None, _) => format!("2 {name}"),
            (Some(_), Some(at)) => format!("1 {at} {name}"),
            (Some(_), None) => format!("0 {name}"),
        },
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

    /// The accounts that fit, as far as is known of them without reading every record, each at its place.
    async fn places(
        &self,
        accounts: Vec<(AccountId, String)>,
        filter: &Filter,
        sort: Sort,
        best: Option<&Best>,
    ) -> Result<BTreeMap<Place, (AccountId, String)>, Error> {
        let mut special = Account::noted(&self.deps.systems.table).await?;
        let mapped = accounts.iter().filter_map(|(id, _)| self.mappings.get(id)).map(|stored| &stored.value);
        special
            .extend(mapped.filter(|mapping| self.standing.freshness.is_open(mapping)).map(|mapping| mapping.account));
        let mut records = Remembered::of_these(self.deps, &special).await?;
        let at_place = |account: (AccountId, String)| {
            let mapping = self.mappings.get(&account.0);
            let remembered = records.remove(&account.0).unwrap_or_else(|| self.assumed(mapping));
            let view = self.view(account.clone(), mapping, &remembered, best);
            let is_wanted = filter.state.is_none_or(|only| view.is(only));
            is_wanted.then(|| (place_of(&view, sort), account))
        };
        Ok(accounts.into_iter().filter_map(at_place).collect())
    }

    fn assumed(&self, mapping: Option<&Stored<Mapping>>) -> Remembered {
        mapping.map(|mapping| self.standing.freshness.assumed(&mapping.value)).unwrap_or_default()
    }

    /// The page after that place. Its rows are read in full; of some that turns out not to fit, so it is read until the page is full.
    async fn page(
        &self,
        places: &BTreeMap<Place, (AccountId, String)>,
        after: Option<Place>,
        filter: &Filter,
        best: Option<&Best>,
        limit: usize,
    ) -> Result<(Vec<View>, Option<String>), Error> {
        let mut rest = places.range((after.map_or(Bound::Unbounded, Bound::Excluded), Bound::Unbounded));
        let mut found: Vec<(&Place, View)> = Vec::new();
        while found.len() <= limit {
            let (here, some): (Vec<&Place>, Vec<_>) =
                rest.by_ref().take(limit + 1).map(|(place, account)| (place, account.clone())).unzip();
            if some.is_empty() {
                break;
            }
            let views = here.into_iter().zip(self.views(some, best).await?);
            found.extend(views.filter(|(_, view)| filter.state.is_none_or(|only| view.is(only))));
        }
        let is_more = found.len() > limit;
        found.truncate(limit);
        let next = found.last().filter(|_| is_more).map(|(place, _)| to_cursor(place));
        Ok((found.into_iter().map(|(_, view)| view).collect(), next))
    }

    /// Everything that there is to say of these accounts, in their order.
    async fn views(&self, accounts: Vec<(AccountId, String)>, best: Option<&Best>) -> Result<Vec<View>, Error> {
        let here = if best.is_none() { self.best(&accounts) } else { Best::new() };
        let best = best.unwrap_or(&here);
        let ids: Vec<AccountId> = accounts.iter().map(|(id, _)| *id).collect();
        let mapped = self.deps.systems.table.get_many::<Mapping>(&ids, Read::Eventual).await?.found;
        let mapped: BTreeMap<AccountId, Stored<Mapping>> =
            mapped.into_iter().map(|stored| (stored.value.account, stored)).collect();
        let mut records = Remembered::of_these(self.deps, &ids).await?;
        let view = |account: (AccountId, String)| {
            let remembered = records.remove(&account.0).unwrap_or_default();
            let mapping = mapped.get(&account.0);
            self.view(account, mapping, &remembered, Some(best))
        };
        Ok(accounts.into_iter().map(view).collect())
    }

    fn view(
        &self,
        account: (AccountId, String),
        mapping: Option<&Stored<Mapping>>,
        remembered: &Remembered,
        best: Option<&Best>,
    ) -> View {
        let suggestion = best.and_then(|best| best.get(&account.0)).cloned();
        View::of(account, mapping, remembered, suggestion, &self.standing, self.deps.systems.clock.now())
    }

    /// The most likely tenant of each of these accounts that has none.
    fn best(&self, accounts: &[(AccountId, String)]) -> Best {
        let unmapped = accounts.iter().filter(|(id, _)| !self.mappings.contains_key(id) && id.0 != 0);
        let unmapped: BTreeMap<AccountId, &str> = unmapped.map(|(id, name)| (*id, name.as_str())).collect();
        let mut best = Best::new();
        let found = if unmapped.is_empty() { Vec::new() } else { self.tenants.suggest(&unmapped) };
        for found in found {
            // The most likely come first.
            best.entry(found.account).or_insert(found);
        }
        best
    }
}
