use std::time::Duration;

use bridge_core::failure::Class;
use runtime::http::{HeaderMap, HeaderValue, header};
use serde_json::json;

use super::*;

fn reply(status: u16, body: &str) -> Response {
    let status = StatusCode::from_u16(status).expect("valid");
    Response { status, headers: HeaderMap::new(), body: body.to_owned().into() }
}

fn error(status: u16, body: &str, effect: Effect) -> Error {
    of_reply("testing", effect, &reply(status, body), Timestamp::UNIX_EPOCH)
}

fn said(sentence: &str, effect: Effect) -> Error {
    error(500, &json!({"errors": [sentence]}).to_string(), effect)
}

#[test]
fn validation_is_a_refusal_with_autotasks_own_sentences() {
    for sentence in [
        "queueID is required",
        "Picklist value [3] does not exist for priority",
        "Reference value on field: contactID of type: Contact does not exist or is invalid.",
        "Value does not exist for the required field resourceID",
        "title must be less than or equal to 255 characters",
        "userDefinedField X is invalid",
    ] {
        let error = said(sentence, Effect::Write);
        assert!(matches!(&error, Error::Refused { errors, .. } if errors == &[sentence]), "{error:?}");
        assert_eq!(error.class(), Class::Permanent);
        assert!(error.to_string().contains(sentence.trim_end_matches('.')));
    }
}

#[test]
fn x7_sentences_about_the_log_in_refuse_it() {
    for sentence in [
        "IntegrationCode is invalid.",
        "The integration code is not valid",
        "Invalid ApiIntegrationCode",
        "The user name is not known.",
        "Unknown user",
        "Zone information could not be determined",
    ] {
        assert!(said(sentence, Effect::Read).is_log_in_refused(), "{sentence}");
    }
}

#[test]
fn x7_a_refused_log_in_names_what_autotask_named() {
    for (sentence, check) in [
        ("IntegrationCode is invalid.", "Check the integration code"),
        ("The user name is not known.", "Check the API user's name"),
        ("Zone information could not be determined", "Check the API user's name"),
        ("API user secret is incorrect", "Check the API user's secret"),
        ("Invalid username or password", "Check the API user's name and secret and the integration code"),
    ] {
        let text = said(sentence, Effect::Read).to_string();
        assert!(text.ends_with(check) && !text.contains(".."), "{text}");
    }
    assert_eq!(names(&reply(401, r#"{"errors":["The secret is wrong"]}"#)), Some(Credential::Secret));
    assert_eq!(names(&reply(401, "")), None);
}

#[test]
fn a_sentence_of_autotasks_does_not_end_ours() {
    let errors = vec!["queueID is required.".to_owned(), "title is too long. ".to_owned()];
    let text = Error::Refused { doing: "creating a ticket", errors }.to_string();
    assert_eq!(text, "Autotask refused creating a ticket: queueID is required; title is too long");
}

#[test]
fn x7_a_quoted_text_cannot_refuse_the_log_in() {
    for sentence in [
        "Value 'IntegrationCode is invalid.' does not exist for title",
        "The title 'unknown user' is invalid",
        "User does not have the adequate permissions to create this entity type.",
    ] {
        assert!(!said(sentence, Effect::Write).is_log_in_refused(), "{sentence}");
    }
}

#[test]
fn a_missing_right_needs_an_operator() {
    let sentence = "The logged in Resource does not have the adequate permissions to create this entity type.";
    assert!(matches!(said(sentence, Effect::Write), Error::Forbidden { .. }));
    assert_eq!(error(403, "", Effect::Read).class(), Class::NeedsOperator);
}

#[test]
fn t9_a_record_that_is_gone_is_not_a_missing_right() {
    let sentence =
        "No matching records found. The logged in Resource may not have the required permissions to update the data.";
    assert!(matches!(said(sentence, Effect::Write), Error::NotFound { .. }));
    assert_eq!(said(sentence, Effect::Write).class(), Class::Permanent);
}

#[test]
fn limits_throttle_whatever_the_status() {
    let sentence = "API thread threshold of 3 threads has been exceeded";
    assert_eq!(said(sentence, Effect::Write).class(), Class::Throttled { after: None });
    assert_eq!(error(429, "", Effect::Write).class(), Class::Throttled { after: None });
    let mut response = reply(429, "<html>");
    response.headers.insert(header::RETRY_AFTER, HeaderValue::from_static("90000"));
    let class = of_reply("testing", Effect::Read, &response, Timestamp::UNIX_EPOCH).class();
    assert_eq!(class, Class::Throttled { after: Some(Duration::from_secs(3_600)) });
}

#[test]
fn trouble_without_sentences_is_transient_for_a_read_and_doubtful_for_a_write() {
    for (status, body) in [
        (500, ""),
        (500, "<html>Server Error</html>"),
        (502, "{}"),
        (503, r#"{"errors":["down"]}"#),
        (302, ""),
        (408, ""),
    ] {
        assert_eq!(error(status, body, Effect::Read).class(), Class::Transient { after: None }, "{status} {body}");
        assert_eq!(error(status, body, Effect::Write).class(), Class::OutcomeUnknown, "{status} {body}");
    }
}

#[test]
fn a_deadlock_had_no_effect_and_a_time_out_may_have_had() {
    let deadlock = "Transaction (Process ID 52) was deadlocked on lock resources";
    assert_eq!(said(deadlock, Effect::Write).class(), Class::Transient { after: None });
    let time_out = "Execution Timeout Expired.";
    assert_eq!(said(time_out, Effect::Read).class(), Class::Transient { after: None });
    assert_eq!(said(time_out, Effect::Write).class(), Class::OutcomeUnknown);
}

#[test]
fn a_method_that_is_not_offered_is_told_apart() {
    let body = json!({"Message": "The requested resource does not support http method 'PATCH'."}).to_string();
    let error = error(405, &body, Effect::Write);
    assert!(matches!(error, Error::NotOffered { .. }));
    assert!(error.to_string().contains("PATCH"));
}

#[test]
fn only_trouble_without_sentences_is_repeated() {
    assert!(is_passing_trouble(&reply(500, "<html>")));
    assert!(is_passing_trouble(&reply(503, "")));
    assert!(!is_passing_trouble(&reply(500, r#"{"errors":["x is required"]}"#)));
    assert!(!is_passing_trouble(&reply(404, "")));
}
