//! Names of what quotas come from.

use std::collections::BTreeSet;

use bridge_core::id::{BundleId, InfraId};
use bridge_core::quota;
use bridge_core::sale::{self, Sales, Sold};
use bridge_core::settings::Products;
use bridge_core::system::Id;
use systems::{Config, Use};

use crate::Deps;
use crate::error::Error;
use crate::wording::{self, Names};

/// Two calls of each system at most: contracts came with their names.
pub(super) async fn read(
    deps: &Deps,
    config: &Config,
    products: &Products,
    sales: &Sales,
    contracts: &sale::Read,
    tenant: &quota::Tenant,
) -> Result<Names, Error> {
    let sources = sales.services.values().flat_map(|sale| &sale.sources);
    let bundles: BTreeSet<BundleId> = sources
        .filter_map(|source| match source.sold {
            Sold::Bundle(bundle) => Some(bundle),
            Sold::Service(_) => None,
        })
        .collect();
    let bundles: Vec<BundleId> = bundles.into_iter().collect();
    let client = deps.systems.autotask(config, Use::Work).await?;
    let read = async {
        let services = client.services_by_id(&products.services()).await?;
        Ok((services, client.bundles_by_id(&bundles).await?))
    };
    let (services, bundles) = match read.await {
        Ok(read) => read,
        Err::<_, autotask::Error>(error) => return Err(deps.systems.failed(&Id::Autotask, error.into()).await.into()),
    };
    let storages: BTreeSet<InfraId> = tenant.items.iter().filter_map(|item| item.offer.id.infra.clone()).collect();
    Ok(Names {
        storages: wording::storages(deps, config, &products.connection, &storages).await,
        services: services.into_iter().map(|service| (service.id, service.name)).collect(),
        bundles: bundles.into_iter().map(|bundle| (bundle.id, bundle.name)).collect(),
        contracts: contracts.contracts.iter().map(|contract| (contract.id, contract.name.clone())).collect(),
    })
}
