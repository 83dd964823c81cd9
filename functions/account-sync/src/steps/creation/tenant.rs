//! The tenant itself: searched for, made once, switched to production.

use acronis::{Code, NewTenant};
use billing::account::sales;
use bridge_core::failure::Class;
use bridge_core::id::TenantId;
use bridge_core::item::Offer;
use bridge_core::provision::{self, Creation, Found, Step};
use bridge_core::quota;
use store::record::MappedTenant;
use store::table::Read;

use super::{Stand, record, step_failed, step_made, take_lease};
use crate::gather::Seen;
use crate::journal::ACRONIS;
use crate::shared::Customers;
use crate::steps::quotas::PROVISIONING_STOPS;
use crate::steps::{LOOK_AGAIN, client, refused};
use crate::turn::Worker;
use crate::{Error, outcome};

/// Looks for the tenant among all customers of the connection. Whatever an earlier attempt has made is adopted (rule X2).
pub(super) async fn find(worker: &mut Worker<'_>, creation: &Creation) -> Result<Stand, Error> {
    let client = client(worker, &creation.connection).await?;
    let progress = &creation.progress;
    // A list from before an attempt does not show what came of it.
    let must_be_new = progress.tenant_attempt.sent_at.is_some() || progress.name_was_refused;
    let customers = worker.shared.customers(worker.deps, &creation.connection, &client, must_be_new).await?;
    let found = concerned(worker, creation, &customers).await?;
    let mut after = creation.clone();
    after.tenants_found(&found, customers.began_at);
    if let Some(tenant) = &after.progress.tenant {
        record(worker, &after, (ACRONIS, "tenant"), ("customer tenant created", name_of(creation, tenant))).await?;
    }
    let began_at = customers.began_at;
    worker.take_in(outcome::made(move |creation| creation.tenants_found(&found, began_at)));
    step_made(worker).await
}

/// The customers that matter to the creation, with the accounts that they are mapped to.
async fn concerned(worker: &Worker<'_>, creation: &Creation, customers: &Customers) -> Result<Vec<Found>, Error> {
    let mut concerned = Vec::new();
    for found in customers.list.iter().filter(|found| creation.concerns(found)) {
        let pointer = worker.deps.systems.table.get::<MappedTenant>(&found.tenant, Read::Strong).await?;
        let mapped_to = pointer.map(|pointer| pointer.value.account);
        concerned.push(Found { mapped_to, ..found.clone() });
    }
    Ok(concerned)
}

/// Announces the create, sends it once, and takes in its outcome.
pub(super) async fn create(worker: &mut Worker<'_>, creation: &Creation) -> Result<Stand, Error> {
    let client = client(worker, &creation.connection).await?;
    let offers = worker.shared.offers(worker.deps, &creation.connection, &client, &creation.parent).await?;
    if stops(worker, creation, &offers) {
        return Ok(Stand::Waits(Some(worker.now() + LOOK_AGAIN)));
    }
    let now = worker.now();
    if let Some(flow) = worker.announce(outcome::made(move |creation| creation.begin_tenant(now))).await? {
        return Ok(Stand::Goes(flow));
    }
    let new = NewTenant {
        parent: creation.parent.clone(),
        name: creation.customer.name.clone(),
        customer_id: creation.account.to_string(),
        internal_tag: creation.marker.to_string(),
        language: Some(creation.language.clone()),
        contact: contact(&creation.customer.contact),
    };
    let error = match client.create_tenant(&new).await {
        Ok(tenant) => {
            let mut after = creation.clone();
            after.tenant_created(tenant.id.clone());
            // As long as it is not recorded, the create stays in doubt: the next turn finds the tenant and records it.
            record(worker, &after, (ACRONIS, "tenant"), ("customer tenant created", name_of(creation, &tenant.id)))
                .await?;
            let id = tenant.id.clone();
            worker.take_in(outcome::made(move |creation| creation.tenant_created(id.clone())));
            worker.subject.tenant = Some(Seen::There(tenant));
            return step_made(worker).await;
        }
        Err(error) => error,
    };
    match error.class() {
        Class::Permanent if error.code() == Some(Code::NameTaken) => {
            worker.take_in(outcome::made(Creation::tenant_name_taken));
            step_made(worker).await
        }
        Class::Permanent => step_failed(worker, creation, Step::Tenant, error).await,
        Class::NeedsOperator | Class::Conflict | Class::Throttled { .. } | Class::Transient { .. } => {
            worker.take_in(outcome::made(Creation::tenant_had_no_effect));
            Err(refused(worker, &creation.connection, error).await)
        }
        Class::OutcomeUnknown | Class::Bug => Err(refused(worker, &creation.connection, error).await),
    }
}

/// Rule P10: whether the new tenant could not be given what it needs, as when no default storage is chosen. Told before it is made,
/// as a tenant in production is billed from its first day.
fn stops(worker: &mut Worker<'_>, creation: &Creation, offers: &[Offer]) -> bool {
    let Some(products) = worker.config.products.get(&creation.connection) else { return false };
    let sales = worker.subject.contracts.as_ref().map(|contracts| sales(products, contracts, worker.shared.today));
    let tenant = quota::Tenant { items: Vec::new(), offers: offers.to_vec(), is_new: true };
    let problems = quota::desired(products, &tenant, &sales.unwrap_or_default()).problems;
    let stopping: Vec<_> = problems.iter().filter(|problem| problem.stops_provisioning()).collect();
    for problem in &stopping {
        worker.trouble(PROVISIONING_STOPS, problem.to_string());
    }
    !stopping.is_empty()
}

fn name_of(creation: &Creation, tenant: &TenantId) -> String {
    format!("“{}” ({tenant})", creation.customer.name)
}

/// Switches a trial to production, which cannot be taken back and bills the whole month.
pub(super) async fn set_production(
    worker: &mut Worker<'_>,
    creation: &Creation,
    tenant: &TenantId,
) -> Result<Stand, Error> {
    let client = client(worker, &creation.connection).await?;
    let pricing = match client.pricing(tenant).await {
        Ok(pricing) => pricing,
        Err(error) => return step_failed(worker, creation, Step::Pricing, error).await,
    };
    if pricing.mode == acronis::Mode::Trial {
        if let Some(stand) = take_lease(worker).await? {
            return Ok(stand);
        }
        if let Err(error) = client.set_production(tenant, &pricing).await {
            return step_failed(worker, creation, Step::Pricing, error).await;
        }
    }
    // Also where it is in production already: only our own create and this step can have made it so.
    record(worker, creation, (ACRONIS, "production"), ("tenant switched to production", "production".to_owned()))
        .await?;
    worker.take_in(outcome::made(Creation::production_set));
    step_made(worker).await
}

/// A contact as Acronis takes it.
pub(super) fn contact(contact: &provision::Contact) -> acronis::Contact {
    let provision::Contact {
        email,
        first_name,
        last_name,
        phone,
        address1,
        address2,
        city,
        state,
        zip,
        country,
        website,
    } = contact.clone();
    acronis::Contact { email, first_name, last_name, phone, address1, address2, city, state, zip, country, website }
}
