//! The code that a person came back with, exchanged for a token that says who it is: one request, never repeated, as a code is
//! good once.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderValue, header};
use runtime::http::{Method, Request};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::form_urlencoded::{self, byte_serialize};

use super::discovery::Discovery;
use super::{Failed, Provider};

/// Longest of the issuer's own words that is logged.
const ERROR_MAX_CHARS: usize = 60;

/// What is shown for the token.
pub(super) struct Grant<'a> {
    pub(super) code: &'a str,
    pub(super) back_to: &'a str,
    pub(super) verifier: String,
    pub(super) client_id: &'a str,
    pub(super) client_secret: Option<SecretString>,
}

/// The ID token.
pub(super) async fn id_token(provider: &Provider, discovery: &Discovery, grant: Grant<'_>) -> Result<String, Failed> {
    let reply = provider.send(request(discovery, &grant)).await?;
    let json = reply.json().unwrap_or_default();
    if let Some(token) = json["id_token"].as_str().filter(|_| reply.status.is_success()) {
        return Ok(token.to_owned());
    }
    Err(match error_code(&json).filter(|_| reply.status.is_client_error()) {
        Some(why) => Failed::Unconfirmed { issuer: provider.name().to_owned(), why },
        None => provider.unreachable(format!("it answered a code with {} and no token", reply.status)),
    })
}

fn request(discovery: &Discovery, grant: &Grant<'_>) -> Request {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.extend_pairs([
        ("grant_type", "authorization_code"),
        ("code", grant.code),
        ("redirect_uri", grant.back_to),
        ("client_id", grant.client_id),
        ("code_verifier", &grant.verifier),
    ]);
    let mut request = Request::new(Method::POST, discovery.token_endpoint.clone())
        .header(header::ACCEPT, HeaderValue::from_static("application/json"));
    match &grant.client_secret {
        Some(secret) if discovery.is_secret_in_form => {
            form.append_pair("client_secret", secret.expose_secret());
        }
        Some(secret) => request = request.header(header::AUTHORIZATION, basic(grant.client_id, secret)),
        None => {}
    }
    request.body("application/x-www-form-urlencoded", form.finish())
}

/// Both parts are escaped before they are joined (RFC 6749, section 2.3.1).
fn basic(client_id: &str, secret: &SecretString) -> HeaderValue {
    let escaped = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let pair = STANDARD.encode(format!("{}:{}", escaped(client_id), escaped(secret.expose_secret())));
    let mut value = HeaderValue::try_from(format!("Basic {pair}")).expect("base64 is text that a header can hold");
    value.set_sensitive(true);
    value
}

/// The issuer's `error`, as far as it is one of the words that the standards have for it.
fn error_code(json: &Value) -> Option<String> {
    let code = json["error"].as_str()?;
    let is_word = code.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_');
    (is_word && code.len() <= ERROR_MAX_CHARS).then(|| code.to_owned())
}
