//! Sessions of people on their own machine. They live in memory: who starts the process anew gets a new link.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{HeaderMap, header};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use crate::token;

/// Without TLS a browser refuses the `__Host-` prefix, and a session of this kind never leaves the machine.
const COOKIE: &str = "console_session";
const LASTS: SignedDuration = SignedDuration::from_hours(12);

type Hash = [u8; 32];

/// The sessions of this process.
#[derive(Default)]
pub(super) struct Sessions(Mutex<State>);

#[derive(Default)]
struct State {
    is_link_used: bool,
    /// When each session ends, by the hash of its id: looking one up tells nothing about the ids of others.
    ends: HashMap<Hash, Timestamp>,
}

impl Sessions {
    /// Begins a session if `key` is the link's and the link was not used before. Returns the cookie to set.
    pub(super) fn begin(&self, one_time: &SecretString, key: &SecretString, now: Timestamp) -> Option<String> {
        let is_key = bool::from(hash(one_time.expose_secret()).ct_eq(&hash(key.expose_secret())));
        let mut state = self.state();
        if !is_key || one_time.expose_secret().is_empty() || state.is_link_used {
            return None;
        }
        let id = token::fresh()?;
        state.is_link_used = true;
        state.ends.retain(|_, end| now < *end);
        state.ends.insert(hash(&id), now + LASTS);
        Some(format!("{COOKIE}={id}; HttpOnly; SameSite=Strict; Path=/; Max-Age={}", LASTS.as_secs()))
    }

    /// Whether the request carries the cookie of a session that has not ended.
    pub(super) fn is_of_one(&self, headers: &HeaderMap, now: Timestamp) -> bool {
        let state = self.state();
        cookies(headers).any(|id| state.ends.get(&hash(id)).is_some_and(|end| now < *end))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in it is left half-changed by a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter_map(|(name, id)| (name == COOKIE).then_some(id))
}

fn hash(text: &str) -> Hash {
    Sha256::digest(text).into()
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn carrying(cookie: &str) -> HeaderMap {
        let value = HeaderValue::from_str(&format!("theme=dark; {cookie}")).unwrap();
        HeaderMap::from_iter([(header::COOKIE, value)])
    }

    fn pair(cookie: &str) -> &str {
        cookie.split(';').next().unwrap()
    }

    #[test]
    fn a_link_opens_one_session_that_ends_by_itself() {
        let (sessions, link, now) = (Sessions::default(), SecretString::from("k-1"), Timestamp::UNIX_EPOCH);
        assert_eq!(sessions.begin(&link, &"k-2".into(), now), None);
        let cookie = sessions.begin(&link, &link, now).unwrap();
        assert!(cookie.contains("; HttpOnly; SameSite=Strict; Path=/;"), "{cookie}");
        assert_eq!(sessions.begin(&link, &link, now), None, "a link works once");

        let headers = carrying(pair(&cookie));
        assert!(sessions.is_of_one(&headers, now));
        assert!(!sessions.is_of_one(&headers, now + LASTS));
    }

    #[test]
    fn a_cookie_that_we_did_not_set_opens_nothing() {
        let sessions = Sessions::default();
        assert!(!sessions.is_of_one(&carrying("console_session=AAAA"), Timestamp::UNIX_EPOCH));
        assert!(!sessions.is_of_one(&HeaderMap::new(), Timestamp::UNIX_EPOCH));
        let empty = SecretString::from("");
        assert_eq!(sessions.begin(&empty, &empty, Timestamp::UNIX_EPOCH), None);
    }
}
