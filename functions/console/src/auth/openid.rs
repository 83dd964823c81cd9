//! Sign-in by OpenID Connect: the code flow with PKCE for people, access tokens for programs.
//!
//! [`Settings`] say which issuer, and who has which role there. [`Provider`] is the issuer as this process knows it: its discovery
//! document and its keys, read when they are needed and kept for a while. What is believed of a token is in `claims`: it was
//! signed by a key of the issuer's with an algorithm that we chose, is meant for us, and is valid now. Everything else about a
//! person comes out of it: who it is, and the role.

mod claims;
mod discovery;
mod exchange;
mod failed;
mod kept;
mod keys;
mod roles;
mod settings;
mod signature;

use std::sync::Arc;
use std::time::Duration;

use http::header;
use jiff::Timestamp;
use runtime::http::{Method, Request, Response, Transport, Url};
use runtime::telemetry;
use serde_json::Value;
use store::secrets::{Cached, SecretName, Secrets as _};
use systems::Systems;

use super::pending::Pending;
use super::sessions::Person;
use crate::error::Error;
use claims::{Claims, Kind};
use discovery::Discovery;
pub(super) use failed::Failed;
use kept::Kept;
use keys::Keys;
pub use roles::Roles;
pub use settings::Settings;
pub(super) use signature::is_token;

/// Longest reply that is read of the issuer.
const REPLY_MAX_BYTES: usize = 256 * 1024;
/// How long it may take over one: three of them fit into the time that a request has.
const TIMEOUT: Duration = Duration::from_secs(7);

/// The issuer.
pub(super) struct Provider {
    settings: Settings,
    transport: Arc<dyn Transport>,
    secrets: Cached,
    loopback: bool,
    discovery: Kept<Arc<Discovery>>,
    keys: Kept<Arc<Keys>>,
}

impl Provider {
    pub(super) fn new(settings: Settings, systems: &Systems) -> Self {
        signature::install();
        Self {
            settings,
            transport: Arc::clone(&systems.transport),
            secrets: Cached::new(Arc::clone(&systems.secrets), systems.clock.clone()),
            loopback: systems.options.loopback,
            discovery: Kept::default(),
            keys: Kept::default(),
        }
    }

    /// Where a person signs in.
    pub(super) async fn way_in(&self, pending: &Pending, back_to: &str, now: Timestamp) -> Result<Url, Error> {
        let discovery = self.discovery(now).await.map_err(Failed::told)?;
        let mut url = discovery.authorization_endpoint.clone();
        url.query_pairs_mut().extend_pairs([
            ("response_type", "code"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", back_to),
            ("scope", &self.settings.scopes),
            ("state", &pending.state()),
            ("nonce", &pending.nonce()),
            ("code_challenge", &pending.challenge()),
            ("code_challenge_method", "S256"),
        ]);
        Ok(url)
    }

    /// Who came back with this code.
    pub(super) async fn person(
        &self,
        code: &str,
        pending: &Pending,
        back_to: &str,
        now: Timestamp,
    ) -> Result<Person, Error> {
        let grant = exchange::Grant {
            code,
            back_to,
            verifier: pending.verifier(),
            client_id: &self.settings.client_id,
            client_secret: self.secrets.get(&SecretName::OpenIdClient).await?,
        };
        self.confirmed(grant, &pending.nonce(), now).await.map_err(Failed::told)
    }

    async fn confirmed(&self, grant: exchange::Grant<'_>, nonce: &str, now: Timestamp) -> Result<Person, Failed> {
        let discovery = self.discovery(now).await?;
        let token = exchange::id_token(self, &discovery, grant).await?;
        self.known(self.believed(&token, Kind::Id { nonce }, now).await?)
    }

    /// Whose access token this is.
    pub(super) async fn bearer_of(&self, token: &str, now: Timestamp) -> Result<Person, Error> {
        let claims = self.believed(token, Kind::Access, now).await;
        match claims.and_then(|claims| self.known(claims)) {
            Ok(person) => Ok(person),
            Err(Failed::Token(wrong)) => {
                tracing::info!(reason = %wrong, "an access token was refused");
                Err(super::SIGN_IN_FIRST)
            }
            Err(failed) => Err(failed.told()),
        }
    }

    /// Where a person ends what he began at the issuer, too.
    pub(super) async fn way_out(&self, back_to: &str, now: Timestamp) -> Option<Url> {
        let discovery = self.discovery(now).await.ok()?;
        let mut url = discovery.end_session_endpoint.clone()?;
        // Amazon Cognito has a word of its own for the way back.
        let back = if self.settings.is_cognito() { "logout_uri" } else { "post_logout_redirect_uri" };
        url.query_pairs_mut().append_pair("client_id", &self.settings.client_id).append_pair(back, back_to);
        Some(url)
    }

    /// The issuer's name, for people.
    pub(super) fn name(&self) -> &str {
        self.settings.host()
    }

    /// Whether an answer that names its issuer names this one.
    pub(super) fn is_issuer(&self, issuer: &str) -> bool {
        self.settings.issuer == issuer
    }

    async fn believed(&self, token: &str, kind: Kind<'_>, now: Timestamp) -> Result<Claims, Failed> {
        let header = signature::Header::read(token)?;
        let discovery = self.discovery(now).await?;
        let read = || async { Keys::read(self, &discovery.jwks_uri).await.map(Arc::new) };
        let keys = self.keys.get(now, |keys| keys.has(&header.key_id), read).await?;
        let claims = signature::verify(token, &header, &keys)?;
        Ok(claims::check(claims, &self.settings, kind, now)?)
    }

    fn known(&self, claims: Claims) -> Result<Person, Failed> {
        let name = claims.name();
        match self.settings.roles.of(&claims.all) {
            Some(role) => Ok(Person { subject: claims.subject, name, role }),
            None => Err(Failed::NoRole { name, issuer: self.name().to_owned(), roles: self.settings.roles.clone() }),
        }
    }

    async fn discovery(&self, now: Timestamp) -> Result<Arc<Discovery>, Failed> {
        let read = || async { Discovery::read(self).await.map(Arc::new) };
        self.discovery.get(now, |_| true, read).await
    }

    async fn read(&self, url: &Url) -> Result<Value, Failed> {
        let request = Request::new(Method::GET, url.clone())
            .header(header::ACCEPT, header::HeaderValue::from_static("application/json"));
        let reply = self.send(request).await?;
        let json = reply.status.is_success().then(|| reply.json()).flatten();
        json.ok_or_else(|| self.unreachable(format!("it answered {} with {} and no JSON", url.path(), reply.status)))
    }

    /// Sends a request, once.
    async fn send(&self, mut request: Request) -> Result<Response, Failed> {
        request.timeout = TIMEOUT;
        request.max_reply_bytes = REPLY_MAX_BYTES;
        self.transport.send(request).await.map_err(|error| self.unreachable(telemetry::chain(&error)))
    }

    fn unreachable(&self, why: String) -> Failed {
        Failed::Unreachable { issuer: self.name().to_owned(), why }
    }
}
