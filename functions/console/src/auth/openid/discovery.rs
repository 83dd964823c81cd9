//! The discovery document: where the issuer's doors are.

use runtime::http::{BaseUrl, Url};
use serde::Deserialize;

use super::{Failed, Provider};

/// Where the issuer's doors are.
pub(super) struct Discovery {
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) jwks_uri: Url,
    pub(super) end_session_endpoint: Option<Url>,
    /// Whether the client's secret is sent in the form, as the issuer takes it no other way.
    pub(super) is_secret_in_form: bool,
}

#[derive(Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    end_session_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
}

impl Discovery {
    pub(super) async fn read(provider: &Provider) -> Result<Self, Failed> {
        let wrong = |why: &str| provider.unreachable(format!("its discovery document cannot be used: {why}"));
        let url = format!("{}/.well-known/openid-configuration", provider.settings.issuer.trim_end_matches('/'));
        let url = Url::parse(&url).map_err(|error| wrong(&error.to_string()))?;
        let document: Document =
            serde_json::from_value(provider.read(&url).await?).map_err(|error| wrong(&error.to_string()))?;
        if !provider.is_issuer(&document.issuer) {
            return Err(wrong("it is another issuer's"));
        }
        let door = |text: &str| door(text, provider.loopback).ok_or_else(|| wrong("it names an address without TLS"));
        let takes = |method: &str| {
            let methods = document.token_endpoint_auth_methods_supported.as_ref();
            methods.is_none_or(|methods| methods.iter().any(|known| known == method))
        };
        Ok(Self {
            authorization_endpoint: door(&document.authorization_endpoint)?,
            token_endpoint: door(&document.token_endpoint)?,
            jwks_uri: door(&document.jwks_uri)?,
            end_session_endpoint: document.end_session_endpoint.as_deref().map(door).transpose()?,
            is_secret_in_form: !takes("client_secret_basic"),
        })
    }
}

/// An address of the issuer's: by TLS, or on this machine where that is allowed. Unlike a [`BaseUrl`] it may have a query.
fn door(text: &str, loopback: bool) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let root = &url[..url::Position::AfterPath];
    let is_safe = if loopback { BaseUrl::loopback_allowed(root) } else { BaseUrl::parse(root) };
    (is_safe.is_ok() && url.fragment().is_none()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_door_is_behind_tls_or_on_this_machine() {
        assert!(door("https://id.msp.example/authorize?policy=a", false).is_some());
        assert!(door("http://id.msp.example/authorize", true).is_none());
        assert!(door("http://127.0.0.1:9/authorize", false).is_none());
        assert!(door("http://127.0.0.1:9/authorize", true).is_some());
        assert!(door("https://id.msp.example/#x", false).is_none());
        assert!(door("javascript:alert(1)", true).is_none());
    }
}
