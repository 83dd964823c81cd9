//! Decisions about quotas and tenants (rules P12, P15, V2, V6).

use bridge_core::hint::Hint;
use bridge_core::id::AccountId;
use bridge_core::provision::lifecycle::{Consent, State};
use bridge_core::quota::{Approval, Exception};
use jiff::SignedDuration;
use store::record::brake::Approved;
use store::record::{Account, Brake, HeldQuota, Mapping};
use store::table::Read;

use super::Shown;
use crate::accounts::{Answer, Decision, decide};
use crate::auth::Actor;
use crate::error::Error;
use crate::{Deps, hints};

/// How long a consent to what the brake holds covers what is left of it.
const BRAKE_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Rule P12: lets one item become this value, up to the usage that was shown.
pub(super) async fn approve_quota(deps: &Deps, by: &Actor, account: AccountId, quota: HeldQuota) -> Result<(), Error> {
    is_mapped(deps, account).await?;
    let HeldQuota { item, to, usage, .. } = quota;
    let approval = Approval { item, to, usage, by: by.name.clone(), at: deps.systems.clock.now() };
    change(deps, account, |record| {
        record.memory.approvals.retain(|former| former.item != approval.item);
        record.memory.approvals.push(approval.clone());
    })
    .await?;
    hints::send(deps, vec![hints::account(account)]).await
}

/// Rule P15: what somebody raised by hand stays, at the value that was shown.
pub(super) async fn keep_raise(
    deps: &Deps,
    by: &Actor,
    account: AccountId,
    quota: &HeldQuota,
    why: &str,
) -> Result<(), Error> {
    let exception = exception(deps, by, quota, why);
    let mut is_there = false;
    change(deps, account, |record| {
        is_there = record.memory.raises.get(&quota.item).is_some_and(|raise| raise.grant == quota.from);
        if is_there {
            record.memory.raises.remove(&quota.item);
            record.memory.exceptions.insert(quota.item.clone(), exception.clone());
        }
    })
    .await?;
    if is_there {
        return Ok(());
    }
    let text = "the raise that was shown is not known (any more): look at the account's quotas, and make the value permanent there";
    Err(Error::refused("moved", text))
}

/// Rules P12, P15: what would be cut stays, at the value that was shown. A run that finds another value drops the exception.
pub(super) async fn keep(
    deps: &Deps,
    by: &Actor,
    account: AccountId,
    quota: &HeldQuota,
    why: &str,
) -> Result<(), Error> {
    is_mapped(deps, account).await?;
    let exception = exception(deps, by, quota, why);
    change(deps, account, |record| {
        record.memory.approvals.retain(|approval| approval.item != quota.item);
        record.memory.exceptions.insert(quota.item.clone(), exception.clone());
    })
    .await
}

fn exception(deps: &Deps, by: &Actor, quota: &HeldQuota, why: &str) -> Exception {
    Exception { grant: quota.from, reason: why.to_owned(), by: by.name.clone(), at: deps.systems.clock.now() }
}

/// Rule V6: disables the tenant although that is held.
pub(super) async fn approve_disable(deps: &Deps, by: &Actor, account: AccountId) -> Result<(), Error> {
    is_mapped(deps, account).await?;
    let consent = consent(deps, by);
    change(deps, account, |record| record.lifecycle.approve_disable(consent.clone())).await?;
    hints::send(deps, vec![hints::account(account)]).await
}

/// Rule V6: deletes the tenant with all its data.
pub(super) async fn confirm_delete(deps: &Deps, by: &Actor, account: AccountId) -> Result<(), Error> {
    let consent = consent(deps, by);
    let mut state = State::default();
    change(deps, account, |record| {
        record.lifecycle.confirm_delete(consent.clone());
        state.clone_from(&record.lifecycle);
    })
    .await?;
    if state.delete_confirmed.is_none() {
        let text = "the tenant is not disabled by this integration (any more), so it is not deleted";
        return Err(Error::refused("moved", text));
    }
    hints::send(deps, vec![hints::account(account)]).await
}

/// Rule V2: tries again to make a tenant, where no answer is missing.
pub(super) async fn retry_creation(deps: &Deps, by: &Actor, account: AccountId) -> Result<(), Error> {
    decide(deps, by, account.0, &Decision { answer: Answer::Retry, tenant: None }).await
}

/// Rule V4: no tenant is made, as long as none is there or on its way.
pub(super) async fn give_up_creation(deps: &Deps, by: &Actor, account: AccountId) -> Result<(), Error> {
    decide(deps, by, account.0, &Decision { answer: Answer::GiveUp, tenant: None }).await
}

/// Rule P12: lets go what the brake holds, as it was shown.
pub(super) async fn approve_brake(deps: &Deps, by: &Actor, shown: &Shown) -> Result<(), Error> {
    let Some(digest) = shown.digest.clone() else {
        return Err(Error::field("digest", "give the digest that was shown with the brake"));
    };
    let at = deps.systems.clock.now();
    let approved = Approved { by: by.name.clone(), at, until: at + BRAKE_FOR, digest };
    let mut is_same = false;
    let approve = |brake: Option<Brake>| {
        let mut brake = brake?;
        is_same = brake.digest == approved.digest;
        if is_same {
            brake.approved = Some(approved.clone());
        }
        Some(brake)
    };
    deps.systems.table.modify::<Brake>(&(), approve).await?;
    if !is_same {
        let text = "the brake holds something else by now than what was shown: look at it again";
        return Err(Error::refused("other_plan", text));
    }
    hints::send(deps, vec![Hint::Pass { preview: None }]).await
}

fn consent(deps: &Deps, by: &Actor) -> Consent {
    Consent { by: by.name.clone(), at: deps.systems.clock.now() }
}

/// What is held of an account is about its tenant: without one, nothing would come of a decision.
async fn is_mapped(deps: &Deps, account: AccountId) -> Result<(), Error> {
    if deps.systems.table.get::<Mapping>(&account, Read::Strong).await?.is_some() {
        return Ok(());
    }
    let text = "the account is mapped to no tenant any more, so there is nothing to decide about it";
    Err(Error::refused("moved", text))
}

async fn change(deps: &Deps, account: AccountId, mut change: impl FnMut(&mut Account)) -> Result<(), Error> {
    let changed = |record: Option<Account>| {
        let mut record = record.unwrap_or_else(|| Account::new(account));
        change(&mut record);
        Some(record)
    };
    deps.systems.table.modify::<Account>(&account, changed).await?;
    Ok(())
}
