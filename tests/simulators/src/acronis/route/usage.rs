//! Usages. Until offering items exist there is one line per tenant, enough to learn its number of API v1.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::super::Acronis;
use super::super::parameter::Parameters;
use super::super::tenant::{Tenant, account_time};
use super::super::tenant_body::bad;
use super::super::world::World;
use super::tenant_id;

const BACKUP_APPLICATION: &str = "6e6d758d-8e74-3ae3-ac84-50eb0dff12eb";

/// `GET /tenants/{id}/usages`.
pub(super) async fn of_one(State(acronis): State<Acronis>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    acronis.account(&headers, |world, caller| {
        let tenant = world.hierarchy.visible(caller, tenant_id(&id)?)?;
        Ok(Json(json!({ "items": usages(world, tenant) })).into_response())
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
            items.push(json!({ "tenant": tenant.id, "usages": usages(world, tenant) }));
        }
        Ok(Json(json!({ "items": items })).into_response())
    })
}

fn usages(world: &World, tenant: &Tenant) -> Value {
    let month = world.now.to_zoned(TimeZone::UTC).date().first_of_month();
    let range_start = month.to_zoned(TimeZone::UTC).map_or(world.now, |start| start.timestamp());
    json!([{
        "application_id": BACKUP_APPLICATION,
        "name": "storage",
        "edition": "standard",
        "usage_name": "storage",
        "type": "infra",
        "measurement_unit": "bytes",
        "tenant_uuid": tenant.id,
        "tenant_id": tenant.number,
        "range_start": account_time(range_start),
        "value": 0,
        "absolute_value": 0,
    }])
}
