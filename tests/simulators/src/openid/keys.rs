//! The provider's keys: one for RS256, which is the same each time as making one takes long, and one for ES256.

use anyhow::anyhow;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Map, Value, json};

/// Made for this simulator alone. It protects nothing.
const RSA_KEY: &[u8] = include_bytes!("signing_key.der");

/// What a token is signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// RSA, PKCS #1 v1.5, SHA-256.
    Rs256,
    /// ECDSA on P-256, SHA-256.
    Es256,
}

pub(super) struct Keys {
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
    generation: u32,
}

impl Keys {
    pub(super) fn new() -> anyhow::Result<Self> {
        Self::of_generation(1)
    }

    /// Others, with other ids. The key for RS256 stays and is called otherwise.
    pub(super) fn renewed(&self) -> anyhow::Result<Self> {
        Self::of_generation(self.generation + 1)
    }

    /// Somebody else's, under the same ids.
    pub(super) fn impostor(&self) -> anyhow::Result<Self> {
        Self::of_generation(self.generation)
    }

    fn of_generation(generation: u32) -> anyhow::Result<Self> {
        let random = SystemRandom::new();
        let rsa = RsaKeyPair::from_der(RSA_KEY).map_err(|error| anyhow!("the RSA key: {error}"))?;
        let ec = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random)
            .and_then(|key| Ok(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &random)?))
            .map_err(|error| anyhow!("the EC key: {error}"))?;
        Ok(Self { rsa, ec, generation })
    }

    fn id(&self, algorithm: Algorithm) -> String {
        format!("{}-{}", algorithm.name().to_lowercase(), self.generation)
    }

    /// The key set as it is published, with a key beside that nobody signs with.
    pub(super) fn published(&self) -> Value {
        let rsa: PublicKeyComponents<Vec<u8>> = self.rsa.public().into();
        let point = self.ec.public_key().as_ref();
        let (x, y) = point[1..].split_at((point.len() - 1) / 2);
        json!({"keys": [
            {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.id(Algorithm::Rs256), "n": text(&rsa.n), "e": text(&rsa.e)},
            {"kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id(Algorithm::Es256), "x": text(x), "y": text(y)},
            {"kty": "EC", "crv": "P-521", "use": "enc", "kid": "for-encryption", "x": "AA", "y": "AA"},
        ]})
    }

    pub(super) fn sign(&self, algorithm: Algorithm, claims: &Map<String, Value>) -> anyhow::Result<String> {
        self.sign_under(&self.header(algorithm), algorithm, claims)
    }

    pub(super) fn header(&self, algorithm: Algorithm) -> Value {
        json!({"alg": algorithm.name(), "kid": self.id(algorithm), "typ": "JWT"})
    }

    /// Signs with the key for `algorithm`, whatever the header says.
    pub(super) fn sign_under(
        &self,
        header: &Value,
        algorithm: Algorithm,
        claims: &Map<String, Value>,
    ) -> anyhow::Result<String> {
        let input = signing_input(header, claims);
        let signature = match algorithm {
            Algorithm::Rs256 => self.sign_rsa(input.as_bytes()),
            Algorithm::Es256 => {
                self.ec.sign(&SystemRandom::new(), input.as_bytes()).map(|signature| signature.as_ref().to_vec())
            }
        };
        let signature = signature.map_err(|error| anyhow!("the token cannot be signed: {error}"))?;
        Ok(format!("{input}.{}", text(&signature)))
    }

    fn sign_rsa(&self, input: &[u8]) -> Result<Vec<u8>, ring::error::Unspecified> {
        let mut signature = vec![0; self.rsa.public().modulus_len()];
        self.rsa.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), input, &mut signature)?;
        Ok(signature)
    }

    pub(super) fn sign_with_public_key(
        &self,
        header: &Value,
        algorithm: Algorithm,
        claims: &Map<String, Value>,
    ) -> String {
        let public = match algorithm {
            Algorithm::Rs256 => self.rsa.public().as_ref(),
            Algorithm::Es256 => self.ec.public_key().as_ref(),
        };
        let input = signing_input(header, claims);
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, public), input.as_bytes());
        format!("{input}.{}", text(tag.as_ref()))
    }
}

impl Algorithm {
    fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }
}

pub(super) fn signing_input(header: &Value, claims: &Map<String, Value>) -> String {
    let claims = Value::Object(claims.clone());
    format!("{}.{}", text(header.to_string().as_bytes()), text(claims.to_string().as_bytes()))
}

fn text(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}
