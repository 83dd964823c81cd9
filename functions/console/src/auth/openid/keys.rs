//! The keys that the issuer signs with.

use std::collections::HashMap;

use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use runtime::http::Url;
use serde::Deserialize;
use serde_json::Value;

use super::{Failed, Provider};

/// The keys by their ids.
#[derive(Default)]
pub(super) struct Keys(HashMap<String, Key>);

/// A key, with the one algorithm that is believed with it: a token's own word for that counts for nothing.
pub(super) struct Key {
    pub(super) algorithm: Algorithm,
    pub(super) key: DecodingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl Keys {
    pub(super) async fn read(provider: &Provider, url: &Url) -> Result<Self, Failed> {
        let document: Document = serde_json::from_value(provider.read(url).await?)
            .map_err(|error| provider.unreachable(format!("its keys cannot be read: {error}")))?;
        Ok(Self::of(document.keys))
    }

    /// Those that can be used. A key of another kind is none of ours, and no reason to refuse the others.
    fn of(keys: Vec<Value>) -> Self {
        Self(keys.into_iter().filter_map(|key| usable(&serde_json::from_value(key).ok()?)).collect())
    }

    pub(super) fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    pub(super) fn get(&self, id: &str) -> Option<&Key> {
        self.0.get(id)
    }
}

fn usable(jwk: &Jwk) -> Option<(String, Key)> {
    let (algorithm, named) = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => (Algorithm::RS256, KeyAlgorithm::RS256),
        AlgorithmParameters::EllipticCurve(curve) if curve.curve == EllipticCurve::P256 => {
            (Algorithm::ES256, KeyAlgorithm::ES256)
        }
        _ => return None,
    };
    let is_for_signatures = matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature));
    let is_for_this = jwk.common.key_algorithm.is_none_or(|given| given == named);
    let id = jwk.common.key_id.clone()?;
    let key = Key { algorithm, key: DecodingKey::from_jwk(jwk).ok()? };
    (is_for_signatures && is_for_this).then_some((id, key))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_keys_that_verify_the_two_algorithms_are_taken() {
        let rsa = json!({"kty": "RSA", "n": "sXch", "e": "AQAB", "kid": "rsa"});
        let changed = |change: Value| {
            let mut key = rsa.clone();
            key.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            key
        };
        let keys = Keys::of(vec![
            rsa.clone(),
            json!({"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "kid": "ec", "alg": "ES256", "use": "sig"}),
            json!({"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA", "kid": "p384"}),
            json!({"kty": "oct", "k": "c2VjcmV0", "kid": "shared"}),
            json!({"kty": "new kind", "kid": "new"}),
            changed(json!({"kid": "for encryption", "use": "enc"})),
            changed(json!({"kid": "another algorithm", "alg": "RS512"})),
            changed(json!({"kid": null})),
        ]);
        let mut ids: Vec<&String> = keys.0.keys().collect();
        ids.sort();
        assert_eq!(ids, ["ec", "rsa"]);
        assert_eq!(keys.get("rsa").unwrap().algorithm, Algorithm::RS256);
        assert_eq!(keys.get("ec").unwrap().algorithm, Algorithm::ES256);
    }
}
