use bridge_core::id::ConnectionId;
use bridge_core::settings::Products;

use crate::table::{Error, Key, Page, Record, Table};

/// The product mapping, one record for each connection; a save carries the version that it edited (rule B3).
impl Record for Products {
    const KIND: &'static str = "PRODUCTS";
    type Id = ConnectionId;

    fn key(id: &ConnectionId) -> Key {
        Key::new(Self::KIND, id.as_str())
    }

    fn id(&self) -> ConnectionId {
        self.connection.clone()
    }
}

/// The product mappings of all connections.
///
/// # Errors
/// The table cannot be read.
pub async fn all_products(table: &Table) -> Result<Page<Products>, Error> {
    table.query_all(Products::KIND).await
}
