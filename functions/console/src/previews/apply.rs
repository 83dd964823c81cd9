//! Applying a preview.
//!
//! First the draft is saved, together with the note that the preview is being applied; from then on applying it again goes on
//! where it ended. Then the accounts' records take the consent, each to the one plan that was shown, and workers are sent. An
//! account that takes part in nothing of this, as its mapping is younger than the preview, stays without consent.

use billing::Previewed;
use bridge_core::id::AccountId;
use bridge_core::settings::Settings;
use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Deserialize;
use store::pack::Pack;
use store::record::account::Reviewed;
use store::record::preview::State;
use store::record::{Account, Generation, Mapping, Preview};
use store::table::{Committed, Read, Stored, Transaction};

use super::start::is_current;
use super::{Drafts, View, expires_at, find, read};
use crate::auth::Actor;
use crate::error::Error;
use crate::{Deps, hints, journal, products, settings};

/// Accounts whose mappings are read together.
const TOGETHER: usize = 100;
/// Records written at a time.
const AT_A_TIME: usize = 16;

/// What the person has looked at.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "PreviewGiven")]
pub struct Given {
    /// The preview's digest.
    pub digest: String,
}

/// Applies a preview that was looked at.
///
/// # Errors
/// [`Error::Stale`] when settings were saved since, or a code: `not_ready`, `too_old`, `applied`, `other_plan`.
pub async fn apply(deps: &Deps, by: &Actor, id: &str, given: &Given) -> Result<View, Error> {
    let stored = find(deps, id).await?;
    match stored.value.state {
        State::Ready | State::Applying => {}
        State::Applied => return Err(Error::refused("applied", "this preview was applied already: start another one")),
        State::Queued | State::Running | State::Failed { .. } => {
            return Err(Error::refused(
                "not_ready",
                "this preview is not worked out (yet), so there is nothing to apply",
            ));
        }
    }
    if stored.value.digest != given.digest {
        let text = "this preview shows something else than what was looked at: look at it again";
        return Err(Error::refused("other_plan", text));
    }
    let preview = match stored.value.state {
        State::Applying => stored.value,
        _ => begin(deps, by, stored).await?,
    };
    if settings::read(deps).await?.settings.billing.enabled {
        consent(deps, by, &preview).await?;
    }
    deps.systems
        .table
        .modify::<Preview>(&preview.id, |preview| Some(Preview { state: State::Applied, ..preview? }))
        .await?;
    read(deps, id).await
}

/// Saves the draft.
async fn begin(deps: &Deps, by: &Actor, stored: Stored<Preview>) -> Result<Preview, Error> {
    if deps.systems.clock.now() > expires_at(&stored.value) {
        return Err(Error::refused(
            "too_old",
            "this preview is older than an hour: start another one with the same draft",
        ));
    }
    let drafts = Drafts::from(stored.value.draft.clone());
    is_current(deps, &drafts).await?;
    let applying = stored.map(|preview| Preview { state: State::Applying, ..preview });
    let mut transaction = deps.systems.table.transaction();
    transaction.replace(&applying)?;
    transaction.insert(&journal::entry(deps, by, change(&applying.value)))?;
    put(deps, by, &mut transaction, &drafts).await?;
    match transaction.commit().await? {
        Committed::Done => {}
        Committed::Refused(_) => {
            is_current(deps, &drafts).await?;
            return Err(Error::Unavailable("somebody else is applying this preview: look at it again".to_owned()));
        }
    }
    Generation::bump(&deps.systems.table).await?;
    Ok(applying.value)
}

async fn put(deps: &Deps, by: &Actor, transaction: &mut Transaction<'_>, drafts: &Drafts) -> Result<(), Error> {
    if let Some(edited) = &drafts.billing {
        let current = settings::read(deps).await?;
        let next = Settings { billing: edited.billing.clone(), ..current.settings.clone() };
        let current = settings::Document { version: edited.version, ..current };
        settings::put(deps, by, transaction, &current, &next)?;
    }
    for edited in &drafts.products {
        let current = products::read(deps, &edited.products.connection).await?;
        let current = products::Document { version: edited.version, ..current };
        products::put(deps, by, transaction, &current, &edited.products)?;
    }
    Ok(())
}

fn change(preview: &Preview) -> journal::Change {
    let Preview { id, totals, digest, .. } = preview;
    let what = format!(
        "a preview was applied: {} accounts, {} changes, {} held, {} customers created, {} disabled",
        totals.accounts, totals.changes, totals.held, totals.creations, totals.disables
    );
    journal::Change { new: Some(format!("preview {id}, plans {digest}")), ..journal::Change::new(what) }
}

/// Consents to what was shown of each account, and sends workers to them.
async fn consent(deps: &Deps, by: &Actor, preview: &Preview) -> Result<(), Error> {
    let mut all = Vec::new();
    Pack::<(), Previewed>::read(&deps.systems.table, &Preview::pack_name(&preview.id), |previewed: Previewed| {
        all.push(Shown::of(previewed));
    })
    .await?;
    all.sort_unstable_by_key(|shown| shown.account);
    let at = deps.systems.clock.now();
    for some in all.chunks(TOGETHER) {
        let ids: Vec<AccountId> = some.iter().map(|shown| shown.account).collect();
        let mappings = deps.systems.table.get_many::<Mapping>(&ids, Read::Strong).await?.found;
        let mut writes = Vec::with_capacity(some.len());
        for shown in some.iter().filter(|shown| shown.has_plan) {
            let mapping = mappings.iter().find(|mapping| mapping.value.account == shown.account);
            let mapped_at = mapping.map(|mapping| mapping.value.mapped_at).filter(|at| *at <= preview.at);
            writes.extend(mapped_at.map(|mapped_at| agree(deps, by, shown, mapped_at, at)));
        }
        futures::stream::iter(writes).buffer_unordered(AT_A_TIME).try_collect::<()>().await?;
    }
    hints::send(deps, all.iter().map(|shown| hints::account(shown.account)).collect()).await
}

/// An account of a preview, as far as consenting to it goes.
struct Shown {
    account: AccountId,
    digest: String,
    is_first: bool,
    /// There is a plan to consent to, were it that nothing has to be changed.
    has_plan: bool,
}

impl Shown {
    fn of(previewed: Previewed) -> Self {
        let Previewed { account, digest, is_first, plan, .. } = previewed;
        Self { account, digest, is_first, has_plan: is_first || !plan.changes.is_empty() }
    }
}

async fn agree(
    deps: &Deps,
    by: &Actor,
    shown: &Shown,
    mapped_at: Timestamp,
    at: Timestamp,
) -> Result<(), store::table::Error> {
    let Shown { account, digest, is_first, .. } = shown;
    let agree = |record: Option<Account>| {
        let mut record = record.unwrap_or_else(|| Account::new(*account));
        if *is_first {
            record.consent = Some(mapped_at);
        }
        record.reviewed = Some(Reviewed { digest: digest.clone(), by: by.0.clone(), at });
        Some(record)
    };
    deps.systems.table.modify::<Account>(account, agree).await.map(drop)
}
