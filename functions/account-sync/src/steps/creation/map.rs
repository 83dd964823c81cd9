//! Mapping the account to the tenant that was made for it, or to which it returns (rules V4 and V5).

use bridge_core::id::TenantId;
use bridge_core::mapping::Switches;
use bridge_core::provision::lifecycle::State;
use bridge_core::provision::{Creation, Step};
use bridge_core::quota::Memory;
use bridge_core::settings::{Activation, Scope};
use jiff::Timestamp;
use store::record::{Account, Generation, Mapped, Mapping, Unmapped};

use super::{Stand, record, step_failed, step_made, step_refused, take_lease};
use crate::gather::Seen;
use crate::journal::NONE;
use crate::steps::client;
use crate::turn::Worker;
use crate::{Error, outcome};

/// Inserts the mapping if both sides are free, and consents to the first plan of a tenant that we made.
pub(super) async fn map(worker: &mut Worker<'_>, creation: &Creation, tenant: &TenantId) -> Result<Stand, Error> {
    let began_at = creation.began_at;
    if was_unmapped_since(&worker.record, began_at) {
        let words = "the account's mapping was removed by hand after this tenant was begun";
        return step_refused(worker, Step::Mapping, words).await;
    }
    if let Some(stand) = take_lease(worker).await? {
        return Ok(stand);
    }
    let client = client(worker, &creation.connection).await?;
    let seen = match client.tenant(tenant).await {
        Ok(seen) => seen,
        Err(error) => return step_failed(worker, creation, Step::Mapping, error).await,
    };
    let now = worker.now();
    let returns = creation.progress.returns;
    let table = &worker.deps.systems.table;
    if returns {
        let age_hours = worker.config.settings.tickets.backlog_age_hours;
        // Before the mapping, or a worker that saw the mapping first would take every old alert for a new one (rule T15).
        let activation = Activation::new(Scope::Account(creation.account), now, age_hours);
        table.modify::<Activation>(&activation.scope, |_| Some(activation.clone())).await?;
    }
    let mapping = Mapping {
        account: creation.account,
        tenant: tenant.clone(),
        connection: creation.connection.clone(),
        switches: Switches::default(),
        account_name: creation.customer.name.clone(),
        tenant_name: seen.name.clone(),
        mapped_at: now,
    };
    let mapping = match Mapping::map(table, mapping, None).await? {
        Mapped::Done(stored) => stored.value,
        Mapped::Taken { account: Some(other), .. } => {
            let words = format!("the account is mapped to “{}” already", other.value.tenant_name);
            return step_refused(worker, Step::Mapping, words).await;
        }
        Mapped::Taken { account: None, tenant: owner } => {
            let owner = owner.map_or_else(|| "another account".to_owned(), |owner| format!("account {owner}"));
            return step_refused(worker, Step::Mapping, format!("“{}” is mapped to {owner}", seen.name)).await;
        }
    };
    table.modify::<Unmapped>(tenant, |_| None).await?;
    Generation::bump(table).await?;
    record(worker, creation, (NONE, "mapped"), ("the account was mapped", mapping.tenant_name.clone())).await?;
    let mapped_at = mapping.mapped_at;
    worker.take_in(Box::new(move |account: &mut Account| {
        if was_unmapped_since(account, began_at) {
            return;
        }
        account.unmapped = None;
        account.reviewed = None;
        // What is remembered was about another tenant.
        account.lifecycle = State::default();
        account.memory = Memory::default();
        account.usage = Vec::new();
        account.untold = None;
        account.pending = None;
        // An earlier tenant has quotas of its own, so its first plan waits to be looked at (rule P1).
        account.consent = (!returns).then_some(mapped_at);
    }));
    worker.take_in(outcome::made(Creation::mapped));
    worker.subject.mapping = Some(mapping);
    worker.subject.tenant = Some(Seen::There(seen));
    step_made(worker).await
}

/// Rule V4: whether a person has removed the account's mapping since then, as it may be one that a worker that is gone had made for
/// this very creation.
fn was_unmapped_since(account: &Account, began_at: Timestamp) -> bool {
    account.unmapped.as_ref().is_some_and(|unmapped| unmapped.at > began_at)
}
