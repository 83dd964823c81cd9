//! Tokens and the clients that ask for them.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::json;

use super::super::Acronis;
use super::super::access::Grant;
use super::super::account_error::Refusal;
use super::super::id::TenantId;
use super::super::parameter::Parameters;
use super::super::world::World;
use super::{bearer, is_media_type, scheme};

const NARROWING: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const SCOPE_PREFIX: &str = "urn:acronis.com:tenant-id:";

/// `POST /idp/token`: a token for a client, or a narrower one for a token.
pub(super) async fn issue(State(acronis): State<Acronis>, headers: HeaderMap, body: Bytes) -> Response {
    if !is_media_type(&headers, "application/x-www-form-urlencoded") {
        return TokenRefusal::NotAForm.into_response();
    }
    let form = Parameters::parse(&String::from_utf8_lossy(&body));
    let mut world = acronis.world();
    let issued = match form.one("grant_type") {
        Some("client_credentials") => world.log_in(&headers),
        Some(NARROWING) => world.narrow(&headers, &form),
        _ => Err(TokenRefusal::UnknownGrant),
    };
    match issued {
        Ok((token, grant)) => answer(&world, &token, &grant),
        Err(refusal) => refusal.into_response(),
    }
}

/// `GET /clients/{id}`: how a client learns its own tenant.
pub(super) async fn client(State(acronis): State<Acronis>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    acronis.account(&headers, |world, caller| {
        let client = world.access.client(&id).ok_or(Refusal::NotFound)?;
        world.hierarchy.visible(caller, client.tenant)?;
        let time = |at: jiff::Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S+00:00").to_string();
        Ok(Json(json!({
            "client_id": client.id,
            "tenant_id": client.tenant,
            "type": "api_client",
            "data": { "client_name": "PSA integration" },
            "token_endpoint_auth_method": "client_secret_basic",
            "status": if client.enabled { "enabled" } else { "disabled" },
            "client_secret_expires_at": 0,
            "created_at": time(client.created_at),
            "created_by": null,
            "last_access_at": client.last_access_at.map(time),
            "last_access_from_ip": null,
            "redirect_uris": [],
            "origin_id": null,
        }))
        .into_response())
    })
}

impl World {
    fn log_in(&mut self, headers: &HeaderMap) -> Result<(String, Grant), TokenRefusal> {
        let (id, tenant) = self.basic_client(headers).ok_or(TokenRefusal::InvalidClient)?;
        Ok(self.access.issue(&id, tenant, self.now))
    }

    /// A token for one tenant below. The base token proves the right to it; it may also stand in the header.
    fn narrow(&mut self, headers: &HeaderMap, form: &Parameters) -> Result<(String, Grant), TokenRefusal> {
        let by_token = bearer(headers).is_some_and(|token| self.tenant_of(token).is_some());
        if !by_token && self.basic_client(headers).is_none() {
            return Err(TokenRefusal::InvalidClient);
        }
        let base = self.access.grant(form.one("assertion").unwrap_or_default(), self.now).cloned();
        let base = base.ok_or(TokenRefusal::InvalidAssertion)?;
        let scope = form.one("scope").and_then(|scope| scope.strip_prefix(SCOPE_PREFIX));
        let target: TenantId = scope.and_then(|id| id.parse().ok()).ok_or(TokenRefusal::InvalidScope)?;
        if self.hierarchy.visible(base.tenant, target).is_err() {
            return Err(TokenRefusal::OutOfReach);
        }
        Ok(self.access.issue(&base.client, target, self.now))
    }

    /// The client whose id and secret the header carries, with its tenant, if that tenant is not suspended.
    fn basic_client(&mut self, headers: &HeaderMap) -> Option<(String, TenantId)> {
        let pair = BASE64_STANDARD.decode(scheme(headers, "basic")?).ok()?;
        let pair = String::from_utf8(pair).ok()?;
        let (id, secret) = pair.split_once(':')?;
        let client = self.access.log_in(id, secret, self.now)?;
        let (id, tenant) = (client.id.clone(), client.tenant);
        self.hierarchy.is_active(tenant).then_some((id, tenant))
    }
}

fn answer(world: &World, token: &str, grant: &Grant) -> Response {
    let mut answer = json!({
        "access_token": token, "token_type": "bearer", "expires_on": grant.expires_at.as_second(), "id_token": token,
    });
    if world.quirks.token_expires_in {
        answer["expires_in"] = json!(grant.expires_at.as_second() - world.now.as_second());
    }
    Json(answer).into_response()
}

/// Why no token is issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TokenRefusal {
    NotAForm,
    UnknownGrant,
    InvalidClient,
    InvalidAssertion,
    InvalidScope,
    OutOfReach,
}

impl IntoResponse for TokenRefusal {
    fn into_response(self) -> Response {
        let (status, error, description) = match self {
            Self::NotAForm => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request", "send a form"),
            Self::UnknownGrant => {
                (StatusCode::BAD_REQUEST, "invalid_request", "the grant type is missing or not supported")
            }
            Self::InvalidClient => {
                (StatusCode::UNAUTHORIZED, "invalid_client", "invalid client credentials, or disabled")
            }
            Self::InvalidAssertion => (StatusCode::UNAUTHORIZED, "access_denied", "the assertion is not a valid token"),
            Self::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_request", "the scope names no tenant"),
            Self::OutOfReach => (StatusCode::FORBIDDEN, "access_denied", "the tenant is out of reach"),
        };
        let mut body = json!({ "error": error, "error_description": description });
        if self == Self::InvalidClient {
            body["domain"] = json!("Access");
            body["reason"] = json!("InvalidClient");
        }
        (status, Json(body)).into_response()
    }
}
