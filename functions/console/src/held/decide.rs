//! What a person decides about what is held.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use store::record::Held;
use store::table::{Deleted, Read, Stored};

use super::sort::{Sort, sort};
use super::{Declined, Shown, accounts, tickets};
use crate::auth::Actor;
use crate::error::Error;
use crate::{Deps, journal, text};

/// Lets it happen, as it was shown.
///
/// # Errors
/// It is not held any more, or something else by now (`moved`); something is missing that it needs, or it is nothing that an approval helps against.
pub async fn approve(deps: &Deps, by: &Actor, id: &str, shown: &Shown) -> Result<(), Error> {
    let held = find(deps, id, shown.version).await?;
    match sort(&held.value)? {
        Sort::Backlog(scope) => tickets::release(deps, &scope).await?,
        Sort::MassClose => tickets::allow_mass_close(deps).await?,
        Sort::PartnerAlert(alert) => tickets::look_again(deps, alert).await?,
        Sort::Quota(account, quota) | Sort::LostUnits(account, quota) | Sort::RaisedByHand(account, quota) => {
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

/// Does not let it happen, where that comes to anything: what a tenant has of an item stays for good, a customer is not made, a
/// backlog counts never, and of alerts and closings it is off the list until they are met again.
///
/// # Errors
/// It is not held any more, or something else by now (`moved`); no reason is given, or it would be held again at once (`not_declinable`).
pub async fn decline(deps: &Deps, by: &Actor, id: &str, declined: &Declined) -> Result<(), Error> {
    let why = text::reason("reason", &declined.reason)?;
    let held = find(deps, id, declined.version).await?;
    let means = match sort(&held.value)? {
        Sort::Backlog(scope) => {
            tickets::decline(deps, &scope).await?;
            "the alerts from before were declined: they become no tickets"
        }
        Sort::RaisedByHand(account, quota) => {
            accounts::keep_raise(deps, by, account, &quota, &why).await?;
            "the raise by hand was made permanent: it is an exception of the account now"
        }
        Sort::Quota(account, quota) => {
            accounts::keep(deps, by, account, &quota, &why).await?;
            "the cut was declined: what the tenant has is an exception of the account now"
        }
        Sort::Creation(account) => {
            accounts::give_up_creation(deps, by, account).await?;
            "the making of a tenant was declined: the account is excluded"
        }
        // Nothing is under way.
        Sort::MassClose => "the closing of many tickets at once was declined: it is held anew if it is met again",
        Sort::PartnerAlert(_) => "the partner's alert was declined: it is held anew if it is raised again",
        Sort::LostUnits(..) | Sort::Disable(_) | Sort::Delete(_) | Sort::Brake | Sort::FirstPlans | Sort::Shown => {
            let text =
                "this would be held again at once: approve it, or settle what it says, and it goes away by itself";
            return Err(Error::refused("not_declinable", text));
        }
    };
    settle(deps, by, held, means, Some(why)).await
}

/// Records the decision and takes it off the list.
async fn settle(deps: &Deps, by: &Actor, held: Stored<Held>, what: &str, why: Option<String>) -> Result<(), Error> {
    let new = Some(held.value.what.clone());
    let mut change = journal::Change { why, new, ..journal::Change::new(what) };
    if let Some(account) = held.value.account {
        change = change.of_account(account);
    }
    journal::record(deps, by, change).await?;
    match deps.systems.table.delete(&held).await? {
        // What stands there by now is another question.
        Deleted::Done | Deleted::Conflict(_) => Ok(()),
    }
}

/// What is held under this name, if it is still what was shown: under one name stands by turns what each run has found.
async fn find(deps: &Deps, name: &str, version: u64) -> Result<Stored<Held>, Error> {
    let missing = || Error::NotFound("nothing of this name is held (any more)".to_owned());
    let id = URL_SAFE_NO_PAD.decode(name).ok().and_then(|id| String::from_utf8(id).ok()).ok_or_else(missing)?;
    let stored = deps.systems.table.get::<Held>(&id, Read::Strong).await?.ok_or_else(missing)?;
    if stored.version != version {
        let text = "this has changed since it was shown: look at what it says now, and decide again";
        return Err(Error::refused("moved", text));
    }
    Ok(stored)
}
