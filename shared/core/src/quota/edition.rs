//! Rule P2: which edition (billing mode) of an application a tenant is planned with.

use std::collections::{BTreeMap, BTreeSet};

use super::{Problem, Tenant};
use crate::id::ApplicationId;
use crate::settings::Products;
use crate::settings::billing::Row;

/// The edition of each application that has rows, as far as it can be told. Rows outside editions need none.
pub(super) struct Editions<'a> {
    known: BTreeMap<&'a ApplicationId, Result<&'a str, Problem>>,
}

impl<'a> Editions<'a> {
    pub(super) fn of(products: &'a Products, tenant: &'a Tenant) -> Self {
        let mut mapped: BTreeMap<&ApplicationId, BTreeSet<&str>> = BTreeMap::new();
        for row in products.rows.iter().filter(|row| row.managed().is_some()) {
            if let Some(edition) = &row.edition {
                mapped.entry(&row.item.application).or_default().insert(edition);
            }
        }
        let edition = |(application, mapped)| (application, edition(application, &mapped, products, tenant));
        Self { known: mapped.into_iter().map(edition).collect() }
    }

    /// Whether the tenant is planned with the row.
    pub(super) fn include(&self, row: &Row) -> bool {
        row.edition
            .as_deref()
            .is_none_or(|edition| matches!(self.known.get(&row.item.application), Some(Ok(known)) if *known == edition))
    }

    /// Why the edition of a row cannot be told.
    pub(super) fn problem(&self, row: &Row) -> Option<Problem> {
        row.edition.as_ref()?;
        self.known.get(&row.item.application)?.as_ref().err().cloned()
    }
}

/// The edition that the tenant is on; where nothing of the application is on, the chosen one, or the only one with rows.
fn edition<'a>(
    application: &ApplicationId,
    mapped: &BTreeSet<&'a str>,
    products: &'a Products,
    tenant: &'a Tenant,
) -> Result<&'a str, Problem> {
    let on = editions_on(application, tenant);
    let mut on = on.into_iter();
    match (on.next(), on.next()) {
        (Some(edition), None) => return Ok(edition),
        (Some(one), Some(other)) => {
            let editions = [one, other].into_iter().chain(on).map(str::to_owned).collect();
            return Err(Problem::SeveralEditions { application: application.clone(), editions });
        }
        (None, _) => {}
    }
    let chosen = products.editions.get(application).map(String::as_str);
    let only = mapped.first().copied().filter(|_| mapped.len() == 1);
    chosen.or(only).ok_or_else(|| Problem::NoEdition { application: application.clone() })
}

fn editions_on<'a>(application: &ApplicationId, tenant: &'a Tenant) -> BTreeSet<&'a str> {
    let on = tenant.items.iter().filter(|item| item.grant.is_on());
    on.filter(|item| item.offer.id.application == *application)
        .filter_map(|item| item.offer.edition.as_deref())
        .collect()
}
