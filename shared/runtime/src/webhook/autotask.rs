//! Autotask's signatures: `X-Hook-Signature: sha1=<base64>`, HMAC-SHA1 over the body as sent.
//!
//! Autotask escapes much of its JSON, so only the bytes as received can be checked. It signs no timestamp: a recorded request
//! can be sent again for ever, which costs one read of the ticket that it names (rule X1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use secrecy::{ExposeSecret, SecretString};
use sha1::Sha1;

use super::{Refused, header};

/// Header with the signature.
pub const SIGNATURE: &str = "x-hook-signature";

/// The signature that a request carries; not checked yet.
#[derive(Debug, Clone)]
pub struct Claim(Vec<u8>);

impl Claim {
    /// Reads the header.
    ///
    /// # Errors
    /// [`Refused::Unsigned`], [`Refused::Malformed`].
    pub fn read(headers: &HeaderMap) -> Result<Self, Refused> {
        if !headers.contains_key(SIGNATURE) {
            return Err(Refused::Unsigned);
        }
        let encoded = header(headers, SIGNATURE).and_then(|value| value.strip_prefix("sha1="));
        encoded.and_then(|encoded| STANDARD.decode(encoded).ok()).map(Self).ok_or(Refused::Malformed)
    }

    /// Checks the signature. The secrets are used as they were given to Autotask, without decoding.
    ///
    /// # Errors
    /// [`Refused::NoSecret`] when every secret is empty, [`Refused::Mismatch`].
    pub fn verify<'s>(&self, secrets: impl IntoIterator<Item = &'s SecretString>, body: &[u8]) -> Result<(), Refused> {
        let mut refused = Refused::NoSecret;
        for key in secrets.into_iter().map(ExposeSecret::expose_secret).filter(|key| !key.is_empty()) {
            refused = Refused::Mismatch;
            let mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).map(|mac| mac.chain_update(body));
            if mac.is_ok_and(|mac| mac.verify_slice(&self.0).is_ok()) {
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
pub fn verify(secrets: &[SecretString], headers: &HeaderMap, body: &[u8]) -> Result<(), Refused> {
    Claim::read(headers)?.verify(secrets, body)
}

#[cfg(test)]
mod tests;
