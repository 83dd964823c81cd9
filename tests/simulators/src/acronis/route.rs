//! The documented HTTP paths, translated into changes of the world.

mod alerts;
mod applications;
mod catalogue;
mod integration;
mod item_list;
mod items;
mod storages;
mod tenant;
mod tenant_list;
mod token;
mod usage;
mod user_list;
mod users;

use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri, header};
use serde_json::{Map, Value};

use super::Acronis;
use super::account_error::{self, Refusal};
use super::alert_error::{self, AlertRefusal};
use super::id::TenantId;
use super::world::World;

const ALERT_MANAGER: &str = "/api/alert_manager/";

pub(super) fn router(acronis: Acronis) -> Router {
    Router::new()
        .route("/api/2/idp/token", post(token::issue))
        .route("/bc/idp/token", post(token::issue))
        .route("/api/2/clients/{id}", get(token::client))
        .route("/api/2/tenants", get(tenant_list::list).post(tenant::create))
        .route("/api/2/tenants/usages", get(usage::of_several))
        .route("/api/2/tenants/offering_items", get(item_list::list))
        .route("/api/2/tenants/{id}", get(tenant::read).put(tenant::update).delete(tenant::delete))
        .route("/api/2/tenants/{id}/restore", post(tenant::restore))
        .route("/api/2/tenants/{id}/children", get(tenant_list::children))
        .route("/api/2/tenants/{id}/pricing", get(tenant::pricing).put(tenant::change_pricing))
        .route("/api/2/tenants/{id}/usages", get(usage::of_one))
        .route("/api/2/tenants/{id}/mfa/status", get(tenant::mfa).put(tenant::change_mfa))
        .route("/api/2/tenants/{id}/offering_items", get(items::list).put(items::change))
        .route("/api/2/tenants/{id}/offering_items/available_for_child", get(items::available_for_child))
        .route("/api/2/tenants/{id}/applications", get(applications::of_tenant))
        .route("/api/2/tenants/{id}/locations", get(storages::locations_of))
        .route("/api/2/tenants/{id}/infra", get(storages::storages_of))
        .route("/api/2/tenants/{id}/users", get(user_list::of_tenant))
        .route("/api/2/applications", get(applications::list))
        .route("/api/2/locations", get(storages::locations))
        .route("/api/2/locations/{id}/infra", get(storages::storages_at))
        .route("/api/2/location/{id}/infra", get(storages::storages_at))
        .route("/api/2/infra", get(storages::storages))
        .route("/api/2/users", get(user_list::list).post(users::create))
        .route("/api/2/users/check_login", get(users::check_login))
        .route("/api/2/users/{id}", get(users::read).put(users::update).delete(users::delete))
        .route("/api/2/users/{id}/access_policies", get(users::roles).put(users::change_roles))
        .route("/api/2/users/{id}/send-activation-email", post(users::send_activation))
        .route("/api/2/users/{id}/password", post(users::set_password))
        .route("/api/2/search", get(tenant_list::search))
        .route("/api/integration_management/v2/status", post(integration::report))
        .route("/api/alert_manager/v1/alerts", get(alerts::list).post(alerts::create).delete(alerts::dismiss_filtered))
        .route("/api/alert_manager/v1/alerts/{id}", get(alerts::read).delete(alerts::dismiss))
        .route("/api/alert_manager/v1/alerts/{id}/false_positive", patch(alerts::mark_false_positive))
        .route("/api/alert_manager/v1/types", get(catalogue::types))
        .route("/api/alert_manager/v1/types/{id}", get(catalogue::one_type))
        .route("/api/alert_manager/v1/categories", get(catalogue::categories))
        .route("/api/alert_manager/v1/count", get(catalogue::count))
        .fallback(unknown_path)
        .with_state(acronis)
}

/// The reply of an ordered fault, worded as the API behind the path does it.
pub(super) fn fault(path: &str, status: StatusCode) -> Response {
    if path.starts_with(ALERT_MANAGER) { alert_error::for_status(status) } else { account_error::for_status(status) }
}

async fn unknown_path(uri: Uri) -> Response {
    fault(uri.path(), StatusCode::NOT_FOUND)
}

/// Why a call does not get past the door.
enum Denied {
    Token,
    ApplicationCode,
}

impl From<Denied> for Refusal {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Token => Self::Unauthorized,
            Denied::ApplicationCode => Self::AccessDenied,
        }
    }
}

impl From<Denied> for AlertRefusal {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::Token => Self::Unauthorized,
            Denied::ApplicationCode => Self::Forbidden,
        }
    }
}

impl Acronis {
    /// A call of the account server by the holder of a valid token; `act` learns the token's tenant.
    fn account(
        &self,
        headers: &HeaderMap,
        act: impl FnOnce(&mut World, TenantId) -> Result<Response, Refusal>,
    ) -> Response {
        let mut world = self.world();
        let answer = world.admit(headers).map_err(Refusal::from).and_then(|caller| act(&mut world, caller));
        answer.unwrap_or_else(|refusal| refusal.into_response(&world.quirks))
    }

    /// A call of the alert manager by the holder of a valid token.
    fn alerting(
        &self,
        headers: &HeaderMap,
        act: impl FnOnce(&mut World, TenantId) -> Result<Response, AlertRefusal>,
    ) -> Response {
        let mut world = self.world();
        let answer = world.admit(headers).map_err(AlertRefusal::from).and_then(|caller| act(&mut world, caller));
        answer.unwrap_or_else(IntoResponse::into_response)
    }
}

impl World {
    fn admit(&self, headers: &HeaderMap) -> Result<TenantId, Denied> {
        let tenant = bearer(headers).and_then(|token| self.tenant_of(token)).ok_or(Denied::Token)?;
        if self.quirks.application_code_required && !headers.contains_key("x-application-secret") {
            return Err(Denied::ApplicationCode);
        }
        Ok(tenant)
    }

    /// The tenant for which a token is good. A suspended tenant stops its clients.
    fn tenant_of(&self, token: &str) -> Option<TenantId> {
        let grant = self.access.grant(token, self.now)?;
        let home = self.access.client(&grant.client)?.tenant;
        self.hierarchy.is_active(home).then_some(grant.tenant)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    scheme(headers, "bearer")
}

/// The credentials of an `Authorization` header of this scheme.
fn scheme<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let (scheme, credentials) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case(wanted).then_some(credentials.trim())
}

fn is_media_type(headers: &HeaderMap, wanted: &str) -> bool {
    let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    sent.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

/// A body that is not a JSON object.
enum Unreadable {
    MediaType,
    Json(String),
}

impl From<Unreadable> for Refusal {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::MediaType => Self::UnsupportedMediaType,
            Unreadable::Json(error) => Self::BadRequest(error),
        }
    }
}

impl From<Unreadable> for AlertRefusal {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::MediaType => Self::UnsupportedMediaType,
            Unreadable::Json(error) => Self::BadRequest(error),
        }
    }
}

fn json_object(headers: &HeaderMap, body: &Bytes) -> Result<Map<String, Value>, Unreadable> {
    if !is_media_type(headers, "application/json") {
        return Err(Unreadable::MediaType);
    }
    serde_json::from_slice(body).map_err(|error| Unreadable::Json(error.to_string()))
}

/// A tenant id in a path. A text that is no id names no tenant.
fn tenant_id(text: &str) -> Result<TenantId, Refusal> {
    text.parse().map_err(|_| Refusal::TenantNotFound)
}
