//! One tenant: create, read, change, delete, restore, price, second factor.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::super::Acronis;
use super::super::account_error::Refusal;
use super::super::id::TenantId;
use super::super::parameter::Parameters;
use super::super::tenant_body::{TenantBody, bad};
use super::super::tenant_change::INHERITED_MFA;
use super::super::tenant_row::Detail;
use super::super::world::World;
use super::{json_object, tenant_id};

/// `POST /tenants`.
pub(super) async fn create(State(acronis): State<Acronis>, headers: HeaderMap, body: Bytes) -> Response {
    acronis.account(&headers, |world, caller| {
        let body = TenantBody::of_create(json_object(&headers, &body)?, &world.quirks)?;
        let id = TenantId(world.new_uuid());
        world.changer(caller).create(id, body)?;
        if world.quirks.new_tenants_inherit_items
            && let Some(parent) = world.hierarchy.get(id).map(|tenant| tenant.parent)
        {
            world.items.inherit(parent, id, world.now);
        }
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
        show(world, id)
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
        show(world, id)
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

/// `GET /tenants/{id}/mfa/status`.
pub(super) async fn mfa(State(acronis): State<Acronis>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    acronis.account(&headers, |world, caller| show_mfa(world, caller, tenant_id(&id)?))
}

/// `PUT /tenants/{id}/mfa/status`.
pub(super) async fn change_mfa(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let id = tenant_id(&id)?;
        let body = json_object(&headers, &body)?;
        let enabled = body.get("enabled").and_then(Value::as_bool).ok_or_else(|| bad("enabled: required"))?;
        world.changer(caller).set_mfa(id, enabled)?;
        show_mfa(world, caller, id)
    })
}

fn show_mfa(world: &World, caller: TenantId, id: TenantId) -> Result<Response, Refusal> {
    let tenant = world.hierarchy.visible(caller, id)?;
    if !tenant.kind.has_own_mfa() {
        return Err(Refusal::BusinessRule(INHERITED_MFA));
    }
    Ok(Json(json!({
        "mfa_status": tenant.mfa_status(),
        "users_count": world.users.of(id).count(),
        "users_with_totp_enabled_count": 0,
        "update_allowed": true,
    }))
    .into_response())
}

fn show(world: &World, id: TenantId) -> Result<Response, Refusal> {
    let tenant = world.hierarchy.get(id).ok_or(Refusal::TenantNotFound)?;
    Ok(Json(world.hierarchy.row(tenant, Detail::Full { contacts: false })).into_response())
}
