//! What was read of Acronis for a connection's catalogue.

use std::collections::{BTreeMap, BTreeSet};

use acronis::Client;
use bridge_core::id::{ApplicationId, InfraId};
use bridge_core::item::Offer;
use bridge_core::settings::Products;
use jiff::Timestamp;

use super::{Offered, Parent, Storage, offered};
use crate::Deps;
use crate::error::Error;

/// What customers may be given, with names.
#[derive(Debug)]
pub(crate) struct Listing {
    pub(super) parents: Vec<Parent>,
    pub(super) offers: Vec<Offer>,
    pub(super) warnings: Vec<String>,
    pub(super) names: Names,
    pub(super) read_at: Timestamp,
}

/// Names of what items belong to.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Machine name and name.
    pub(super) applications: BTreeMap<ApplicationId, (String, String)>,
    pub(super) storages: BTreeMap<InfraId, Storage>,
}

impl Listing {
    /// Reads it.
    ///
    /// # Errors
    /// There is no such connection in use, or Acronis or the table cannot be read.
    pub(super) async fn read(deps: &Deps, products: &Products) -> Result<Self, Error> {
        let read_at = deps.systems.clock.now();
        let Offered { parents, offers, mut warnings, client } = offered(deps, products).await?;
        // Also of what is offered no longer and was chosen once.
        let items = offers.iter().map(|offer| &offer.id).chain(products.rows.iter().map(|row| &row.item));
        let storages: BTreeSet<&InfraId> = items.filter_map(|item| item.infra.as_ref()).collect();
        let names = names(&client, storages, &mut warnings).await;
        Ok(Self { parents, offers, warnings, names, read_at })
    }
}

/// Names explain and decide nothing: without them ids are shown.
async fn names(client: &Client, storages: BTreeSet<&InfraId>, warnings: &mut Vec<String>) -> Names {
    let mut names = Names::default();
    match client.applications().await {
        Ok(applications) => names.applications.extend(applications.into_iter().map(|it| (it.id, (it.kind, it.name)))),
        Err(error) => warnings.push(format!("the applications' names could not be read: {error}")),
    }
    let storages: Vec<InfraId> = storages.into_iter().cloned().collect();
    match client.storages(&storages).await {
        Ok(storages) => names.storages.extend(
            storages
                .into_iter()
                .map(|acronis::Storage { id, name, location }| (id.clone(), Storage { id, name, location })),
        ),
        Err(error) => warnings.push(format!("the storages' names could not be read: {error}")),
    }
    names
}
