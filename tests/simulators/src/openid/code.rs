//! Codes: good once, for the client, the address and the verifier that they were made for.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use ring::digest;

use super::Person;

/// How long a code is good.
const LASTS: SignedDuration = SignedDuration::from_mins(5);

pub(super) struct Code {
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) challenge: String,
    pub(super) nonce: Option<String>,
    pub(super) person: Person,
    pub(super) issued_at: Timestamp,
}

impl Code {
    pub(super) fn fits(&self, client_id: &str, redirect_uri: &str, verifier: &str, now: Timestamp) -> bool {
        let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
        let is_verifier = BASE64_URL_SAFE_NO_PAD.encode(hash) == self.challenge;
        // The length that the standard asks for (RFC 7636, section 4.1).
        let is_proper = (43..=128).contains(&verifier.len());
        let is_in_time = now < self.issued_at.saturating_add(LASTS).unwrap_or(Timestamp::MAX);
        self.client_id == client_id && self.redirect_uri == redirect_uri && is_verifier && is_proper && is_in_time
    }
}
