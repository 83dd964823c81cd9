//! Locations and storages.

use std::str::FromStr;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde_json::{Value, json};

use super::super::Acronis;
use super::super::account_error::Refusal;
use super::super::id::{InfraId, LocationId, TenantId};
use super::super::parameter::Parameters;
use super::super::storage::{self, Storage};
use super::super::tenant_body::bad;
use super::super::world::World;
use super::tenant_id;

/// `GET /tenants/{id}/locations`: where the tenant has a storage.
pub(super) async fn locations_of(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let ids: Vec<Value> = of_tenant(world, caller, &id)?.map(|storage| json!(storage.location)).collect();
        Ok(Json(json!({ "locations": ids })).into_response())
    })
}

/// `GET /tenants/{id}/infra`: the tenant's storages.
pub(super) async fn storages_of(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let ids: Vec<Value> = of_tenant(world, caller, &id)?.map(|storage| json!(storage.id)).collect();
        Ok(Json(json!({ "infras": ids })).into_response())
    })
}

/// `GET /locations?uuids=`.
pub(super) async fn locations(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.account(&headers, |_, _| {
        let wanted: Vec<LocationId> = ids(query)?;
        let items = storage::ALL.iter().filter(|storage| wanted.contains(&storage.location));
        Ok(Json(json!({ "items": items.map(Storage::location_json).collect::<Vec<_>>() })).into_response())
    })
}

/// `GET /locations/{id}/infra`: the storages of a location.
pub(super) async fn storages_at(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
) -> Response {
    acronis.account(&headers, |_, _| {
        let location: LocationId = id.parse().map_err(|_| Refusal::NotFound)?;
        let here: Vec<&Storage> = storage::ALL.iter().filter(|storage| storage.location == location).collect();
        if here.is_empty() {
            return Err(Refusal::NotFound);
        }
        let ids: Vec<Value> = here.iter().map(|storage| json!(storage.id)).collect();
        Ok(Json(json!({ "infras": ids })).into_response())
    })
}

/// `GET /infra?uuids=`.
pub(super) async fn storages(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.account(&headers, |_, _| {
        let wanted: Vec<InfraId> = ids(query)?;
        let items = storage::ALL.iter().filter(|storage| wanted.contains(&storage.id));
        Ok(Json(json!({ "items": items.map(Storage::to_json).collect::<Vec<_>>() })).into_response())
    })
}

/// The storages of which a tenant has something on.
fn of_tenant<'a>(world: &'a World, caller: TenantId, id: &str) -> Result<impl Iterator<Item = &'a Storage>, Refusal> {
    let tenant = world.hierarchy.visible(caller, tenant_id(id)?)?.id;
    let has = move |storage: &Storage| {
        world.items.of(tenant).any(|(offer, item)| item.is_on && offer.offer().infra == Some(storage.id))
    };
    Ok(storage::ALL.iter().filter(move |storage| has(storage)))
}

fn ids<T: FromStr>(query: Option<String>) -> Result<Vec<T>, Refusal> {
    let parameters = Parameters::parse(&query.unwrap_or_default());
    let ids = parameters.one("uuids").ok_or_else(|| bad("uuids: required"))?;
    ids.split(',').map(|id| id.trim().parse()).collect::<Result<_, _>>().map_err(|_| bad("uuids: not ids"))
}
