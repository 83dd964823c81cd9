//! The OpenID provider simulator: authorization code flow with PKCE, keys, end of session, as in OpenID Connect Core and Discovery.
//!
//! [`OpenId`] is the world. A test says who sits at the browser ([`OpenId::browser_is`]); that person is signed in without asking.
//! What a faulty or hostile provider would do is ordered by [`Quirks`], and any token at all is made by [`OpenId::signed`] and its
//! neighbours. As everywhere here, nothing is shared with the product: keys are made and used by another library's calls.

mod code;
mod keys;
mod route;
mod token;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use serde_json::{Map, Value, json};

pub use keys::Algorithm;

use crate::control::{Control, wrap};
use code::Code;
use keys::Keys;

/// How long tokens are good, in seconds.
const LIFETIME_S: i64 = 3_600;

/// The simulated provider. Clones share the same world.
#[derive(Clone)]
pub struct OpenId {
    control: Control,
    issuer: Arc<str>,
    world: Arc<Mutex<World>>,
}

/// A program that the provider knows.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id.
    pub id: String,
    /// Its secret; a client without one is public.
    pub secret: Option<String>,
    /// Where people may be sent back to, to the letter.
    pub redirect_uris: Vec<String>,
}

/// Somebody who can sign in.
#[derive(Clone, Debug)]
pub struct Person {
    /// As the provider numbers people.
    pub subject: String,
    /// What both kinds of tokens say of the person beside that.
    pub claims: Map<String, Value>,
}

/// How the provider behaves where it may, or should not.
#[derive(Clone, Debug)]
pub struct Quirks {
    /// What tokens are signed with.
    pub algorithm: Algorithm,
    /// As Amazon Cognito: access tokens name no audience, but the client.
    pub is_cognito: bool,
    /// What access tokens are for, otherwise.
    pub audience: String,
    /// Clients send their secret in the form and in no other way.
    pub secret_in_form: bool,
    /// Said in ID tokens in place of the right nonce.
    pub nonce: Option<String>,
    /// Whether there is a way to end a session.
    pub can_end_sessions: bool,
}

struct World {
    clients: Vec<Client>,
    at_browser: Option<Person>,
    codes: HashMap<String, Code>,
    issued: u64,
    keys: Keys,
    quirks: Quirks,
}

impl OpenId {
    /// A provider that calls itself `issuer` and knows this client.
    ///
    /// # Errors
    /// Keys cannot be made.
    pub fn new(control: Control, issuer: &str, client: Client) -> anyhow::Result<Self> {
        let world = World {
            clients: vec![client],
            at_browser: None,
            codes: HashMap::new(),
            issued: 0,
            keys: Keys::new()?,
            quirks: Quirks {
                algorithm: Algorithm::Rs256,
                is_cognito: true,
                audience: "api".to_owned(),
                secret_in_form: false,
                nonce: None,
                can_end_sessions: true,
            },
        };
        Ok(Self { control, issuer: issuer.into(), world: Arc::new(Mutex::new(world)) })
    }

    /// The HTTP side, with call log and faults in front.
    pub fn router(&self) -> Router {
        wrap(route::router(self.clone()), self.control.clone())
    }

    /// Call log, faults and clock.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Changes how the provider behaves.
    pub fn quirks(&self, change: impl FnOnce(&mut Quirks)) {
        change(&mut self.world().quirks);
    }

    /// From now on this person sits at the browser; `None`: somebody whom the provider does not let in.
    pub fn browser_is(&self, person: Option<Person>) {
        self.world().at_browser = person;
    }

    /// New keys take the place of the present ones, of which nothing is known any more.
    ///
    /// # Errors
    /// Keys cannot be made.
    pub fn rotate_keys(&self) -> anyhow::Result<()> {
        let mut world = self.world();
        let keys = world.keys.renewed()?;
        world.keys = keys;
        Ok(())
    }

    /// What an access token of this person says.
    pub fn access_claims(&self, person: &Person) -> Map<String, Value> {
        let quirks = self.world().quirks.clone();
        let client = self.client();
        token::access_claims(self, &quirks, &client, person)
    }

    /// What an ID token of this person says, for the client that is known first.
    pub fn id_claims(&self, person: &Person, nonce: Option<&str>) -> Map<String, Value> {
        token::id_claims(self, &self.client(), person, nonce)
    }

    /// An access token of this person.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn access_token(&self, person: &Person) -> anyhow::Result<String> {
        self.signed(&self.access_claims(person))
    }

    /// A token of the provider's that says whatever is wanted.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn signed(&self, claims: &Map<String, Value>) -> anyhow::Result<String> {
        let world = self.world();
        world.keys.sign(world.quirks.algorithm, claims)
    }

    /// The same, with these fields of the header in place of the right ones.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn signed_under(&self, change: &Value, claims: &Map<String, Value>) -> anyhow::Result<String> {
        let world = self.world();
        let algorithm = world.quirks.algorithm;
        world.keys.sign_under(&changed(world.keys.header(algorithm), change), algorithm, claims)
    }

    /// The same with a key that only has the name of the provider's.
    ///
    /// # Errors
    /// It cannot be signed.
    pub fn forged(&self, claims: &Map<String, Value>) -> anyhow::Result<String> {
        let world = self.world();
        world.keys.impostor()?.sign(Algorithm::Es256, claims)
    }

    /// A token with these fields of the header, signed with the provider's public key as if that were a shared secret.
    pub fn signed_with_public_key(&self, change: &Value, claims: &Map<String, Value>) -> String {
        let world = self.world();
        let algorithm = world.quirks.algorithm;
        world.keys.sign_with_public_key(&changed(world.keys.header(algorithm), change), algorithm, claims)
    }

    /// A token with these fields of the header and no signature.
    pub fn unsigned(&self, change: &Value, claims: &Map<String, Value>) -> String {
        let world = self.world();
        let header = changed(world.keys.header(world.quirks.algorithm), change);
        format!("{}.", keys::signing_input(&header, claims))
    }

    fn client(&self) -> Client {
        self.world().clients[0].clone()
    }

    fn world(&self) -> MutexGuard<'_, World> {
        // A lock poisoned by a failed test is used all the same: its own failure tells more.
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A header with these fields in place of its own; a field that is null is left out.
fn changed(mut header: Value, change: &Value) -> Value {
    for (name, value) in change.as_object().into_iter().flatten() {
        header[name] = value.clone();
    }
    if let Some(fields) = header.as_object_mut() {
        fields.retain(|_, value| !value.is_null());
    }
    header
}

impl Person {
    /// Somebody with these groups.
    pub fn in_groups(subject: &str, groups: &[&str]) -> Self {
        let claims = json!({"cognito:groups": groups, "username": subject});
        Self { subject: subject.to_owned(), claims: claims.as_object().cloned().unwrap_or_default() }
    }

    /// The same, who also has this to say.
    pub fn with(mut self, claim: &str, value: impl Into<Value>) -> Self {
        self.claims.insert(claim.to_owned(), value.into());
        self
    }
}
