//! Beginning a creation where rule V1 wants it.

use billing::account::sales;
use bridge_core::id::ConnectionId;
use bridge_core::mapping::Switches;
use bridge_core::provision::{Candidate, Contact, Creation, eligible};
use bridge_core::settings::Products;
use store::record::Mapping;
use store::table::Read;

use super::{Stand, step_made};
use crate::gather::{Company, for_new_tenants};
use crate::steps::{LOOK_AGAIN, review};
use crate::turn::Worker;
use crate::{Error, permit};

/// Whether rule V1 wants a tenant for the account.
enum Wanted<'a> {
    /// It does: of what it is made.
    Yes { connection: &'a ConnectionId, products: &'a Products, company: Box<Company> },
    /// It does not, and why.
    No(String),
    /// Not everything was read that tells.
    Unknown,
}

/// Begins the creation of a tenant for an account that is eligible, as far as that was judged or reviewed (rules V1, P12, P13).
pub(super) async fn begin(worker: &mut Worker<'_>) -> Result<Stand, Error> {
    let has_review = worker.record.reviewed.as_ref().is_some_and(|review| review.digest == billing::CREATE);
    // What was read for the batch may be old: another worker may have made the tenant since.
    let account = worker.record.account;
    let is_mapped = worker.subject.mapping.is_some()
        || worker.deps.systems.table.get::<Mapping>(&account, Read::Strong).await?.is_some();
    if is_mapped {
        return Ok(Stand::None);
    }
    if has_review && !is_reviewed(worker) {
        return Ok(refuse(worker, review::LAPSED));
    }
    if !may_create(worker) {
        return Ok(Stand::None);
    }
    let (connection, products, company) = match wanted(worker) {
        Wanted::Yes { connection, products, company } => (connection, products, company),
        Wanted::No(reason) => {
            tracing::debug!(account = %worker.record.account, reason, "no tenant is made");
            return Ok(if has_review { refuse(worker, review::MOVED) } else { Stand::None });
        }
        Wanted::Unknown => return Ok(Stand::None),
    };
    let (config, now) = (worker.config, worker.now());
    let marker = worker.shared.marker(worker.deps, config, worker.record.account).await?;
    let parent = products.parent.clone().unwrap_or_else(|| connection.as_str().into());
    let (place, settings) = ((connection.clone(), parent), &config.settings.billing.provisioning);
    let creation = Creation::new(marker, place, company.customer, settings, None, None, now);
    worker.take_in(Box::new(move |account| {
        // With the consent comes the mapping: then it was made meanwhile, and the next round sees it.
        if account.consent.is_none() {
            account.creation.get_or_insert_with(|| creation.clone());
        }
    }));
    step_made(worker).await
}

/// Asks once more right before the tenant is made, as that cannot be taken back and the creation may have waited for long. Answers
/// how the turn goes on unless it is made. What a person asked for himself stays wanted.
pub(super) async fn ask_again(worker: &mut Worker<'_>, creation: &Creation) -> Result<Option<Stand>, Error> {
    let progress = &creation.progress;
    let is_by_itself = creation.by.is_none() && !progress.is_new_on_purpose && progress.tenant_attempt.sent == 0;
    if !is_by_itself {
        return Ok(None);
    }
    let brake = worker.shared.brake.is_some() && !is_reviewed(worker);
    match wanted(worker) {
        Wanted::Yes { .. } if !brake => Ok(None),
        Wanted::Yes { .. } | Wanted::Unknown => Ok(Some(Stand::Waits(Some(worker.now() + LOOK_AGAIN)))),
        Wanted::No(reason) => {
            tracing::info!(account = %worker.record.account, reason, "no tenant is made any more");
            let has_review = worker.record.reviewed.is_some();
            worker.take_in(Box::new(|account| account.creation = None));
            Ok(Some(if has_review { refuse(worker, review::MOVED) } else { step_made(worker).await? }))
        }
    }
}

/// Rule P12: whether this creation was judged together with all others, was asked for by a person, or was reviewed.
fn may_create(worker: &Worker<'_>) -> bool {
    permit::covers(&worker.subject.judged, worker.shared.brake.as_ref(), billing::CREATE, is_reviewed(worker))
}

/// Whether a person has just reviewed that a tenant is made.
fn is_reviewed(worker: &Worker<'_>) -> bool {
    let review = worker.record.fresh_review(None, worker.now());
    review.is_some_and(|review| review.digest == billing::CREATE)
}

fn refuse(worker: &mut Worker<'_>, why: &str) -> Stand {
    let name = worker.subject.company.as_ref().map(|company| company.customer.name.clone());
    let name = name.unwrap_or_else(|| format!("account {}", worker.record.account));
    review::refuse(worker, None);
    worker.trouble(review::REFUSED, review::in_words(&name, why));
    Stand::Waits(None)
}

fn wanted<'a>(worker: &Worker<'a>) -> Wanted<'a> {
    let (config, provisioning) = (worker.config, &worker.config.settings.billing.provisioning);
    if !provisioning.automatic {
        return Wanted::No("tenants are no longer made by themselves".to_owned());
    }
    let Some(connection) = for_new_tenants(config) else { return Wanted::Unknown };
    let Some(products) = config.products.get(connection) else { return Wanted::Unknown };
    let (Some(contracts), Some(company)) = (&worker.subject.contracts, &worker.subject.company) else {
        return Wanted::Unknown;
    };
    let sales = sales(products, contracts, worker.shared.today);
    let switches = Switches { excluded: worker.record.excluded.clone(), ..Switches::default() };
    let candidate = Candidate {
        account: worker.record.account,
        is_active: company.is_active,
        company_type: company.kind,
        is_mapped: worker.subject.mapping.is_some(),
        // Where one is under way, it is this very one.
        is_being_created: false,
        is_unmapped_on_purpose: worker.record.unmapped.is_some(),
        switches: &switches,
        sales: &sales,
    };
    match eligible(&candidate, provisioning, worker.now()) {
        Ok(()) => Wanted::Yes { connection, products, company: Box::new(company.clone()) },
        Err(reason) => Wanted::No(reason.to_string()),
    }
}

/// The contact of a creation that lacks it, as one that a person asked for does at first; `None` where there is nothing to add.
pub(super) fn missing_contact(worker: &Worker<'_>, creation: &Creation) -> Option<Contact> {
    let is_untouched = creation.progress.tenant.is_none() && creation.progress.tenant_attempt.sent == 0;
    let company = worker.subject.company.as_ref()?;
    let nothing = Contact::default();
    let lacks = is_untouched && creation.customer.contact == nothing && company.customer.contact != nothing;
    lacks.then(|| company.customer.contact.clone())
}
