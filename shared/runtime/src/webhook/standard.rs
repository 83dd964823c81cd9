//! *Standard Webhooks*: three headers, and HMAC-SHA256 over `id.timestamp.body`.
//!
//! The specification is at <https://www.standardwebhooks.com>. A sender repeats with the same id and a new timestamp, so an id
//! is no reason to refuse; that a message comes twice is harmless, as it is only a hint (rule X1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

use super::{Refused, header};

/// Header with the sender's id of the event.
pub const ID: &str = "webhook-id";
/// Header with the time of this delivery, in seconds since 1970.
pub const TIMESTAMP: &str = "webhook-timestamp";
/// Header with one or more signatures, `v1,<base64>`, separated by spaces.
pub const SIGNATURE: &str = "webhook-signature";

/// How far the sender's clock and ours may be apart, the way included.
const TOLERANCE_S: u64 = 300;
/// What a secret begins with, in the form that people copy.
const SECRET_PREFIX: &str = "whsec_";

/// What a request says about its signature; nothing of it is proved yet.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    id: &'a str,
    timestamp: &'a str,
    signatures: &'a str,
}

impl<'a> Claim<'a> {
    /// Reads the headers and checks the time, so that what cannot be valid is refused before a secret is fetched.
    ///
    /// # Errors
    /// [`Refused::Unsigned`] without a signature, [`Refused::Malformed`], [`Refused::Stale`].
    pub fn read(headers: &'a HeaderMap, now: Timestamp) -> Result<Self, Refused> {
        if !headers.contains_key(SIGNATURE) {
            return Err(Refused::Unsigned);
        }
        let present = |name| header(headers, name).filter(|value| !value.is_empty()).ok_or(Refused::Malformed);
        let claim = Self { id: present(ID)?, timestamp: present(TIMESTAMP)?, signatures: present(SIGNATURE)? };
        let at: i64 = claim.timestamp.parse().map_err(|_| Refused::Malformed)?;
        if now.as_second().abs_diff(at) > TOLERANCE_S { Err(Refused::Stale) } else { Ok(claim) }
    }

    /// Checks the claim over the body as received. One valid signature by one of the secrets is enough.
    ///
    /// # Errors
    /// [`Refused::NoSecret`] when none of the secrets can be used, [`Refused::Mismatch`].
    pub fn verify<'s>(self, secrets: impl IntoIterator<Item = &'s SecretString>, body: &[u8]) -> Result<(), Refused> {
        let mut refused = Refused::NoSecret;
        for mac in secrets.into_iter().filter_map(keyed) {
            refused = Refused::Mismatch;
            let mac = mac.chain_update(self.id).chain_update(".").chain_update(self.timestamp).chain_update(".");
            let mac = mac.chain_update(body);
            let mut signatures = self.signatures.split(' ').filter_map(|entry| entry.strip_prefix("v1,"));
            if signatures.any(|signature| is_signature(&mac, signature)) {
                return Ok(());
            }
        }
        Err(refused)
    }
}

/// Checks a whole request at once.
///
/// # Errors
/// As [`Claim::read`] and [`Claim::verify`].
pub fn verify(secrets: &[SecretString], headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Refused> {
    Claim::read(headers, now)?.verify(secrets, body)
}

fn is_signature(mac: &Hmac<Sha256>, signature: &str) -> bool {
    STANDARD.decode(signature).is_ok_and(|signature| mac.clone().verify_slice(&signature).is_ok())
}

/// A MAC with this secret as its key; `None` for a secret that is empty or not base64, as its signatures anybody could make.
fn keyed(secret: &SecretString) -> Option<Hmac<Sha256>> {
    let text = secret.expose_secret();
    let key = STANDARD.decode(text.strip_prefix(SECRET_PREFIX).unwrap_or(text)).ok()?;
    if key.is_empty() { None } else { Hmac::new_from_slice(&key).ok() }
}

#[cfg(test)]
mod tests;
