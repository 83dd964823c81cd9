//! Applying a preview.
//!
//! First the draft is saved, together with the note that the preview is being applied; from then on applying it again goes on
//! where it ended. Then the accounts' records take the consent, each to what was shown of it and to nothing else, and workers are
//! sent to them. An account that is mapped otherwise than it was shown takes no part in this.

use billing::{CREATE, DISABLE, Previewed};
use bridge_core::hint::Hint;
use bridge_core::id::{AccountId, TenantId};
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
#[schemars(rename = "PreviewDigest")]
pub struct Digest {
    /// The preview's digest.
    pub digest: String,
}

/// Applies a preview that was looked at.
///
/// # Errors
/// [`Error::Stale`] when settings were saved since, or a code: `not_ready`, `too_old`, `applied`, `other_plan`.
pub async fn apply(deps: &Deps, by: &Actor, id: &str, given: &Digest) -> Result<View, Error> {
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
    // One that is being applied is saved already: what is left of it is only to be told to the accounts.
    if stored.value.state == State::Ready && deps.systems.clock.now() > expires_at(&stored.value) {
        return Err(Error::refused(
            "too_old",
            "this preview is older than an hour: start another one with the same draft",
        ));
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
        products::put(deps, by, transaction, &current, &edited.products).await?;
    }
    Ok(())
}

fn change(preview: &Preview) -> journal::Change {
    let Preview { id, totals, digest, .. } = preview;
    let count = |count: usize, one: &str| format!("{count} {one}{}", if count == 1 { "" } else { "s" });
    let what = format!(
        "a preview was applied: {}, {}, {} held, {} to be created, {} to be disabled",
        count(totals.accounts, "account"),
        count(totals.changes, "change"),
        totals.held,
        count(totals.creations, "customer"),
        count(totals.disables, "tenant")
    );
    journal::Change { new: Some(format!("preview {id}, plans {digest}")), ..journal::Change::new(what) }
}

/// Consents to what was shown of each account, and sends workers to those that it still concerns.
async fn consent(deps: &Deps, by: &Actor, preview: &Preview) -> Result<(), Error> {
    let mut all = Vec::new();
    Pack::<(), Previewed>::read(&deps.systems.table, &Preview::pack_name(&preview.id), |previewed: Previewed| {
        all.extend(Shown::of(previewed));
    })
    .await?;
    all.sort_unstable_by_key(|shown| shown.account);
    let at = deps.systems.clock.now();
    let mut hints = Vec::new();
    for some in all.chunks(TOGETHER) {
        let ids: Vec<AccountId> = some.iter().map(|shown| shown.account).collect();
        let mappings = deps.systems.table.get_many::<Mapping>(&ids, Read::Strong).await?.found;
        let writes = some.iter().filter_map(|shown| {
            let mapping = mappings.iter().find(|mapping| mapping.value.account == shown.account);
            let mapped_at = shown.mapped_at(mapping.map(|mapping| &mapping.value), preview)?;
            let reviewed = shown.reviewed(by, mapped_at, at);
            Some(async move { agree(deps, shown, reviewed).await.map(|is_agreed| is_agreed.then_some(shown)) })
        });
        let writes: Vec<_> = writes.collect();
        let agreed: Vec<Option<&Shown>> =
            futures::stream::iter(writes).buffer_unordered(AT_A_TIME).try_collect().await?;
        hints.extend(agreed.into_iter().flatten().flat_map(Shown::hints));
    }
    hints::send(deps, hints).await
}

/// An account of a preview, as far as consenting to it goes.
struct Shown {
    account: AccountId,
    /// Its tenant; `None` where one would be made.
    tenant: Option<TenantId>,
    digest: String,
    /// There is a plan to consent to, were it that nothing has to be changed.
    has_plan: bool,
    disables: bool,
}

impl Shown {
    /// `None` where nothing would happen: problems alone are nothing to consent to.
    fn of(previewed: Previewed) -> Option<Self> {
        let Previewed { account, tenant, digest, is_first, plan, creates, disables, .. } = previewed;
        let has_plan = is_first || !plan.changes.is_empty();
        (has_plan || creates || disables).then_some(Self { account, tenant, digest, has_plan, disables })
    }

    /// The mapping that was shown, itself `None` where none was; `None` where the account is mapped otherwise by now.
    fn mapped_at(&self, now: Option<&Mapping>, preview: &Preview) -> Option<Option<Timestamp>> {
        match (now, &self.tenant) {
            (None, None) => Some(None),
            (Some(now), Some(tenant)) if now.tenant == *tenant && now.mapped_at <= preview.at => {
                Some(Some(now.mapped_at))
            }
            _ => None,
        }
    }

    fn reviewed(&self, by: &Actor, mapped_at: Option<Timestamp>, at: Timestamp) -> Reviewed {
        let (digest, by) = (self.digest.clone(), by.name.clone());
        Reviewed { digest, by, at, mapped_at, disables: self.disables, begun: Vec::new() }
    }

    /// What a worker is told, which is no more than what was shown.
    fn hints(&self) -> impl Iterator<Item = Hint> {
        let plan = if self.tenant.is_none() { Some(CREATE) } else { self.has_plan.then_some(self.digest.as_str()) };
        let disable = self.disables.then_some(DISABLE);
        let hint = |plan: &str| Hint::Account { account: self.account, plan: Some(plan.to_owned()) };
        plan.into_iter().chain(disable).map(hint)
    }
}

/// Notes what was reviewed with the account. Answers whether it still concerns it.
async fn agree(deps: &Deps, shown: &Shown, reviewed: Reviewed) -> Result<bool, store::table::Error> {
    let mut is_concerned = true;
    let agree = |record: Option<Account>| {
        let mut record = record.unwrap_or_else(|| Account::new(shown.account));
        // Since it was shown, a person may have begun a tenant, or decided against one (rules V2, V4 and V8).
        let is_settled = record.creation.is_some() || record.unmapped.is_some() || record.excluded.is_some();
        is_concerned = reviewed.mapped_at.is_some() || !is_settled;
        if is_concerned {
            record.consent = reviewed.mapped_at;
            record.reviewed = Some(reviewed.clone());
        }
        Some(record)
    };
    deps.systems.table.modify::<Account>(&shown.account, agree).await?;
    Ok(is_concerned)
}
