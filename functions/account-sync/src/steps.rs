//! What is done next for an account, and how. First what was begun is brought to its end, then the tenant itself is looked after,
//! then its quotas.

mod creation;
mod lifecycle;
mod quotas;
mod references;
mod review;
mod usage;

use acronis::{Tenant, TenantKind};
use bridge_core::id::ConnectionId;
use bridge_core::mapping::Switches;
use bridge_core::provision::Creation;
use jiff::SignedDuration;
use store::record::Mapping;
use store::record::account::OnPurpose;
use systems::Use;

use crate::gather::Seen;
use crate::turn::{Flow, Worker};
use crate::{Error, failure, outcome};

/// When to look again at what somebody has to settle elsewhere: nothing tells us that it was.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(15);

/// Carries out the next step for the worker's account. The parts lie on the heap each by itself: together they would be more
/// than a thread's stack has room for in a debug build.
pub(crate) async fn next(worker: &mut Worker<'_>) -> Result<Flow, Error> {
    let due_at = match Box::pin(creation::next(worker)).await? {
        creation::Stand::Goes(flow) => return Ok(flow),
        // The tenant may be in use although its administrator is still missing. Before that, its creation alone plans for it.
        creation::Stand::Waits(due_at) if worker.subject.mapping.is_none() || !is_ready(worker) => {
            let is_under_way = worker.troubles.is_empty();
            return Ok(if is_under_way { Flow::Leave(due_at) } else { Flow::Rest(due_at) });
        }
        creation::Stand::Waits(due_at) => due_at,
        creation::Stand::None if worker.subject.mapping.is_none() => return Box::pin(unmapped(worker)).await,
        creation::Stand::None => None,
    };
    let flow = Box::pin(mapped(worker)).await?;
    Ok(match flow {
        Flow::Rest(also_due) => Flow::Rest([due_at, also_due].into_iter().flatten().min()),
        flow => flow,
    })
}

/// Whether the tenant is there, were it that its administrator is still missing.
fn is_ready(worker: &Worker<'_>) -> bool {
    worker.record.creation.as_ref().is_none_or(Creation::is_tenant_ready)
}

/// What is done for an account whose mapping was removed while a write was under way: nothing is written to its former tenant any
/// more, but whether that write is in effect is still looked for, so that it does not go unrecorded (rule X5).
async fn unmapped(worker: &mut Worker<'_>) -> Result<Flow, Error> {
    let Some(pending) = worker.record.pending.clone() else { return Ok(Flow::Leave(None)) };
    let former = worker.record.unmapped.clone();
    let former = former.filter(|former| worker.config.connections.contains_key(&former.connection));
    let Some(OnPurpose { at, tenant, connection, .. }) = former.filter(|_| !pending.changes.is_empty()) else {
        worker.take_in(Box::new(|account| account.pending = None));
        return Ok(Flow::Leave(None));
    };
    let mapping = Mapping {
        account: worker.record.account,
        tenant,
        connection,
        switches: Switches::default(),
        account_name: String::new(),
        tenant_name: String::new(),
        mapped_at: at,
    };
    if let Some(flow) = quotas::settle(worker, &mapping).await? {
        return Ok(flow);
    }
    Ok(Flow::Leave(worker.record.pending.as_ref().map(outcome::doubt_ends)))
}

/// What is done for an account that is mapped.
async fn mapped(worker: &mut Worker<'_>) -> Result<Flow, Error> {
    let Some(mapping) = worker.subject.mapping.clone() else { return Ok(Flow::Leave(None)) };
    let tenant = match worker.subject.tenant.clone() {
        // Nothing may be written for the account, so nothing was read.
        None => return Ok(Flow::Leave(None)),
        Some(Seen::There(tenant)) => tenant,
        Some(Seen::Missing) if worker.record.lifecycle.delete_confirmed.is_some() => {
            lifecycle::settle_deleted(worker, &mapping).await?;
            return Ok(Flow::Rest(None));
        }
        Some(Seen::Missing) => {
            worker.trouble(
                "tenant_missing",
                format!(
                    "Acronis has no tenant “{}” any more that this connection can see: it was deleted, or moved to another \
                     partner. Restore it there, or remove the mapping. Nothing is written meanwhile.",
                    mapping.tenant_name
                ),
            );
            return Ok(Flow::Rest(Some(worker.now() + LOOK_AGAIN)));
        }
        Some(Seen::Unreadable) => {
            worker.trouble(
                "tenant_unreadable",
                format!(
                    "Acronis lists the tenant “{}” in a way that this release does not understand. Nothing is written \
                     meanwhile.",
                    mapping.tenant_name
                ),
            );
            return Ok(Flow::Rest(Some(worker.now() + LOOK_AGAIN)));
        }
    };
    if worker.record.pending.as_ref().is_some_and(|pending| pending.at < mapping.mapped_at) {
        // It was announced for the tenant that the account was mapped to before, which is no longer ours to look at.
        worker.take_in(Box::new(|account| account.pending = None));
    }
    if worker.record.pending.is_some()
        && let Some(flow) = quotas::settle(worker, &mapping).await?
    {
        return Ok(flow);
    }
    if !worker.subject.may_write(worker.config, worker.now()) || !has_consent(worker, &mapping) {
        let in_doubt = worker.record.pending.as_ref().filter(|_| outcome::is_in_doubt(&worker.record));
        return Ok(Flow::Leave(in_doubt.map(outcome::doubt_ends)));
    }
    if !can_be_written(worker, &tenant) {
        return Ok(Flow::Rest(Some(worker.now() + LOOK_AGAIN)));
    }
    // Before anything is done for what was reviewed. What a disabled tenant may use is planned when it is enabled again.
    if tenant.enabled
        && let Some(flow) = quotas::refused_review(worker, &mapping, &tenant).await?
    {
        return Ok(flow);
    }
    if let Some(flow) = references::next(worker, &mapping, &tenant).await? {
        return Ok(flow);
    }
    if let Some(flow) = Box::pin(lifecycle::next(worker, &mapping, &tenant)).await? {
        if matches!(flow, Flow::Rest(_)) && !tenant.enabled {
            // No quotas follow that would end it.
            review::done(worker);
        }
        return Ok(flow);
    }
    Box::pin(quotas::next(worker, &mapping, &tenant, quotas::Whose::Customer)).await
}

/// Rule P1: the first plan of a mapping is never automatic.
fn has_consent(worker: &Worker<'_>, mapping: &Mapping) -> bool {
    worker.record.consent == Some(mapping.mapped_at)
}

/// Whether Acronis lets the tenant be changed at all.
fn can_be_written(worker: &mut Worker<'_>, tenant: &Tenant) -> bool {
    let name = &tenant.name;
    let (code, text) = if tenant.kind != TenantKind::Customer {
        ("tenant_no_customer", format!("“{name}” is no customer tenant any more. Map the account to one."))
    } else if tenant.busy {
        ("tenant_busy", format!("Acronis is deleting or restoring “{name}”. It is looked at again when that is over."))
    } else if tenant.locked {
        (
            "tenant_locked",
            format!(
                "Another integration has locked “{name}” in Acronis, so nobody else may change it. Have it unlocked."
            ),
        )
    } else {
        return true;
    };
    worker.trouble(code, text);
    false
}

/// The client of a connection; refused while that connection is paused.
async fn client(worker: &Worker<'_>, connection: &ConnectionId) -> Result<acronis::Client, Error> {
    Ok(worker.deps.systems.acronis(worker.config, connection, Use::Work).await?)
}

/// Takes note of a failed call of Acronis.
async fn refused(worker: &Worker<'_>, connection: &ConnectionId, error: acronis::Error) -> Error {
    failure::of_acronis(worker.deps, connection, error).await
}
