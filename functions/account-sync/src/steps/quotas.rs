//! Bringing a tenant's quotas to where the contracts want them (rules P4 to P15).

mod settle;
mod words;
mod write;

use acronis::Tenant;
use billing::account::{self, Conclusion, Facts};
use billing::lapsed;
use bridge_core::item::{Grant, ItemId};
use bridge_core::quota::{self, Change, Hold, Memory, Plan, Usage, Verdict};
use bridge_core::settings::Products;
use jiff::Timestamp;
use store::record::Mapping;
use store::record::account::Pending;

use super::{LOOK_AGAIN, client, refused, review};
use crate::Error;
use crate::journal;
use crate::outcome::{self, Outcome};
use crate::permit::{Permit, Planned};
use crate::turn::{Flow, Worker};

pub(super) use settle::settle;

/// Whose quotas they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// A customer's of long standing.
    Customer,
    /// Those of a tenant that was made just now: its creation was judged, and the plan is part of it.
    NewTenant,
}

/// Code of what keeps a new tenant from getting anything.
pub(super) const PROVISIONING_STOPS: &str = "provisioning_stops";
/// Code of a reading that was not complete.
const UNREADABLE: &str = "items_unreadable";

/// Whether something was found for which a new tenant gets nothing yet.
pub(super) fn stops_provisioning(troubles: &[(&'static str, String)]) -> bool {
    troubles.iter().any(|(code, _)| [PROVISIONING_STOPS, UNREADABLE].contains(code))
}

/// Rule P13: refuses what a person has reviewed where something else would be done now. Answers how the turn goes on then.
pub(super) async fn refused_review(
    worker: &mut Worker<'_>,
    mapping: &Mapping,
    tenant: &Tenant,
) -> Result<Option<Flow>, Error> {
    let review = worker.record.reviewed.as_ref().filter(|review| review.mapped_at == Some(mapping.mapped_at));
    let products = worker.config.products.get(&mapping.connection);
    let (Some(_), Some(products)) = (review, products) else { return Ok(None) };
    let client = client(worker, &mapping.connection).await?;
    let Some(read) = read(worker, mapping, &client, tenant, Whose::Customer).await? else {
        return Ok(Some(Flow::Rest(Some(worker.now() + LOOK_AGAIN))));
    };
    let Some(found) = conclude(worker, products, &read, false) else { return Ok(None) };
    Ok(match permit(worker, mapping, &found, &read) {
        Permit::Moved => Some(refuse_review(worker, mapping, review::MOVED)),
        Permit::Lapsed => Some(refuse_review(worker, mapping, review::LAPSED)),
        _ => None,
    })
}

/// How much of what was found may be applied to a customer of long standing.
fn permit(worker: &Worker<'_>, mapping: &Mapping, found: &Conclusion, tenant: &quota::Tenant) -> Permit {
    let (judged, brake) = (&worker.subject.judged, worker.shared.brake.as_ref());
    let planned = Planned { plan: &found.plan, digest: &found.digest, tenant };
    Permit::of(&worker.record, mapping, judged, brake, planned, worker.now())
}

/// Plans for the tenant as it is now, and applies as much as may be applied.
pub(super) async fn next(
    worker: &mut Worker<'_>,
    mapping: &Mapping,
    tenant: &Tenant,
    whose: Whose,
) -> Result<Flow, Error> {
    let Some(products) = worker.config.products.get(&mapping.connection) else { return Ok(Flow::Leave(None)) };
    let client = client(worker, &mapping.connection).await?;
    let Some(read) = read(worker, mapping, &client, tenant, whose).await? else {
        return Ok(Flow::Rest(Some(worker.now() + LOOK_AGAIN)));
    };
    let Some(found) = conclude(worker, products, &read, false) else { return Ok(Flow::Leave(None)) };
    worker.digest = Some(found.digest.clone());
    let permit = match whose {
        Whose::NewTenant => Permit::Judged,
        Whose::Customer => permit(worker, mapping, &found, &read),
    };
    match permit {
        Permit::NotYet => return Ok(Flow::Leave(None)),
        Permit::Moved => return Ok(refuse_review(worker, mapping, review::MOVED)),
        Permit::Lapsed => return Ok(refuse_review(worker, mapping, review::LAPSED)),
        Permit::Harmless | Permit::Judged | Permit::Reviewed { .. } | Permit::Begun { .. } => {}
    }
    // What was reviewed since is not made to wait.
    if let Some(until) = was_refused_just_now(worker, &found.digest).filter(|_| !permit.is_of_review()) {
        return Ok(Flow::Leave(Some(until)));
    }

    let announced: Vec<(ItemId, Grant)> =
        worker.record.pending.iter().flat_map(|pending| &pending.changes).map(key).collect();
    let allowed = |change: &&Change| permit.allows(change, &announced);
    // What was read of usage for an earlier turn says nothing about a cut that is made now, nor about one that is still held.
    let found = if found.plan.changes.iter().filter(allowed).any(|change| change.sort.reduces()) {
        read_usage(worker, mapping, &client).await?;
        let found = conclude(worker, products, &read, true).unwrap_or(found);
        worker.take_in(outcome::untold(untold(&found.plan), worker.now()));
        found
    } else {
        found
    };
    let plan = &found.plan;
    let goes = |change: &Change| permit.allows(change, &announced) && change.verdict == Verdict::Go;
    let go: Vec<Change> =
        plan.changes.iter().filter(|change| goes(change) && is_whole(plan, change, goes)).cloned().collect();
    let is_all = go.len() == plan.changes.len();
    // What was not judged waits for the next poll, so the account is not yet as it must be.
    let is_partial = plan.changes.iter().any(|change| !permit.allows(change, &announced));
    let (table, before) = (&worker.deps.systems.table, &worker.record.memory);
    lapsed::record(table, mapping.account, before, &found.memory, (journal::ACTOR, worker.now())).await?;
    let memory = remember(worker, found.memory.clone());
    for problem in &plan.problems {
        let stops = whose == Whose::NewTenant && problem.stops_provisioning();
        worker.trouble(if stops { PROVISIONING_STOPS } else { "quota_problem" }, problem.to_string());
    }
    if go.is_empty() {
        worker.take_in(memory);
        review::done(worker);
        let due_at = worker.record.pending.as_ref().map(outcome::doubt_ends);
        return Ok(rest(worker, due_at, is_partial));
    }
    let pending = pending(worker, go.clone(), &permit, is_all);
    worker.take_in(memory);
    if permit.is_of_review() {
        review::begun(worker, &go);
    }
    if let Some(flow) = worker.announce(outcome::announced(pending)).await? {
        return Ok(flow);
    }
    Ok(match write::write(worker, mapping, &client, &go).await? {
        Flow::Rest(due_at) => {
            review::done(worker);
            rest(worker, due_at, is_partial)
        }
        flow => flow,
    })
}

/// Rule P11: a storage that takes another's place is switched on together with switching off that one, or not at all.
fn is_whole(plan: &Plan, change: &Change, goes: impl Fn(&Change) -> bool) -> bool {
    let raise = change.belongs_to.as_ref().unwrap_or(&change.item);
    let is_part = |other: &&Change| other.item == *raise || other.belongs_to.as_ref() == Some(raise);
    plan.changes.iter().filter(is_part).all(goes)
}

/// Everything is done that may be done.
fn rest(worker: &Worker<'_>, due_at: Option<Timestamp>, is_partial: bool) -> Flow {
    if is_partial && worker.troubles.is_empty() { Flow::Leave(due_at) } else { Flow::Rest(due_at) }
}

fn key(change: &Change) -> (ItemId, Grant) {
    (change.item.clone(), change.to)
}

/// The tenant's items as they are now; `None` when they cannot be read completely, as an item that is not seen is not one that
/// is off (rule X3).
async fn read(
    worker: &mut Worker<'_>,
    mapping: &Mapping,
    client: &acronis::Client,
    tenant: &Tenant,
    whose: Whose,
) -> Result<Option<quota::Tenant>, Error> {
    let connection = &mapping.connection;
    let items = match client.items_of(&mapping.tenant).await {
        Ok(items) => items,
        Err(error) => return Err(refused(worker, connection, error).await),
    };
    if let Some(reason) = items.unreadable.first() {
        worker.trouble(
            UNREADABLE,
            format!(
                "Acronis lists an item of “{}” in a way that this release does not understand ({reason}). Nothing is written \
                 meanwhile.",
                tenant.name
            ),
        );
        return Ok(None);
    }
    let offers = match &tenant.parent {
        Some(parent) => worker.shared.offers(worker.deps, connection, client, parent).await?.to_vec(),
        None => Vec::new(),
    };
    Ok(Some(quota::Tenant { items: items.items, offers, is_new: whose == Whose::NewTenant }))
}

/// The plan for the tenant as it is now; `None` when the contracts were not read.
fn conclude(
    worker: &Worker<'_>,
    products: &Products,
    tenant: &quota::Tenant,
    usage_is_read: bool,
) -> Option<Conclusion> {
    Some(account::conclude(Facts {
        billing: &worker.config.settings.billing,
        products,
        contracts: worker.subject.contracts.as_ref()?,
        tenant,
        usage: &worker.record.usage.iter().cloned().collect(),
        usage_is_read,
        memory: &worker.record.memory,
        today: worker.shared.today,
        now: worker.now(),
    }))
}

/// Reads what the tenant uses, for changes that must not go below it (rule P12).
async fn read_usage(worker: &mut Worker<'_>, mapping: &Mapping, client: &acronis::Client) -> Result<(), Error> {
    let read_at = worker.now();
    let used = match super::usage::of_tenant(client, &mapping.tenant).await {
        Ok(used) => used,
        Err(error) => return Err(refused(worker, &mapping.connection, error).await),
    };
    let usages = used.usages.into_iter().map(|usage| (usage.item, Usage { value: usage.value, read_at })).collect();
    worker.take_in(outcome::used(usages));
    Ok(())
}

/// The items of which nobody knows how much is used, although that was read just now.
fn untold(plan: &Plan) -> Vec<ItemId> {
    let is_untold = |change: &&Change| change.verdict == Verdict::Held(Hold::UsageUnknown);
    plan.changes.iter().filter(is_untold).map(|change| change.item.clone()).collect()
}

/// What is remembered after this reading. A person's approval or exception that came in between stays.
fn remember(worker: &Worker<'_>, after: Memory) -> Outcome {
    let before = worker.record.memory.clone();
    let is_braked = worker.shared.brake.is_some();
    Box::new(move |account| {
        let Memory { written, raises, exceptions, approvals, lines } = &mut account.memory;
        written.clone_from(&after.written);
        raises.clone_from(&after.raises);
        // With the brake on, what was read may be what is wrong (rule X3), and the poll goes on comparing with what was before.
        if !is_braked {
            lines.clone_from(&after.lines);
        }
        exceptions.retain(|item, _| !before.exceptions.contains_key(item) || after.exceptions.contains_key(item));
        approvals.retain(|approval| !before.approvals.contains(approval) || after.approvals.contains(approval));
    })
}

/// What is announced: what is written now, and what was announced before and may still come into effect.
fn pending(worker: &Worker<'_>, go: Vec<Change>, permit: &Permit, is_all: bool) -> Pending {
    let before = worker.record.pending.clone();
    let earlier = before.iter().flat_map(|pending| &pending.changes);
    let still_possible: Vec<Change> =
        earlier.filter(|earlier| !go.iter().any(|change| change.item == earlier.item)).cloned().collect();
    let why = match permit {
        Permit::Reviewed { by } if is_all => format!("{by} reviewed and applied the plan"),
        Permit::Reviewed { by } => format!("{by} reviewed the plan; what is held waits"),
        Permit::Begun { by, .. } => format!("{by} reviewed the plan; this is what was left of it"),
        _ => String::new(),
    };
    // What is left of a plan after a crash is still the plan of whoever began it.
    let actor = match permit {
        Permit::Harmless => before.as_ref().map(|pending| pending.actor.clone()),
        _ => None,
    };
    Pending {
        changes: go.into_iter().chain(still_possible).collect(),
        at: worker.now(),
        actor: actor.unwrap_or_else(|| permit.actor().to_owned()),
        why,
    }
}

/// Rule P13: what was reviewed is not what would be done now, so nothing is.
fn refuse_review(worker: &mut Worker<'_>, mapping: &Mapping, why: &str) -> Flow {
    review::refuse(worker, Some(mapping));
    worker.trouble(review::REFUSED, review::in_words(&mapping.account_name, why));
    Flow::Rest(worker.record.pending.as_ref().map(outcome::doubt_ends))
}

/// Until when a plan is left alone that was refused just now. Another plan, or a person, is not made to wait.
fn was_refused_just_now(worker: &Worker<'_>, digest: &str) -> Option<Timestamp> {
    let is_same = worker.record.last.digest.as_deref() == Some(digest) && !worker.subject.judged.by_a_person;
    worker.record.due_at.filter(|due_at| is_same && worker.now() < *due_at)
}
