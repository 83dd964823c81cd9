//! Offering items as account management writes them.

use bridge_core::id::{ApplicationId, InfraId, TenantId};
use bridge_core::item::{Grant, Item, ItemId, Kind, Offer, Quota, Unit};
use runtime::http::lenient::{quote, text};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::{ItemPage, Items, Offers, TenantItem};
use crate::pages::Sheet;
use crate::wire::{Listing, Number};

#[derive(Deserialize)]
struct Row {
    application_id: String,
    name: String,
    #[serde(default)]
    infra_id: Option<String>,
    #[serde(default)]
    edition: Option<String>,
    #[serde(default)]
    usage_name: Option<String>,
    #[serde(default)]
    tenant_id: Option<String>,
    /// Never guessed: it decides what the tenant may use.
    status: Number,
    #[serde(default)]
    locked: Option<bool>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    measurement_unit: Option<String>,
    #[serde(default)]
    quota: Option<WireQuota>,
    #[serde(default)]
    deleted_at: Option<String>,
}

#[derive(Deserialize)]
struct WireQuota {
    #[serde(default)]
    value: Option<Number>,
    #[serde(default)]
    overage: Option<Number>,
    #[serde(default)]
    version: Option<Number>,
}

pub(super) fn offers(body: &[u8]) -> Result<Sheet<Offers>, serde_json::Error> {
    let listing = Listing::read(body)?;
    let mut page = Offers::default();
    for raw in &listing.items {
        match row(raw) {
            Ok(row) => page.offers.push(row.item().offer),
            Err(reason) => page.unreadable.push(reason),
        }
    }
    Ok(Sheet { page, after: listing.after() })
}

pub(super) fn items(body: &[u8]) -> Result<Sheet<Items>, serde_json::Error> {
    let listing = Listing::read(body)?;
    let mut page = Items::default();
    for raw in &listing.items {
        match row(raw) {
            Ok(row) => page.items.push(row.item()),
            Err(reason) => page.unreadable.push(reason),
        }
    }
    Ok(Sheet { page, after: listing.after() })
}

pub(super) fn tree(body: &[u8]) -> Result<Sheet<ItemPage>, serde_json::Error> {
    let listing = Listing::read(body)?;
    let mut page = ItemPage { timestamp: listing.timestamp(), ..ItemPage::default() };
    page.items.reserve(listing.items.len());
    for raw in &listing.items {
        match row(raw).and_then(|row| row.of_tenant(raw)) {
            Ok(item) => page.items.push(item),
            Err(reason) => page.unreadable.push(reason),
        }
    }
    Ok(Sheet { page, after: listing.after() })
}

fn row(raw: &RawValue) -> Result<Row, String> {
    serde_json::from_str(raw.get()).map_err(|error| odd(raw, &error.to_string()))
}

/// What is wrong with a row, naming it as far as it can be told.
fn odd(raw: &RawValue, reason: &str) -> String {
    let row: Value = serde_json::from_str(raw.get()).unwrap_or_default();
    let name = text(&row, "name").map_or_else(|| "an item without a name".to_owned(), |name| format!("item {name}"));
    let tenant = text(&row, "tenant_id").map(|tenant| format!(" of tenant {tenant}")).unwrap_or_default();
    quote(&format!("{name}{tenant}: {reason}"), 200)
}

impl Row {
    fn of_tenant(mut self, raw: &RawValue) -> Result<TenantItem, String> {
        let tenant = self.tenant_id.take().map(TenantId::from).ok_or_else(|| odd(raw, "no tenant_id"))?;
        Ok(TenantItem { tenant, item: self.item() })
    }

    fn item(self) -> Item {
        let kind = self.kind.as_deref().map_or(Kind::Other, kind);
        let version = self.quota.as_ref().and_then(|quota| quota.version).map_or(0, Number::floor);
        let is_on = self.status.floor() != 0 && self.deleted_at.is_none();
        let grant = match (is_on, kind, self.quota) {
            (false, ..) => Grant::Off,
            (true, Kind::Feature, _) | (true, Kind::Other, None) => Grant::On,
            (true, _, quota) => Grant::Quota(quota.map_or(Quota::UNLIMITED, WireQuota::read)),
        };
        let offer = Offer {
            id: ItemId {
                application: ApplicationId::from(self.application_id),
                name: self.name,
                infra: self.infra_id.map(InfraId::from),
            },
            edition: self.edition,
            usage_name: self.usage_name,
            kind,
            unit: self.measurement_unit.as_deref().map_or(Unit::None, unit),
        };
        Item { offer, grant, locked: self.locked.unwrap_or(false), version }
    }
}

impl WireQuota {
    /// Nobody can use a fraction of a piece or a byte, so a quota ends at the whole below it.
    fn read(self) -> Quota {
        let value = self.value.map(Number::floor);
        Quota { value, overage: value.and(self.overage).map(Number::floor) }
    }
}

fn kind(text: &str) -> Kind {
    match text {
        "count" => Kind::Count,
        "feature" => Kind::Feature,
        "infra" => Kind::Infra,
        _ => Kind::Other,
    }
}

fn unit(text: &str) -> Unit {
    match text {
        "bytes" => Unit::Bytes,
        "quantity" => Unit::Quantity,
        "seconds" => Unit::Seconds,
        _ => Unit::None,
    }
}
