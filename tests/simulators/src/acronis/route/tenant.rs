//! One tenant: create, read, change, delete, restore, price.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::Value;

use super::super::Acronis;
use super::super::account_error::Refusal;
use super::super::id::TenantId;
use super::super::parameter::Parameters;
use super::super::tenant::Detail;
use super::super::tenant_body::{TenantBody, bad};
use super::super::world::World;
use super::{json_object, tenant_id};

/// `POST /tenants`.
pub(super) async fn create(State(acronis): State<Acronis>, headers: HeaderMap, body: Bytes) -> Response {
    acronis.account(&headers, |world, caller| {
        let body = TenantBody::of_create(json_object(&headers, &body)?, &world.quirks)?;
        let id = TenantId(world.new_uuid());
        world.changer(caller).create(id, body)?;
        Ok((StatusCode::CREATED, show(world, id)?).into_response())
    })
}

/// `GET /tenants/{id}`.
pub(super) async fn read(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let id = tenant_id(&id)?;
        if Parameters::parse(&query.unwrap_or_default()).is_on("allow_deleted") {
            world.hierarchy.visible_or_deleted(caller, id)?;
        } else {
            world.hierarchy.visible(caller, id)?;
        }
        Ok(show(world, id)?.into_response())
    })
}

/// `PUT /tenants/{id}`: a partial change by whoever knows the newest version.
pub(super) async fn update(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let id = tenant_id(&id)?;
        let body = TenantBody::of_update(json_object(&headers, &body)?, &world.quirks)?;
        world.changer(caller).update(id, body)?;
        Ok(show(world, id)?.into_response())
    })
}

/// `DELETE /tenants/{id}?version=`.
pub(super) async fn delete(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let parameters = Parameters::parse(&query.unwrap_or_default());
        let version = parameters.one("version").and_then(|version| version.parse().ok());
        world.changer(caller).delete(tenant_id(&id)?, version.ok_or_else(|| bad("version: required"))?)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `POST /tenants/{id}/restore?force=`.
pub(super) async fn restore(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let force = Parameters::parse(&query.unwrap_or_default()).is_on("force");
        world.changer(caller).restore(tenant_id(&id)?, force)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `GET /tenants/{id}/pricing`.
pub(super) async fn pricing(State(acronis): State<Acronis>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    acronis.account(&headers, |world, caller| {
        let tenant = world.hierarchy.visible(caller, tenant_id(&id)?)?;
        Ok(Json(tenant.pricing_json()).into_response())
    })
}

/// `PUT /tenants/{id}/pricing`.
pub(super) async fn change_pricing(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let id = tenant_id(&id)?;
        let body = Value::Object(json_object(&headers, &body)?);
        let body = serde_json::from_value(body).map_err(|error| Refusal::BadRequest(error.to_string()))?;
        world.changer(caller).price(id, &body)?;
        let tenant = world.hierarchy.visible(caller, id)?;
        Ok(Json(tenant.pricing_json()).into_response())
    })
}

fn show(world: &World, id: TenantId) -> Result<Json<Value>, Refusal> {
    let tenant = world.hierarchy.get(id).ok_or(Refusal::TenantNotFound)?;
    let has_children = !world.hierarchy.children(id).is_empty();
    Ok(Json(tenant.to_json(Detail::Full { contacts: false }, has_children)))
}
