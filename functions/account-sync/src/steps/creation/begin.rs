//! Beginning a creation where rule V1 wants it.

use billing::account::sales;
use bridge_core::mapping::Switches;
use bridge_core::provision::{Candidate, Contact, Creation, eligible};

use super::{Stand, step_made};
use crate::Error;
use crate::gather::for_new_tenants;
use crate::turn::Worker;

/// Begins the creation of a tenant for an account that is eligible, as far as that was judged (rules V1 and P12).
pub(super) async fn begin(worker: &mut Worker<'_>) -> Result<Stand, Error> {
    let is_judged = worker.shared.brake.is_none() && worker.subject.judged.covers(billing::CREATE);
    let (config, provisioning) = (worker.config, &worker.config.settings.billing.provisioning);
    if worker.subject.mapping.is_some() || !provisioning.automatic || !is_judged {
        return Ok(Stand::None);
    }
    let Some(connection) = for_new_tenants(config) else { return Ok(Stand::None) };
    let Some(products) = config.products.get(connection) else { return Ok(Stand::None) };
    let (Some(contracts), Some(company)) = (&worker.subject.contracts, &worker.subject.company) else {
        return Ok(Stand::None);
    };
    let sales = sales(products, contracts, worker.shared.today);
    let switches = Switches { excluded: worker.record.excluded.clone(), ..Switches::default() };
    let candidate = Candidate {
        account: worker.record.account,
        is_active: company.is_active,
        company_type: company.kind,
        is_mapped: false,
        is_being_created: false,
        is_unmapped_on_purpose: worker.record.unmapped.is_some(),
        switches: &switches,
        sales: &sales,
    };
    let now = worker.now();
    if let Err(reason) = eligible(&candidate, provisioning, now) {
        tracing::debug!(account = %worker.record.account, %reason, "no tenant is made");
        return Ok(Stand::None);
    }
    let marker = worker.shared.marker(worker.deps, config, worker.record.account).await?;
    let parent = products.parent.clone().unwrap_or_else(|| connection.as_str().into());
    let place = (connection.clone(), parent);
    let creation = Creation::new(marker, place, company.customer.clone(), provisioning, None, None, now);
    worker.take_in(Box::new(move |account| {
        account.creation.get_or_insert_with(|| creation.clone());
    }));
    step_made(worker).await
}

/// The contact of a creation that lacks it, as one that a person asked for does at first; `None` where there is nothing to add.
pub(super) fn missing_contact(worker: &Worker<'_>, creation: &Creation) -> Option<Contact> {
    let is_untouched = creation.progress.tenant.is_none() && creation.progress.tenant_attempt.sent == 0;
    let company = worker.subject.company.as_ref()?;
    let nothing = Contact::default();
    let lacks = is_untouched && creation.customer.contact == nothing && company.customer.contact != nothing;
    lacks.then(|| company.customer.contact.clone())
}
