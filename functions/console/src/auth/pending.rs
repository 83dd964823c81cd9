//! A sign-in that is under way: what was told to the sign-in service and has to fit what comes back.
//!
//! All of it is made from one secret that lies in a cookie of the browser that began. So a sign-in cannot be finished in another
//! browser than the one that began it, and somebody who is not signed in yet makes us write nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use ring::{digest, hmac};
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq as _;

use super::own_path::own_path;
use crate::error::Error;
use crate::token;

/// How long a person may take over it.
pub(super) const LASTS: SignedDuration = SignedDuration::from_mins(10);

/// A sign-in under way.
pub(super) struct Pending {
    secret: SecretString,
    /// The page to show afterwards.
    pub(super) to: String,
}

impl Pending {
    pub(super) fn begin(to: Option<&str>) -> Result<Self, Error> {
        Ok(Self { secret: token::fresh()?.into(), to: to.and_then(own_path).unwrap_or("/").to_owned() })
    }

    /// For the browser to keep.
    pub(super) fn to_cookie(&self) -> String {
        format!("{}.{}", self.secret.expose_secret(), URL_SAFE_NO_PAD.encode(&self.to))
    }

    pub(super) fn of_cookie(cookie: &str) -> Option<Self> {
        let (secret, to) = cookie.split_once('.').filter(|(secret, _)| !secret.is_empty())?;
        let to = String::from_utf8(URL_SAFE_NO_PAD.decode(to).ok()?).ok()?;
        Some(Self { secret: secret.into(), to: own_path(&to)?.to_owned() })
    }

    /// Comes back with the browser.
    pub(super) fn state(&self) -> String {
        self.derived(b"state")
    }

    pub(super) fn is_state(&self, state: &str) -> bool {
        self.state().as_bytes().ct_eq(state.as_bytes()).into()
    }

    /// Comes back in the token.
    pub(super) fn nonce(&self) -> String {
        self.derived(b"nonce")
    }

    /// Shown when the code is exchanged (PKCE).
    pub(super) fn verifier(&self) -> String {
        self.derived(b"verifier")
    }

    /// What the sign-in service is told of the verifier before.
    pub(super) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, self.verifier().as_bytes()))
    }

    fn derived(&self, what: &[u8]) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.expose_secret().as_bytes());
        URL_SAFE_NO_PAD.encode(hmac::sign(&key, what))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_begun_is_read_back_from_the_cookie() {
        let begun = Pending::begin(Some("/mapping?after=2")).unwrap();
        let read = Pending::of_cookie(&begun.to_cookie()).unwrap();
        assert_eq!(
            (read.to.as_str(), read.nonce(), read.verifier()),
            ("/mapping?after=2", begun.nonce(), begun.verifier())
        );
        assert!(read.is_state(&begun.state()));
    }

    #[test]
    fn nothing_that_leaves_the_browser_tells_the_secret_or_another_of_its_kind() {
        let begun = Pending::begin(None).unwrap();
        let told = [begun.state(), begun.nonce(), begun.challenge(), begun.verifier()];
        for (at, one) in told.iter().enumerate() {
            assert!(!begun.to_cookie().contains(one.as_str()));
            assert!(!told[at + 1..].contains(one));
        }
        assert!(!Pending::begin(None).unwrap().is_state(&begun.state()));
    }

    #[test]
    fn a_cookie_that_leads_elsewhere_is_none() {
        let evil = format!("secret.{}", URL_SAFE_NO_PAD.encode("//evil.example"));
        for cookie in ["", ".", "secret", "secret.%", ".Lw", &evil] {
            assert!(Pending::of_cookie(cookie).is_none(), "{cookie}");
        }
    }
}
