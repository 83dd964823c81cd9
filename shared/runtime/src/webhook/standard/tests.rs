use http::{HeaderName, HeaderValue};
use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const OTHER_KEY: &str = "whsec_b3RoZXIga2V5IG9mIHR3ZW50eS1mb3VyIQ==";
const BODY: &[u8] = br#"{"test": 2432232314}"#;
const AT: i64 = 1_614_265_330;

fn now() -> Timestamp {
    Timestamp::from_second(AT).unwrap()
}

fn key(text: &str) -> SecretString {
    text.into()
}

fn sign(key: &str, id: &str, at: &str, body: &[u8]) -> String {
    let mac = keyed(&SecretString::from(key)).expect("a usable key");
    let mac = mac.chain_update(format!("{id}.{at}.")).chain_update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

fn headers(id: &str, at: &str, signatures: &str) -> HeaderMap {
    [(ID, id), (TIMESTAMP, at), (SIGNATURE, signatures)]
        .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap()))
        .into_iter()
        .collect()
}

/// The request of the published vector, with other signatures.
fn with(signatures: &str) -> HeaderMap {
    headers("msg_p5jXN8AQM9LWM0D4loKWxJek", &AT.to_string(), signatures)
}

fn valid() -> String {
    sign(KEY, "msg_p5jXN8AQM9LWM0D4loKWxJek", &AT.to_string(), BODY)
}

fn check(headers: &HeaderMap) -> Result<(), Refused> {
    verify(&[key(KEY)], headers, BODY, now())
}

#[test]
fn the_published_vector_verifies() {
    assert_eq!(check(&with("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")), Ok(()));
}

#[test]
fn the_prefix_of_a_secret_is_only_for_people() {
    assert_eq!(verify(&[key(KEY.strip_prefix("whsec_").unwrap())], &with(&valid()), BODY, now()), Ok(()));
}

#[test]
fn a_wrong_truncated_or_empty_signature_is_refused() {
    let valid = valid();
    let of_other_key = sign(OTHER_KEY, "msg_p5jXN8AQM9LWM0D4loKWxJek", &AT.to_string(), BODY);
    let truncated = &valid[..valid.len() - 4];
    let half = format!("v1,{}", STANDARD.encode(&STANDARD.decode(&valid[3..]).unwrap()[..16]));
    for wrong in [of_other_key.as_str(), truncated, &half, "v1,", "v1", "v1,?", ","] {
        assert_eq!(check(&with(wrong)), Err(Refused::Mismatch), "{wrong}");
    }
    assert_eq!(check(&with("")), Err(Refused::Malformed));
}

#[test]
fn another_encoding_or_scheme_of_the_right_mac_is_refused() {
    let mac = STANDARD.decode(&valid()[3..]).unwrap();
    let hex: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
    let url_safe = base64::engine::general_purpose::URL_SAFE.encode(&mac);
    let plain = STANDARD.encode(&mac);
    for wrong in [
        format!("v1,{hex}"),
        format!("v1,{}", hex.to_uppercase()),
        format!("v1,{url_safe}"),
        format!("v1a,{plain}"),
        format!("v2,{plain}"),
        format!("sha256={plain}"),
        plain,
    ] {
        assert_eq!(check(&with(&wrong)), Err(Refused::Mismatch), "{wrong}");
    }
}

#[test]
fn one_right_signature_among_several_is_enough() {
    let right = valid();
    let wrong = sign(OTHER_KEY, "x", "0", b"");
    assert_eq!(check(&with(&format!("{wrong} v1a,AAAA {right}"))), Ok(()));
    assert_eq!(check(&with(&format!("{wrong} v1a,AAAA {wrong}"))), Err(Refused::Mismatch));
}

#[test]
fn five_minutes_either_way_are_accepted_and_a_second_more_is_not() {
    let (headers, keys) = (with(&valid()), [key(KEY)]);
    for (moved_s, expected) in [(300, Ok(())), (-300, Ok(())), (301, Err(Refused::Stale)), (-301, Err(Refused::Stale))]
    {
        let now = now() + SignedDuration::from_secs(moved_s);
        assert_eq!(verify(&keys, &headers, BODY, now), expected, "{moved_s} s");
    }
}

#[test]
fn a_timestamp_or_id_altered_after_signing_is_refused() {
    let valid = valid();
    assert_eq!(check(&headers("msg_p5jXN8AQM9LWM0D4loKWxJek", &(AT + 1).to_string(), &valid)), Err(Refused::Mismatch));
    assert_eq!(check(&headers("msg_other", &AT.to_string(), &valid)), Err(Refused::Mismatch));
}

#[test]
fn a_timestamp_that_is_no_time_is_refused_even_when_signed() {
    for (at, expected) in [
        ("-1", Refused::Stale),
        ("9223372036854775807", Refused::Stale),
        ("99999999999999999999", Refused::Malformed),
        ("1614265330.0", Refused::Malformed),
        ("now", Refused::Malformed),
    ] {
        assert_eq!(check(&headers("m", at, &sign(KEY, "m", at, BODY))), Err(expected), "{at}");
    }
}

#[test]
fn each_header_is_needed_once() {
    for (missing, expected) in
        [(ID, Refused::Malformed), (TIMESTAMP, Refused::Malformed), (SIGNATURE, Refused::Unsigned)]
    {
        let mut headers = with(&valid());
        headers.remove(missing);
        assert_eq!(check(&headers), Err(expected), "without {missing}");
    }
    for doubled in [ID, TIMESTAMP, SIGNATURE] {
        let mut headers = with(&valid());
        let value = headers[doubled].clone();
        headers.append(doubled, value);
        assert_eq!(check(&headers), Err(Refused::Malformed), "{doubled} twice");
    }
}

#[test]
fn an_empty_or_broken_secret_is_never_a_key() {
    let signed_with_nothing = {
        let mac = Hmac::<Sha256>::new_from_slice(b"").unwrap();
        let mac = mac.chain_update(format!("msg_p5jXN8AQM9LWM0D4loKWxJek.{AT}.")).chain_update(BODY);
        format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
    };
    for secret in ["", "whsec_", "whsec_not base64!"] {
        assert_eq!(
            verify(&[key(secret)], &with(&signed_with_nothing), BODY, now()),
            Err(Refused::NoSecret),
            "{secret:?}"
        );
    }
    assert_eq!(verify(&[], &with(&valid()), BODY, now()), Err(Refused::NoSecret));
    assert_eq!(verify(&[key(""), key(KEY)], &with(&valid()), BODY, now()), Ok(()), "the other one still works");
}

#[test]
fn both_secrets_are_valid_while_one_is_rotated_and_the_retired_one_is_not() {
    let headers = with(&valid());
    assert_eq!(verify(&[key(OTHER_KEY), key(KEY)], &headers, BODY, now()), Ok(()));
    assert_eq!(verify(&[key(OTHER_KEY)], &headers, BODY, now()), Err(Refused::Mismatch));
}

#[test]
fn a_body_that_is_not_utf8_can_be_signed() {
    let body = b"\xff\xfe\x00";
    let headers = headers("m", &AT.to_string(), &sign(KEY, "m", &AT.to_string(), body));
    assert_eq!(verify(&[key(KEY)], &headers, body, now()), Ok(()));
}

proptest! {
    #[test]
    fn a_body_with_one_bit_altered_is_refused(mut body in proptest::collection::vec(any::<u8>(), 1..200), at in any::<prop::sample::Index>(), bit in 0u8..8) {
        let headers = headers("m", &AT.to_string(), &sign(KEY, "m", &AT.to_string(), &body));
        prop_assert_eq!(verify(&[key(KEY)], &headers, &body, now()), Ok(()));
        let at = at.index(body.len());
        body[at] ^= 1 << bit;
        prop_assert_eq!(verify(&[key(KEY)], &headers, &body, now()), Err(Refused::Mismatch));
    }

    #[test]
    fn no_header_makes_it_panic_or_accept(id in "[ -~]{0,40}", at in "[ -~]{0,24}", signature in "[ -~]{0,80}") {
        prop_assert!(check(&headers(&id, &at, &signature)).is_err());
    }
}
