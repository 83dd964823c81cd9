//! Who is signed in. A session is a record, so it survives the process and can be ended from elsewhere.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use ring::hmac;
use schemars::JsonSchema;
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use store::record::Session;
use store::record::session::Role;
use store::table::{Read, Replaced, Stored};

use super::Actor;
use crate::error::Error;
use crate::{Deps, journal, token};

/// How long a session lasts at most.
pub(super) const LASTS: SignedDuration = SignedDuration::from_hours(12);
/// How long it lasts without being used.
const IDLE: SignedDuration = SignedDuration::from_hours(2);
/// How often a use is written down: not with every request.
const NOTED_EVERY: SignedDuration = SignedDuration::from_mins(10);

/// A session's id, which its browser alone has.
pub(super) struct Id(SecretString);

/// Who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) subject: String,
    pub(super) name: String,
    pub(super) role: Role,
}

/// A session as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Session")]
pub struct View {
    /// What to name it by, to end it; nobody can sign in with it.
    pub id: String,
    /// Who is signed in.
    pub name: String,
    /// Whether he may change anything.
    pub may_edit: bool,
    /// Since when.
    pub begun_at: Timestamp,
    /// When it was used last, to about ten minutes.
    pub seen_at: Timestamp,
    /// Whether it is the one that asks.
    pub is_own: bool,
}

impl Id {
    pub(super) fn of(text: &str) -> Self {
        Self(text.into())
    }

    pub(super) fn fresh() -> Result<Self, Error> {
        Ok(Self(token::fresh()?.into()))
    }

    /// For the cookie, and for nothing else.
    pub(super) fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// What the table knows of it.
    fn hash(&self) -> String {
        Sha256::digest(self.expose()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What a page's forms carry (see [`Csrf`](super::Csrf)): made from the id, so that there is nothing to keep, and nobody can
    /// make one of a page that he can read.
    pub(super) fn csrf(&self) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.key(), CSRF))
    }

    pub(super) fn is_csrf(&self, token: &str) -> bool {
        URL_SAFE_NO_PAD.decode(token).is_ok_and(|tag| hmac::verify(&self.key(), CSRF, &tag).is_ok())
    }

    fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, self.expose().as_bytes())
    }
}

const CSRF: &[u8] = b"csrf";

/// Begins a session.
///
/// # Errors
/// The table cannot be written.
pub(super) async fn begin(deps: &Deps, person: Person) -> Result<Id, Error> {
    let (id, now) = (Id::fresh()?, deps.systems.clock.now());
    let Person { subject, name, role } = person;
    tracing::info!(subject, role = ?role, "a person has signed in to the console");
    let session = Session { hash: id.hash(), subject, name, role, begun_at: now, seen_at: now, ends_at: end(now, now) };
    deps.systems.table.insert(session).await?;
    Ok(id)
}

/// The session with this id, if it goes on; this is a use of it. The read is strong: a session that was ended is over at once.
///
/// # Errors
/// The table cannot be read.
pub(super) async fn find(deps: &Deps, id: &Id) -> Result<Option<Session>, Error> {
    let now = deps.systems.clock.now();
    let stored: Option<Stored<Session>> = deps.systems.table.get(&id.hash(), Read::Strong).await?;
    let Some(stored) = stored.filter(|stored| now < stored.value.ends_at) else { return Ok(None) };
    if now < stored.value.seen_at + NOTED_EVERY {
        return Ok(Some(stored.value));
    }
    let session = stored.value.clone();
    let used = |session: Session| Session { seen_at: now, ends_at: end(session.begun_at, now), ..session };
    match deps.systems.table.replace(stored.map(used)).await {
        Ok(Replaced::Done(Stored { value, .. }) | Replaced::Conflict(Some(Stored { value, .. }))) => Ok(Some(value)),
        Ok(Replaced::Conflict(None)) => Ok(None),
        Err(error) => {
            // The person loses nothing by it unless it goes on for two hours.
            tracing::warn!(error = runtime::telemetry::chain(&error), "the use of a session could not be written down");
            Ok(Some(session))
        }
    }
}

/// All sessions that go on, the newest first.
///
/// # Errors
/// The table cannot be read.
pub async fn list(deps: &Deps, by: &Actor) -> Result<Vec<View>, Error> {
    let now = deps.systems.clock.now();
    let sessions = Session::all(&deps.systems.table).await?.records.into_iter().map(|stored| stored.value);
    let mut views: Vec<View> =
        sessions.filter(|session| now < session.ends_at).map(|session| View::of(session, by)).collect();
    views.sort_by_key(|view| std::cmp::Reverse(view.begun_at));
    Ok(views)
}

/// Ends somebody's session.
///
/// # Errors
/// There is none of this id, or the table cannot be written.
pub async fn revoke(deps: &Deps, by: &Actor, id: &str) -> Result<(), Error> {
    let ended = end_now(deps, id).await?;
    let session = ended.ok_or_else(|| Error::NotFound("this session has ended already".to_owned()))?;
    let change = journal::Change::new(format!("the session of {} was ended", session.name));
    journal::record(deps, by, change).await
}

/// Takes a session away. Returns what it was.
pub(super) async fn end_now(deps: &Deps, hash: &str) -> Result<Option<Session>, Error> {
    let mut ended = None;
    let take = |session: Option<Session>| {
        ended = session;
        None
    };
    deps.systems.table.modify(&hash.to_owned(), take).await?;
    Ok(ended)
}

fn end(begun: Timestamp, seen: Timestamp) -> Timestamp {
    (begun + LASTS).min(seen + IDLE)
}

impl View {
    fn of(session: Session, by: &Actor) -> Self {
        let is_own = by.session.as_deref() == Some(&session.hash);
        let Session { hash, name, role, begun_at, seen_at, .. } = session;
        Self { id: hash, name, may_edit: role >= Role::Administrator, begun_at, seen_at, is_own }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_own_session_alone() {
        let (one, other) = (Id::fresh().unwrap(), Id::fresh().unwrap());
        assert!(one.is_csrf(&one.csrf()));
        assert!(!one.is_csrf(&other.csrf()));
        assert!(!one.is_csrf(""));
        assert!(!one.is_csrf(one.expose()));
        assert!(!one.is_csrf(&one.csrf()[1..]));
    }

    #[test]
    fn neither_what_is_kept_nor_what_pages_carry_is_the_id() {
        let id = Id::fresh().unwrap();
        assert!(![id.hash(), id.csrf()].contains(&id.expose().to_owned()));
        assert_ne!(id.hash(), id.csrf());
        assert_eq!(id.hash().len(), 64);
    }
}
