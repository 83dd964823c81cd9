//! Whether a token was signed by one of the issuer's keys. The format is `jsonwebtoken`'s business, the mathematics that of the
//! library which also does our TLS: so one implementation is in the binary.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result as JwtResult};
use jsonwebtoken::signature::{Error as Unverified, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, Validation, decode, decode_header};
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::{Map, Value};

use super::claims::Wrong;
use super::keys::Keys;

/// What a token says about its signature.
pub(super) struct Header {
    algorithm: Algorithm,
    pub(super) key_id: String,
}

/// Whether a text has the form of a token: three parts, of which the first is a header. The token in the secret store, which
/// programs may show instead, has not.
pub(in crate::auth) fn is_token(text: &str) -> bool {
    let header = match text.split('.').collect::<Vec<_>>()[..] {
        [header, _, _] => URL_SAFE_NO_PAD.decode(header).unwrap_or_default(),
        _ => return false,
    };
    serde_json::from_slice::<Map<String, Value>>(&header).is_ok_and(|header| header.contains_key("alg"))
}

impl Header {
    /// # Errors
    /// It cannot be read, names another algorithm than ours, or no key.
    pub(super) fn read(token: &str) -> Result<Self, Wrong> {
        // An algorithm that the library does not know at all, as `none`, is unreadable to it.
        let header = decode_header(token).map_err(|_| Wrong::Algorithm)?;
        if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256) {
            return Err(Wrong::Algorithm);
        }
        if header.crit.is_some() {
            return Err(Wrong::Unreadable);
        }
        let key_id = header.kid.ok_or(Wrong::Key)?;
        Ok(Self { algorithm: header.alg, key_id })
    }
}

/// What the token says, if the key that it names has signed it.
///
/// # Errors
/// Nobody knows the key, it is for another algorithm, or it has not signed this.
pub(super) fn verify(token: &str, header: &Header, keys: &Keys) -> Result<Map<String, Value>, Wrong> {
    let key = keys.get(&header.key_id).ok_or(Wrong::Key)?;
    if key.algorithm != header.algorithm {
        return Err(Wrong::Algorithm);
    }
    // What it says is checked by `claims`, against our own clock.
    let mut signature_alone = Validation::new(key.algorithm);
    signature_alone.required_spec_claims.clear();
    signature_alone.validate_exp = false;
    signature_alone.validate_aud = false;
    let token = decode(token, &key.key, &signature_alone).map_err(|error| match error.kind() {
        ErrorKind::InvalidSignature => Wrong::Signature,
        _ => Wrong::Unreadable,
    })?;
    Ok(token.claims)
}

/// Makes the library use ours. To be called before the first token is read; once is enough.
pub(super) fn install() {
    static RING: CryptoProvider = CryptoProvider {
        signer_factory: |_, _| Err(ErrorKind::UnsupportedAlgorithm.into()),
        verifier_factory: verifier,
        key_utils: KeyUtils::new_unimplemented(),
    };
    // It is refused when it was done before, which is just as well.
    let _ = RING.install_default();
}

struct Ring {
    algorithm: Algorithm,
    key: DecodingKey,
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> JwtResult<Box<dyn JwtVerifier>> {
    match algorithm {
        Algorithm::RS256 | Algorithm::ES256 => Ok(Box::new(Ring { algorithm: *algorithm, key: key.clone() })),
        _ => Err(ErrorKind::UnsupportedAlgorithm.into()),
    }
}

impl JwtVerifier for Ring {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

impl Verifier<Vec<u8>> for Ring {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Unverified> {
        let verified = match (self.algorithm, self.key.kind()) {
            (Algorithm::RS256, DecodingKeyKind::RsaModulusExponent { n, e }) => {
                RsaPublicKeyComponents { n, e }.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
            (Algorithm::ES256, DecodingKeyKind::SecretOrDer(point)) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature)
            }
            _ => return Err(Unverified::new()),
        };
        verified.map_err(|_| Unverified::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_token_is_not_taken_for_one_of_the_issuer_s() {
        for stored in ["", "Xy_4-z", "a.b", "a.b.c", "..", "e30.e30.e30"] {
            assert!(!is_token(stored), "{stored}");
        }
        assert!(is_token("eyJhbGciOiJub25lIn0.e30."));
        assert!(!is_token("eyJhbGciOiJub25lIn0.e30.x.y"));
    }
}
