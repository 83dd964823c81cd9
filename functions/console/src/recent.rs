//! What this process has read of both systems to name and to offer things with. Whoever turns pages, searches or types into a picker
//! would otherwise have the same lists read with every request.
//!
//! Nothing here is older than [`KEPT_FOR`], so a change in Autotask or Acronis shows that much later at the latest, or at once after
//! *Read again*. Settings, mappings of products and log-ins that are saved here show at once, by whichever process: each save raises
//! the generation that everything is kept under. Nothing that is saved is checked against it, and it ends with the process.

mod kept;
mod names;

use std::collections::BTreeMap;

use bridge_core::id::{AccountId, BundleId, ConnectionId, ContractId, InfraId, ServiceId};
use jiff::SignedDuration;
use store::record::Mapping;
use store::table::Stored;

use crate::catalogue::Listing;
use crate::lists::CompanyType;
use crate::services::Listed;

pub(crate) use kept::{Each, Kept};
pub(crate) use names::Names;

/// Services, items and their names change rarely, and who looks at a page turns to the next within minutes.
pub(crate) const KEPT_FOR: SignedDuration = SignedDuration::from_mins(5);

/// What was read lately.
#[derive(Debug, Default)]
pub struct Recent {
    pub(crate) mappings: Kept<BTreeMap<AccountId, Stored<Mapping>>>,
    pub(crate) services: Kept<Listed>,
    pub(crate) company_types: Kept<Vec<CompanyType>>,
    pub(crate) listings: Each<ConnectionId, Listing>,
    pub(crate) names: OfIds,
}

/// Names of what is told by its id alone.
#[derive(Debug, Default)]
pub(crate) struct OfIds {
    pub(crate) services: Names<ServiceId>,
    pub(crate) bundles: Names<BundleId>,
    pub(crate) contracts: Names<ContractId>,
    pub(crate) storages: Names<(ConnectionId, InfraId)>,
}

impl Recent {
    /// Has everything that can be chosen for a connection read anew when it is next asked for.
    pub(crate) async fn forget(&self, connection: &ConnectionId) {
        self.services.age().await;
        self.company_types.forget().await;
        self.listings.of(connection).forget().await;
    }
}
