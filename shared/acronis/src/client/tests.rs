use bridge_core::failure::Class;
use jiff::{SignedDuration, Timestamp};
use runtime::http::scripted::Answer;
use serde_json::json;

use super::*;
use crate::fixture::{SECRET, client, client_at, client_of, granted, settings};

const TOKEN: &str = "POST /api/2/idp/token";
const ME: &str = "GET /api/2/clients/6f3c-client";

fn own() -> Answer {
    Answer::json(200, &json!({"client_id": "6f3c-client", "tenant_id": "EDE9F834"}))
}

fn refused() -> Answer {
    let body =
        json!({"domain": "Access", "error": "invalid_client", "error_description": "invalid client credentials"});
    Answer::json(401, &body)
}

#[tokio::test]
async fn one_log_in_serves_many_calls_until_shortly_before_its_end() {
    let clock = Clock::manual(Timestamp::UNIX_EPOCH);
    let (client, acronis) = client_at(clock.clone(), settings(), [granted("t1"), own(), own(), granted("t2"), own()]);
    assert_eq!(client.me().await.expect("good"), "ede9f834".into());
    clock.advance(SignedDuration::from_mins(104));
    client.me().await.expect("good");
    clock.advance(SignedDuration::from_mins(1));
    client.me().await.expect("good");
    assert_eq!(acronis.calls(), [TOKEN, ME, ME, TOKEN, ME]);
    assert_eq!(acronis.call(0).headers["authorization"], format!("Basic {}", base64(&format!("6f3c-client:{SECRET}"))));
    assert_eq!(acronis.call(0).body.as_deref(), Some(b"grant_type=client_credentials".as_slice()));
    assert_eq!(acronis.call(4).headers["authorization"], "Bearer t2");
}

fn base64(text: &str) -> String {
    use ::base64::Engine as _;
    ::base64::engine::general_purpose::STANDARD.encode(text)
}

#[tokio::test]
async fn callers_that_start_together_share_one_log_in() {
    let (client, acronis) = client([granted("t"), own(), own(), own()]);
    let (a, b, c) = tokio::join!(client.me(), client.me(), client.me());
    assert!(a.is_ok() && b.is_ok() && c.is_ok());
    assert_eq!(acronis.calls(), [TOKEN, ME, ME, ME]);
}

#[tokio::test]
async fn a_revoked_token_is_replaced_once_and_the_call_repeated_once() {
    let html = || Answer::text(401, "<html><body>401 Authorization Required</body></html>");
    let (client, acronis) = client([granted("t1"), html(), granted("t2"), own()]);
    client.me().await.expect("the second token is good");
    assert_eq!(acronis.calls(), [TOKEN, ME, TOKEN, ME]);
    assert_eq!(acronis.call(3).headers["authorization"], "Bearer t2");

    let (client, acronis) = self::client([granted("t1"), html(), granted("t2"), html()]);
    let error = client.me().await.expect_err("no token helps");
    assert_eq!(error.class(), Class::NeedsOperator);
    assert!(!error.is_log_in_refused(), "the log-in itself was accepted");
    assert_eq!(acronis.calls(), [TOKEN, ME, TOKEN, ME]);
}

#[tokio::test]
async fn x7_a_refused_log_in_is_tried_afresh_once_and_no_other_call_is_made() {
    let (client, acronis) = client([refused(), refused()]);
    let error = client.me().await.expect_err("refused");
    assert!(error.is_log_in_refused());
    assert_eq!(error.class(), Class::NeedsOperator);
    assert!(error.to_string().contains("invalid client credentials"), "{error}");
    assert_eq!(acronis.calls(), [TOKEN, TOKEN]);
}

#[tokio::test]
async fn x7_callers_who_waited_for_a_refused_log_in_do_not_repeat_it() {
    let (client, acronis) = client([refused(), refused()]);
    let (a, b, c) = tokio::join!(client.me(), client.me(), client.me());
    for outcome in [a, b, c] {
        assert!(outcome.expect_err("refused").is_log_in_refused());
    }
    assert_eq!(acronis.calls(), [TOKEN, TOKEN]);
}

#[tokio::test]
async fn x7_a_log_in_that_is_refused_once_only_is_no_refusal() {
    let (client, acronis) = client([refused(), granted("t"), own()]);
    client.me().await.expect("the fresh try is good");
    assert_eq!(acronis.calls(), [TOKEN, TOKEN, ME]);
}

#[tokio::test(start_paused = true)]
async fn a_failing_identity_provider_is_no_refusal() {
    let down = || Answer::text(503, "<html>maintenance</html>");
    let (client, _) = client([down(), down(), down()]);
    let error = client.me().await.expect_err("down");
    assert_eq!(error.class(), Class::Transient { after: None });

    let (client, _) = self::client([Answer::text(403, "<html>blocked</html>")]);
    let error = client.me().await.expect_err("blocked by a proxy");
    assert!(!error.is_log_in_refused());
}

#[tokio::test(start_paused = true)]
async fn a_read_is_repeated_while_the_trouble_may_pass() {
    let (client, acronis) = client([granted("t"), Answer::text(502, "<html>"), Answer::Lost, own()]);
    client.me().await.expect("the third try is good");
    assert_eq!(acronis.calls(), [TOKEN, ME, ME, ME]);
}

#[tokio::test]
async fn a_page_that_is_no_json_is_a_trouble_that_passes() {
    let (client, _) = client([granted("t"), Answer::text(200, "<html>maintenance</html>")]);
    assert_eq!(client.me().await.expect_err("not JSON").class(), Class::Transient { after: None });
}

#[tokio::test]
async fn l4_every_call_carries_the_product_and_the_application_code() {
    let with_code = Settings { application_code: Some(" vendor.app ".to_owned()), ..settings() };
    let (client, acronis) = client_of(with_code, [granted("t"), own()]);
    client.me().await.expect("good");
    for call in [acronis.call(0), acronis.call(1)] {
        assert_eq!(call.headers["user-agent"], "ACP 1.0/test/0");
        assert_eq!(call.headers["x-application-secret"], "vendor.app");
    }
    let (client, acronis) = self::client([granted("t"), own()]);
    client.me().await.expect("good");
    assert!(!acronis.call(1).headers.contains_key("x-application-secret"));
}

#[tokio::test]
async fn l2_secrets_are_in_no_debug_text_and_no_error() {
    let quoting =
        || Answer::json(401, &json!({"error": "invalid_client", "error_description": format!("{SECRET} is wrong")}));
    let (client, acronis) = client([granted("canary-token"), own(), quoting(), quoting()]);
    client.me().await.expect("good");
    client.0.tokens.forget(&client.token().await.expect("cached")).await;
    let error = client.me().await.expect_err("refused");
    let texts = [
        format!("{:?}", settings()),
        format!("{client:?}"),
        format!("{:?} {:?}", acronis.call(0), acronis.call(1)),
        format!("{:?} {:?}", acronis.call(0).headers, acronis.call(1).headers),
        format!("{:?}", client.0.tokens),
        format!("{error} {error:?}"),
    ];
    for text in texts {
        for secret in [SECRET, "canary-token", &base64(&format!("6f3c-client:{SECRET}"))] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}
