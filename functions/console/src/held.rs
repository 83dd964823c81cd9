//! What waits for a decision on *Review* (rules P12, V6, X3, T2, T15).

mod accounts;
mod first_plans;
mod names;
mod tickets;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bridge_core::id::{AccountId, AlertId};
use bridge_core::item::{Grant, ItemId};
use bridge_core::settings::Scope;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use store::record::{Brake, Held, HeldQuota};
use store::table::{Read, Stored};

use crate::auth::Actor;
use crate::error::Error;
use crate::openapi::shapes;
use crate::page::{Page, rows};
use crate::parked::Given;
use crate::services::Recent;
use crate::{Deps, journal, labels};

/// Reads for one answer at most; then it ends with a cursor, also when it found nothing yet.
const READS: usize = 10;
/// Rule P1's entry: one, however many accounts there are.
const FIRST_PLANS: &str = "first_plans";

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
    /// Only what is about this account, its first plan included.
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

/// What is held, as its id and kind tell.
#[derive(Debug, PartialEq)]
enum Sort {
    Backlog(Scope),
    MassClose,
    PartnerAlert(AlertId),
    Quota(AccountId, HeldQuota),
    /// A raise by hand: declining to put it back makes it permanent (rule P15).
    RaisedByHand(AccountId, HeldQuota),
    Disable(AccountId),
    Delete(AccountId),
    Creation(AccountId),
    Brake,
    FirstPlans,
    /// Something that has to be settled elsewhere.
    Shown,
}

/// A page of them. A page may be short and still have a next one.
///
/// # Errors
/// The table cannot be read, or the filter makes no sense.
pub async fn list(deps: &Deps, recent: &Recent, filter: Filter) -> Result<Page<View>, Error> {
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
            filter.account.is_none_or(|account| is_first_plan || held.account == Some(AccountId(account)))
                && filter.kind.as_ref().is_none_or(|kind| held.kind == *kind)
        });
        page.items.extend(fitting.map(View::of));
        if page.next.is_none() || page.items.len() >= limit {
            break;
        }
    }
    if let Some(brake) = page.items.iter_mut().find(|view| view.kind == "brake") {
        brake.digest = table.get::<Brake>(&(), Read::Strong).await?.map(|brake| brake.value.digest);
    }
    if let Some(entry) = page.items.iter_mut().find(|view| view.kind == FIRST_PLANS) {
        entry.accounts = first_plans::waiting(deps, filter.account.map(AccountId)).await?;
    }
    names::put(deps, recent, &mut page.items).await?;
    Ok(page)
}

/// Lets it happen.
///
/// # Errors
/// It is not held any more, something is missing that it needs, or it is nothing that an approval helps against.
pub async fn approve(deps: &Deps, by: &Actor, id: &str, shown: &Shown) -> Result<(), Error> {
    let held = find(deps, id).await?;
    match sort(&held)? {
        Sort::Backlog(scope) => tickets::release(deps, &scope).await?,
        Sort::MassClose => tickets::allow_mass_close(deps).await?,
        Sort::PartnerAlert(alert) => tickets::look_again(deps, alert).await?,
        Sort::Quota(account, quota) | Sort::RaisedByHand(account, quota) => {
            accounts::approve_quota(deps, by, account, quota).await?;
        }
        Sort::Disable(account) => accounts::approve_disable(deps, by, account).await?,
        Sort::Delete(account) => accounts::confirm_delete(deps, by, account).await?,
        Sort::Creation(account) => accounts::retry_creation(deps, by, account).await?,
        Sort::Brake => accounts::approve_brake(deps, by, shown).await?,
        Sort::FirstPlans => return Err(Error::PreviewNeeded(Vec::new())),
        Sort::Shown => {
            let text = "no approval helps against this: settle what it says, and it goes away by itself";
            return Err(Error::refused("not_approvable", text));
        }
    }
    settle(deps, by, held, "what was held was approved", None).await
}

/// Does not let it happen, where that comes to anything: a raise by hand stays for good, a backlog counts never, and of alerts and
/// closings it is off the list until they are met again.
///
/// # Errors
/// It is not held any more, no reason is given, or it would be held again at once (`not_declinable`).
pub async fn decline(deps: &Deps, by: &Actor, id: &str, given: &Given) -> Result<(), Error> {
    let why = given.text()?;
    let held = find(deps, id).await?;
    let means = match sort(&held)? {
        Sort::Backlog(scope) => {
            tickets::decline(deps, &scope).await?;
            "the alerts from before were declined: they become no tickets"
        }
        Sort::RaisedByHand(account, quota) => {
            accounts::keep_raise(deps, by, account, &quota, &why).await?;
            "the raise by hand was made permanent: it is an exception of the account now"
        }
        // Nothing is under way.
        Sort::MassClose => "the closing of many tickets at once was declined: it is held anew if it is met again",
        Sort::PartnerAlert(_) => "the partner's alert was declined: it is held anew if it is raised again",
        Sort::Quota(..)
        | Sort::Disable(_)
        | Sort::Delete(_)
        | Sort::Creation(_)
        | Sort::Brake
        | Sort::FirstPlans
        | Sort::Shown => {
            let text =
                "this would be held again at once: approve it, or settle what it says, and it goes away by itself";
            return Err(Error::refused("not_declinable", text));
        }
    };
    settle(deps, by, held, means, Some(why)).await
}

/// Records the decision and takes it off the list.
async fn settle(deps: &Deps, by: &Actor, held: Held, what: &str, why: Option<String>) -> Result<(), Error> {
    let mut change = journal::Change { why, new: Some(held.what), ..journal::Change::new(what) };
    if let Some(account) = held.account {
        change = change.of_account(account);
    }
    journal::record(deps, by, change).await?;
    deps.systems.table.modify::<Held>(&held.id, |_| None).await?;
    Ok(())
}

async fn find(deps: &Deps, name: &str) -> Result<Held, Error> {
    let missing = || Error::NotFound("nothing of this name is held (any more)".to_owned());
    let id = URL_SAFE_NO_PAD.decode(name).ok().and_then(|id| String::from_utf8(id).ok()).ok_or_else(missing)?;
    let stored: Option<Stored<Held>> = deps.systems.table.get(&id, Read::Strong).await?;
    stored.map(|stored| stored.value).ok_or_else(missing)
}

fn sort(held: &Held) -> Result<Sort, Error> {
    let rest = held.id.split_once('#').map_or("", |(_, rest)| rest);
    let quota = || Some((held.account?, held.quota.clone()?));
    let sort = match held.kind.as_str() {
        "backlog" => serde_json::from_str(rest).ok().map(Sort::Backlog),
        "mass_close" => Some(Sort::MassClose),
        "partner_alert" if !rest.is_empty() => Some(Sort::PartnerAlert(rest.into())),
        "below_usage" | "usage_unknown" | "switch_off" | "lost_units" => {
            quota().map(|(account, quota)| Sort::Quota(account, quota))
        }
        "raised_by_hand" => quota().map(|(account, quota)| Sort::RaisedByHand(account, quota)),
        "disable" => held.account.map(Sort::Disable),
        "delete" => held.account.map(Sort::Delete),
        "creation" => held.account.map(Sort::Creation),
        "brake" => Some(Sort::Brake),
        FIRST_PLANS => Some(Sort::FirstPlans),
        "raise_refused"
        | "storage_in_use"
        | "plan_problem"
        | "no_selling_contract"
        | "tenant_missing"
        | "disabled_by_hand" => Some(Sort::Shown),
        _ => None,
    };
    let unknown =
        || Error::refused("unknown_kind", "this release does not know what is held here: a later one has written it");
    sort.ok_or_else(unknown)
}

impl Sort {
    /// What declining it comes to. Anything else would be held again at the next run.
    fn if_declined(&self) -> Option<&'static str> {
        match self {
            Self::Backlog(_) => Some("The alerts from before become no tickets, for good."),
            Self::MassClose => Some("The tickets stay open; it is held anew if it is met again."),
            Self::PartnerAlert(_) => Some("It becomes no ticket, unless it is raised again."),
            Self::RaisedByHand(..) => Some(
                "The raise becomes permanent: the value stays for good, whatever the contracts say, until that is ended.",
            ),
            Self::Quota(..)
            | Self::Disable(_)
            | Self::Delete(_)
            | Self::Creation(_)
            | Self::Brake
            | Self::FirstPlans
            | Self::Shown => None,
        }
    }
}

impl View {
    fn of(held: Held) -> Self {
        let sort = sort(&held);
        let can_be_approved = sort.as_ref().is_ok_and(|sort| !matches!(sort, Sort::Shown | Sort::FirstPlans));
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
            accounts: Vec::new(),
            quota,
            digest: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use bridge_core::item::Quota;

    use super::*;

    fn held(id: &str, kind: &str) -> Held {
        let (reason, what, since) = (String::new(), String::new(), Timestamp::UNIX_EPOCH);
        Held { id: id.to_owned(), kind: kind.to_owned(), account: None, reason, what, since, quota: None }
    }

    #[test]
    fn what_is_held_is_told_by_its_id() {
        let backlog = sort(&held(r#"backlog#{"what":"account","id":174}"#, "backlog")).unwrap();
        assert_eq!(backlog, Sort::Backlog(Scope::Account(AccountId(174))));
        assert_eq!(sort(&held("mass_close", "mass_close")).unwrap(), Sort::MassClose);
        let alert = sort(&held("partner_alert#A-1", "partner_alert")).unwrap();
        assert_eq!(alert, Sort::PartnerAlert("a-1".into()));
        assert!(sort(&held("something#else", "something")).is_err());
        assert!(sort(&held("backlog#?", "backlog")).is_err());
    }

    #[test]
    fn p12_a_quota_is_told_by_what_it_would_become() {
        let item = ItemId { application: "a".into(), name: "pw_base_servers".to_owned(), infra: None };
        let quota = HeldQuota { item, to: Grant::Quota(Quota::hard(3)), usage: Some(5) };
        let account = Some(AccountId(174));
        let cut =
            |kind: &str| Held { account, quota: Some(quota.clone()), ..held("quota#174#a/pw_base_servers", kind) };
        assert_eq!(sort(&cut("below_usage")).unwrap(), Sort::Quota(AccountId(174), quota.clone()));
        assert_eq!(sort(&cut("raised_by_hand")).unwrap(), Sort::RaisedByHand(AccountId(174), quota.clone()));
        assert_eq!(sort(&cut("storage_in_use")).unwrap(), Sort::Shown);
        assert!(sort(&Held { quota: None, ..cut("below_usage") }).is_err());
        assert!(!View::of(cut("storage_in_use")).can_be_approved && View::of(cut("lost_units")).can_be_approved);
    }
}
