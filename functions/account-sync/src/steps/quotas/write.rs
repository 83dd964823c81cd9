//! Writing the changes of a plan (rule P11): raises first, then cuts; what is refused together is tried item by item.
//!
//! A storage that takes another's place is the exception (rule P10): Acronis lets a customer have one of a kind, so that both
//! change in one request, the old one first.

use acronis::BelowUsage;
use bridge_core::failure::Class;
use bridge_core::item::ItemId;
use bridge_core::quota::Change;
use store::record::Mapping;
use store::record::account::Pending;

use super::words;
use crate::journal::{self, Written};
use crate::steps::{LOOK_AGAIN, refused};
use crate::turn::{Flow, Worker};
use crate::{Error, outcome};

/// Version conflicts in a row after which somebody else is left to finish first (rule P11).
const CONFLICTS_MAX: u32 = 3;

/// What became of some changes.
#[derive(Default)]
struct Answer {
    /// In effect.
    done: Vec<Change>,
    /// Refused for what they say.
    refused: Vec<(Change, String)>,
    /// What kept the others from being answered.
    stopped: Option<Stopped>,
}

enum Stopped {
    /// A version was not the current one.
    Conflict,
    /// Certainly without effect.
    NoEffect(Error),
    /// It may have had its effect.
    Unknown(Error),
}

/// Changes that are written together.
#[derive(Debug)]
struct Group {
    changes: Vec<Change>,
    below_usage: BelowUsage,
    /// Whether a part of it may be made where the whole is refused.
    is_divisible: bool,
}

impl Group {
    fn of(changes: Vec<Change>) -> Self {
        Self { changes, below_usage: BelowUsage::Refused, is_divisible: true }
    }

    /// Changes that are made together or not at all, also below usage where a person, or the settings, want it.
    fn as_one(changes: Vec<Change>) -> Self {
        let is_below = changes.iter().any(goes_below_usage);
        let below_usage = if is_below { BelowUsage::Made } else { BelowUsage::Refused };
        Self { changes, below_usage, is_divisible: false }
    }
}

/// What the plan lets go ahead although it is known to be below usage.
fn goes_below_usage(change: &Change) -> bool {
    let ceiling = change.to.ceiling().filter(|_| change.sort.reduces());
    change.usage.zip(ceiling).is_some_and(|(used, ceiling)| used > ceiling)
}

/// Rule P11: first raises, then the exchanges of storages, then cuts, and last each cut below usage by itself, so that Acronis
/// minds the usage of all others.
fn groups(changes: &[Change]) -> Vec<Group> {
    let (mut raises, mut exchanges, mut cuts, mut below) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for change in changes.iter().filter(|change| change.belongs_to.is_none()) {
        let replaced = changes.iter().filter(|cut| cut.belongs_to.as_ref() == Some(&change.item));
        let replaced: Vec<Change> = replaced.cloned().collect();
        if !replaced.is_empty() {
            exchanges.push(Group::as_one(replaced.into_iter().chain([change.clone()]).collect()));
        } else if goes_below_usage(change) {
            below.push(Group::as_one(vec![change.clone()]));
        } else if change.sort.reduces() {
            cuts.push(change.clone());
        } else {
            raises.push(change.clone());
        }
    }
    let (raises, cuts) = (Group::of(raises), Group::of(cuts));
    [raises].into_iter().chain(exchanges).chain([cuts]).chain(below).collect()
}

/// Makes the announced changes. Those that nobody answered stay announced, and the next turn compares.
pub(super) async fn write(
    worker: &mut Worker<'_>,
    mapping: &Mapping,
    client: &acronis::Client,
    changes: &[Change],
) -> Result<Flow, Error> {
    let mut has_refusals = false;
    for group in groups(changes) {
        let answer = put(worker, mapping, client, &group).await;
        for (change, reason) in &answer.refused {
            has_refusals = true;
            worker.trouble("item_refused", words::refused(change, reason));
        }
        let mut unmade: Vec<ItemId> = answer.refused.iter().map(|(change, _)| change.item.clone()).collect();
        if let Some(Stopped::NoEffect(_)) = answer.stopped {
            // Nothing more is written in this turn, and what certainly was not need not be looked for.
            let is_done = |change: &&Change| answer.done.iter().any(|done| done.item == change.item);
            unmade.extend(changes.iter().filter(|change| !is_done(change)).map(|change| change.item.clone()));
        }
        if let Some(flow) = take_in(worker, mapping, answer.done, unmade).await? {
            return Ok(flow);
        }
        match answer.stopped {
            None => {}
            Some(Stopped::Conflict) => return Ok(conflict(worker, mapping)),
            Some(Stopped::NoEffect(error) | Stopped::Unknown(error)) => return Err(error),
        }
    }
    let now = worker.now();
    let again = has_refusals.then(|| now + LOOK_AGAIN);
    let in_doubt = worker.record.pending.as_ref().map(outcome::doubt_ends);
    Ok(Flow::Rest(again.into_iter().chain(in_doubt).min()))
}

/// Records what was done, and then keeps it.
async fn take_in(
    worker: &mut Worker<'_>,
    mapping: &Mapping,
    done: Vec<Change>,
    unmade: Vec<ItemId>,
) -> Result<Option<Flow>, Error> {
    if done.is_empty() && unmade.is_empty() {
        return Ok(None);
    }
    if let Some(flow) = worker.hold().await? {
        return Ok(Some(flow));
    }
    if let Some(pending) = worker.record.pending.clone() {
        record(worker, mapping, &pending, &done).await?;
    }
    worker.take_in(outcome::written(done));
    worker.take_in(outcome::had_no_effect(unmade));
    Ok(match worker.keep().await? {
        Flow::Again => None,
        flow => Some(flow),
    })
}

/// Somebody else changes the same tenant: read and plan again, or leave it to them for a while.
fn conflict(worker: &mut Worker<'_>, mapping: &Mapping) -> Flow {
    worker.conflicts += 1;
    if worker.conflicts <= CONFLICTS_MAX {
        return Flow::Again;
    }
    worker.trouble(
        "conflict",
        format!(
            "Somebody else keeps changing the quotas of “{}” in Acronis at the same time. It is tried again in a quarter of an \
             hour.",
            mapping.tenant_name
        ),
    );
    Flow::Rest(Some(worker.now() + LOOK_AGAIN))
}

/// Writes changes together, and where that is refused one by one.
async fn put(worker: &Worker<'_>, mapping: &Mapping, client: &acronis::Client, group: &Group) -> Answer {
    let Group { changes, below_usage, is_divisible } = group;
    let mut answer = Answer::default();
    if changes.is_empty() {
        return answer;
    }
    match call(client, mapping, changes, *below_usage).await {
        Ok(()) => {
            answer.done.clone_from(changes);
            return answer;
        }
        Err(error) if error.class() == Class::Permanent && (changes.len() == 1 || !is_divisible) => {
            let refused = |change: &Change| (change.clone(), error.to_string());
            answer.refused = changes.iter().map(refused).collect();
            return answer;
        }
        Err(error) if error.class() == Class::Permanent => {}
        Err(error) => {
            answer.stopped = Some(stopped(worker, mapping, error).await);
            return answer;
        }
    }
    for change in changes {
        match call(client, mapping, std::slice::from_ref(change), *below_usage).await {
            Ok(()) => answer.done.push(change.clone()),
            Err(error) if error.class() == Class::Permanent => answer.refused.push((change.clone(), error.to_string())),
            Err(error) => {
                answer.stopped = Some(stopped(worker, mapping, error).await);
                break;
            }
        }
    }
    answer
}

async fn call(
    client: &acronis::Client,
    mapping: &Mapping,
    changes: &[Change],
    below_usage: BelowUsage,
) -> Result<(), acronis::Error> {
    let changes: Vec<acronis::Change> = changes
        .iter()
        .map(|change| acronis::Change { id: change.item.clone(), grant: change.to, version: change.version })
        .collect();
    client.put_items(&mapping.tenant, &changes, below_usage).await.map(|_| ())
}

async fn stopped(worker: &Worker<'_>, mapping: &Mapping, error: acronis::Error) -> Stopped {
    let class = error.class();
    let error = refused(worker, &mapping.connection, error).await;
    match class {
        Class::Conflict => Stopped::Conflict,
        Class::OutcomeUnknown | Class::Bug => Stopped::Unknown(error),
        Class::Permanent | Class::NeedsOperator | Class::Throttled { .. } | Class::Transient { .. } => {
            Stopped::NoEffect(error)
        }
    }
}

/// Rule X5: each change of an item is an entry of its own, with its cause and both values.
pub(super) async fn record(
    worker: &Worker<'_>,
    mapping: &Mapping,
    pending: &Pending,
    changes: &[Change],
) -> Result<(), Error> {
    for change in changes {
        let mut why = change.cause.in_words(change.unit);
        if !pending.why.is_empty() {
            why = format!("{why} ({})", pending.why);
        }
        let written = Written {
            at: pending.at,
            id: format!("quota-{}", change.item),
            system: journal::ACRONIS,
            actor: pending.actor.clone(),
            what: words::what(change),
            why,
            old: Some(change.from.in_words(change.unit)),
            new: Some(change.to.in_words(change.unit)),
        };
        let (table, tenant) = (&worker.deps.systems.table, mapping.tenant.clone());
        journal::record(table, mapping.account, Some(tenant), written).await?;
    }
    Ok(())
}
