//! Marking a mapped tenant as the account's (rule V3). What somebody else wrote there stays.

use acronis::Tenant;
use bridge_core::failure::Class;
use bridge_core::provision::{self, Marker};
use jiff::Timestamp;
use store::record::Mapping;

use super::{client, refused};
use crate::gather::Seen;
use crate::journal::{self, Written};
use crate::turn::{Flow, Worker};
use crate::{Error, outcome};

/// Writes the account's number and our marker where there is room for them. Answers how the turn goes on where something was
/// written. A tenant that cannot be marked is worked with all the same: its mapping is what counts.
pub(super) async fn next(worker: &mut Worker<'_>, mapping: &Mapping, tenant: &Tenant) -> Result<Option<Flow>, Error> {
    let Some(version) = tenant.version else { return Ok(None) };
    let marker = worker.shared.marker(worker.deps, worker.config, mapping.account).await?;
    let wanted = provision::references(&marker, tenant.customer_id.as_deref(), tenant.internal_tag.as_deref());
    if let Some(at) = outcome::announced_at(&worker.record, outcome::MAPPED)
        && wanted.is_empty()
    {
        // A worker that is gone, or whose reply was lost, has marked it, unless somebody else has by now.
        let tag = tenant.internal_tag.as_deref().and_then(Marker::parse);
        if tag.is_some_and(|tag| tag.has_same_account(&marker)) {
            record(worker, mapping, at, None, tenant).await?;
        }
        worker.take_in(outcome::settled());
    }
    if wanted.is_empty() || worker.is_marked || outcome::is_in_doubt(&worker.record) {
        return Ok(None);
    }
    let (client, now) = (client(worker, &mapping.connection).await?, worker.now());
    if let Some(flow) = worker.announce(outcome::announced(outcome::announcement(outcome::MAPPED, now))).await? {
        return Ok(Some(flow));
    }
    worker.is_marked = true;
    let references = acronis::References {
        customer_id: wanted.customer_id.as_deref(),
        internal_tag: wanted.internal_tag.as_deref(),
    };
    let error = match client.set_references(&mapping.tenant, version, references).await {
        Ok(after) => {
            record(worker, mapping, now, Some(tenant), &after).await?;
            worker.take_in(outcome::settled());
            worker.subject.tenant = Some(Seen::There(after));
            return worker.keep().await.map(Some);
        }
        Err(error) => error,
    };
    match error.class() {
        Class::Permanent | Class::Conflict => {
            let account = mapping.account;
            tracing::warn!(error = &error as &dyn std::error::Error, %account, "a tenant cannot be marked");
            worker.take_in(outcome::settled());
            Ok(None)
        }
        Class::NeedsOperator | Class::Throttled { .. } | Class::Transient { .. } => {
            worker.take_in(outcome::settled());
            Err(refused(worker, &mapping.connection, error).await)
        }
        Class::OutcomeUnknown | Class::Bug => Err(refused(worker, &mapping.connection, error).await),
    }
}

/// Records the marking that was begun then.
async fn record(
    worker: &Worker<'_>,
    mapping: &Mapping,
    at: Timestamp,
    before: Option<&Tenant>,
    after: &Tenant,
) -> Result<(), Error> {
    let text = |tenant: &Tenant| {
        let part = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        format!("customer id {}, internal tag {}", part(&tenant.customer_id), part(&tenant.internal_tag))
    };
    let written = Written {
        at,
        id: "references".to_owned(),
        system: journal::ACRONIS,
        actor: journal::ACTOR.to_owned(),
        what: "tenant marked as the account's".to_owned(),
        why: outcome::MAPPED.to_owned(),
        old: before.map(text),
        new: Some(text(after)),
    };
    let table = &worker.deps.systems.table;
    Ok(journal::record(table, mapping.account, Some(mapping.tenant.clone()), written).await?)
}
