//! Disabling, enabling again and deleting a tenant whose account sells nothing (rule V6).

mod write;

use acronis::Tenant;
use billing::account::sales;
use bridge_core::provision::lifecycle::{self, Disabling, Facts, State, Step, WhyHeld};
use store::record::{Account, Mapping};

use super::{client, refused, usage};
use crate::Error;
use crate::outcome::{self, Outcome};
use crate::permit;
use crate::turn::{Flow, Worker};

pub(super) use write::settle_deleted;

/// Looks after the tenant itself. Answers how the turn goes on unless its quotas come next.
pub(super) async fn next(worker: &mut Worker<'_>, mapping: &Mapping, tenant: &Tenant) -> Result<Option<Flow>, Error> {
    let Some(mut facts) = facts(worker, mapping, tenant) else { return Ok(None) };
    settle(worker, mapping, tenant).await?;
    let now = worker.now();
    let settings = worker.config.settings.billing.deprovisioning;
    worker.take_in(changed(move |state| state.see(facts, now)));
    let mut step = lifecycle::decide(&worker.record.lifecycle, settings, facts, now);
    if step == Step::HoldDisable(WhyHeld::UsageUnknown) {
        facts.has_usage = is_used(worker, mapping).await?;
        step = lifecycle::decide(&worker.record.lifecycle, settings, facts, now);
    }
    let (judged, brake) = (&worker.subject.judged, worker.shared.brake.as_ref());
    let is_judged = permit::may_disable(&worker.record, mapping, judged, brake, now);
    match step {
        // A disabled tenant has no quotas to look after.
        Step::LeaveAlone if !tenant.enabled => Ok(Some(Flow::Rest(None))),
        Step::Disable if is_judged => {
            worker.digest = Some(billing::DISABLE.to_owned());
            write::disable(worker, mapping, tenant).await.map(Some)
        }
        // What was not judged is judged by the next poll; what waits for a person, the poll lists on Review.
        Step::LeaveAlone | Step::Count { .. } | Step::Disable | Step::HoldDisable(_) => Ok(None),
        Step::AskDelete => Ok(Some(Flow::Rest(None))),
        Step::Delete => {
            worker.digest = Some(billing::DELETE.to_owned());
            write::delete(worker, mapping, tenant).await.map(Some)
        }
        Step::EnableAgain => {
            worker.digest = Some(billing::ENABLE.to_owned());
            write::enable(worker, mapping, tenant).await.map(Some)
        }
        Step::DisabledByHand => {
            worker.trouble("disabled_by_hand", step.to_string());
            Ok(Some(Flow::Rest(None)))
        }
    }
}

/// Records what a worker that is gone has done (rule X5).
async fn settle(worker: &mut Worker<'_>, mapping: &Mapping, tenant: &Tenant) -> Result<(), Error> {
    if let Disabling::Sent { at } = worker.record.lifecycle.disabling
        && !tenant.enabled
    {
        write::record_disabled(worker, mapping, at).await?;
    }
    let Some(at) = outcome::announced_at(&worker.record, outcome::CONTRACT_RETURNED) else { return Ok(()) };
    let is_over = worker.record.pending.as_ref().is_some_and(|pending| outcome::doubt_ends(pending) <= worker.now());
    if tenant.enabled {
        write::record_enabled(worker, mapping, at).await?;
        worker.take_in(write::enabled());
    } else if is_over {
        worker.take_in(outcome::settled());
    }
    Ok(())
}

/// What was read; `None` where the contracts were not.
fn facts(worker: &Worker<'_>, mapping: &Mapping, tenant: &Tenant) -> Option<Facts> {
    let products = worker.config.products.get(&mapping.connection)?;
    let read = worker.subject.contracts.as_ref()?;
    let sales = sales(products, read, worker.shared.today);
    Some(Facts { is_selling: sales.is_selling(), is_enabled: tenant.enabled, has_usage: None })
}

/// Whether the tenant uses anything at all, mapped or not; `None` where Acronis does not tell.
async fn is_used(worker: &Worker<'_>, mapping: &Mapping) -> Result<Option<bool>, Error> {
    let client = client(worker, &mapping.connection).await?;
    match usage::of_tenant(&client, &mapping.tenant).await {
        Ok(used) => Ok(used.is_any()),
        Err(error) => Err(refused(worker, &mapping.connection, error).await),
    }
}

/// A change of what is kept about the tenant's life.
fn changed(change: impl Fn(&mut State) + Send + Sync + 'static) -> Outcome {
    Box::new(move |account: &mut Account| change(&mut account.lifecycle))
}
