//! API clients and the tokens issued to them.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::id::TenantId;

/// A token is good for two hours.
const LIFETIME: SignedDuration = SignedDuration::from_hours(2);

/// A client of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Client {
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) tenant: TenantId,
    pub(super) enabled: bool,
    pub(super) created_at: Timestamp,
    pub(super) last_access_at: Option<Timestamp>,
}

/// A token: whose it is and what it reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Grant {
    pub(super) client: String,
    /// The tenant at and below which the token is good.
    pub(super) tenant: TenantId,
    pub(super) expires_at: Timestamp,
}

/// All clients and the tokens that have not been revoked.
#[derive(Clone, Default)]
pub(super) struct Access {
    clients: BTreeMap<String, Client>,
    tokens: BTreeMap<String, Grant>,
    issued: u64,
}

impl Access {
    pub(super) fn add_client(&mut self, id: &str, secret: &str, tenant: TenantId, now: Timestamp) {
        let client = Client {
            id: id.to_owned(),
            secret: secret.to_owned(),
            tenant,
            enabled: true,
            created_at: now,
            last_access_at: None,
        };
        self.clients.insert(client.id.clone(), client);
    }

    pub(super) fn client(&self, id: &str) -> Option<&Client> {
        self.clients.get(id)
    }

    pub(super) fn client_mut(&mut self, id: &str) -> Option<&mut Client> {
        self.clients.get_mut(id)
    }

    /// The enabled client with this id and secret.
    pub(super) fn log_in(&mut self, id: &str, secret: &str, now: Timestamp) -> Option<&Client> {
        let client = self.clients.get_mut(id)?;
        if !client.enabled || client.secret != secret {
            return None;
        }
        client.last_access_at = Some(now);
        Some(client)
    }

    /// Issues a token of `client` for `tenant`.
    pub(super) fn issue(&mut self, client: &str, tenant: TenantId, now: Timestamp) -> (String, Grant) {
        self.issued += 1;
        let grant = Grant {
            client: client.to_owned(),
            tenant,
            expires_at: now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX),
        };
        let token = write_token(&grant, self.issued, now);
        self.tokens.insert(token.clone(), grant.clone());
        (token, grant)
    }

    /// What an unexpired token of an enabled client grants.
    pub(super) fn grant(&self, token: &str, now: Timestamp) -> Option<&Grant> {
        let grant = self.tokens.get(token)?;
        let client_enabled = self.client(&grant.client).is_some_and(|client| client.enabled);
        (client_enabled && now < grant.expires_at).then_some(grant)
    }

    /// Makes every token of the client useless.
    pub(super) fn revoke(&mut self, client: &str) {
        self.tokens.retain(|_, grant| grant.client != client);
    }
}

/// Tokens look like the signed ones of the real server. The signature is nobody's: a client must not look inside.
fn write_token(grant: &Grant, serial: u64, now: Timestamp) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let header = json!({ "alg": "RS256", "kid": "simulated", "typ": "JWT" });
    let claims = json!({
        "jti": serial, "sub": grant.client, "iat": now.as_second(), "exp": grant.expires_at.as_second(),
        "scope": [{ "tuid": grant.tenant }],
    });
    format!("{}.{}.{}", part(&header), part(&claims), part(&json!("simulated")))
}
