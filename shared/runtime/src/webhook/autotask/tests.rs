use http::HeaderValue;
use proptest::prelude::*;

use super::*;

/// A body as Autotask sends it, escapes and all.
const BODY: &[u8] =
    br#"{"Action":"Update","EntityType":"Ticket","Id":5101,"Fields":{"Title":"R\u0026D \u003Cfailed\u003E"}}"#;
const KEY: &str = "hook-secret";

fn sent(signature: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(SIGNATURE, HeaderValue::from_str(signature).unwrap());
    headers
}

fn mac(key: &str, body: &[u8]) -> Vec<u8> {
    Hmac::<Sha1>::new_from_slice(key.as_bytes()).unwrap().chain_update(body).finalize().into_bytes().to_vec()
}

fn sign(key: &str, body: &[u8]) -> String {
    format!("sha1={}", STANDARD.encode(mac(key, body)))
}

fn check(signature: &str, body: &[u8]) -> Result<(), Refused> {
    verify(&[SecretString::from(KEY)], &sent(signature), body)
}

#[test]
fn a_signature_made_elsewhere_verifies() {
    // Made with another implementation (OpenSSL) with the key "key".
    let headers = sent("sha1=3nybhbi3iqa8ino29wqQcBydtNk=");
    let body = b"The quick brown fox jumps over the lazy dog";
    assert_eq!(verify(&[SecretString::from("key")], &headers, body), Ok(()));
}

#[test]
fn the_bytes_as_sent_are_signed_and_not_what_they_mean() {
    let meaning = br#"{"Action":"Update","EntityType":"Ticket","Id":5101,"Fields":{"Title":"R&D <failed>"}}"#;
    assert_eq!(check(&sign(KEY, BODY), BODY), Ok(()));
    assert_eq!(check(&sign(KEY, BODY), meaning), Err(Refused::Mismatch));
}

#[test]
fn a_missing_wrong_or_differently_written_signature_is_refused() {
    let hex: String = mac(KEY, BODY).iter().map(|byte| format!("{byte:02x}")).collect();
    let base64 = STANDARD.encode(mac(KEY, BODY));
    for (signature, expected) in [
        (sign("other", BODY), Refused::Mismatch),
        (format!("sha1={}", STANDARD.encode(&mac(KEY, BODY)[..10])), Refused::Mismatch),
        ("sha1=".to_owned(), Refused::Mismatch),
        (format!("sha1={hex}"), Refused::Mismatch),
        (format!("sha1={}", hex.to_uppercase()), Refused::Mismatch),
        (format!("sha256={base64}"), Refused::Malformed),
        (base64, Refused::Malformed),
        ("sha1=?".to_owned(), Refused::Malformed),
        (String::new(), Refused::Malformed),
    ] {
        assert_eq!(check(&signature, BODY), Err(expected), "{signature}");
    }
    assert_eq!(verify(&[SecretString::from(KEY)], &HeaderMap::new(), BODY), Err(Refused::Unsigned));
    let mut twice = sent(&sign(KEY, BODY));
    twice.append(SIGNATURE, HeaderValue::from_str(&sign(KEY, BODY)).unwrap());
    assert_eq!(verify(&[SecretString::from(KEY)], &twice, BODY), Err(Refused::Malformed));
}

#[test]
fn an_empty_secret_is_never_a_key_and_two_are_valid_while_one_is_rotated() {
    assert_eq!(verify(&[SecretString::from("")], &sent(&sign("", BODY)), BODY), Err(Refused::NoSecret));
    let both = [SecretString::from("new"), SecretString::from(KEY)];
    assert_eq!(verify(&both, &sent(&sign(KEY, BODY)), BODY), Ok(()));
    assert_eq!(verify(&both[..1], &sent(&sign(KEY, BODY)), BODY), Err(Refused::Mismatch));
}

proptest! {
    #[test]
    fn a_body_with_one_bit_altered_is_refused(mut body in proptest::collection::vec(any::<u8>(), 1..200), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let signature = sign(KEY, &body);
        prop_assert_eq!(check(&signature, &body), Ok(()));
        let at = at.index(body.len());
        body[at] ^= 1 << bit;
        prop_assert_eq!(check(&signature, &body), Err(Refused::Mismatch));
    }

    #[test]
    fn no_header_makes_it_panic_or_accept(signature in "[ -~]{0,80}") {
        prop_assert!(check(&signature, BODY).is_err());
    }
}
