//! The accounts of a preview, each with what would happen to it.

use std::collections::BTreeMap;

use billing::Previewed;
use bridge_core::quota::{Change, Verdict};
use schemars::JsonSchema;
use serde::Deserialize;
use store::pack::Pack;
use store::record::Preview;
use store::record::preview::State;

use super::progress::{Ask, states};
use super::row::{AccountState, Row};
use super::{creation, find, row};
use crate::Deps;
use crate::error::Error;
use crate::page::{Page, fits, of_cursor, rows, to_cursor};

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
    /// Its tenant would be disabled, now or later.
    Disables,
    /// Its first plan waits for consent.
    First,
    /// The draft itself does something to it, which is all that is shown of it; first plans aside.
    ByDraft,
    /// Something would happen to it, or wait, without the draft too, which is all that is shown of it; first plans aside.
    WithoutDraft,
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
        if !is_after || !fits(&previewed.name, filter.search.as_deref()) {
            return;
        }
        page.extend(wanted(previewed, filter.state).map(|previewed| (place, previewed)));
        if page.len() > limit + 1 {
            page.pop_last();
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
    let mut items: Vec<Row> = page.into_values().map(row).collect();
    creation::put(deps, &preview, &mut items).await?;
    row::put_names(deps, &mut items).await?;
    Ok(Page { items, next, unreadable: 0 })
}

/// What of an account is wanted, if anything is.
fn wanted(previewed: Previewed, only: Option<Only>) -> Option<Previewed> {
    match only {
        Some(Only::ByDraft) => previewed.only_by_draft(),
        Some(Only::WithoutDraft) => previewed.only_without_draft(),
        _ => is_wanted(&previewed, only).then_some(previewed),
    }
}

fn is_wanted(previewed: &Previewed, only: Option<Only>) -> bool {
    let Previewed { plan, is_first, creates, disables, disables_at, .. } = previewed;
    let is_held = |change: &Change| matches!(change.verdict, Verdict::Held(_));
    match only {
        None | Some(Only::ByDraft | Only::WithoutDraft) => true,
        Some(Only::Changes) => plan.changes.iter().any(|change| !is_held(change)),
        Some(Only::Held) => plan.changes.iter().any(is_held),
        Some(Only::Problems) => !plan.problems.is_empty(),
        Some(Only::Creates) => *creates,
        Some(Only::Disables) => *disables || disables_at.is_some(),
        Some(Only::First) => *is_first,
    }
}
