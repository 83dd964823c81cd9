//! Bringing a tenant's quotas to where the contracts want them (rules P4 to P15).

mod settle;
mod words;
mod write;

use acronis::Tenant;
use billing::account::{self, Conclusion, Facts};
use bridge_core::item::{Grant, ItemId};
use bridge_core::quota::{self, Change, Memory, Usage, Verdict};
use bridge_core::settings::Products;
use jiff::Timestamp;
use store::record::account::Pending;
use store::record::{Account, Mapping};

use super::{LOOK_AGAIN, client, refused};
use crate::Error;
use crate::outcome::{self, Outcome};
use crate::permit::Permit;
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
const PROVISIONING_STOPS: &str = "provisioning_stops";
/// Code of a reading that was not complete.
const UNREADABLE: &str = "items_unreadable";

/// Whether something was found for which a new tenant gets nothing yet.
pub(super) fn stops_provisioning(troubles: &[(&'static str, String)]) -> bool {
    troubles.iter().any(|(code, _)| [PROVISIONING_STOPS, UNREADABLE].contains(code))
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
        Whose::Customer => {
            let (judged, brake) = (&worker.subject.judged, worker.shared.brake.as_ref());
            Permit::of(&worker.record, mapping, judged, brake, (&found.plan, &found.digest))
        }
    };
    match permit {
        Permit::NotYet => return Ok(Flow::Leave(None)),
        Permit::Moved => return Ok(moved(worker, mapping)),
        Permit::Harmless | Permit::Judged | Permit::Reviewed { .. } => {}
    }
    if let Some(until) = was_refused_just_now(worker, &found.digest) {
        return Ok(Flow::Leave(Some(until)));
    }

    let announced: Vec<(ItemId, Grant)> =
        worker.record.pending.iter().flat_map(|pending| &pending.changes).map(key).collect();
    let allowed = |change: &&Change| permit.allows(change, &announced);
    let found = if found.plan.changes.iter().filter(allowed).any(|change| change.verdict == Verdict::AskUsage) {
        read_usage(worker, mapping, &client).await?;
        conclude(worker, products, &read, true).unwrap_or(found)
    } else {
        found
    };
    let plan = &found.plan;
    let go: Vec<Change> =
        plan.changes.iter().filter(allowed).filter(|change| change.verdict == Verdict::Go).cloned().collect();
    let is_all = go.len() == plan.changes.len();
    // What was not judged waits for the next poll, so the account is not yet as it must be.
    let is_partial = plan.changes.iter().any(|change| !permit.allows(change, &announced));
    let memory = remember(worker, found.memory.clone());
    for problem in &plan.problems {
        let stops = whose == Whose::NewTenant && problem.stops_provisioning();
        worker.trouble(if stops { PROVISIONING_STOPS } else { "quota_problem" }, problem.to_string());
    }
    if go.is_empty() {
        worker.take_in(memory);
        worker.take_in(reviewed_is_done());
        let due_at = worker.record.pending.as_ref().map(outcome::doubt_ends);
        return Ok(rest(worker, due_at, is_partial));
    }
    let pending = pending(worker, go.clone(), &permit, is_all);
    worker.take_in(memory);
    worker.take_in(reviewed_is_done());
    if let Some(flow) = worker.announce(outcome::announced(pending)).await? {
        return Ok(flow);
    }
    Ok(match write::write(worker, mapping, &client, &go).await? {
        Flow::Rest(due_at) => rest(worker, due_at, is_partial),
        flow => flow,
    })
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
    let usages = match super::usage::of_tenant(client, &mapping.tenant).await {
        Ok(usages) => usages,
        Err(error) => return Err(refused(worker, &mapping.connection, error).await),
    };
    let usages = usages.into_iter().map(|usage| (usage.item, Usage { value: usage.value, read_at })).collect();
    worker.take_in(outcome::used(usages));
    Ok(())
}

/// What is remembered after this reading. A person's approval or exception that came in between stays.
fn remember(worker: &Worker<'_>, after: Memory) -> Outcome {
    let before = worker.record.memory.clone();
    Box::new(move |account| {
        let Memory { written, raises, exceptions, approvals, lines } = &mut account.memory;
        written.clone_from(&after.written);
        raises.clone_from(&after.raises);
        lines.clone_from(&after.lines);
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

fn reviewed_is_done() -> Outcome {
    Box::new(|account| account.reviewed = None)
}

/// Rule P13: what was reviewed is not what would be done now, so nothing is. Where it was to be the first plan, the consent that
/// came with it is taken back.
fn moved(worker: &mut Worker<'_>, mapping: &Mapping) -> Flow {
    let is_first = worker.record.memory.written.is_empty();
    worker.take_in(Box::new(move |account: &mut Account| {
        account.reviewed = None;
        if is_first {
            account.consent = None;
        }
    }));
    worker.trouble(
        "plan_moved",
        format!(
            "The reviewed plan for “{}” was not applied, because something has changed since. Look at the plan again and apply \
             it anew.",
            mapping.account_name
        ),
    );
    Flow::Rest(None)
}

/// Until when a plan is left alone that was refused just now. Another plan, or a person, is not made to wait.
fn was_refused_just_now(worker: &Worker<'_>, digest: &str) -> Option<Timestamp> {
    let is_same = worker.record.last.digest.as_deref() == Some(digest) && !worker.subject.judged.by_a_person;
    worker.record.due_at.filter(|due_at| is_same && worker.now() < *due_at)
}
