//! What a person has reviewed stays on the account's record until all of it is done or refused, so that a conflict or a crash in
//! the middle changes nothing about what may be done (rule P13).

use std::collections::BTreeSet;

use bridge_core::item::{Grant, ItemId};
use bridge_core::quota::Change;
use jiff::Timestamp;
use store::record::account::Reviewed;
use store::record::{Account, Mapping};

use crate::outcome;
use crate::turn::Worker;

/// Code of what was reviewed and is refused.
pub(super) const REFUSED: &str = "plan_moved";
/// Why: something else would be done now.
pub(super) const MOVED: &str = "because something has changed since";
/// Why: it took too long.
pub(super) const LAPSED: &str = "because it could not be applied within an hour";

/// What a person is told.
pub(super) fn in_words(name: &str, why: &str) -> String {
    format!(
        "What was reviewed for “{name}” was not applied, or only in part, {why}. Look at it again and apply it anew."
    )
}

/// This is about to be done of it.
pub(super) fn begun(worker: &mut Worker<'_>, changes: &[Change]) {
    let Some(at) = worker.record.reviewed.as_ref().map(|review| review.at) else { return };
    let changes: Vec<(ItemId, Grant)> = changes.iter().map(|change| (change.item.clone(), change.to)).collect();
    worker.take_in(Box::new(move |account: &mut Account| {
        let Some(review) = of(account, at) else { return };
        let begun: BTreeSet<&ItemId> = changes.iter().map(|(item, _)| item).collect();
        review.begun.retain(|(item, _)| !begun.contains(item));
        review.begun.extend(changes.iter().cloned());
    }));
}

/// All of it is done that may be done. As long as some of it is in doubt, it may have to be done again.
pub(super) fn done(worker: &mut Worker<'_>) {
    if !outcome::is_in_doubt(&worker.record) {
        forget(worker);
    }
}

/// It is over, whatever came of it.
pub(super) fn forget(worker: &mut Worker<'_>) {
    let Some(at) = worker.record.reviewed.as_ref().map(|review| review.at) else { return };
    worker.take_in(Box::new(move |account: &mut Account| {
        if of(account, at).is_some() {
            account.reviewed = None;
        }
    }));
}

/// It is refused. Where it was to be the first plan, the consent that came with it is taken back.
pub(super) fn refuse(worker: &mut Worker<'_>, mapping: Option<&Mapping>) {
    let Some(at) = worker.record.reviewed.as_ref().map(|review| review.at) else { return };
    let is_first = mapping.is_some() && worker.record.memory.written.is_empty();
    worker.take_in(Box::new(move |account: &mut Account| {
        if of(account, at).is_none() {
            return;
        }
        account.reviewed = None;
        if is_first {
            account.consent = None;
        }
    }));
}

/// The review of then, unless a person has reviewed something else since.
fn of(account: &mut Account, at: Timestamp) -> Option<&mut Reviewed> {
    account.reviewed.as_mut().filter(|review| review.at == at)
}
