//! Reading requests: the body as a typed document, the query as typed parameters. What cannot be read is named by its field.

use axum::body::to_bytes;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::Error;

/// Largest body that is read. The largest document, settings with a row for each alert type, has about a tenth of it.
pub(crate) const BODY_MAX_BYTES: usize = 256 * 1024;

/// A request's body.
pub(crate) struct Document<T>(pub(crate) T);

/// A request's body that may be left out.
pub(crate) struct Optional<T>(pub(crate) T);

/// A request's query parameters.
pub(crate) struct Parameters<T>(pub(crate) T);

/// The number of an account in a request's path.
pub(crate) struct AccountNumber(pub(crate) i64);

impl<S: Send + Sync> FromRequestParts<S> for AccountNumber {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let text = Path::<String>::from_request_parts(parts, state).await.map(|Path(text)| text).unwrap_or_default();
        let nobody = || Error::NotFound(format!("“{text}” is no id of an account, which is a number"));
        text.parse().map(Self).map_err(|_| nobody())
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Document<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let body = to_bytes(request.into_body(), BODY_MAX_BYTES).await.map_err(|_| Error::TooLarge)?;
        read(&body).map(Self)
    }
}

impl<S: Send + Sync, T: DeserializeOwned + Default> FromRequest<S> for Optional<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let body = to_bytes(request.into_body(), BODY_MAX_BYTES).await.map_err(|_| Error::TooLarge)?;
        if body.is_empty() { Ok(Self(T::default())) } else { read(&body).map(Self) }
    }
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let read = Query::try_from_uri(&parts.uri);
        read.map(|Query(parameters)| Self(parameters))
            .map_err(|rejection| Error::Unreadable { field: None, message: rejection.body_text() })
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let document = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let path = error.path().to_string();
        let field = (path != ".").then_some(path);
        Error::Unreadable { field, message: without_values(&error.inner().to_string()) }
    })?;
    json.end().map_err(|error| Error::Unreadable { field: None, message: without_values(&error.to_string()) })?;
    Ok(document)
}

/// The parser's words without what it quotes: a credential in the wrong place must not come back.
fn without_values(message: &str) -> String {
    match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => format!("{}…{}", &message[..first], &message[last + 1..]),
        _ => message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only read")]
        inner: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only read")]
        number: u8,
    }

    fn refused(body: &str) -> (Option<String>, String) {
        match read::<Outer>(body.as_bytes()) {
            Err(Error::Unreadable { field, message }) => (field, message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn b3_an_unknown_field_is_named_with_its_place() {
        let (field, message) = refused(r#"{"inner": {"number": 1, "nmber": 2}}"#);
        assert_eq!(field.as_deref(), Some("inner.nmber"));
        assert!(message.contains("unknown field `nmber`"), "{message}");
    }

    #[test]
    fn l2_a_value_in_the_wrong_place_is_not_repeated() {
        let (field, message) = refused(r#"{"inner": {"number": "hunter\"2"}}"#);
        assert_eq!(field.as_deref(), Some("inner.number"));
        assert!(!message.contains("hunter") && message.contains("expected u8"), "{message}");
    }

    #[test]
    fn what_follows_the_document_is_refused() {
        assert_eq!(refused(r#"{"inner": {"number": 1}} {}"#).0, None);
    }
}
