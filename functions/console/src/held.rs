//! What waits for a decision on *Review* (rules P12, V6, X3, T2, T15).

mod accounts;
mod decide;
mod first_plans;
pub(crate) mod kinds;
mod names;
mod sort;
mod tickets;
mod words;

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bridge_core::id::AccountId;
use bridge_core::item::{Grant, ItemId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::{Brake, Concerned, Held, HeldQuota};
use store::table::{Read, Stored};

use crate::Deps;
use crate::error::Error;
use crate::openapi::shapes;
use crate::page::{Page, rows};
use names::Known;
use words::Words;

pub use decide::{approve, decline};
pub use words::{Choice, Help};

/// Reads for one answer at most; then it ends with a cursor, also when it found nothing yet.
const READS: usize = 10;
/// Rule P1's entry: one, however many accounts there are.
pub(crate) const FIRST_PLANS: &str = "first_plans";
/// Rule P12's entry.
pub(crate) const BRAKE: &str = "brake";
/// Accounts that buy what is mapped and get no tenant by themselves.
pub(crate) const WITHOUT_TENANT: &str = "without_tenant";

/// Something that is held, as listed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "HeldDecision")]
pub struct View {
    /// Names it in paths.
    pub id: String,
    /// What is shown here; a decision carries it, and is refused once anything of it has changed.
    pub version: u64,
    /// Stable code of the sort, such as `backlog`, `below_usage` or `brake`.
    pub kind: String,
    /// The account, where there is one.
    #[schemars(with = "Option<i64>")]
    pub account: Option<AccountId>,
    /// Its name.
    pub account_name: Option<String>,
    /// What would be done, in a line that can be read alone: the customer first.
    pub headline: String,
    /// What there is to know before that is decided.
    pub details: Vec<String>,
    /// Why it is held.
    pub reason: String,
    /// What would happen.
    pub what: String,
    /// Since when.
    pub since: Timestamp,
    /// What approving it does, where that lets it happen. Otherwise it goes away once what it says is settled.
    pub approve: Option<Choice>,
    /// What declining it does, where that comes to anything. Otherwise it stays held until it is approved or what it says is settled.
    pub decline: Option<Choice>,
    /// Where else it can be settled.
    pub helps: Vec<Help>,
    /// The accounts that it is about, where it is about several: up to 500.
    pub accounts: Vec<Named>,
    /// The change of a quota that an approval is for.
    pub quota: Option<QuotaView>,
    /// What an approval of the brake carries: it is for what was shown.
    pub digest: Option<String>,
}

/// A change of a quota that is held.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "HeldQuota")]
pub struct QuotaView {
    /// The item.
    #[schemars(with = "shapes::ItemId")]
    pub item: ItemId,
    /// Its name for people, with its storage's.
    pub label: String,
    /// What it is.
    #[schemars(with = "shapes::Grant")]
    pub from: Grant,
    /// What it would become.
    #[schemars(with = "shapes::Grant")]
    pub to: Grant,
    /// What is used of it, in the item's unit, as far as it is known. An approval lapses when more is used.
    pub usage: Option<i64>,
    /// When it happens without an approval, if it does.
    pub until: Option<Timestamp>,
}

/// An account with its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "HeldAccount")]
pub struct Named {
    /// The account.
    #[schemars(with = "i64")]
    pub id: AccountId,
    /// Its name.
    pub name: String,
    /// What would become of it, or what there is to say, in words.
    pub what: Option<String>,
}

/// Which of what is held.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HeldFilter")]
pub struct Filter {
    /// Rows on the page, 1 to 500; 50 unless given.
    pub limit: Option<usize>,
    /// `next` of the page before.
    pub after: Option<String>,
    /// Only what is about this account, alone or among others.
    pub account: Option<i64>,
    /// Only what is about accounts with this in their names, letter case aside, or with this id.
    pub search: Option<String>,
    /// Only this sort.
    pub kind: Option<String>,
}

/// What a person has looked at.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HeldShown")]
pub struct Shown {
    /// The version that was shown.
    pub version: u64,
    /// The digest that was shown; needed for the brake.
    #[serde(default)]
    pub digest: Option<String>,
}

/// What a person has looked at and does not want.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "HeldDeclined")]
pub struct Declined {
    /// The version that was shown.
    pub version: u64,
    /// For whoever looks at it later.
    pub reason: String,
}

/// A page of them. A page may be short and still have a next one.
///
/// # Errors
/// The table cannot be read, or the filter makes no sense.
pub async fn list(deps: &Deps, filter: Filter) -> Result<Page<View>, Error> {
    let limit = rows(filter.limit)?;
    let table = &deps.systems.table;
    let only = names::asked(deps, &filter).await?;
    // Rule P1's entry is one for all accounts.
    let has_first_plan = match &only {
        Some(only) => !first_plans::waiting(deps, Some(only)).await?.is_empty(),
        None => false,
    };
    let (mut found, mut next, mut unreadable) = (Vec::new(), filter.after, 0);
    for _ in 0..READS {
        let read = Held::page(table, next.take(), limit - found.len()).await?;
        unreadable += read.skipped.len();
        next = read.next;
        let fitting = read.records.into_iter().filter(|Stored { value: held, .. }| {
            let is_first_plan = held.kind == FIRST_PLANS && has_first_plan;
            only.as_ref().is_none_or(|only| is_first_plan || is_about(held, only))
                && filter.kind.as_ref().is_none_or(|kind| held.kind == *kind)
        });
        found.extend(fitting);
        if next.is_none() || found.len() >= limit {
            break;
        }
    }
    let known = Known::of(deps, &found).await?;
    let mut items: Vec<View> = found.into_iter().map(|stored| known.view(stored)).collect();
    if let Some(brake) = items.iter_mut().find(|view| view.kind == BRAKE) {
        brake.digest = table.get::<Brake>(&(), Read::Strong).await?.map(|brake| brake.value.digest);
    }
    if let Some(entry) = items.iter_mut().find(|view| view.kind == FIRST_PLANS) {
        first_plans::put(deps, only.as_ref(), &mut entry.accounts).await?;
    }
    Ok(Page { items, next, unreadable })
}

/// Why the brake is on, if it is.
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn brake(deps: &Deps) -> Result<Option<String>, Error> {
    let held = deps.systems.table.get::<Held>(&BRAKE.to_owned(), Read::Strong).await?;
    Ok(held.map(|held| held.value.reason))
}

fn is_about(held: &Held, only: &BTreeSet<AccountId>) -> bool {
    let is_among = held.kind != FIRST_PLANS && held.accounts.iter().any(|concerned| only.contains(&concerned.account));
    is_among || held.account.is_some_and(|account| only.contains(&account))
}

impl View {
    fn of(held: Held, version: u64, account_name: Option<String>, label: String, words: Words) -> Self {
        let quota = held.quota.map(|HeldQuota { item, from, to, usage, until, .. }| QuotaView {
            item,
            label,
            from,
            to,
            usage,
            until,
        });
        let Words { headline, details, approve, decline, helps } = words;
        Self {
            // Ids have characters that paths treat in their own way.
            id: URL_SAFE_NO_PAD.encode(&held.id),
            version,
            kind: held.kind,
            account: held.account,
            account_name,
            headline,
            details,
            reason: held.reason,
            what: held.what,
            since: held.since,
            approve,
            decline,
            helps,
            accounts: held.accounts.into_iter().map(Named::from).collect(),
            quota,
            digest: None,
        }
    }
}

impl From<Concerned> for Named {
    fn from(Concerned { account, name, what }: Concerned) -> Self {
        Self { id: account, name, what: Some(what) }
    }
}
