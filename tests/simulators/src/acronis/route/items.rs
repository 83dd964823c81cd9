//! The offering items of one tenant.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::HeaderMap;
use serde_json::json;

use super::super::Acronis;
use super::super::item::Item;
use super::super::item_body::ItemsBody;
use super::super::item_filter::ItemFilter;
use super::super::item_row::Row;
use super::super::parameter::Parameters;
use super::super::tenant::{Kind, account_time};
use super::super::tenant_body::bad;
use super::{json_object, tenant_id};

/// `GET /tenants/{id}/offering_items`: what is on and what could be.
pub(super) async fn list(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let parameters = Parameters::parse(&query.unwrap_or_default());
        let tenant = world.hierarchy.visible(caller, tenant_id(&id)?)?;
        let filter = ItemFilter::of_tenant(&parameters)?;
        let items = world.items.listed(&world.hierarchy, tenant, !parameters.is_on("available_only"));
        let items = items.iter().filter(|(offer, item)| filter.takes(*offer, item));
        let rows: Vec<Row> =
            items.map(|(offer, item)| Row::new(tenant.id, offer.offer(), item, &world.quirks)).collect();
        Ok(Json(json!({ "items": rows })).into_response())
    })
}

/// `GET /tenants/{id}/offering_items/available_for_child`: what a tenant can give to one below, ready to be sent back.
pub(super) async fn available_for_child(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let parameters = Parameters::parse(&query.unwrap_or_default());
        let tenant = world.hierarchy.visible(caller, tenant_id(&id)?)?;
        let kind: Kind = serde_json::from_value(json!(parameters.one("kind")))
            .map_err(|_| bad("kind: partner, folder, customer or unit"))?;
        if !kind.fits_below(tenant.kind) {
            return Err(bad("kind: not allowed below this tenant"));
        }
        let filter = ItemFilter::of_tenant(&parameters)?;
        let on = world.items.of(tenant.id).filter(|(offer, item)| item.is_on && filter.takes_offer(*offer));
        let rows: Vec<Row> = on
            .map(|(offer, item)| {
                let unlimited = Item { is_on: true, ..Item::untouched(item.updated_at) };
                Row::new(tenant.id, offer.offer(), &unlimited, &world.quirks)
            })
            .collect();
        Ok(Json(json!({ "items": rows })).into_response())
    })
}

/// `PUT /tenants/{id}/offering_items`: answers the items that were named.
pub(super) async fn change(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let id = tenant_id(&id)?;
        let body = ItemsBody::read(json_object(&headers, &body)?)?;
        let changed = world.item_changer(caller, id, body.check_usage).write(&body.offering_items)?;
        let rows = changed.iter().filter_map(|offer| Some((offer, world.items.get(id, *offer)?)));
        let rows: Vec<Row> = rows.map(|(offer, item)| Row::new(id, offer.offer(), item, &world.quirks)).collect();
        Ok(Json(json!({ "timestamp": account_time(world.now), "items": rows })).into_response())
    })
}
