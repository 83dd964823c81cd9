//! The ways in and out, for people.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use store::record::session::Role;
use subtle::ConstantTimeEq as _;

use super::openid::Provider;
use super::own_path::own_path;
use super::pending::{self, Pending};
use super::sessions::{self, Id, Person};
use super::{Actor, Auth, Guard};
use crate::Deps;
use crate::document::Parameters;
use crate::error::Error;
use crate::pages::{Endpoint, signed_out};

const CALLBACK: &str = "/sign-in/callback";
const SIGNED_OUT: &str = "/signed-out";
/// Leads on from a page. A form may send nobody to another host, but a page may.
const REFRESH: HeaderName = HeaderName::from_static("refresh");

const NO_PEOPLE: Error = Error::SignedOut(
    "people cannot sign in here, as no sign-in service is set up (OIDC_ISSUER); programs send the console's token",
);
const OTHER_LINK: Error = Error::SignedOut(
    "open the link that was printed when this was started: it opens the console once, and each start prints a new one",
);

/// The routes.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/sign-in", "Begin a session", get(begin)),
        Endpoint::get(CALLBACK, "The way back from the sign-in service", get(finish)),
        Endpoint::post("/sign-out", "End one's own session", post(end)),
        Endpoint::get(SIGNED_OUT, "After the end of a session", get(signed_out::show)),
    ]
}

/// What the way in carries.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    /// The key of a one-time link.
    #[serde(default)]
    key: Option<SecretString>,
    /// The page to show afterwards.
    #[serde(default)]
    to: Option<String>,
}

/// What the sign-in service sends back with the browser. Services add words of their own, which are none of ours.
#[derive(Deserialize)]
struct Returned {
    #[serde(default)]
    code: Option<SecretString>,
    #[serde(default)]
    state: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    iss: Option<String>,
}

async fn begin(
    State(deps): State<Arc<Deps>>,
    State(guard): State<Arc<Guard>>,
    headers: HeaderMap,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Error> {
    match (&guard.auth, &guard.provider) {
        (Auth::Local { one_time, .. }, _) => guard.use_link(&deps, one_time, &asked).await,
        (_, Some(provider)) => guard.send_away(&deps, provider, &headers, asked.to.as_deref()).await,
        (_, None) => Err(NO_PEOPLE),
    }
}

async fn finish(
    State(deps): State<Arc<Deps>>,
    State(guard): State<Arc<Guard>>,
    headers: HeaderMap,
    Parameters(returned): Parameters<Returned>,
) -> Result<Response, Error> {
    let provider = guard.provider.as_ref().ok_or(NO_PEOPLE)?;
    let pending = guard.cookies.pending(&headers).and_then(Pending::of_cookie);
    let is_ours = |pending: &Pending| returned.state.as_deref().is_some_and(|state| pending.is_state(state));
    let pending = pending.filter(is_ours).ok_or_else(not_begun)?;
    if returned.iss.as_deref().is_some_and(|issuer| !provider.is_issuer(issuer)) {
        return Err(not_begun());
    }
    let code = returned
        .code
        .filter(|_| returned.error.is_none())
        .ok_or_else(|| refused(provider, returned.error.as_deref()))?;
    let (back_to, now) = (guard.url(&headers, CALLBACK)?, deps.systems.clock.now());
    let person = provider.person(code.expose_secret(), &pending, &back_to, now).await?;
    let id = sessions::begin(&deps, person).await?;
    let mut response = guard.enter(&id, &pending.to)?;
    response.headers_mut().append(header::SET_COOKIE, guard.cookies.forget_pending()?);
    Ok(response)
}

async fn end(
    State(deps): State<Arc<Deps>>,
    State(guard): State<Arc<Guard>>,
    Extension(actor): Extension<Actor>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    if let Some(session) = &actor.session {
        sessions::end_now(&deps, session).await?;
    }
    let onward = match &guard.provider {
        Some(provider) => provider.way_out(&guard.url(&headers, SIGNED_OUT)?, deps.systems.clock.now()).await,
        None => None,
    };
    let mut response = match onward {
        Some(onward) => {
            let refresh = HeaderValue::try_from(format!("0; url={onward}"));
            let refresh = refresh.map_err(|error| Error::Internal(error.into()))?;
            let mut response = signed_out::leading_on(onward.as_str())?;
            response.headers_mut().insert(REFRESH, refresh);
            response
        }
        None => (StatusCode::SEE_OTHER, [(header::LOCATION, SIGNED_OUT)]).into_response(),
    };
    response.headers_mut().append(header::SET_COOKIE, guard.cookies.forget_session()?);
    Ok(response)
}

impl Guard {
    /// Begins a session for the holder of the one-time link.
    async fn use_link(&self, deps: &Deps, one_time: &SecretString, asked: &Asked) -> Result<Response, Error> {
        let is_link = asked.key.as_ref().is_some_and(|key| is_same(one_time, key));
        if !is_link || self.is_link_used.swap(true, Ordering::SeqCst) {
            return Err(OTHER_LINK);
        }
        let person = Person { subject: "local".to_owned(), name: "local user".to_owned(), role: Role::Administrator };
        let begun = sessions::begin(deps, person).await;
        // Nobody came in by it, so it is good still.
        let id = begun.inspect_err(|_| self.is_link_used.store(false, Ordering::SeqCst))?;
        self.enter(&id, asked.to.as_deref().and_then(own_path).unwrap_or("/"))
    }

    /// To the sign-in service, with what its answer has to fit.
    async fn send_away(
        &self,
        deps: &Deps,
        provider: &Provider,
        headers: &HeaderMap,
        to: Option<&str>,
    ) -> Result<Response, Error> {
        let pending = Pending::begin(to)?;
        let back_to = self.url(headers, CALLBACK)?;
        let location = provider.way_in(&pending, &back_to, deps.systems.clock.now()).await?;
        let cookie = self.cookies.set_pending(&pending.to_cookie(), pending::LASTS)?;
        let location = HeaderValue::try_from(location.as_str()).map_err(|error| Error::Internal(error.into()))?;
        Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location), (header::SET_COOKIE, cookie)]).into_response())
    }

    fn enter(&self, id: &Id, to: &str) -> Result<Response, Error> {
        let cookie = self.cookies.set_session(id.expose(), sessions::LASTS)?;
        let location = HeaderValue::try_from(to).map_err(|error| Error::Internal(error.into()))?;
        Ok((StatusCode::SEE_OTHER, [(header::LOCATION, location), (header::SET_COOKIE, cookie)]).into_response())
    }

    /// A path of ours as the sign-in service has to name it.
    fn url(&self, headers: &HeaderMap, path: &str) -> Result<String, Error> {
        let own = self.origin.url(headers);
        let nameless =
            || Error::Unreadable { field: None, message: "the request does not say which host it asks".to_owned() };
        own.map(|own| format!("{own}{path}")).ok_or_else(nameless)
    }
}

/// Both are hashed first, so that neither the place of the first difference nor the length can be measured.
fn is_same(one_time: &SecretString, key: &SecretString) -> bool {
    let hash = |secret: &SecretString| Sha256::digest(secret.expose_secret());
    !one_time.expose_secret().is_empty() && bool::from(hash(one_time).ct_eq(&hash(key)))
}

fn not_begun() -> Error {
    let message = "this sign-in was not begun in this browser, or more than ten minutes ago: begin it again";
    Error::Unreadable { field: None, message: message.to_owned() }
}

/// The service has sent the person back without a code. Its words come from the address, which anybody can write.
fn refused(provider: &Provider, error: Option<&str>) -> Error {
    match error {
        Some("access_denied") => Error::Forbidden(format!("{} has not let you in", provider.name())),
        Some("temporarily_unavailable" | "server_error") => {
            Error::Unavailable(format!("{} cannot sign anybody in just now: try again in a minute", provider.name()))
        }
        _ => Error::Forbidden(format!("{} did not complete the sign-in: begin it again", provider.name())),
    }
}
