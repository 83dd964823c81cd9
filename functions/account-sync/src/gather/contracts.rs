//! What Autotask has of the accounts of a batch.

use std::collections::BTreeMap;

use autotask::{Contact, Profile};
use billing::contracts::{Wanted, of_accounts};
use bridge_core::id::AccountId;
use bridge_core::provision;
use bridge_core::quota::Memory;
use systems::{Config, Use};

use super::Subject;
use crate::failure::{self, Failure};
use crate::{Deps, Error};

/// A company that a tenant may have to be made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Company {
    pub(crate) is_active: bool,
    pub(crate) kind: Option<i64>,
    /// What its tenant is made of.
    pub(crate) customer: provision::Customer,
}

/// Reads the contracts of all accounts that may be written for, and the companies of those that need a tenant.
pub(super) async fn read(deps: &Deps, config: &Config, subjects: &mut [Subject]) {
    let now = deps.systems.clock.now();
    let concerned: Vec<AccountId> = subjects
        .iter()
        .filter(|subject| subject.may_write(config, now) && subject.products(config).is_some())
        .map(|subject| subject.account)
        .collect();
    if concerned.is_empty() {
        return;
    }
    let read = read_all(deps, config, subjects, &concerned).await;
    let of_concerned = subjects.iter_mut().filter(|subject| concerned.contains(&subject.account));
    match read {
        Ok(Answer { mut contracts, mut companies }) => of_concerned.for_each(|subject| {
            subject.contracts = contracts.remove(&subject.account);
            subject.company = companies.remove(&subject.account);
        }),
        Err(error) => {
            of_concerned.for_each(|subject| subject.unread = Some(Failure::of(deps, &error, subject.record.as_ref())));
        }
    }
}

struct Answer {
    contracts: BTreeMap<AccountId, bridge_core::sale::Read>,
    companies: BTreeMap<AccountId, Company>,
}

async fn read_all(
    deps: &Deps,
    config: &Config,
    subjects: &[Subject],
    concerned: &[AccountId],
) -> Result<Answer, Error> {
    let client = deps.systems.autotask(config, Use::Work).await?;
    let nothing = Memory::default();
    let wanted: Vec<Wanted<'_>> = subjects
        .iter()
        .filter(|subject| concerned.contains(&subject.account))
        .filter_map(|subject| {
            let memory = subject.record.as_ref().map_or(&nothing, |record| &record.value.memory);
            Some(Wanted { account: subject.account, products: subject.products(config)?, memory })
        })
        .collect();
    let today = billing::today(&config.settings, deps.systems.clock.now());
    let contracts = match of_accounts(&client, &wanted, today).await {
        Ok(contracts) => contracts,
        Err(error) => return Err(failure::of_reading(deps, error).await),
    };
    let without_tenant: Vec<AccountId> = subjects
        .iter()
        .filter(|subject| concerned.contains(&subject.account) && needs_company(subject))
        .map(|subject| subject.account)
        .collect();
    match companies(&client, &without_tenant).await {
        Ok(companies) => Ok(Answer { contracts, companies }),
        Err(error) => Err(failure::of_autotask(deps, error).await),
    }
}

/// A company is only needed until its tenant is there.
fn needs_company(subject: &Subject) -> bool {
    let creation = subject.record.as_ref().and_then(|record| record.value.creation.as_ref());
    subject.mapping.is_none() && creation.is_none_or(|creation| creation.progress.tenant.is_none())
}

async fn companies(
    client: &autotask::Client,
    accounts: &[AccountId],
) -> Result<BTreeMap<AccountId, Company>, autotask::Error> {
    let mut companies = BTreeMap::new();
    let mut profiles = client.company_profiles(accounts);
    while let Some(page) = profiles.next().await? {
        companies.extend(page.rows.into_iter().map(|profile| (profile.company.id, of_profile(profile))));
    }
    let mut contacts = client.primary_contacts(accounts);
    while let Some(page) = contacts.next().await? {
        for contact in page.rows {
            if let Some(company) = companies.get_mut(&contact.account) {
                add_person(&mut company.customer.contact, contact);
            }
        }
    }
    Ok(companies)
}

fn of_profile(profile: Profile) -> Company {
    let Profile { company, phone, address1, address2, city, state, postal_code, website } = profile;
    let contact = provision::Contact {
        phone,
        address1,
        address2,
        city,
        state,
        zip: postal_code,
        website,
        ..provision::Contact::default()
    };
    let customer = provision::Customer { name: company.name, contact };
    Company { is_active: company.active, kind: company.kind, customer }
}

/// The first primary contact stands for the company.
fn add_person(contact: &mut provision::Contact, person: Contact) {
    if contact.email.is_none() && contact.last_name.is_none() {
        contact.email = person.email;
        contact.first_name = person.first_name;
        contact.last_name = person.last_name;
        contact.phone = person.phone.or(contact.phone.take());
    }
}
