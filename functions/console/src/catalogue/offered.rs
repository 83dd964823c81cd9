//! What the partners and folders above a connection's customers may give them.

use std::collections::{BTreeMap, BTreeSet};

use acronis::Client;
use billing::tenants::{Tenants, Tree};
use bridge_core::id::{ConnectionId, TenantId};
use bridge_core::item::{ItemId, Offer};
use bridge_core::settings::Products;
use bridge_core::system::Id;
use futures::StreamExt as _;
use systems::Use;

use super::Parent;
use crate::error::Error;
use crate::{Deps, mapping};

/// Parents that are asked for one answer at most; what the others may give is known from the last run.
const ASKED_MAX: usize = 30;
/// Calls at a time.
const AT_A_TIME: usize = 2;

/// What may be given.
pub(crate) struct Offered {
    pub(crate) parents: Vec<Parent>,
    /// Every item once.
    pub(crate) offers: Vec<Offer>,
    pub(crate) warnings: Vec<String>,
    pub(crate) client: Client,
}

/// Asks the direct parents of the mapped customers, the parent for new ones, and the connection's own partner.
pub(crate) async fn offered(deps: &Deps, products: &Products) -> Result<Offered, Error> {
    let config = deps.systems.config().await?;
    let connection = &products.connection;
    if !config.connections.contains_key(connection) {
        return Err(Error::field("connection", "there is no such connection in use: /api/v1/connections lists them"));
    }
    let client = deps.systems.acronis(&config, connection, Use::Work).await?;
    let parents = parents(deps, &client, products).await?;
    let mut asked = parents.iter().map(|parent| parent.id.clone()).collect::<Vec<_>>();
    let unasked = asked.split_off(asked.len().min(ASKED_MAX));
    let mut offers: BTreeMap<ItemId, Offer> = BTreeMap::new();
    let mut warnings = Vec::new();
    let calls = asked.into_iter().map(|parent| {
        let client = client.clone();
        async move { (client.available_items(&parent).await, parent) }
    });
    // In their order, so that of two parents that tell different things about an item it is always the same one that counts.
    let mut answers = futures::stream::iter(calls).buffered(AT_A_TIME);
    while let Some((answer, parent)) = answers.next().await {
        match answer {
            Ok(found) => {
                warnings.extend(found.unreadable.into_iter().map(|what| format!("of tenant {parent}: {what}")));
                take(&mut offers, found.offers);
            }
            // Its customers cannot be given anything either.
            Err(error) if error.is_not_found() => warnings.push(format!("tenant {parent} is not there any more")),
            Err(error) => {
                return Err(deps.systems.failed(&Id::Acronis(connection.clone()), error.into()).await.into());
            }
        }
    }
    drop(answers);
    if !unasked.is_empty() {
        let known = Tenants::stored(&deps.systems.table, connection).await?;
        let known = known.offers().filter(|(parent, _)| unasked.contains(parent));
        known.for_each(|(_, known)| take(&mut offers, known.to_vec()));
    }
    Ok(Offered { parents, offers: offers.into_values().collect(), warnings, client })
}

fn take(offers: &mut BTreeMap<ItemId, Offer>, found: Vec<Offer>) {
    for offer in found {
        offers.entry(offer.id.clone()).or_insert(offer);
    }
}

/// The connection's own partner first, then the others by their ids.
async fn parents(deps: &Deps, client: &Client, products: &Products) -> Result<Vec<Parent>, Error> {
    let connection = &products.connection;
    let own = TenantId::new(connection.as_str());
    let tree = Tree::stored(&deps.systems.table, connection).await?;
    let (mut ids, unknown) = known_parents(deps, connection, &tree).await?;
    ids.extend(products.parent.clone());
    let mut pages = client.tenants_by_id(&unknown);
    loop {
        match pages.next().await {
            Ok(Some(page)) => ids.extend(page.tenants.into_iter().filter_map(|tenant| tenant.parent)),
            Ok(None) => break,
            Err(error) => {
                return Err(deps.systems.failed(&Id::Acronis(connection.clone()), error.into()).await.into());
            }
        }
    }
    ids.remove(&own);
    let name = |id: &TenantId| tree.get(id).map(|node| node.name.clone());
    Ok([own].into_iter().chain(ids).map(|id| Parent { name: name(&id), id }).collect())
}

/// The parents of the mapped customers that the last run knew, and the customers that it did not know.
async fn known_parents(
    deps: &Deps,
    connection: &ConnectionId,
    tree: &Tree,
) -> Result<(BTreeSet<TenantId>, Vec<TenantId>), Error> {
    let mappings = mapping::all(deps).await?;
    let here = mappings.values().filter(|mapping| mapping.value.connection == *connection);
    let (mut parents, mut unknown) = (BTreeSet::new(), Vec::new());
    for mapping in here {
        match tree.get(&mapping.value.tenant) {
            Some(node) => parents.extend(node.parent.clone()),
            None => unknown.push(mapping.value.tenant.clone()),
        }
    }
    Ok((parents, unknown))
}
