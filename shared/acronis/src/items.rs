//! Offering items: what a customer may be given, what customers have, and changing it.

mod wire;

use bridge_core::id::TenantId;
use bridge_core::item::{Grant, Item, ItemId, Offer};
use runtime::http::{Method, Url};
use serde_json::{Map, Value, json};

use crate::client::{Call, Client, identifier, not_json};
use crate::error::Error;
use crate::pages::{Pages, Read, Sheet, Source};

const TENANTS: &str = "tenants";
const ITEMS: &str = "offering_items";
/// What the limit of calls in flight is counted for.
const ENDPOINT: &str = ITEMS;
/// Rows of the tree-wide list per page, as documented.
const PAGE: u32 = 5_000;
/// A filter by names that is longer is left out, or the URL would be too long.
const NAMES_MAX: usize = 1_500;

/// What a partner or folder may give to its customers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offers {
    /// The items that could be read.
    pub offers: Vec<Offer>,
    /// The others: their name, as far as there is one, and what is wrong.
    pub unreadable: Vec<String>,
}

/// What one tenant has, items that are off included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Items {
    /// The items that could be read.
    pub items: Vec<Item>,
    /// The others: their name, as far as there is one, and what is wrong.
    pub unreadable: Vec<String>,
}

/// An item and the tenant that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantItem {
    /// The tenant.
    pub tenant: TenantId,
    /// The item.
    pub item: Item,
}

/// One page of what the tenants of a tree have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ItemPage {
    /// The items that could be read. They come in no documented order.
    pub items: Vec<TenantItem>,
    /// The others: their tenant and name, as far as there are, and what is wrong.
    pub unreadable: Vec<String>,
    /// To be given as `updated_since` next time, where the reply has it; the first page's is the one to keep.
    pub timestamp: Option<String>,
}

/// One change of what a tenant has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The item.
    pub id: ItemId,
    /// What the tenant may use of it afterwards.
    pub grant: Grant,
    /// The [`Item::version`] just read, so that nobody else's change is overwritten.
    pub version: i64,
}

/// What becomes of a change that would be below usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BelowUsage {
    /// Acronis is asked to refuse it.
    Refused,
    /// It is made: somebody wants it although so much is used.
    Made,
}

impl Client {
    /// What the customers directly below a partner or folder may be given, of all editions (rule P2).
    ///
    /// # Errors
    /// Any of [`Error`]; nothing is returned of a partial answer.
    pub async fn available_items(&self, parent: &TenantId) -> Result<Offers, Error> {
        const DOING: &str = "reading what customers may be given";
        let mut url = self.account([TENANTS, identifier(DOING, parent.as_str())?, ITEMS, "available_for_child"]);
        url.query_pairs_mut().append_pair("kind", "customer").append_pair("edition", "*");
        let mut offers = Offers::default();
        for mut page in self.few(DOING, url, wire::offers).collect().await? {
            offers.offers.append(&mut page.offers);
            offers.unreadable.append(&mut page.unreadable);
        }
        Ok(offers)
    }

    /// What a tenant has, of all editions, items that are off included.
    ///
    /// # Errors
    /// Any of [`Error`]; nothing is returned of a partial answer.
    pub async fn items_of(&self, tenant: &TenantId) -> Result<Items, Error> {
        const DOING: &str = "reading a tenant's offering items";
        let mut url = self.account([TENANTS, identifier(DOING, tenant.as_str())?, ITEMS]);
        url.query_pairs_mut().append_pair("edition", "*");
        let mut items = Items::default();
        for mut page in self.few(DOING, url, wire::items).collect().await? {
            items.items.append(&mut page.items);
            items.unreadable.append(&mut page.unreadable);
        }
        Ok(items)
    }

    /// What all tenants below and including `root` have of the items named; of all items when no name is given, or more than a
    /// URL has room for. With `updated_since` (an [`ItemPage::timestamp`]) only what changed. A tenant of which nothing is seen
    /// here is to be read with [`Client::items_of`] before anything is concluded (rule X3).
    #[must_use]
    pub fn items_below(&self, root: &TenantId, names: &[String], updated_since: Option<&str>) -> Pages<ItemPage> {
        let mut first = self.account([TENANTS, ITEMS]);
        // Without it, the documented default of the neighbouring calls would hold: a legacy edition and nothing else.
        first.query_pairs_mut().append_pair("subtree_root_tenant_id", root.as_str()).append_pair("editions", "*");
        let names = names.join(",");
        if !names.is_empty() && names.len() <= NAMES_MAX {
            first.query_pairs_mut().append_pair("offering_items", &names);
        }
        if let Some(since) = updated_since {
            first.query_pairs_mut().append_pair("updated_since", since);
        }
        let doing = "reading the customers' offering items";
        let from = [first].into();
        Pages::new(
            self.clone(),
            Source { doing, endpoint: ENDPOINT, from, limit: Some(PAGE), read: Read::Text(wire::tree) },
        )
    }

    /// Changes some of what a tenant has, and returns those items as they are afterwards. Whether a refusal leaves the other
    /// changes undone is not documented: read again after it.
    ///
    /// # Errors
    /// Any of [`Error`]; its [`Error::code`] says why. [`Error::Conflict`] when a version is not the current one.
    pub async fn put_items(
        &self,
        tenant: &TenantId,
        changes: &[Change],
        below_usage: BelowUsage,
    ) -> Result<Items, Error> {
        const DOING: &str = "changing a tenant's offering items";
        if changes.is_empty() {
            return Ok(Items::default());
        }
        let url = self.account([TENANTS, identifier(DOING, tenant.as_str())?, ITEMS]);
        let items: Vec<Value> = changes.iter().map(Change::body).collect();
        let body = json!({"offering_items": items, "check_usage": below_usage == BelowUsage::Refused});
        let response = self.call(Call::write(DOING, ENDPOINT, Method::PUT, url, body)).await?;
        let unclear = |_| Error::OutcomeUnknown { doing: DOING, reason: not_json(&response), cause: None };
        Ok(wire::items(&response.body).map_err(unclear)?.page)
    }

    /// A list for which no page size is documented, and which may still come in pages.
    fn few<P>(
        &self,
        doing: &'static str,
        first: Url,
        read: fn(&[u8]) -> Result<Sheet<P>, serde_json::Error>,
    ) -> Pages<P> {
        let from = [first].into();
        Pages::new(self.clone(), Source { doing, endpoint: ENDPOINT, from, limit: None, read: Read::Text(read) })
    }
}

impl Change {
    /// Items that are off and features are refused with a quota, so they come without.
    fn body(&self) -> Value {
        let mut body = Map::new();
        let mut set = |name: &str, value: Value| body.insert(name.to_owned(), value);
        set("application_id", json!(self.id.application));
        set("name", json!(self.id.name));
        if let Some(infra) = &self.id.infra {
            set("infra_id", json!(infra));
        }
        set("status", json!(i32::from(self.grant.is_on())));
        if let Grant::Quota(quota) = self.grant {
            // An overage over nothing would be none of Acronis'.
            let overage = quota.value.and(quota.overage);
            set("quota", json!({"value": quota.value, "overage": overage, "version": self.version}));
        }
        Value::Object(body)
    }
}

#[cfg(test)]
mod tests;
