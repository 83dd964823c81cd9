//! The accounts of a preview, each with what would happen to it.

use std::collections::BTreeMap;

use billing::Previewed;
use bridge_core::id::{AccountId, TenantId};
use bridge_core::item::ItemId;
use bridge_core::quota::{Change, Sort, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::pack::Pack;
use store::record::Preview;
use store::record::preview::State;

use super::find;
use super::progress::{Ask, states};
use crate::error::Error;
use crate::openapi::shapes;
use crate::page::{Page, fits, of_cursor, rows, to_cursor};
use crate::{Deps, labels};

/// Which accounts of a preview.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PreviewAccountFilter")]
pub struct Filter {
    /// Only those with this in their name, letter case aside.
    pub search: Option<String>,
    /// Only those to which this would happen.
    pub state: Option<Only>,
    /// Rows on the page, 1 to 500; 50 unless given.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// What would happen to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PreviewAccountOnly")]
pub enum Only {
    /// Something would be changed.
    Changes,
    /// Something would wait for a person.
    Held,
    /// Something has to be settled first.
    Problems,
    /// Its tenant would be created.
    Creates,
    /// Its tenant would be disabled.
    Disables,
    /// Its first plan waits for consent.
    First,
}

/// An account with what would happen to it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PreviewAccount")]
pub struct Row {
    /// The account.
    #[schemars(with = "i64")]
    pub account: AccountId,
    /// Its name.
    pub name: String,
    /// Its tenant; nothing where one would be made.
    #[schemars(with = "Option<String>")]
    pub tenant: Option<TenantId>,
    /// Its first plan waits for consent.
    pub is_first: bool,
    /// Its tenant would be made.
    pub creates: bool,
    /// Its tenant would be disabled, unless it is in use.
    pub disables: bool,
    /// No contract sells a mapped service, so its quotas are left as they are.
    pub sells_nothing: bool,
    /// In the order of writing.
    pub changes: Vec<RowChange>,
    /// What has to be settled, in words.
    pub problems: Vec<String>,
    /// What became of it.
    pub state: AccountState,
}

/// A change of an item, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PreviewChange")]
pub struct RowChange {
    /// The item.
    #[schemars(with = "shapes::ItemId")]
    pub item: ItemId,
    /// Its name for people.
    pub label: String,
    /// What it is.
    pub from: String,
    /// What it would become.
    pub to: String,
    /// The sort of change, such as `cut`.
    pub sort: String,
    /// Why.
    pub cause: String,
    /// What it waits for, if it does.
    pub held: Option<String>,
}

/// What became of an account of a preview.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PreviewAccountState")]
pub enum AccountState {
    /// The preview was not applied.
    Previewed,
    /// Nobody has come to it yet.
    Waiting,
    /// It is as it must be, as far as nothing is held.
    Applied,
    /// Something had moved, so nothing was done.
    Moved,
    /// Something has to be settled by a person.
    Stopped,
}

/// A page of a preview's accounts in the order of their names.
///
/// # Errors
/// There is no such preview (any more), the table cannot be read, or the filter makes no sense.
pub async fn accounts(deps: &Deps, id: &str, filter: Filter) -> Result<Page<Row>, Error> {
    let limit = rows(filter.limit)?;
    let after: Option<(String, i64)> = filter.after.as_deref().map(of_cursor).transpose()?;
    let preview = find(deps, id).await?.value;
    // Only one page of the plans of thousands is kept while they stream by.
    let mut page: BTreeMap<(String, i64), Previewed> = BTreeMap::new();
    Pack::<(), Previewed>::read(&deps.systems.table, &Preview::pack_name(&preview.id), |previewed: Previewed| {
        let place = (previewed.name.to_lowercase(), previewed.account.0);
        let is_after = after.as_ref().is_none_or(|after| place > *after);
        if is_after && fits(&previewed.name, filter.search.as_deref()) && is_wanted(&previewed, filter.state) {
            page.insert(place, previewed);
            if page.len() > limit + 1 {
                page.pop_last();
            }
        }
    })
    .await?;
    let has_more = page.len() > limit;
    if has_more {
        page.pop_last();
    }
    let next = page.last_key_value().filter(|_| has_more).map(|(place, _)| to_cursor(place));
    let states = match preview.state {
        State::Applying | State::Applied => states(deps, &page.values().map(Ask::from).collect::<Vec<_>>()).await?,
        State::Queued | State::Running | State::Ready | State::Failed { .. } => BTreeMap::new(),
    };
    let row = |previewed: Previewed| {
        let state = states.get(&previewed.account).copied().unwrap_or(AccountState::Previewed);
        Row::of(previewed, state)
    };
    Ok(Page { items: page.into_values().map(row).collect(), next, unreadable: 0 })
}

fn is_wanted(previewed: &Previewed, only: Option<Only>) -> bool {
    let Previewed { plan, is_first, creates, disables, .. } = previewed;
    let is_held = |change: &Change| matches!(change.verdict, Verdict::Held(_));
    match only {
        None => true,
        Some(Only::Changes) => plan.changes.iter().any(|change| !is_held(change)),
        Some(Only::Held) => plan.changes.iter().any(is_held),
        Some(Only::Problems) => !plan.problems.is_empty(),
        Some(Only::Creates) => *creates,
        Some(Only::Disables) => *disables,
        Some(Only::First) => *is_first,
    }
}

impl Row {
    fn of(previewed: Previewed, state: AccountState) -> Self {
        let Previewed { account, name, tenant, plan, is_first, creates, disables, .. } = previewed;
        Self {
            account,
            name,
            tenant,
            is_first,
            creates,
            disables,
            sells_nothing: plan.is_held_unsold,
            changes: plan.changes.iter().map(RowChange::of).collect(),
            problems: plan.problems.iter().map(ToString::to_string).collect(),
            state,
        }
    }
}

impl RowChange {
    pub(crate) fn of(change: &Change) -> Self {
        let Change { item, from, to, cause, unit, sort, verdict, .. } = change;
        Self {
            item: item.clone(),
            label: labels::of(item),
            from: from.in_words(*unit),
            to: to.in_words(*unit),
            sort: Sort::to_string(sort),
            cause: cause.in_words(*unit),
            held: match verdict {
                Verdict::Held(hold) => Some(hold.in_words(*unit)),
                Verdict::Go | Verdict::AskUsage => None,
            },
        }
    }
}
