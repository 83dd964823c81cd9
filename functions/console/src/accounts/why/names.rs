//! Names of what quotas come from.

use std::collections::BTreeSet;

use bridge_core::id::{BundleId, InfraId, ServiceId};
use bridge_core::quota;
use bridge_core::sale::{self, Sales, Sold};
use bridge_core::settings::Products;
use systems::Config;

use crate::Deps;
use crate::wording::{self, Names};

/// Contracts came with their names.
pub(super) async fn read(
    deps: &Deps,
    config: &Config,
    products: &Products,
    sales: &Sales,
    contracts: &sale::Read,
    tenant: &quota::Tenant,
) -> Names {
    let sources = sales.services.values().flat_map(|sale| &sale.sources);
    let bundles: BTreeSet<BundleId> = sources
        .filter_map(|source| match source.sold {
            Sold::Bundle(bundle) => Some(bundle),
            Sold::Service(_) => None,
        })
        .collect();
    let services: BTreeSet<ServiceId> = products.services().into_iter().collect();
    let storages: BTreeSet<InfraId> = tenant.items.iter().filter_map(|item| item.offer.id.infra.clone()).collect();
    Names {
        storages: wording::storages(deps, config, &products.connection, &storages).await,
        services: wording::services(deps, config, &services).await,
        bundles: wording::bundles(deps, config, &bundles).await,
        contracts: contracts.contracts.iter().map(|contract| (contract.id, contract.name.clone())).collect(),
    }
}
