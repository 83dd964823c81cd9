//! What waits for a decision on *Review* (rules X3, T2, T15).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bridge_core::hint::{AlertRef, Hint, Message};
use bridge_core::id::{AccountId, AlertId};
use bridge_core::settings::{Activations, Release, Scope};
use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;
use store::queue::QueueName;
use store::record::{Generation, Held};
use store::table::{Read, Stored};

use crate::auth::Actor;
use crate::error::Error;
use crate::page::{Page, Window, rows};
use crate::parked::Given;
use crate::{Deps, journal, walk};

/// How long an agreement to close many tickets at once is good for: it was given to what was shown.
const MASS_CLOSE_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Something that is held, as listed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "HeldDecision")]
pub struct View {
    /// Names it in paths.
    pub id: String,
    /// Stable code of the sort: `backlog`, `mass_close` or `partner_alert`.
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
}

/// What is held, as its id tells.
#[derive(Debug, PartialEq)]
enum Sort {
    Backlog(Scope),
    MassClose,
    PartnerAlert(AlertId),
}

/// A page of them.
///
/// # Errors
/// The table cannot be read.
pub async fn list(deps: &Deps, window: Window) -> Result<Page<View>, Error> {
    let page = Held::page(&deps.systems.table, window.after, rows(window.limit)?).await?;
    Ok(Page::of(page, |stored| View::of(stored.value)))
}

/// Lets it happen.
///
/// # Errors
/// It is not held any more, or something is missing that it needs.
pub async fn approve(deps: &Deps, by: &Actor, id: &str) -> Result<(), Error> {
    let held = find(deps, id).await?;
    match sort(&held)? {
        Sort::Backlog(scope) => {
            release(deps, &scope, Release::Released).await?;
            walk::walk_soon(deps).await?;
        }
        Sort::MassClose => walk::allow_mass_close(deps, deps.systems.clock.now() + MASS_CLOSE_FOR).await?,
        Sort::PartnerAlert(alert) => look_again(deps, alert).await?,
    }
    settle(deps, by, held, "what was held was approved", None).await
}

/// Does not let it happen. What still asks for it later is held anew.
///
/// # Errors
/// It is not held any more, or no reason is given.
pub async fn decline(deps: &Deps, by: &Actor, id: &str, given: Given) -> Result<(), Error> {
    let why = given.text()?;
    let held = find(deps, id).await?;
    match sort(&held)? {
        Sort::Backlog(scope) => release(deps, &scope, Release::Declined).await?,
        // Nothing is under way: the next walk asks again if it still finds so much gone, and a partner's alert if it is raised
        // again.
        Sort::MassClose | Sort::PartnerAlert(_) => {}
    }
    settle(deps, by, held, "what was held was declined", Some(why)).await
}

/// Rule T15: whether the alerts from before a switching-on count. If it was switched on once more since they were counted, they
/// are counted anew, and this answer was to another question.
async fn release(deps: &Deps, scope: &Scope, release: Release) -> Result<(), Error> {
    let decide = |activations: Option<Activations>| {
        let mut activations = activations?;
        for activation in &mut activations.list {
            if activation.scope == *scope && matches!(activation.release, Release::Held { .. }) {
                activation.release = release;
            }
        }
        Some(activations)
    };
    deps.systems.table.modify(&(), decide).await?;
    Ok(Generation::bump(&deps.systems.table).await?)
}

/// A partner's alert becomes a ticket once an account is chosen for such alerts.
async fn look_again(deps: &Deps, alert: AlertId) -> Result<(), Error> {
    let config = deps.systems.config().await?;
    if config.settings.tickets.partner_alerts_account.is_none() {
        let text = "choose an account for alerts of partners first (Ticket synchronization); then approve this";
        return Err(Error::refused("no_account", text));
    }
    let hint = Hint::Alerts { alerts: vec![AlertRef { id: alert, tenant: None }], connection: None };
    let correlation = deps.systems.random.id(&deps.systems.clock).to_string();
    Ok(deps.queue.send(QueueName::Alerts, &[Message::new(hint, Some(correlation))]).await?)
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
    let sort = match held.kind.as_str() {
        "backlog" => serde_json::from_str(rest).ok().map(Sort::Backlog),
        "mass_close" => Some(Sort::MassClose),
        "partner_alert" if !rest.is_empty() => Some(Sort::PartnerAlert(rest.into())),
        _ => None,
    };
    let unknown =
        || Error::refused("unknown_kind", "this release does not know what is held here: a later one has written it");
    sort.ok_or_else(unknown)
}

impl View {
    fn of(held: Held) -> Self {
        Self {
            // Ids have characters that paths treat in their own way.
            id: URL_SAFE_NO_PAD.encode(&held.id),
            kind: held.kind,
            account: held.account,
            reason: held.reason,
            what: held.what,
            since: held.since,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(id: &str, kind: &str) -> Held {
        let (reason, what, since) = (String::new(), String::new(), Timestamp::UNIX_EPOCH);
        Held { id: id.to_owned(), kind: kind.to_owned(), account: None, reason, what, since }
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
}
