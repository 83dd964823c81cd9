//! One user: create, read, change, delete, roles, activation.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::super::Acronis;
use super::super::account_error::Refusal;
use super::super::id::UserId;
use super::super::parameter::Parameters;
use super::super::tenant::account_time;
use super::super::tenant_body::bad;
use super::super::user::is_login;
use super::super::user_body::{PoliciesBody, UserBody};
use super::super::world::World;
use super::json_object;

/// `GET /users/check_login?username=`: 204 when it is free.
pub(super) async fn check_login(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.account(&headers, |world, _| {
        let parameters = Parameters::parse(&query.unwrap_or_default());
        let login = parameters.one("username").ok_or_else(|| bad("username: required"))?;
        if !is_login(login) {
            return Err(Refusal::LoginMalformed);
        }
        if world.users.is_taken(login.trim()) {
            return Err(Refusal::LoginTaken);
        }
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `POST /users`: answers 200, not 201.
pub(super) async fn create(State(acronis): State<Acronis>, headers: HeaderMap, body: Bytes) -> Response {
    acronis.account(&headers, |world, caller| {
        let body = UserBody::read(json_object(&headers, &body)?)?;
        let id = world.create_user(caller, body)?;
        show(world, id)
    })
}

/// `GET /users/{id}`.
pub(super) async fn read(State(acronis): State<Acronis>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    acronis.account(&headers, |world, caller| {
        let id = world.visible_user(caller, user_id(&id)?)?.id;
        show(world, id)
    })
}

/// `PUT /users/{id}`.
pub(super) async fn update(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let id = user_id(&id)?;
        let body = UserBody::read(json_object(&headers, &body)?)?;
        world.update_user(caller, id, body)?;
        show(world, id)
    })
}

/// `DELETE /users/{id}?version=`.
pub(super) async fn delete(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let parameters = Parameters::parse(&query.unwrap_or_default());
        let version = parameters.one("version").and_then(|version| version.parse().ok());
        world.delete_user(caller, user_id(&id)?, version)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `GET /users/{id}/access_policies`.
pub(super) async fn roles(State(acronis): State<Acronis>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    acronis.account(&headers, |world, caller| {
        let roles = world.visible_user(caller, user_id(&id)?)?.roles_json();
        Ok(Json(json!({ "timestamp": account_time(world.now), "items": roles })).into_response())
    })
}

/// `PUT /users/{id}/access_policies`: replaces all roles.
pub(super) async fn change_roles(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let id = user_id(&id)?;
        let body = PoliciesBody::read(json_object(&headers, &body)?)?;
        world.set_roles(caller, id, &body)?;
        let roles = world.visible_user(caller, id)?.roles_json();
        Ok(Json(json!({ "timestamp": account_time(world.now), "items": roles })).into_response())
    })
}

/// `POST /users/{id}/send-activation-email`.
pub(super) async fn send_activation(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    acronis.account(&headers, |world, caller| {
        json_object(&headers, &body)?;
        let id = world.visible_user(caller, user_id(&id)?)?.id;
        world.users.get_mut(id).ok_or(Refusal::NotFound)?.activation_mails += 1;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `POST /users/{id}/password`: sets the password and so activates the user.
pub(super) async fn set_password(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let body = json_object(&headers, &body)?;
        let id = world.visible_user(caller, user_id(&id)?)?.id;
        if body.get("password").and_then(Value::as_str).is_none_or(str::is_empty) {
            return Err(bad("password: required"));
        }
        world.change_user(id, |user| user.activated = true)?;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

fn user_id(text: &str) -> Result<UserId, Refusal> {
    text.parse().map_err(|_| Refusal::NotFound)
}

fn show(world: &World, id: UserId) -> Result<Response, Refusal> {
    let user = world.users.get(id).ok_or(Refusal::NotFound)?;
    Ok(Json(user.to_json()).into_response())
}
