//! Previews: what settings would do, before they are saved (rules P1 and P13).
//!
//! A preview is worked out by a worker over all accounts, or some, and writes nothing but itself. Applying it saves its draft,
//! consents to exactly the plans that it shows, and sends workers to them; a plan that has moved meanwhile is refused. This is the
//! one way to change anything that does more to customers' tenants.

mod accounts;
mod apply;
mod creation;
mod progress;
mod recent;
mod row;
mod start;

use bridge_core::id::AccountId;
use bridge_core::settings::Billing;
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::Preview;
use store::record::preview::{Draft, OfDraft, State, Totals};
use store::table::{Read, Stored};

use crate::error::Error;
use crate::openapi::shapes;
use crate::{Deps, products};

pub use accounts::{Filter, Only, accounts};
pub use apply::{Digest, apply};
pub use progress::Progress;
pub use recent::{Brief, list};
pub use row::{AccountState, Row, RowChange, RowCreation};
pub use start::start;

/// Accounts in one preview at most, where some are named.
pub const ACCOUNTS_MAX: usize = 500;
/// After this time a preview is applied no more.
const GOOD_FOR: SignedDuration = SignedDuration::from_hours(1);

/// A preview to be started.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "PreviewAsked")]
pub struct Asked {
    /// For which accounts, 1 to 500; all unless given. Only without a draft, as settings hold for all.
    #[schemars(with = "Option<Vec<i64>>")]
    pub accounts: Option<Vec<AccountId>>,
    /// What would be saved; nothing: as things are, which shows the first plans.
    pub draft: Drafts,
}

/// Settings that are not saved yet. What is not given stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "PreviewDraft")]
pub struct Drafts {
    /// The *Billing and provisioning* tab.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub billing: Option<BillingDocument>,
    /// Product mappings, one for a connection at most.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<products::Document>,
}

/// The billing settings to be saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "BillingDocument")]
pub struct BillingDocument {
    /// Version of the settings that they were edited from; 0 before anything was saved.
    pub version: u64,
    /// The billing settings.
    #[schemars(with = "shapes::Billing")]
    pub billing: Billing,
}

/// A preview, as shown.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Preview")]
pub struct View {
    /// Names it in paths.
    pub id: String,
    /// Who asked for it.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// After this time it is applied no more.
    pub expires_at: Timestamp,
    /// How far it is.
    pub state: Stage,
    /// Why it could not be worked out.
    pub failure: Option<String>,
    /// For which accounts it is; nothing: all.
    #[schemars(with = "Option<Vec<i64>>")]
    pub accounts: Option<Vec<AccountId>>,
    /// What would be saved.
    pub draft: Drafts,
    /// What it comes to, once it is ready.
    pub totals: Numbers,
    /// To be given with the Apply, once it is ready.
    pub digest: Option<String>,
    /// What became of its accounts, once it was applied.
    pub progress: Option<Progress>,
}

/// How far a preview is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PreviewState")]
pub enum Stage {
    /// A worker will take it up.
    Queued,
    /// A worker is at it.
    Running,
    /// It can be looked at and applied.
    Ready,
    /// Its draft is saved; not every account was told yet. Applying it again goes on.
    Applying,
    /// It was applied.
    Applied,
    /// It could not be worked out.
    Failed,
}

/// What a preview comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PreviewTotals")]
pub struct Numbers {
    /// Accounts that something would happen to.
    pub accounts: usize,
    /// Changes of items that would be made.
    pub changes: usize,
    /// Changes of items that would wait for a person.
    pub held: usize,
    /// Tenants that would be created.
    pub creations: usize,
    /// Accounts for which none would be made before a person has decided, as one that looks like theirs is there already.
    pub creations_waiting: usize,
    /// Tenants that would be disabled.
    pub disables: usize,
    /// Tenants that would be disabled later, unless a contract returns.
    pub disables_later: usize,
    /// Accounts for which something has to be settled first.
    pub problems: usize,
    /// Accounts whose first plan waits for consent, which an Apply gives.
    pub first_plans: usize,
    /// What of it the draft itself does, first plans aside.
    pub by_draft: NumbersOfDraft,
}

/// What the draft itself does; the rest would happen, or wait, without it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "PreviewTotalsOfDraft")]
pub struct NumbersOfDraft {
    /// Accounts that it does something to.
    pub accounts: usize,
    /// Changes of items, made or held.
    pub changes: usize,
    /// How many of them would wait for a person.
    pub held: usize,
}

/// A preview.
///
/// # Errors
/// There is no such preview (any more), or the table cannot be read.
pub async fn read(deps: &Deps, id: &str) -> Result<View, Error> {
    let preview = find(deps, id).await?.value;
    let progress = match preview.state {
        State::Applying | State::Applied => Some(progress::of(deps, &preview).await?),
        State::Queued | State::Running | State::Ready | State::Failed { .. } => None,
    };
    Ok(View::of(preview, progress))
}

async fn find(deps: &Deps, id: &str) -> Result<Stored<Preview>, Error> {
    let missing = || Error::NotFound("there is no such preview (any more): start another one".to_owned());
    deps.systems.table.get(&id.to_owned(), Read::Strong).await?.ok_or_else(missing)
}

/// When a preview becomes too old to be applied.
fn expires_at(preview: &Preview) -> Timestamp {
    preview.at.saturating_add(GOOD_FOR).unwrap_or(Timestamp::MAX)
}

impl View {
    fn of(preview: Preview, progress: Option<Progress>) -> Self {
        let expires_at = expires_at(&preview);
        let Preview { id, by, at, state, draft, accounts, totals, digest } = preview;
        let (state, failure) = Stage::of(state);
        let digest = Some(digest).filter(|digest| !digest.is_empty());
        let (draft, totals) = (Drafts::from(draft), Numbers::from(totals));
        Self { id, by, at, expires_at, state, failure, accounts, draft, totals, digest, progress }
    }
}

impl Stage {
    /// With why it could not be worked out.
    fn of(state: State) -> (Self, Option<String>) {
        match state {
            State::Queued => (Self::Queued, None),
            State::Running => (Self::Running, None),
            State::Ready => (Self::Ready, None),
            State::Applying => (Self::Applying, None),
            State::Applied => (Self::Applied, None),
            State::Failed { text } => (Self::Failed, Some(text)),
        }
    }
}

impl From<Draft> for Drafts {
    fn from(draft: Draft) -> Self {
        let Draft { billing, products, settings_version, products_versions } = draft;
        let versions = products_versions.into_iter().chain(std::iter::repeat(None));
        Self {
            billing: billing.map(|billing| BillingDocument { version: settings_version.unwrap_or_default(), billing }),
            products: products
                .into_iter()
                .zip(versions)
                .map(|(products, version)| products::Document { version, products })
                .collect(),
        }
    }
}

impl From<Drafts> for Draft {
    fn from(drafts: Drafts) -> Self {
        let (settings_version, billing) =
            drafts.billing.map(|BillingDocument { version, billing }| (version, billing)).unzip();
        let (products_versions, products) =
            drafts.products.into_iter().map(|document| (document.version, document.products)).unzip();
        Self { billing, products, settings_version, products_versions }
    }
}

impl From<Totals> for Numbers {
    fn from(totals: Totals) -> Self {
        let Totals { accounts, changes, held, creations, creations_waiting, .. } = totals;
        let Totals { disables, disables_later, problems, first_plans, by_draft, .. } = totals;
        let OfDraft { accounts: of_accounts, changes: of_changes, held: of_held } = by_draft;
        let by_draft = NumbersOfDraft { accounts: of_accounts, changes: of_changes, held: of_held };
        Self {
            accounts,
            changes,
            held,
            creations,
            creations_waiting,
            disables,
            disables_later,
            problems,
            first_plans,
            by_draft,
        }
    }
}
