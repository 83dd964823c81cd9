//! Making a customer tenant (rules V1 to V3): a resumable sequence of which [`provision::next`] names one step after the other.
//!
//! A create is announced in the account's record before it is sent, and a doubtful outcome is recorded by recording nothing: the
//! next turn then searches by our own marker (rule X2). Every other step may be repeated.

mod begin;
mod map;
mod tenant;
mod user;

use bridge_core::failure::Class;
use bridge_core::id::TenantId;
use bridge_core::provision::{self, Creation, Next, Step};
use jiff::Timestamp;
use store::record::{MappedTenant, Mapping};
use store::table::Read;

use super::{LOOK_AGAIN, client, quotas, refused};
use crate::gather::{Seen, tenants};
use crate::journal::{self, Written};
use crate::turn::{Flow, Worker};
use crate::{Error, outcome};

/// How a creation stands.
pub(super) enum Stand {
    /// None is under way.
    None,
    /// A step was made: the turn goes on as it says.
    Goes(Flow),
    /// It waits for a time or for a person.
    Waits(Option<Timestamp>),
}

/// Carries out the next step of the account's creation, or begins one where rule V1 wants it.
pub(super) async fn next(worker: &mut Worker<'_>) -> Result<Stand, Error> {
    let now = worker.now();
    if !worker.subject.may_write(worker.config, now) {
        return Ok(Stand::None);
    }
    let Some(creation) = worker.record.creation.clone() else { return begin::begin(worker).await };
    if let Some(contact) = begin::missing_contact(worker, &creation) {
        worker.take_in(outcome::made(move |creation| creation.customer.contact.clone_from(&contact)));
        return step_made(worker).await;
    }
    match provision::next(&creation, now) {
        Next::FindTenant { .. } => Box::pin(tenant::find(worker, &creation)).await,
        Next::CreateTenant => match begin::ask_again(worker, &creation).await? {
            Some(stand) => Ok(stand),
            None => Box::pin(tenant::create(worker, &creation)).await,
        },
        Next::Wait { until } => Ok(Stand::Waits(Some(until))),
        Next::Map { tenant } => map::map(worker, &creation, &tenant).await,
        Next::SetProduction { tenant } => tenant::set_production(worker, &creation, &tenant).await,
        Next::Items { .. } => Box::pin(items(worker, &creation)).await,
        Next::FindUser { tenant, external_id } => user::find(worker, &creation, &tenant, &external_id).await,
        Next::ChooseLogin { candidate } => user::choose_login(worker, &creation, candidate).await,
        Next::CreateUser { tenant, login, external_id } => {
            user::create(worker, &creation, (tenant, login, external_id)).await
        }
        Next::SetRole { tenant, user } => user::set_role(worker, &creation, &tenant, &user).await,
        Next::SendActivation { user } => user::send_activation(worker, &creation, &user).await,
        Next::Ask(question) => {
            worker.trouble("creation_question", question.to_string());
            Ok(Stand::Waits(None))
        }
        Next::Stopped(problem) => {
            worker.trouble("creation_stopped", problem.to_string());
            Ok(Stand::Waits(None))
        }
        Next::Done => done(worker, &creation).await,
    }
}

/// The tenant is there and mapped: its items are what a first plan makes of them (rules P5 to P10).
async fn items(worker: &mut Worker<'_>, creation: &Creation) -> Result<Stand, Error> {
    let Some(mapping) = worker.subject.mapping.clone() else {
        // Somebody has removed the mapping in the middle of it.
        let words = "the account's mapping was removed while its tenant was being made";
        return step_refused(worker, Step::Items, words).await;
    };
    let tenant = seen(worker, &mapping, creation).await?;
    if worker.record.pending.is_some()
        && let Some(flow) = quotas::settle(worker, &mapping).await?
    {
        return Ok(Stand::Goes(flow));
    }
    match Box::pin(quotas::next(worker, &mapping, &tenant, quotas::Whose::NewTenant)).await? {
        Flow::Rest(_) if !quotas::stops_provisioning(&worker.troubles) => {
            worker.take_in(outcome::made(Creation::items_written));
            step_made(worker).await
        }
        Flow::Rest(_) | Flow::Leave(_) => Ok(Stand::Waits(Some(worker.now() + LOOK_AGAIN))),
        flow => Ok(Stand::Goes(flow)),
    }
}

/// The tenant of the creation as Acronis has it now.
async fn seen(worker: &mut Worker<'_>, mapping: &Mapping, creation: &Creation) -> Result<acronis::Tenant, Error> {
    if let Some(Seen::There(tenant)) = &worker.subject.tenant {
        return Ok(tenant.clone());
    }
    let client = client(worker, &creation.connection).await?;
    match client.tenant(&mapping.tenant).await {
        Ok(tenant) => {
            worker.subject.tenant = Some(Seen::There(tenant.clone()));
            Ok(tenant)
        }
        Err(error) => Err(refused(worker, &creation.connection, error).await),
    }
}

/// The customer is made. What its creation remembers is forgotten, unless a person has to look at it.
async fn done(worker: &mut Worker<'_>, creation: &Creation) -> Result<Stand, Error> {
    let left = duplicates(worker, creation).await?;
    if left.is_empty() {
        worker.take_in(Box::new(|account| account.creation = None));
        return step_made(worker).await;
    }
    let names: Vec<&str> = left.iter().map(TenantId::as_str).collect();
    let text = format!(
        "Acronis has further customer tenants that were made for “{}”: {}. They are not used. Delete them there, or map other \
         accounts to them.",
        creation.customer.name,
        names.join(", ")
    );
    worker.trouble("creation_duplicates", text);
    Ok(Stand::Waits(Some(worker.now() + LOOK_AGAIN)))
}

/// The further tenants of the creation that nobody has deleted or mapped since.
async fn duplicates(worker: &Worker<'_>, creation: &Creation) -> Result<Vec<TenantId>, Error> {
    let duplicates = &creation.progress.duplicates;
    if duplicates.is_empty() {
        return Ok(Vec::new());
    }
    let client = client(worker, &creation.connection).await?;
    let listed = match tenants::listed(&client, duplicates).await {
        Ok(listed) => listed,
        Err(error) => return Err(refused(worker, &creation.connection, error).await),
    };
    let mut left = Vec::new();
    for tenant in duplicates {
        let is_mapped = worker.deps.systems.table.get::<MappedTenant>(tenant, Read::Strong).await?.is_some();
        if !is_mapped && listed.seen(tenant) != Seen::Missing {
            left.push(tenant.clone());
        }
    }
    Ok(left)
}

/// Keeps what came of a step, and asks for the next one.
async fn step_made(worker: &mut Worker<'_>) -> Result<Stand, Error> {
    Ok(Stand::Goes(worker.keep().await?))
}

/// A step was refused for what it says: a person is told.
async fn step_refused(worker: &mut Worker<'_>, step: Step, words: impl Into<String>) -> Result<Stand, Error> {
    let words = words.into();
    worker.take_in(outcome::made(move |creation| creation.refused(step, words.clone())));
    step_made(worker).await
}

/// What a failed call means for a step that may be repeated: refused for what it says, or tried again later.
async fn step_failed(
    worker: &mut Worker<'_>,
    creation: &Creation,
    step: Step,
    error: acronis::Error,
) -> Result<Stand, Error> {
    if error.class() == Class::Permanent {
        return step_refused(worker, step, error.to_string()).await;
    }
    Err(refused(worker, &creation.connection, error).await)
}

/// Takes the lease for a step that may be repeated. Answers how the turn goes on unless the step may be made.
async fn take_lease(worker: &mut Worker<'_>) -> Result<Option<Stand>, Error> {
    Ok(worker.announce(Box::new(|_| {})).await?.map(Stand::Goes))
}

/// Rule X5: records a step, under a name that is the same whoever learns that it was made.
async fn record(
    worker: &Worker<'_>,
    creation: &Creation,
    (system, step): (&'static str, &str),
    (what, new): (&str, String),
) -> Result<(), Error> {
    let why = match &creation.by {
        Some(by) => format!("{by} asked for a new customer tenant"),
        None => "a contract sells a mapped service to an account without a tenant".to_owned(),
    };
    let written = Written {
        at: creation.began_at,
        id: format!("creation-{step}"),
        system,
        actor: creation.by.clone().unwrap_or_else(|| journal::ACTOR.to_owned()),
        what: what.to_owned(),
        why,
        old: None,
        new: Some(new),
    };
    let (table, tenant) = (&worker.deps.systems.table, creation.progress.tenant.clone());
    Ok(journal::record(table, creation.account, tenant, written).await?)
}
