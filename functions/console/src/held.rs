//! What waits for a decision on *Review* (rules P12, V6, X3, T2, T15).

mod accounts;
mod decide;
mod first_plans;
pub(crate) mod kinds;
mod names;
mod sort;
mod tickets;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bridge_core::id::AccountId;
use bridge_core::item::{Grant, ItemId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::{Brake, Concerned, Held, HeldQuota};
use store::table::Read;

use crate::error::Error;
use crate::openapi::shapes;
use crate::page::{Page, rows};
use crate::{Deps, labels};
use sort::{Sort, sort};

pub use decide::{approve, decline};

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
    /// Stable code of the sort, such as `backlog`, `below_usage` or `brake`.
    pub kind: String,
    /// The account, where there is one.
    #[schemars(with = "Option<i64>")]
    pub account: Option<AccountId>,
    /// Why it is held.
    pub reason: String,
    /// What would happen.
    pub what: String,
    /// Since when.
    pub since: Timestamp,
    /// Whether an approval lets it happen. Otherwise it goes away once what it says is settled.
    pub can_be_approved: bool,
    /// Whether declining it comes to anything. Otherwise it stays held until it is approved or what it says is settled.
    pub can_be_declined: bool,
    /// What declining it comes to, in words; nothing where it cannot be declined.
    pub if_declined: Option<String>,
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
    /// What it would become.
    #[schemars(with = "shapes::Grant")]
    pub to: Grant,
    /// What is used of it, in the item's unit, as far as it is known. An approval lapses when more is used.
    pub usage: Option<i64>,
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
    /// Only this sort.
    pub kind: Option<String>,
}

/// What a person has looked at.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "HeldShown")]
pub struct Shown {
    /// The digest that was shown; needed for the brake.
    pub digest: Option<String>,
}

/// A page of them. A page may be short and still have a next one.
///
/// # Errors
/// The table cannot be read, or the filter makes no sense.
pub async fn list(deps: &Deps, filter: Filter) -> Result<Page<View>, Error> {
    let limit = rows(filter.limit)?;
    let table = &deps.systems.table;
    // Rule P1's entry is one for all accounts.
    let has_first_plan = match filter.account {
        Some(account) => !first_plans::waiting(deps, Some(AccountId(account))).await?.is_empty(),
        None => false,
    };
    let mut page = Page { items: Vec::new(), next: filter.after, unreadable: 0 };
    for _ in 0..READS {
        let read = Held::page(table, page.next.take(), limit - page.items.len()).await?;
        page.unreadable += read.skipped.len();
        page.next = read.next;
        let held = read.records.into_iter().map(|stored| stored.value);
        let fitting = held.filter(|held| {
            let is_first_plan = held.kind == FIRST_PLANS && has_first_plan;
            filter.account.is_none_or(|account| is_first_plan || is_about(held, AccountId(account)))
                && filter.kind.as_ref().is_none_or(|kind| held.kind == *kind)
        });
        page.items.extend(fitting.map(View::of));
        if page.next.is_none() || page.items.len() >= limit {
            break;
        }
    }
    if let Some(brake) = page.items.iter_mut().find(|view| view.kind == BRAKE) {
        brake.digest = table.get::<Brake>(&(), Read::Strong).await?.map(|brake| brake.value.digest);
    }
    if let Some(entry) = page.items.iter_mut().find(|view| view.kind == FIRST_PLANS) {
        first_plans::put(deps, filter.account.map(AccountId), &mut entry.accounts).await?;
    }
    names::put(deps, &mut page.items).await?;
    Ok(page)
}

/// Why the brake is on, if it is.
///
/// # Errors
/// The table cannot be read.
pub(crate) async fn brake(deps: &Deps) -> Result<Option<String>, Error> {
    let held = deps.systems.table.get::<Held>(&BRAKE.to_owned(), Read::Strong).await?;
    Ok(held.map(|held| held.value.reason))
}

fn is_about(held: &Held, account: AccountId) -> bool {
    let is_among = held.kind != FIRST_PLANS && held.accounts.iter().any(|concerned| concerned.account == account);
    is_among || held.account == Some(account)
}

impl View {
    fn of(held: Held) -> Self {
        let sort = sort(&held);
        let can_be_approved = sort.as_ref().is_ok_and(Sort::can_be_approved);
        let if_declined = sort.as_ref().ok().and_then(Sort::if_declined);
        let quota = held.quota.map(|HeldQuota { item, to, usage }| {
            let label = labels::of(&item);
            QuotaView { item, label, to, usage }
        });
        Self {
            // Ids have characters that paths treat in their own way.
            id: URL_SAFE_NO_PAD.encode(&held.id),
            kind: held.kind,
            account: held.account,
            reason: held.reason,
            what: held.what,
            since: held.since,
            can_be_approved,
            can_be_declined: if_declined.is_some(),
            if_declined: if_declined.map(str::to_owned),
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
