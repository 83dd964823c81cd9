//! What tenants use, as of the last measurement.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::Acronis;
use super::super::account_error::Refusal;
use super::super::application;
use super::super::item_filter::ItemFilter;
use super::super::item_row::{Number, QuotaRow};
use super::super::offer::OfferId;
use super::super::parameter::Parameters;
use super::super::tenant::{Tenant, account_time};
use super::super::tenant_body::bad;
use super::super::world::World;
use super::tenant_id;

/// A usage that no item stands for.
const ALL_STORAGE: &str = "storage_total";

/// `GET /tenants/{id}/usages`.
pub(super) async fn of_one(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let parameters = Parameters::parse(&query.unwrap_or_default());
        let tenant = world.hierarchy.visible(caller, tenant_id(&id)?)?;
        Ok(Json(json!({ "items": lines(world, tenant, &parameters)? })).into_response())
    })
}

/// `GET /tenants/usages?tenants=a,b`.
pub(super) async fn of_several(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let parameters = Parameters::parse(&query.unwrap_or_default());
        let ids = parameters.one("tenants").ok_or_else(|| bad("tenants: required"))?;
        let mut items = Vec::new();
        for id in ids.split(',') {
            let tenant = world.hierarchy.visible(caller, tenant_id(id.trim())?)?;
            items.push(json!({ "tenant": tenant.id, "usages": lines(world, tenant, &parameters)? }));
        }
        Ok(Json(json!({ "items": items })).into_response())
    })
}

/// A line for each item that is on or used, with what is used below the tenant, and one that sums the storages up.
fn lines(world: &World, tenant: &Tenant, parameters: &Parameters) -> Result<Vec<Value>, Refusal> {
    let filter = ItemFilter::of_subtree(parameters)?;
    let used = world.usages.shown(&world.hierarchy.subtree(tenant.id), world.now, world.quirks.usage_period_hours);
    let mut amounts: BTreeMap<OfferId, f64> = used.clone();
    if !world.quirks.unused_items_unlisted {
        for (offer, _) in world.items.of(tenant.id).filter(|(_, item)| item.is_on) {
            amounts.entry(offer).or_default();
        }
    }
    let mut lines: Vec<Value> = amounts
        .into_iter()
        .filter(|(offer, _)| filter.takes_offer(*offer) && offer.offer().has_quota())
        .map(|(offer, amount)| item_line(world, tenant, offer, amount))
        .collect();
    if parameters.one("usage_names").is_none_or(|names| names.split(',').any(|name| name.trim() == ALL_STORAGE)) {
        let stored =
            used.iter().filter(|(offer, _)| offer.offer().usage_name == Some("storage")).map(|(_, amount)| amount);
        lines.push(total_line(world, tenant, stored.sum()));
    }
    Ok(lines)
}

fn item_line(world: &World, tenant: &Tenant, id: OfferId, amount: f64) -> Value {
    let offer = id.offer();
    let mut line = line(world, tenant, amount);
    line["application_id"] = json!(offer.application.id);
    line["name"] = json!(offer.name);
    line["edition"] = json!(offer.edition);
    line["usage_name"] = json!(offer.usage_name);
    line["type"] = json!(offer.counting.name());
    line["measurement_unit"] = json!(offer.unit);
    if let Some(infra) = offer.infra {
        line["infra_id"] = json!(infra);
    }
    if let Some(item) = world.items.get(tenant.id, id) {
        line["offering_item"] = json!({ "status": u8::from(item.is_on) });
        if let Some(quota) = QuotaRow::of(offer, item, &world.quirks) {
            line["offering_item"]["quota"] = json!(quota);
        }
    }
    line
}

fn total_line(world: &World, tenant: &Tenant, amount: f64) -> Value {
    let mut line = line(world, tenant, amount);
    line["application_id"] = json!(application::of_kind("backup").map(|backup| backup.id));
    line["name"] = json!(ALL_STORAGE);
    line["edition"] = Value::Null;
    line["usage_name"] = json!(ALL_STORAGE);
    line["type"] = json!("count");
    line["measurement_unit"] = json!("bytes");
    line
}

fn line(world: &World, tenant: &Tenant, amount: f64) -> Value {
    let month = world.now.to_zoned(TimeZone::UTC).date().first_of_month();
    let range_start = account_time(month.to_zoned(TimeZone::UTC).map_or(world.now, |start| start.timestamp()));
    let zone = if world.quirks.usage_times_with_zone { "+00:00" } else { "" };
    let value = if world.quirks.usage_value_is_zero { 0.0 } else { amount };
    json!({
        "tenant_uuid": tenant.id,
        "tenant_id": tenant.number,
        "range_start": format!("{range_start}{zone}"),
        "value": Number::new(value, &world.quirks),
        "absolute_value": Number::new(amount, &world.quirks),
    })
}
