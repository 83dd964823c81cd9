//! Who may come in. The check stands around the whole router and lets nothing through that is not named in [`OPEN`], so a new
//! route is closed unless somebody opens it here.

mod session;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, header};
use runtime::webhook::{Refused, bearer};
use schemars::JsonSchema;
use secrecy::SecretString;
use serde::Deserialize;
use store::secrets::SecretName;

use crate::error::Error;
use crate::{Deps, Shared};
use session::Sessions;

/// Paths that answer without a sign-in.
pub const OPEN: [&str; 2] = ["/healthz", "/sign-in"];

/// How people and programs show who they are.
#[derive(Debug, Clone)]
pub enum Auth {
    /// `Authorization: Bearer` with the token in the secret store ([`SecretName::ConsoleToken`]).
    Stored,
    /// The same with this token.
    Token(SecretString),
    /// On one's own machine: the given token, if any, or a session that begins with a one-time link, `/sign-in?key=…`.
    Local {
        /// For programs.
        token: Option<SecretString>,
        /// The key in the link.
        one_time: SecretString,
    },
}

/// Who does something, for the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor(pub String);

impl Actor {
    /// Whether he may change anything.
    pub(crate) fn may_edit(&self) -> bool {
        true
    }
}

/// What a form of this session carries in its field `csrf`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Csrf(pub(crate) String);

/// What the one-time link carries.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The key.
    #[schemars(with = "String")]
    pub key: SecretString,
}

/// Checks every request.
pub(crate) struct Guard {
    auth: Auth,
    sessions: Sessions,
    public_url: Option<String>,
}

/// The middleware in front of every route.
pub(crate) async fn admit(State(shared): State<Shared>, mut request: Request, next: Next) -> Response {
    if OPEN.contains(&request.uri().path()) {
        return next.run(request).await;
    }
    match shared.guard.who(&shared.deps, request.method(), request.headers()).await {
        Ok(actor) => {
            request.extensions_mut().insert(actor);
            next.run(request).await
        }
        Err(error) => error.into_response(),
    }
}

impl Guard {
    pub(crate) fn new(auth: Auth, public_url: Option<String>) -> Self {
        Self { auth, sessions: Sessions::default(), public_url }
    }

    /// Begins a session for the holder of the one-time link. Returns the cookie to set.
    pub(crate) fn sign_in(&self, deps: &Deps, link: &Link) -> Result<String, Error> {
        match &self.auth {
            Auth::Local { one_time, .. } => {
                self.sessions.begin(one_time, &link.key, deps.systems.clock.now()).ok_or(Error::SignedOut)
            }
            Auth::Stored | Auth::Token(_) => Err(Error::SignedOut),
        }
    }

    /// Who makes a request. A token, where there is one, decides alone: a wrong one is not made good by a session.
    async fn who(&self, deps: &Deps, method: &Method, headers: &HeaderMap) -> Result<Actor, Error> {
        match bearer::Claim::read(headers) {
            Ok(claim) => {
                let token = self.token(deps).await?;
                claim.verify(token.as_ref()).map_err(|_| Error::SignedOut)?;
                Ok(Actor("api token".to_owned()))
            }
            Err(Refused::Unsigned) if self.sessions.is_of_one(headers, deps.systems.clock.now()) => {
                self.check_origin(method, headers)?;
                Ok(Actor("local user".to_owned()))
            }
            Err(_) => Err(Error::SignedOut),
        }
    }

    async fn token(&self, deps: &Deps) -> Result<Option<SecretString>, Error> {
        match &self.auth {
            Auth::Stored => Ok(deps.systems.secrets.get(&SecretName::ConsoleToken).await?),
            Auth::Token(token) => Ok(Some(token.clone())),
            Auth::Local { token, .. } => Ok(token.clone()),
        }
    }

    /// A browser sends the cookie along with whatever page asks for it, so a write must come from a page of ours.
    fn check_origin(&self, method: &Method, headers: &HeaderMap) -> Result<(), Error> {
        if method.is_safe() {
            return Ok(());
        }
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let origin = text(header::ORIGIN).unwrap_or_default();
        let is_public = self.public_url.as_deref().is_some_and(|url| url.trim_end_matches('/') == origin);
        let host = origin.split_once("://").map(|(_, host)| host);
        let is_own = host.is_some() && host == text(header::HOST);
        if is_public || is_own {
            Ok(())
        } else {
            Err(Error::Forbidden("this change was not asked for by a page of this console, so it was not made"))
        }
    }
}
