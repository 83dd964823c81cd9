//! What the two kinds of tokens say.

use serde_json::{Map, Value, json};

use super::{Client, LIFETIME_S, OpenId, Person, Quirks};

pub(super) fn id_claims(openid: &OpenId, client: &Client, person: &Person, nonce: Option<&str>) -> Map<String, Value> {
    let mut claims = common(openid, person);
    claims.insert("aud".to_owned(), json!(client.id));
    claims.insert("token_use".to_owned(), json!("id"));
    claims.extend(nonce.map(|nonce| ("nonce".to_owned(), json!(nonce))));
    claims
}

pub(super) fn access_claims(openid: &OpenId, quirks: &Quirks, client: &Client, person: &Person) -> Map<String, Value> {
    let mut claims = common(openid, person);
    claims.insert("client_id".to_owned(), json!(client.id));
    if quirks.is_cognito {
        claims.insert("token_use".to_owned(), json!("access"));
    } else {
        claims.insert("aud".to_owned(), json!([quirks.audience]));
    }
    claims
}

fn common(openid: &OpenId, person: &Person) -> Map<String, Value> {
    let now = openid.control.clock().now().as_second();
    let mut claims = person.claims.clone();
    let standard = [("iss", json!(&*openid.issuer)), ("sub", json!(person.subject)), ("iat", json!(now))];
    claims.extend(standard.map(|(name, value)| (name.to_owned(), value)));
    claims.insert("exp".to_owned(), json!(now + LIFETIME_S));
    claims
}
