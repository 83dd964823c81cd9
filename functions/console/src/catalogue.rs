//! The items that customers can be given, each with what was chosen for it (rules P2, P3; manual 5.1).

mod listing;
mod offered;
mod rows;

use bridge_core::id::{ApplicationId, ConnectionId, InfraId, TenantId};
use bridge_core::item::{ItemId, Kind, Unit};
use bridge_core::settings::billing::Managed;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::openapi::shapes;
use crate::{Deps, products};

pub(crate) use listing::Listing;
pub(crate) use offered::{Offered, offered};

/// Whose catalogue.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CatalogueFilter")]
pub struct Filter {
    /// The connection.
    pub connection: String,
    /// Whether to read it again now, also when it was read within the last minutes.
    #[serde(default)]
    pub again: bool,
}

/// What the customers of a connection can be given.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Catalogue")]
pub struct View {
    /// The connection.
    #[schemars(with = "String")]
    pub connection: ConnectionId,
    /// The partners and folders that were asked.
    pub parents: Vec<Parent>,
    /// By name.
    pub applications: Vec<Application>,
    /// What could not be read.
    pub warnings: Vec<String>,
    /// When this was read from Acronis.
    pub read_at: Timestamp,
}

/// A partner or folder with customers below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CatalogueParent")]
pub struct Parent {
    /// The tenant.
    #[schemars(with = "String")]
    pub id: TenantId,
    /// Its name, as far as it is known.
    pub name: Option<String>,
}

/// An application with its items.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CatalogueApplication")]
pub struct Application {
    /// The application.
    #[schemars(with = "String")]
    pub id: ApplicationId,
    /// Machine name, such as `backup`.
    pub kind: Option<String>,
    /// Its name, or its id where it has none.
    pub name: String,
    /// Items outside editions come first.
    pub editions: Vec<Edition>,
}

/// An edition (billing mode) of an application.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CatalogueEdition")]
pub struct Edition {
    /// Its name; nothing for items outside editions.
    pub edition: Option<String>,
    /// By name and storage.
    pub rows: Vec<Row>,
}

/// An item with what was chosen for it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[schemars(rename = "CatalogueRow")]
pub struct Row {
    /// The item.
    #[schemars(with = "shapes::ItemId")]
    pub item: ItemId,
    /// Its name for people.
    pub label: String,
    /// The storage that it is bound to.
    pub storage: Option<Storage>,
    /// What sort of item it is; nothing where Acronis does not say any more.
    #[schemars(with = "Option<shapes::Kind>")]
    pub kind: Option<Kind>,
    /// What its quota counts.
    #[schemars(with = "shapes::Unit")]
    pub unit: Unit,
    /// What one unit of a service stands for, in the item's unit, unless another size is given.
    pub default_unit_size: i64,
    /// Whether it follows the contracts.
    pub state: RowState,
    /// How it follows them.
    #[schemars(with = "Option<shapes::Managed>")]
    pub managed: Option<Managed>,
    /// Not any more, if not: it stays as it is.
    pub available: bool,
}

/// Whether an item follows the contracts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "CatalogueRowState")]
pub enum RowState {
    /// It was never seen in an Apply, so it is left alone.
    New,
    /// It was seen and is left alone.
    NotManaged,
    /// It does.
    Managed,
}

/// A storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CatalogueStorage")]
pub struct Storage {
    /// The storage.
    #[schemars(with = "String")]
    pub id: InfraId,
    /// Its name, or its id where it has none.
    pub name: String,
    /// Where it is.
    pub location: Option<String>,
}

/// The connection's catalogue, as Acronis told it within the last minutes, beside what is chosen now.
///
/// # Errors
/// There is no such connection in use, or Acronis or the table cannot be read.
pub async fn read(deps: &Deps, filter: &Filter) -> Result<View, Error> {
    let connection = ConnectionId::new(&filter.connection);
    let products = products::read(deps, &connection).await?.products;
    let (generation, now) = (deps.systems.config().await?.generation, deps.systems.clock.now());
    let recent = deps.recent.listings.of(&connection);
    if filter.again {
        recent.forget().await;
    }
    let listing = recent.get(generation, now, Listing::read(deps, &products)).await?;
    Ok(rows::view(&products, &listing))
}
