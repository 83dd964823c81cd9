//! The provider's doors.

use std::collections::HashMap;

use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::code::Code;
use super::{Client, LIFETIME_S, OpenId, World, token};

type Parameters = HashMap<String, String>;

pub(super) fn router(openid: OpenId) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery))
        .route("/keys", get(keys))
        .route("/authorize", get(authorize))
        .route("/token", post(exchange))
        .route("/logout", get(end_session))
        .with_state(openid)
}

async fn discovery(State(openid): State<OpenId>) -> Json<Value> {
    let quirks = openid.world().quirks.clone();
    let at = |path: &str| format!("{}{path}", openid.issuer);
    let method = if quirks.secret_in_form { "client_secret_post" } else { "client_secret_basic" };
    let mut document = json!({
        "issuer": &*openid.issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "jwks_uri": at("/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": [method],
    });
    if quirks.can_end_sessions {
        document["end_session_endpoint"] = json!(at("/logout"));
    }
    Json(document)
}

async fn keys(State(openid): State<OpenId>) -> Json<Value> {
    Json(openid.world().keys.published())
}

/// Sends the person back at once: who sits at the browser is known.
async fn authorize(State(openid): State<OpenId>, Query(asked): Query<Parameters>) -> Response {
    let one = |name: &str| asked.get(name).map(String::as_str).unwrap_or_default();
    let now = openid.control.clock().now();
    let mut world = openid.world();
    // Nobody is sent to an address that was not registered, whatever else is wrong.
    let client = world.clients.iter().find(|client| client.id == one("client_id"));
    let known = client.is_some_and(|client| client.redirect_uris.iter().any(|uri| uri == one("redirect_uri")));
    let Some(mut back) = known.then(|| Url::parse(one("redirect_uri")).ok()).flatten() else {
        return (StatusCode::BAD_REQUEST, "this client may not send people there\n").into_response();
    };
    let is_complete = one("response_type") == "code"
        && one("scope").split(' ').any(|scope| scope == "openid")
        && one("code_challenge_method") == "S256"
        && !one("code_challenge").is_empty();
    let outcome = match (&world.at_browser, is_complete) {
        (_, false) => ("error", "invalid_request".to_owned()),
        (None, true) => ("error", "access_denied".to_owned()),
        (Some(person), true) => {
            let code = Code {
                client_id: one("client_id").to_owned(),
                redirect_uri: one("redirect_uri").to_owned(),
                challenge: one("code_challenge").to_owned(),
                nonce: asked.get("nonce").cloned(),
                person: person.clone(),
                issued_at: now,
            };
            ("code", world.keep(code))
        }
    };
    back.query_pairs_mut().append_pair(outcome.0, &outcome.1).append_pair("state", one("state"));
    (StatusCode::FOUND, [(header::LOCATION, back.to_string())]).into_response()
}

async fn exchange(State(openid): State<OpenId>, headers: HeaderMap, body: Bytes) -> Response {
    let form: Parameters = form_urlencoded::parse(&body).into_owned().collect();
    let one = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    let now = openid.control.clock().now();
    let mut world = openid.world();
    let Some(client) = world.client(&headers, &form).cloned() else {
        return refused(StatusCode::UNAUTHORIZED, "invalid_client");
    };
    if one("grant_type") != "authorization_code" {
        return refused(StatusCode::BAD_REQUEST, "unsupported_grant_type");
    }
    // Taken away whether it fits or not: a code is tried once.
    let code = world.codes.remove(one("code"));
    let fits = |code: &Code| code.fits(&client.id, one("redirect_uri"), one("code_verifier"), now);
    let Some(code) = code.filter(fits) else { return refused(StatusCode::BAD_REQUEST, "invalid_grant") };
    let quirks = world.quirks.clone();
    let nonce = quirks.nonce.as_deref().or(code.nonce.as_deref());
    let id = token::id_claims(&openid, &client, &code.person, nonce);
    let access = token::access_claims(&openid, &quirks, &client, &code.person);
    let sign = |claims| world.keys.sign(quirks.algorithm, claims);
    match (sign(&id), sign(&access)) {
        (Ok(id), Ok(access)) => Json(json!({
            "id_token": id, "access_token": access, "token_type": "Bearer", "expires_in": LIFETIME_S,
        }))
        .into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn end_session() -> &'static str {
    "You are signed out.\n"
}

fn refused(status: StatusCode, error: &str) -> Response {
    (status, Json(json!({ "error": error, "error_description": "refused" }))).into_response()
}

impl World {
    fn keep(&mut self, code: Code) -> String {
        self.issued += 1;
        let name = format!("canary-code-{}", self.issued);
        self.codes.insert(name.clone(), code);
        name
    }

    /// The client that a request shows itself to be, in the way that is asked of it.
    fn client(&self, headers: &HeaderMap, form: &Parameters) -> Option<&Client> {
        let basic = basic(headers);
        let id = basic.as_ref().map(|(id, _)| id).or_else(|| form.get("client_id"))?;
        let client = self.clients.iter().find(|client| client.id == *id)?;
        let shown = if self.quirks.secret_in_form {
            form.get("client_secret")
        } else {
            basic.as_ref().map(|(_, secret)| secret)
        };
        (client.secret.as_ref() == shown).then_some(client)
    }
}

/// Client and secret of `Authorization: Basic`, each escaped as in a form.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?.strip_prefix("Basic ")?;
    let pair = String::from_utf8(BASE64_STANDARD.decode(value).ok()?).ok()?;
    let (id, secret) = pair.split_once(':')?;
    let plain =
        |text: &str| form_urlencoded::parse(format!("x={text}").as_bytes()).next().map(|(_, value)| value.into_owned());
    Some((plain(id)?, plain(secret)?))
}
