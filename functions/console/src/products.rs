//! The product mapping of a connection (rules P2, P3, P8; manual 5.1).

use std::collections::{BTreeMap, BTreeSet};

use bridge_core::id::{ConnectionId, ServiceId};
use bridge_core::settings::{Problem, Products, Settings};
use bridge_core::system::Id;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::record::{Connection, Generation};
use store::table::{Committed, Read, Stored, Transaction};
use systems::Use;

use crate::auth::Actor;
use crate::error::Error;
use crate::openapi::shapes;
use crate::{Deps, catalogue, journal};

/// A product mapping, as read or to be saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ProductsDocument")]
pub struct Document {
    /// Version that was read, or is edited; nothing before anything was saved.
    pub version: Option<u64>,
    /// The product mapping.
    #[schemars(with = "shapes::Products")]
    pub products: Products,
}

/// The product mapping of a connection, used or not.
///
/// # Errors
/// There is no such connection, or the table cannot be read.
pub async fn read(deps: &Deps, connection: &ConnectionId) -> Result<Document, Error> {
    let table = &deps.systems.table;
    if table.get::<Connection>(connection, Read::Strong).await?.is_none() {
        return Err(Error::NotFound(format!("there is no connection {connection}")));
    }
    let stored = table.get::<Products>(connection, Read::Strong).await?;
    Ok(stored.map_or_else(
        || Document { version: None, products: Products::of(connection.clone()) },
        |Stored { value, version }| Document { version: Some(version), products: value },
    ))
}

/// Saves a product mapping while billing is off, when it changes nothing. Otherwise the one way is a preview.
///
/// # Errors
/// [`Error::Stale`], [`Error::Invalid`] with each refused field, [`Error::PreviewNeeded`] while billing is on.
pub async fn save(deps: &Deps, by: &Actor, connection: &ConnectionId, edited: Document) -> Result<Document, Error> {
    if edited.products.connection != *connection {
        return Err(Error::field("products.connection", "the path names another connection"));
    }
    let current = read(deps, connection).await?;
    if current.version != edited.version {
        return Err(Error::stale(&current, &edited));
    }
    let settings = while_off(deps).await?;
    let problems = problems(deps, &edited.products, "products").await?;
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let mut transaction = deps.systems.table.transaction();
    let version = put(deps, by, &mut transaction, &current, &edited.products).await?;
    transaction.check::<Settings>(&(), settings)?;
    match transaction.commit().await? {
        Committed::Done => {}
        Committed::Refused(_) => return Err(overtaken(deps, connection, &edited).await?),
    }
    Generation::bump(&deps.systems.table).await?;
    Ok(Document { version: Some(version), products: edited.products })
}

/// The version of the settings, with which billing is off; a save is good for no other.
async fn while_off(deps: &Deps) -> Result<Option<u64>, Error> {
    let settings = deps.systems.table.get::<Settings>(&(), Read::Strong).await?;
    if settings.as_ref().is_some_and(|settings| settings.value.billing.enabled) {
        let message = "billing is on, so customers' quotas follow this".to_owned();
        return Err(Error::PreviewNeeded(vec![Problem { field: "products".to_owned(), message }]));
    }
    Ok(settings.map(|settings| settings.version))
}

/// Why a save was refused at its last step: what somebody else saved while it was checked.
async fn overtaken(deps: &Deps, connection: &ConnectionId, edited: &Document) -> Result<Error, Error> {
    while_off(deps).await?;
    let current = read(deps, connection).await?;
    if current.version == edited.version {
        return Ok(Error::Unavailable("the settings were saved at the same moment: repeat this".to_owned()));
    }
    Ok(Error::stale(&current, edited))
}

/// Everything that is wrong with a product mapping, given what the partners can offer and Autotask can sell now; fields begin with
/// `at`.
pub(crate) async fn problems(deps: &Deps, products: &Products, at: &str) -> Result<Vec<Problem>, Error> {
    let offers = catalogue::offered(deps, products).await?.offers;
    let problems = products.problems(&offers).into_iter().chain(unsellable(deps, products).await?);
    Ok(problems.map(|problem| Problem { field: format!("{at}.{}", problem.field), ..problem }).collect())
}

/// Rows with a service that Autotask does not have, or that was chosen although it is inactive. One that became inactive later still
/// counts on the contracts that have it.
async fn unsellable(deps: &Deps, products: &Products) -> Result<Vec<Problem>, Error> {
    let services = products.services();
    if services.is_empty() {
        return Ok(Vec::new());
    }
    let config = deps.systems.config().await?;
    let client = deps.systems.autotask(&config, Use::Work).await?;
    let found = match client.services_by_id(&services).await {
        Ok(found) => found,
        Err(error) => return Err(deps.systems.failed(&Id::Autotask, error.into()).await.into()),
    };
    let known: BTreeMap<ServiceId, autotask::Service> =
        found.into_iter().map(|service| (service.id, service)).collect();
    let saved: BTreeSet<ServiceId> =
        config.products.get(&products.connection).map(Products::services).into_iter().flatten().collect();
    let chosen = products.rows.iter().filter_map(|row| Some((&row.item, row.managed()?.service?)));
    let problem = |(item, service)| {
        let message = match known.get(&service) {
            None => format!("Autotask has no service {service}, or hides it from the API user"),
            Some(found) if !found.active && !saved.contains(&service) => {
                format!("“{}” is inactive in Autotask: activate it there, or choose another service", found.name)
            }
            Some(_) => return None,
        };
        Some(Problem { field: format!("rows.{item}.service"), message })
    };
    Ok(chosen.filter_map(problem).collect())
}

/// Puts the save and the journal's entry for it into a transaction. Returns the version that it will have.
pub(crate) async fn put(
    deps: &Deps,
    by: &Actor,
    transaction: &mut Transaction<'_>,
    current: &Document,
    next: &Products,
) -> Result<u64, Error> {
    let (old, new) = journal::difference(&rows(&current.products), &rows(next));
    let config = deps.systems.config().await?;
    let name = config.connections.get(&next.connection).map_or(next.connection.as_str(), |found| found.name.as_str());
    let what = format!("the product mapping of connection “{name}” was saved");
    let version = match current.version {
        None => transaction.insert(next)?,
        Some(version) => transaction.replace(&Stored { value: next.clone(), version })?,
    };
    transaction.insert(&journal::entry(deps, by, journal::Change { old, new, ..journal::Change::new(what) }))?;
    Ok(version)
}

/// With each row under its item, so that the journal shows the rows that changed and no others.
fn rows(products: &Products) -> serde_json::Value {
    let rows = products.rows.iter().map(|row| (format!("{}/{}", row.item.application, row.item), json!(row.treatment)));
    let rows: serde_json::Map<_, _> = rows.collect();
    let Products { default_storages, editions, parent, .. } = products;
    json!({"rows": rows, "default_storages": default_storages, "editions": editions, "parent": parent})
}
