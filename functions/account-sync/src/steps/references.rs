//! Marking a mapped tenant as the account's (rule V3). What somebody else wrote there stays.

use acronis::Tenant;
use bridge_core::failure::Class;
use bridge_core::provision::{self, Marker};
use store::record::Mapping;

use super::{client, refused};
use crate::Error;
use crate::journal::{self, Written};
use crate::turn::{Flow, Worker};

/// Writes the account's number and our marker where there is room for them. Answers how the turn goes on where something was
/// written. A tenant that cannot be marked is worked with all the same: its mapping is what counts.
pub(super) async fn next(worker: &mut Worker<'_>, mapping: &Mapping, tenant: &Tenant) -> Result<Option<Flow>, Error> {
    let Some(version) = tenant.version else { return Ok(None) };
    let marker = worker.shared.marker(worker.deps, worker.config, mapping.account).await?;
    let wanted = provision::references(&marker, tenant.customer_id.as_deref(), tenant.internal_tag.as_deref());
    if wanted.is_empty() {
        let tag = tenant.internal_tag.as_deref().and_then(Marker::parse);
        // A worker that is gone, or whose reply was lost, may have marked it and not recorded that (rule X5).
        if worker.was_interrupted() && tag.is_some_and(|tag| tag.has_same_account(&marker)) {
            record(worker, mapping, None, tenant).await?;
        }
        return Ok(None);
    }
    if worker.is_marked {
        return Ok(None);
    }
    let client = client(worker, &mapping.connection).await?;
    if let Some(flow) = worker.announce(Box::new(|_| {})).await? {
        return Ok(Some(flow));
    }
    worker.is_marked = true;
    let references = acronis::References {
        customer_id: wanted.customer_id.as_deref(),
        internal_tag: wanted.internal_tag.as_deref(),
    };
    match client.set_references(&mapping.tenant, version, references).await {
        Ok(after) => {
            record(worker, mapping, Some(tenant), &after).await?;
            worker.subject.tenant = Some(crate::gather::Seen::There(after));
            Ok(Some(Flow::Again))
        }
        Err(error) if matches!(error.class(), Class::Permanent | Class::Conflict) => {
            let account = mapping.account;
            tracing::warn!(error = &error as &dyn std::error::Error, %account, "a tenant cannot be marked");
            Ok(None)
        }
        Err(error) => Err(refused(worker, &mapping.connection, error).await),
    }
}

/// Records the marking. For the same mapping it is always the same entry, so a repeat changes nothing.
async fn record(worker: &Worker<'_>, mapping: &Mapping, before: Option<&Tenant>, after: &Tenant) -> Result<(), Error> {
    let text = |tenant: &Tenant| {
        let part = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        format!("customer id {}, internal tag {}", part(&tenant.customer_id), part(&tenant.internal_tag))
    };
    let written = Written {
        at: mapping.mapped_at,
        id: "references".to_owned(),
        system: journal::ACRONIS,
        actor: journal::ACTOR.to_owned(),
        what: "tenant marked as the account's".to_owned(),
        why: "the account was mapped to it".to_owned(),
        old: before.map(text),
        new: Some(text(after)),
    };
    let table = &worker.deps.systems.table;
    Ok(journal::record(table, mapping.account, Some(mapping.tenant.clone()), written).await?)
}
