//! The previews of the last days, so that one is found again.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;
use store::record::Preview;

use super::{Numbers, Stage};
use crate::Deps;
use crate::error::Error;
use crate::page::{Page, Window, rows};

/// A preview in a list.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PreviewBrief")]
pub struct Brief {
    /// Names it in paths.
    pub id: String,
    /// Who asked for it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// How far it is.
    pub state: Stage,
    /// For how many accounts it is; nothing: all.
    pub accounts: Option<usize>,
    /// Whether it shows a draft, or things as they are.
    pub has_draft: bool,
    /// What it comes to, once it is ready.
    pub totals: Numbers,
}

/// A page of them, newest first.
///
/// # Errors
/// The table cannot be read.
pub async fn list(deps: &Deps, window: Window) -> Result<Page<Brief>, Error> {
    let page = Preview::page(&deps.systems.table, window.after, rows(window.limit)?).await?;
    Ok(Page::of(page, |stored| Brief::of(stored.value)))
}

impl Brief {
    fn of(preview: Preview) -> Self {
        let Preview { id, by, at, state, draft, accounts, totals, digest: _ } = preview;
        let has_draft = draft.billing.is_some() || !draft.products.is_empty();
        let (state, _) = Stage::of(state);
        Self { id, by, at, state, accounts: accounts.map(|ids| ids.len()), has_draft, totals: totals.into() }
    }
}
