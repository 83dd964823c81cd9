//! Who may come in, and what he may do there.
//!
//! The check stands around the whole router and lets nothing through that is not named in [`OPEN`], so a new route is closed
//! unless somebody opens it here. Programs show a token: the stored one, or one that the sign-in service gave them. People have a
//! session, which begins with the sign-in service ([`openid`]) or, on one's own machine, with a one-time link. A viewer may read
//! and nothing else, whatever the route.
//!
//! A browser sends the cookie of a session along with whatever page asks for it, so a change that comes with a session must also
//! come from a page of ours and carry the session's token: see [`Csrf`].

mod cookie;
mod csrf;
pub mod openid;
mod own_path;
mod pending;
pub mod sessions;
mod sign_in;
mod way_in;

use std::sync::atomic::AtomicBool;

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method};
use runtime::webhook::{Refused, bearer};
use secrecy::SecretString;
use store::record::Session;
pub use store::record::session::Role;
use store::secrets::{Cached, SecretName, Secrets as _};

use crate::error::Error;
use crate::{Deps, Shared};
use cookie::Cookies;
use csrf::Origin;
use openid::Provider;
use sessions::Person;
pub(crate) use sign_in::endpoints;
pub(crate) use way_in::is_of_program;

/// Routes that answer without a sign-in.
pub const OPEN: [&str; 5] = ["/healthz", "/sign-in", "/sign-in/callback", "/signed-out", "/assets/{version}/{name}"];
/// What a viewer may ask for in another way than by reading: the end of his own session.
pub const OF_VIEWERS: [&str; 1] = ["/sign-out"];

const SIGN_IN_FIRST: Error = Error::SignedOut("sign in first");

/// How people and programs show who they are.
#[derive(Debug, Clone)]
pub enum Auth {
    /// Programs: `Authorization: Bearer` with the token in the secret store ([`SecretName::ConsoleToken`]).
    Stored,
    /// The same with this token.
    Token(SecretString),
    /// As [`Auth::Stored`]; and people and programs that this OpenID provider knows.
    OpenId(Box<openid::Settings>),
    /// On one's own machine: the given token, if any, or a session that begins with a one-time link, `/sign-in?key=…`.
    Local {
        /// For programs.
        token: Option<SecretString>,
        /// The key in the link.
        one_time: SecretString,
    },
}

/// Who does something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// As people know each other: for the journal and the page. Two may have chosen the same.
    pub name: String,
    /// Who it is, as the sign-in service numbers people; of a program, its name.
    pub subject: String,
    /// What he may do.
    pub role: Role,
    /// Which of the [`sessions`] is his, if it is one.
    pub session: Option<String>,
}

/// What every form of a page carries in a hidden field `csrf`, and every other change in the header `X-CSRF-Token`: proof that it
/// comes from a page that was made for this session. Handlers find it among the extensions of the request, as they find the
/// [`Actor`]; it is empty for programs, which need none. The field is checked and taken out before the handler reads the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Csrf(pub(crate) String);

/// Checks every request.
pub(crate) struct Guard {
    auth: Auth,
    provider: Option<Provider>,
    secrets: Cached,
    cookies: Cookies,
    origin: Origin,
    is_link_used: AtomicBool,
}

/// The middleware in front of every route.
pub(crate) async fn admit(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    if route.as_deref().is_some_and(|route| OPEN.contains(&route)) {
        return next.run(request).await;
    }
    let way_in = way_in::of(&request);
    match shared.guard.let_in(&shared.deps, route.as_deref(), request).await {
        Ok(request) => next.run(request).await,
        Err(refused @ Error::SignedOut(_)) => way_in.unwrap_or_else(|| refused.into_response()),
        Err(refused) => refused.into_response(),
    }
}

impl Actor {
    /// Somebody who may do everything, and has no session.
    #[must_use]
    pub fn administrator(name: &str) -> Self {
        Self { name: name.to_owned(), subject: name.to_owned(), role: Role::Administrator, session: None }
    }

    /// Whether he may change anything.
    #[must_use]
    pub fn may_edit(&self) -> bool {
        self.role >= Role::Administrator
    }
}

impl Guard {
    pub(crate) fn new(deps: &Deps) -> Self {
        let Deps { systems, auth, public_url, .. } = deps;
        let provider = match auth {
            Auth::OpenId(settings) => Some(Provider::new(settings.as_ref().clone(), systems)),
            Auth::Stored | Auth::Token(_) | Auth::Local { .. } => None,
        };
        let is_local = matches!(auth, Auth::Local { .. });
        let is_plain = is_local || public_url.as_deref().is_some_and(|url| url.starts_with("http://"));
        Self {
            auth: auth.clone(),
            provider,
            secrets: Cached::new(systems.secrets.clone(), systems.clock.clone()),
            cookies: Cookies::new(is_plain),
            origin: Origin::new(public_url.as_deref(), is_plain),
            is_link_used: AtomicBool::new(false),
        }
    }

    /// The request, with who makes it among its extensions, if he may make it.
    async fn let_in(&self, deps: &Deps, route: Option<&str>, mut request: Request) -> Result<Request, Error> {
        let (actor, csrf) = match bearer::Claim::read(request.headers()) {
            // A token, where there is one, decides alone: a wrong one is not made good by a session.
            Ok(claim) => (self.program(deps, &claim).await?, Csrf(String::new())),
            Err(Refused::Unsigned) => {
                let (actor, id) = self.person(deps, request.headers()).await?;
                if !is_reading(request.method()) {
                    request = csrf::check(request, &id, &self.origin).await?;
                }
                (actor, Csrf(id.csrf()))
            }
            Err(_) => return Err(SIGN_IN_FIRST),
        };
        let is_of_viewers = is_reading(request.method()) || route.is_some_and(|route| OF_VIEWERS.contains(&route));
        if !actor.may_edit() && !is_of_viewers {
            return Err(Error::Forbidden(format!("{} may look at everything here, and change nothing", actor.name)));
        }
        request.extensions_mut().insert(actor);
        request.extensions_mut().insert(csrf);
        Ok(request)
    }

    async fn person(&self, deps: &Deps, headers: &HeaderMap) -> Result<(Actor, sessions::Id), Error> {
        let id = self.cookies.session(headers).map(sessions::Id::of).ok_or(SIGN_IN_FIRST)?;
        let session = sessions::find(deps, &id).await?.ok_or(SIGN_IN_FIRST)?;
        let Session { hash, subject, name, role, .. } = session;
        Ok((Actor { name, subject, role, session: Some(hash) }, id))
    }

    async fn program(&self, deps: &Deps, claim: &bearer::Claim<'_>) -> Result<Actor, Error> {
        if let Some(provider) = &self.provider
            && openid::is_token(claim.text())
        {
            let Person { name, subject, role } = provider.bearer_of(claim.text(), deps.systems.clock.now()).await?;
            return Ok(Actor { name, subject, role, session: None });
        }
        self.verify(claim).await?;
        Ok(Actor::administrator("api token"))
    }

    async fn verify(&self, claim: &bearer::Claim<'_>) -> Result<(), Error> {
        let is = |token: Option<&SecretString>| claim.verify(token).map_err(|_| SIGN_IN_FIRST);
        match &self.auth {
            Auth::Token(token) => is(Some(token)),
            Auth::Local { token, .. } => is(token.as_ref()),
            Auth::Stored | Auth::OpenId(_) => {
                if is(self.secrets.get(&SecretName::ConsoleToken).await?.as_ref()).is_ok() {
                    return Ok(());
                }
                // It may have been changed since it was read.
                is(self.secrets.refresh(&SecretName::ConsoleToken).await?.as_ref())
            }
        }
    }
}

fn is_reading(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}
