//! The three writes of a tenant's life. Each is announced, made, recorded, and then kept.

use acronis::Tenant;
use bridge_core::failure::Class;
use bridge_core::provision::lifecycle::{Consent, State};
use jiff::Timestamp;
use store::record::{Account, Mapping};

use super::changed;
use crate::Error;
use crate::gather::Seen;
use crate::journal::{self, Written};
use crate::outcome::{self, Outcome};
use crate::steps::{LOOK_AGAIN, client, refused};
use crate::turn::{Flow, Worker};

/// The account has sold nothing for so long that its tenant is disabled.
pub(super) async fn disable(worker: &mut Worker<'_>, mapping: &Mapping, tenant: &Tenant) -> Result<Flow, Error> {
    let now = worker.now();
    let client = client(worker, &mapping.connection).await?;
    let Some(version) = tenant.version else { return Ok(no_version(worker, tenant)) };
    if let Some(flow) = worker.announce(changed(move |state| state.begin_disable(now))).await? {
        return Ok(flow);
    }
    match client.set_enabled(&mapping.tenant, version, false).await {
        Ok(after) => {
            record_disabled(worker, mapping, now).await?;
            worker.take_in(changed(move |state| state.disabled(now)));
            keep(worker, Seen::There(after)).await
        }
        Err(error) => failed(worker, mapping, error, changed(State::disable_had_no_effect)).await,
    }
}

/// A contract has returned to a tenant that we disabled. Its quotas are planned right after.
pub(super) async fn enable(worker: &mut Worker<'_>, mapping: &Mapping, tenant: &Tenant) -> Result<Flow, Error> {
    let now = worker.now();
    let client = client(worker, &mapping.connection).await?;
    let Some(version) = tenant.version else { return Ok(no_version(worker, tenant)) };
    if let Some(pending) = worker.record.pending.as_ref().filter(|_| outcome::is_in_doubt(&worker.record)) {
        return Ok(Flow::Leave(Some(outcome::doubt_ends(pending))));
    }
    let pending = outcome::announcement(outcome::CONTRACT_RETURNED, now);
    if let Some(flow) = worker.announce(outcome::announced(pending)).await? {
        return Ok(flow);
    }
    match client.set_enabled(&mapping.tenant, version, true).await {
        Ok(after) => {
            record_enabled(worker, mapping, now).await?;
            worker.take_in(enabled());
            keep(worker, Seen::There(after)).await
        }
        Err(error) => failed(worker, mapping, error, outcome::settled()).await,
    }
}

/// A person has confirmed it, and we disabled the tenant long ago. Acronis can restore it for 30 days.
pub(super) async fn delete(worker: &mut Worker<'_>, mapping: &Mapping, tenant: &Tenant) -> Result<Flow, Error> {
    let client = client(worker, &mapping.connection).await?;
    let Some(version) = tenant.version else { return Ok(no_version(worker, tenant)) };
    if let Some(flow) = worker.announce(Box::new(|_| {})).await? {
        return Ok(flow);
    }
    match client.delete_tenant(&mapping.tenant, version).await {
        Ok(()) => {
            settle_deleted(worker, mapping).await?;
            keep(worker, Seen::Missing).await
        }
        Err(error) => failed(worker, mapping, error, Box::new(|_| {})).await,
    }
}

/// Records the deletion that a person confirmed, once the tenant is gone.
pub(in crate::steps) async fn settle_deleted(worker: &mut Worker<'_>, mapping: &Mapping) -> Result<(), Error> {
    let Some(Consent { by, at }) = worker.record.lifecycle.delete_confirmed.clone() else { return Ok(()) };
    let why = "its account has had no contract since the integration disabled it, and a person confirmed";
    record(worker, mapping, ("deleted", at), by, ("tenant deleted", why.to_owned())).await?;
    worker.take_in(changed(|state| *state = State::default()));
    Ok(())
}

/// Records a disabling that was begun then.
pub(super) async fn record_disabled(worker: &Worker<'_>, mapping: &Mapping, at: Timestamp) -> Result<(), Error> {
    let state = &worker.record.lifecycle;
    let since = state.unsold_since.map_or_else(String::new, |since| format!(" since {}", since.strftime("%Y-%m-%d")));
    let actor = state.disable_approved.as_ref().map_or_else(|| journal::ACTOR.to_owned(), |consent| consent.by.clone());
    let why = format!("the account has had no selling contract{since}");
    record(worker, mapping, ("disabled", at), actor, ("tenant disabled", why)).await
}

/// Records an enabling that was begun then.
pub(super) async fn record_enabled(worker: &Worker<'_>, mapping: &Mapping, at: Timestamp) -> Result<(), Error> {
    let why = outcome::CONTRACT_RETURNED.to_owned();
    record(worker, mapping, ("enabled", at), journal::ACTOR.to_owned(), ("tenant enabled again", why)).await
}

/// The tenant is enabled again, and that is recorded.
pub(super) fn enabled() -> Outcome {
    Box::new(|account: &mut Account| {
        account.pending = None;
        account.lifecycle.enabled();
    })
}

async fn record(
    worker: &Worker<'_>,
    mapping: &Mapping,
    (id, at): (&str, Timestamp),
    actor: String,
    (what, why): (&str, String),
) -> Result<(), Error> {
    let written = Written {
        at,
        id: id.to_owned(),
        system: journal::ACRONIS,
        actor,
        what: what.to_owned(),
        why,
        old: None,
        new: Some(mapping.tenant_name.clone()),
    };
    let table = &worker.deps.systems.table;
    Ok(journal::record(table, mapping.account, Some(mapping.tenant.clone()), written).await?)
}

async fn keep(worker: &mut Worker<'_>, seen: Seen) -> Result<Flow, Error> {
    worker.subject.tenant = Some(seen);
    worker.keep().await
}

fn no_version(worker: &mut Worker<'_>, tenant: &Tenant) -> Flow {
    let text = format!("Acronis does not say which version “{}” is of, so it cannot be changed.", tenant.name);
    worker.trouble("tenant_unreadable", text);
    Flow::Rest(Some(worker.now() + LOOK_AGAIN))
}

/// A write failed. What is certainly without effect is not looked for later.
async fn failed(
    worker: &mut Worker<'_>,
    mapping: &Mapping,
    error: acronis::Error,
    had_no_effect: Outcome,
) -> Result<Flow, Error> {
    let class = error.class();
    match class {
        Class::OutcomeUnknown | Class::Bug => {}
        Class::Permanent
        | Class::Conflict
        | Class::NeedsOperator
        | Class::Throttled { .. }
        | Class::Transient { .. } => worker.take_in(had_no_effect),
    }
    if class == Class::Permanent {
        worker.trouble("tenant_refused", format!("{error}. It is tried again in a quarter of an hour."));
        return Ok(Flow::Rest(Some(worker.now() + LOOK_AGAIN)));
    }
    // After a conflict the next turn reads the tenant anew.
    Err(refused(worker, &mapping.connection, error).await)
}
