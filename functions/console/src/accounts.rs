//! The accounts of Autotask, each with its tenant and how it stands (rules V4, V5, X4).

mod creation;
mod detail;
mod directory;
mod exceptions;
mod freshness;
mod live;
mod names;
mod standing;
mod why;

use std::collections::BTreeMap;

use billing::companies::Companies;
use bridge_core::account::{self, Facts};
use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::mapping::Switches;
use bridge_core::provision::Creation;
use bridge_core::provision::lifecycle::Disabling;
use bridge_core::suggest::Suggestion;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::{Account, Mapping};
use store::table::{Read, Stored};

use crate::error::Error;
use crate::openapi::shapes;
use crate::page::{Page, rows};
use crate::{Deps, suggestions, wording};
use standing::Standing;

pub(crate) use creation::may_be_given_up;
pub use creation::{Answer, Decision, decide};
pub use detail::{CreationView, Detail, Earlier, ExceptionView, UnmappedView, detail};
pub use exceptions::{Entered, Named, except, unexcept};
pub(crate) use freshness::{Late, late};
pub(crate) use names::names;
pub(crate) use standing::awaiting_consent;
pub use why::{ByHand, ItemView, ServiceName, SourceView, Why, why};

/// An account, as shown.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
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
    /// Version of the mapping to edit with.
    pub version: Option<u64>,
    /// The account's own switches, where it is mapped.
    #[schemars(with = "Option<shapes::Switches>")]
    pub switches: Option<Switches>,
    /// How it stands.
    #[schemars(with = "shapes::AccountState")]
    pub state: account::State,
    /// What there is to say about it: what happened, and what to do.
    pub words: Vec<String>,
    /// Its contracts sell mapped services, and nothing makes it a tenant.
    pub needs_tenant: bool,
    /// How much of it waits for a person at *Review*; its first plan counts as one.
    pub held: usize,
    /// Nobody has agreed to its first plan, so its quotas stay as they are (rule P1).
    pub awaits_consent: bool,
    /// The most likely tenant for an account without one.
    pub suggestion: Option<suggestions::View>,
    /// When it was last as it must be: by the last run that found nothing to do, or by what was done then.
    pub synced_at: Option<Timestamp>,
}

/// Which accounts.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(rename = "AccountFilter")]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Only those with this in their name or their tenant's, letter case aside, or with this id.
    pub search: Option<String>,
    /// Only those that stand like this.
    pub state: Option<Only>,
    /// In which order; by name unless given.
    pub sort: Option<Sort>,
    /// Rows on the page, 1 to 500; 50 unless given.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// How an account stands, to filter by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AccountOnly")]
pub enum Only {
    /// It has a tenant.
    Mapped,
    /// It has none.
    NotMapped,
    /// It has none, and one is suggested.
    Suggested,
    /// Nothing is done for it.
    Excluded,
    /// A person has something to settle or to answer.
    Problem,
    /// The same, or something of it is held: everything that waits for a person.
    Held,
    /// Its tenant is being made.
    Creating,
    /// Its contracts sell mapped services, and nothing makes it a tenant: up to 500 of them are told at a time.
    WithoutTenant,
}

/// In which order accounts are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "AccountSort")]
pub enum Sort {
    /// By name.
    #[default]
    Name,
    /// By id.
    Id,
    /// Those with something to settle first.
    State,
    /// The longest not synchronised first.
    SyncedAt,
}

/// A page of active accounts, and of those that are mapped although they are not active any more. They come from the directory
/// that the last run left; before the first run they are read live, by their ids, and cannot be sorted.
///
/// # Errors
/// Autotask or the table cannot be read, or the filter makes no sense.
pub async fn list(deps: &Deps, filter: Filter) -> Result<Page<View>, Error> {
    let limit = rows(filter.limit)?;
    let companies = Companies::stored(&deps.systems.table).await?;
    let mut page = if companies.list().is_empty() {
        live::list(deps, filter, limit).await?
    } else {
        directory::list(deps, &companies, filter, limit).await?
    };
    put_names(deps, &mut page.items).await?;
    Ok(page)
}

/// Puts names in the place of ids.
async fn put_names(deps: &Deps, views: &mut [View]) -> Result<(), Error> {
    let said: Vec<&str> = views.iter().flat_map(|view| view.words.iter().map(String::as_str)).collect();
    let names = wording::names_in(deps, &said).await?;
    for words in views.iter_mut().flat_map(|view| &mut view.words) {
        *words = names.put(words);
    }
    Ok(())
}

/// What is remembered of an account, as far as its row says it.
#[derive(Debug, Clone, Default)]
struct Remembered {
    creation: Option<Creation>,
    problems: Vec<String>,
    is_unmapped_on_purpose: bool,
    excluded: Option<String>,
    consent: Option<Timestamp>,
    unsold_since: Option<Timestamp>,
    disabling: Disabling,
    synced_at: Option<Timestamp>,
}

impl Remembered {
    /// What is remembered of each of these accounts of which anything is.
    async fn of_these(deps: &Deps, accounts: &[AccountId]) -> Result<BTreeMap<AccountId, Self>, Error> {
        let records = deps.systems.table.get_many::<Account>(accounts, Read::Eventual).await?.found.into_iter();
        Ok(records.map(|stored| (stored.value.account, Self::of(stored.value))).collect())
    }

    fn of(record: Account) -> Self {
        Self {
            creation: record.creation,
            problems: record.last.problems,
            is_unmapped_on_purpose: record.unmapped.is_some(),
            excluded: record.excluded,
            consent: record.consent,
            unsold_since: record.lifecycle.unsold_since,
            disabling: record.lifecycle.disabling,
            synced_at: record.last.synced_at,
        }
    }
}

impl View {
    fn of(
        (id, name): (AccountId, String),
        mapping: Option<&Stored<Mapping>>,
        remembered: &Remembered,
        suggestion: Option<suggestions::View>,
        standing: &Standing,
        now: Timestamp,
    ) -> Self {
        let unmapped = Switches { excluded: remembered.excluded.clone(), ..Switches::default() };
        let suggestion = suggestion.filter(|_| mapping.is_none());
        let suggested = suggestion.as_ref().map(|found| Suggestion {
            account: id,
            tenant: found.tenant.clone(),
            connection: found.connection.clone(),
            evidence: Vec::new(),
            score: found.score,
        });
        let facts = Facts {
            tenant: mapping.map(|mapping| &mapping.value.tenant),
            switches: mapping.map_or(&unmapped, |mapping| &mapping.value.switches),
            creation: remembered.creation.as_ref(),
            is_unmapped_on_purpose: remembered.is_unmapped_on_purpose,
            suggestion: suggested.as_ref(),
            problems: &remembered.problems,
        };
        let account::Row { state, tenant, words } = account::row(&facts, now);
        // The evidence is beside the suggestion.
        let mut words = if state == account::State::Suggested { Vec::new() } else { words };
        if let Some(mapping) = mapping.filter(|_| state != account::State::Excluded) {
            let more = standing.words(&mapping.value, remembered, &words);
            words.extend(more);
        }
        let needs_tenant = mapping.is_none() && matches!(state, account::State::NotMapped | account::State::Suggested);
        let buys = standing.without_tenant(id).filter(|_| needs_tenant);
        words.extend(buys.map(|what| format!("There is no tenant for it, although {what}. Map it, or exclude it.")));
        Self {
            id,
            name,
            tenant,
            tenant_name: mapping.map(|mapping| mapping.value.tenant_name.clone()),
            connection: mapping.map(|mapping| mapping.value.connection.clone()),
            version: mapping.map(|mapping| mapping.version),
            switches: mapping.map(|mapping| mapping.value.switches.clone()),
            state,
            words,
            needs_tenant: buys.is_some(),
            awaits_consent: mapping.is_some_and(|mapping| standing.awaits_consent(&mapping.value, remembered)),
            held: standing.count(id, mapping.map(|mapping| &mapping.value), remembered) + usize::from(buys.is_some()),
            suggestion,
            synced_at: match mapping {
                Some(mapping) => standing.freshness.synced_at(&mapping.value, remembered),
                None => remembered.synced_at,
            },
        }
    }

    fn is(&self, only: Only) -> bool {
        match only {
            Only::Mapped => self.tenant.is_some(),
            Only::NotMapped => self.tenant.is_none(),
            Only::Suggested => self.state == account::State::Suggested,
            Only::Excluded => self.state == account::State::Excluded,
            Only::Problem => matches!(self.state, account::State::Problem | account::State::Asks),
            Only::Held => self.is(Only::Problem) || (self.held > 0 && self.state != account::State::Excluded),
            Only::Creating => self.state == account::State::Creating,
            Only::WithoutTenant => self.needs_tenant,
        }
    }
}
