//! Settling a write that was announced by a worker that is gone, or whose reply was lost: what the tenant has tells.

use bridge_core::quota::Change;
use store::record::Mapping;

use super::write::record;
use crate::Error;
use crate::outcome;
use crate::steps::{client, refused};
use crate::turn::{Flow, Worker};

/// Records what of the announced write is in effect, so that no write goes unrecorded (rule X5). What is not may still come into
/// effect for a while and is looked for as long. Answers how the turn goes on unless it may simply do so.
pub(in crate::steps) async fn settle(worker: &mut Worker<'_>, mapping: &Mapping) -> Result<Option<Flow>, Error> {
    let pending = worker.record.pending.clone().filter(|pending| !pending.changes.is_empty());
    let Some(pending) = pending else { return Ok(None) };
    let client = client(worker, &mapping.connection).await?;
    let items = match client.items_of(&mapping.tenant).await {
        Ok(items) => items.items,
        Err(error) => return Err(refused(worker, &mapping.connection, error).await),
    };
    let is_in_effect = |change: &Change| {
        let found = items.iter().find(|item| item.offer.id == change.item);
        found.is_some_and(|item| item.grant == change.to)
    };
    let (done, missing): (Vec<Change>, Vec<Change>) = pending.changes.iter().cloned().partition(is_in_effect);
    if !done.is_empty()
        && let Some(flow) = worker.hold().await?
    {
        return Ok(Some(flow));
    }
    record(worker, mapping, &pending, &done).await?;
    let is_over = worker.now() >= outcome::doubt_ends(&pending);
    if !done.is_empty() {
        worker.take_in(outcome::written(done));
    }
    if is_over && !missing.is_empty() {
        worker.take_in(outcome::had_no_effect(missing.into_iter().map(|change| change.item).collect()));
    }
    Ok(match worker.keep().await? {
        Flow::Again => None,
        flow => Some(flow),
    })
}
