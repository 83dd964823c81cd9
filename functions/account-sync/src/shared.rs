//! What the accounts of a batch have in common. Each part is read once, by the first account that needs it.

use std::collections::HashMap;
use std::sync::Arc;

use acronis::{Tenant, TenantKind};
use bridge_core::id::{AccountId, ConnectionId, TenantId};
use bridge_core::item::Offer;
use bridge_core::provision::{Found, Marker};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use store::record::{Brake, Installation};
use store::table::Read;
use systems::{Config, Use};
use tokio::sync::{Mutex, OnceCell};

use crate::{Deps, Error, failure};

/// How long a list of customers serves several accounts; shorter than a search counts for.
const YOUNG: SignedDuration = SignedDuration::from_mins(2);

/// See the module.
pub(crate) struct Shared {
    /// Today, where the installation is.
    pub(crate) today: Date,
    /// The brake, while it is on and not approved (rule P12).
    pub(crate) brake: Option<Brake>,
    origin: OnceCell<(String, i64)>,
    offers: Mutex<HashMap<Parent, Arc<[Offer]>>>,
    customers: Mutex<HashMap<ConnectionId, Arc<Customers>>>,
}

/// A partner or folder of a connection.
type Parent = (ConnectionId, TenantId);

/// All customer tenants of a connection, disabled ones included.
pub(crate) struct Customers {
    /// When reading them began.
    pub(crate) began_at: Timestamp,
    /// They.
    pub(crate) list: Vec<Found>,
}

impl Shared {
    /// # Errors
    /// The table cannot be read.
    pub(crate) async fn read(deps: &Deps, config: &Config) -> Result<Self, Error> {
        let now = deps.systems.clock.now();
        let brake = deps.systems.table.get::<Brake>(&(), Read::Strong).await?.map(|stored| stored.value);
        Ok(Self {
            today: billing::today(&config.settings, now),
            brake: brake.filter(|brake| !brake.is_approved(now)),
            origin: OnceCell::new(),
            offers: Mutex::default(),
            customers: Mutex::default(),
        })
    }

    /// Rule V3: our marker for an account's first tenant.
    ///
    /// # Errors
    /// Autotask or the table cannot be read.
    pub(crate) async fn marker(&self, deps: &Deps, config: &Config, account: AccountId) -> Result<Marker, Error> {
        let origin = self.origin.get_or_try_init(|| origin(deps, config)).await?;
        Ok(Marker::new(&origin.0, origin.1, account))
    }

    /// The connection's customers. A list that another account of the batch has read will do unless it `must_be_new`.
    ///
    /// # Errors
    /// Acronis cannot be read, or not completely.
    pub(crate) async fn customers(
        &self,
        deps: &Deps,
        connection: &ConnectionId,
        client: &acronis::Client,
        must_be_new: bool,
    ) -> Result<Arc<Customers>, Error> {
        let mut known = self.customers.lock().await;
        let began_at = deps.systems.clock.now();
        let is_young = |customers: &&Arc<Customers>| began_at.duration_since(customers.began_at) < YOUNG;
        if let Some(customers) = known.get(connection).filter(is_young).filter(|_| !must_be_new) {
            return Ok(Arc::clone(customers));
        }
        let customers = Arc::new(customers(deps, connection, client, began_at).await?);
        known.insert(connection.clone(), Arc::clone(&customers));
        Ok(customers)
    }

    /// What a partner or folder may give to its customers (rule P2).
    ///
    /// # Errors
    /// Acronis cannot be read.
    pub(crate) async fn offers(
        &self,
        deps: &Deps,
        connection: &ConnectionId,
        client: &acronis::Client,
        parent: &TenantId,
    ) -> Result<Arc<[Offer]>, Error> {
        // Held while reading, so that two customers of a partner do not both read.
        let mut known = self.offers.lock().await;
        let key = (connection.clone(), parent.clone());
        if let Some(offers) = known.get(&key) {
            return Ok(Arc::clone(offers));
        }
        let offers = match client.available_items(parent).await {
            Ok(offers) => offers,
            Err(error) => return Err(failure::of_acronis(deps, connection, error).await),
        };
        for reason in &offers.unreadable {
            tracing::error!(%parent, reason, "an item that a partner may give cannot be read");
        }
        let offers: Arc<[Offer]> = offers.offers.into();
        known.insert(key, Arc::clone(&offers));
        Ok(offers)
    }
}

/// A complete list of a connection's customers.
async fn customers(
    deps: &Deps,
    connection: &ConnectionId,
    client: &acronis::Client,
    began_at: Timestamp,
) -> Result<Customers, Error> {
    let mut pages = client.tenants(&connection.as_str().into(), None);
    let mut list = Vec::new();
    loop {
        match pages.next().await {
            Ok(Some(page)) => {
                if let Some(reason) = page.unreadable.first() {
                    // One that is overlooked would be created a second time.
                    return Err(Error::Incomplete(reason.clone()));
                }
                list.extend(page.tenants.into_iter().filter_map(found));
            }
            Ok(None) => return Ok(Customers { began_at, list }),
            Err(error) => return Err(failure::of_acronis(deps, connection, error).await),
        }
    }
}

/// A tenant of the list as a search sees it.
fn found(tenant: Tenant) -> Option<Found> {
    (tenant.kind == TenantKind::Customer).then_some(Found {
        tenant: tenant.id,
        name: tenant.name,
        internal_tag: tenant.internal_tag,
        created_at: tenant.created_at,
        mapped_to: None,
    })
}

/// What tells this installation's tenants from all others: its own id, and the number of the Autotask database.
async fn origin(deps: &Deps, config: &Config) -> Result<(String, i64), Error> {
    let systems = &deps.systems;
    let installation = Installation::get_or_make(&systems.table, &systems.random, &systems.clock).await?;
    let client = systems.autotask(config, Use::Work).await?;
    match client.database().await {
        Ok(database) => Ok((installation.id, database)),
        Err(error) => Err(failure::of_autotask(deps, error).await),
    }
}

#[cfg(test)]
mod tests {
    use bridge_core::provision::{Creation, Customer};
    use bridge_core::settings::billing::Provisioning;

    use super::*;

    fn tenant(id: &str, marker: &Marker, created_at: Option<&str>) -> Tenant {
        Tenant {
            id: id.into(),
            parent: Some("p".into()),
            kind: TenantKind::Customer,
            name: "Kale Foods".to_owned(),
            enabled: true,
            ancestral_access: true,
            customer_id: None,
            internal_tag: Some(marker.to_string()),
            created_at: created_at.map(|at| at.parse().expect("a time")),
            version: Some(1),
            locked: false,
            busy: false,
        }
    }

    /// The tenant that a creation adopts after a create whose answer was lost.
    fn adopted(listed: impl Fn(&Marker) -> Vec<Tenant>) -> Option<TenantId> {
        let marker = Marker::new("installation", 20_264, AccountId(184));
        let found: Vec<Found> = listed(&marker).into_iter().filter_map(found).collect();
        let customer = Customer { name: "Kale Foods".to_owned(), ..Customer::default() };
        let place = (ConnectionId::from("c"), TenantId::from("p"));
        let now = Timestamp::UNIX_EPOCH;
        let mut creation = Creation::new(marker, place, customer, &Provisioning::default(), None, None, now);
        creation.begin_tenant(now);
        creation.tenants_found(&found, now);
        creation.progress.tenant
    }

    #[test]
    fn x2_of_several_tenants_with_our_marker_the_oldest_is_adopted() {
        let (older, younger) = (Some("2026-11-22T09:00:00Z"), Some("2026-11-22T09:07:00Z"));
        let listed =
            |marker: &Marker| vec![tenant("a", marker, None), tenant("b", marker, younger), tenant("c", marker, older)];
        assert_eq!(adopted(listed), Some("c".into()), "neither the first of the list nor the least id");
        let listed = |marker: &Marker| vec![tenant("c", marker, older), tenant("b", marker, older)];
        assert_eq!(adopted(listed), Some("b".into()), "of the same age, the least id");
    }
}
