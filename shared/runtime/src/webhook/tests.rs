use secrecy::{ExposeSecret, SecretString};

use super::secrets::SigningSecrets;
use super::*;

fn request(body: &str, is_base64_encoded: bool) -> Request {
    let mut request = Request::default();
    request.body = Some(body.to_owned());
    request.is_base64_encoded = is_base64_encoded;
    request
}

#[test]
fn a_body_of_exactly_the_limit_is_read_and_one_byte_more_is_not() {
    for (bytes, fits) in [(BODY_MAX_BYTES, true), (BODY_MAX_BYTES + 1, false), (BODY_MAX_BYTES + 2, false)] {
        let body = "a".repeat(bytes);
        let encoded = STANDARD.encode(&body);
        for request in [request(&body, false), request(&encoded, true)] {
            let read = raw_body(&request);
            match read {
                Ok(read) => assert!(fits && *read == *body.as_bytes(), "{bytes} bytes are too many"),
                Err(refused) => assert!(!fits && refused == Refused::Oversized, "{bytes} bytes: {refused}"),
            }
        }
    }
}

#[test]
fn the_gateway_s_encoding_is_undone_and_a_missing_body_is_an_empty_one() {
    assert_eq!(raw_body(&request("/wA=", true)).unwrap().as_ref(), [0xff, 0]);
    assert_eq!(raw_body(&request("/wA=", false)).unwrap().as_ref(), b"/wA=");
    assert_eq!(raw_body(&request("not base64", true)), Err(Refused::Malformed));
    assert!(raw_body(&Request::default()).unwrap().is_empty());
}

#[test]
fn the_sender_s_id_is_the_correlation_unless_it_is_none() {
    let mut request = Request::default();
    request.request_context.request_id = Some("gateway-1".to_owned());
    assert_eq!(correlation(&request).as_deref(), Some("gateway-1"));
    for (id, expected) in [("msg_1", "msg_1"), ("", "gateway-1"), (&*"x".repeat(129), "gateway-1")] {
        request.headers.insert(standard::ID, HeaderValue::from_str(id).unwrap());
        assert_eq!(correlation(&request).as_deref(), Some(expected));
    }
}

#[test]
fn every_refusal_of_a_signature_gets_the_same_answer() {
    let refusals = [Refused::Unsigned, Refused::Malformed, Refused::Stale, Refused::Mismatch, Refused::NoSecret];
    let first = answer("door", Err(refusals[0].into()));
    assert_eq!(first.status_code, 401);
    for refused in refusals {
        assert_eq!(answer("door", Err(refused.into())), first, "{refused}");
    }
    assert_eq!(answer("door", Err(Refused::Oversized.into())).status_code, 413);
}

#[test]
fn our_own_failure_asks_the_sender_to_repeat() {
    let failed = answer("door", Err(Rejected::Failed));
    assert_eq!(failed.status_code, 503);
    assert_eq!(failed.headers[RETRY_AFTER], "30");
    assert_eq!(answer("door", Ok(Accepted::Stored)), answer("door", Ok(Accepted::Ignored)));
    assert_eq!(answer("door", Ok(Accepted::Stored)).status_code, 202);
}

#[test]
fn the_record_of_secrets_survives_storing() {
    let secrets = SigningSecrets { previous: Some("old".into()), ..SigningSecrets::only("new".into()) };
    let read = SigningSecrets::parse(&secrets.to_stored()).unwrap();
    assert_eq!(read.signing().map(ExposeSecret::expose_secret).collect::<Vec<_>>(), ["new", "old"]);
    assert!(read.bearer.is_none());
    let short = SigningSecrets::parse(&SecretString::from(r#"{"current":"new"}"#)).unwrap();
    assert_eq!(short.signing().count(), 1);
}

#[test]
fn an_unreadable_record_is_reported_without_its_text() {
    for record in ["canary", r#""canary""#, r#"{"current":["canary"]}"#, r#"{"previous":"canary"}"#] {
        let error = SigningSecrets::parse(&SecretString::from(record)).unwrap_err();
        let shown = format!("{error} {error:?} {}", telemetry::chain(&error));
        assert!(!shown.contains("canary"), "{shown}");
    }
    assert!(!format!("{:?}", SigningSecrets::only("canary".into())).contains("canary"));
}
