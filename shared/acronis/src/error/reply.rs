//! From a reply or a lost call to an [`Error`]: the one place where Acronis' statuses and codes get their meaning.
//!
//! Bodies differ by service: account management wraps its error and numbers it (as a number or a text), the Alert Manager
//! does not wrap, the identity provider follows OAuth, and a proxy in between sends HTML. None of it is relied on beyond the
//! status.

use jiff::Timestamp;
use runtime::http::lenient::{field, integer, quote, text};
use runtime::http::{Response, StatusCode, TransportError, retry_after};
use serde_json::Value;

use super::{Code, Error};
use crate::client::Effect;

/// Longest quotation of a foreign text.
const QUOTE: usize = 300;

/// What a reply that is no success means.
pub(crate) fn of_reply(doing: &'static str, effect: Effect, response: &Response, now: Timestamp) -> Error {
    let body = response.json();
    let reason = says(response);
    let code = body.as_ref().and_then(number).and_then(Code::of);
    if response.status == StatusCode::TOO_MANY_REQUESTS {
        return Error::Throttled { doing, after: retry_after(&response.headers, now) };
    }
    match code {
        Some(Code::Internal) => return unclear(doing, effect, reason, None),
        Some(Code::VersionMismatch) => return Error::Conflict { doing, reason, code },
        Some(Code::NoSuchTenant) => return Error::NotFound { doing, reason, code },
        Some(Code::AccessDenied | Code::Locked | Code::ParentDisabled) => {
            return Error::Forbidden { doing, reason, code };
        }
        Some(Code::BeingRemoved) => return Error::Unavailable { doing, reason, code, cause: None },
        // Also at status 409: a name that is taken stays taken, however often one reads again.
        Some(_) => return Error::Refused { doing, reason, code },
        None => {}
    }
    match response.status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Error::Forbidden { doing, reason, code },
        StatusCode::NOT_FOUND | StatusCode::GONE => Error::NotFound { doing, reason, code },
        StatusCode::CONFLICT | StatusCode::UPGRADE_REQUIRED => Error::Conflict { doing, reason, code },
        status if status.is_client_error() && status != StatusCode::REQUEST_TIMEOUT => {
            Error::Refused { doing, reason, code }
        }
        _ => unclear(doing, effect, reason, None),
    }
}

/// What a call without a reply means.
pub(crate) fn of_failure(doing: &'static str, effect: Effect, failure: TransportError) -> Error {
    let reason = failure.to_string();
    match failure {
        TransportError::NotSent { .. } => Error::Unavailable { doing, reason, code: None, cause: Some(failure) },
        TransportError::Lost { .. } | TransportError::TooLarge { .. } => unclear(doing, effect, reason, Some(failure)),
    }
}

fn unclear(doing: &'static str, effect: Effect, reason: String, cause: Option<TransportError>) -> Error {
    match effect {
        Effect::Read => Error::Unavailable { doing, reason, code: None, cause },
        Effect::Write => Error::OutcomeUnknown { doing, reason, cause },
    }
}

/// What the reply says about the failure, in one line, beginning with the status.
pub(crate) fn says(response: &Response) -> String {
    let status = format!("HTTP {}", response.status.as_u16());
    let Some(told) = response.json().as_ref().and_then(told) else { return status };
    format!("{status}, {}", quote(&told, QUOTE))
}

fn told(body: &Value) -> Option<String> {
    let inner = field(body, "error").filter(|inner| inner.is_object()).unwrap_or(body);
    let told = ["message", "error_description", "reason", "error"].iter().find_map(|name| text(inner, name))?;
    let more = field(inner, "details").and_then(|details| text(details, "info")).map(|info| format!(" ({info})"));
    let code = text(inner, "code").map(|code| format!(" [code {code}]"));
    Some(format!("{told}{}{}", more.unwrap_or_default(), code.unwrap_or_default()))
}

/// The code of a wrapped account-management error; other services number differently.
fn number(body: &Value) -> Option<i64> {
    integer(field(body, "error")?, "code")
}

#[cfg(test)]
mod tests {
    use bridge_core::failure::Class;
    use runtime::http::{HeaderMap, HeaderValue, header};
    use serde_json::json;

    use super::*;

    fn reply(status: u16, body: &str) -> Response {
        Response {
            status: StatusCode::from_u16(status).expect("valid"),
            headers: HeaderMap::new(),
            body: body.to_owned().into(),
        }
    }

    fn class(status: u16, body: &Value, effect: Effect) -> Class {
        of_reply("testing", effect, &reply(status, &body.to_string()), Timestamp::UNIX_EPOCH).class()
    }

    #[test]
    fn an_account_code_leads_over_the_status_as_number_or_text() {
        for code in [json!(1001), json!("1001")] {
            assert_eq!(class(400, &json!({"error": {"code": code, "message": "m"}}), Effect::Write), Class::Conflict);
        }
        assert_eq!(class(400, &json!({"error": {"code": 1002, "message": "m"}}), Effect::Read), Class::NeedsOperator);
        assert_eq!(class(400, &json!({"error": {"code": 1013}}), Effect::Read), Class::NeedsOperator);
        assert_eq!(class(400, &json!({"error": {"code": 1029}}), Effect::Write), Class::Transient { after: None });
        assert_eq!(class(400, &json!({"error": {"code": 1006}}), Effect::Write), Class::Permanent);
        assert_eq!(class(429, &json!({"error": {"code": 1022}}), Effect::Write), Class::Throttled { after: None });
        assert_eq!(class(400, &json!({"error": {"code": 1000}}), Effect::Write), Class::OutcomeUnknown);
    }

    #[test]
    fn v3_a_name_clash_is_told_by_its_code_and_is_no_race() {
        let error = |status: u16, code: Value| {
            let body = json!({"error": {"code": code, "message": "Name is taken"}}).to_string();
            of_reply("testing", Effect::Write, &reply(status, &body), Timestamp::UNIX_EPOCH)
        };
        for status in [400, 409] {
            let error = error(status, json!("1004"));
            assert_eq!((error.code(), error.class()), (Some(Code::NameTaken), Class::Permanent));
            assert!(error.to_string().contains("Name is taken [code 1004]"), "{error}");
        }
        assert_eq!(error(400, json!(1031)).code(), Some(Code::Other(1031)));
        assert_eq!(error(404, json!(404)).code(), None);
        assert_eq!((error(409, json!(409)).code(), error(409, json!(409)).class()), (None, Class::Conflict));
    }

    #[test]
    fn every_code_says_in_words_what_is_wrong() {
        let words: std::collections::BTreeSet<_> =
            (1000..=1035).map(|number| Code::of(number).expect("a code").to_string()).collect();
        // Two numbers each share the words of a disabled parent and of a removal under way.
        assert_eq!(words.len(), 34);
        assert_eq!((Code::of(999), Code::of(404), Code::of(2000)), (None, None, None));
    }

    #[test]
    fn a_server_trouble_is_transient_for_a_read_and_doubtful_for_a_write() {
        for body in [json!({"error": "unknown"}), json!(null)] {
            assert_eq!(class(503, &body, Effect::Read), Class::Transient { after: None });
            assert_eq!(class(503, &body, Effect::Write), Class::OutcomeUnknown);
        }
        assert_eq!(class(302, &json!(null), Effect::Write), Class::OutcomeUnknown);
    }

    #[test]
    fn throttling_carries_the_wish_of_the_other_side() {
        let mut response = reply(429, "");
        let class = |response: &Response| of_reply("testing", Effect::Write, response, Timestamp::UNIX_EPOCH).class();
        assert_eq!(class(&response), Class::Throttled { after: None });
        response.headers.insert(header::RETRY_AFTER, HeaderValue::from_static("7"));
        assert_eq!(class(&response), Class::Throttled { after: Some(std::time::Duration::from_secs(7)) });
    }

    #[test]
    fn every_shape_of_an_error_body_is_told_in_one_line() {
        let said = |body: &str| says(&reply(400, body));
        assert_eq!(
            said(
                r#"{"error":{"code":"1006","message":"It is\nprohibited","details":{"info":"disable first"},"domain":null}}"#
            ),
            "HTTP 400, It is prohibited (disable first) [code 1006]"
        );
        assert_eq!(
            said(r#"{"domain":"AlertManager","code":"NotFound","reason":"no alert"}"#),
            "HTTP 400, no alert [code NotFound]"
        );
        assert_eq!(said(r#"{"error":"invalid_client","error_description":"bad secret"}"#), "HTTP 400, bad secret");
        assert_eq!(said(r#"{"error":"unknown"}"#), "HTTP 400, unknown");
        assert_eq!(said("<html>nginx</html>"), "HTTP 400");
        assert_eq!(said(""), "HTTP 400");
    }

    #[test]
    fn a_lost_write_is_doubtful_and_one_that_was_never_sent_is_not() {
        let lost = || TransportError::Lost { host: "h".into(), cause: "reset".into() };
        let not_sent = TransportError::NotSent { host: "h".into(), cause: "refused".into() };
        assert_eq!(of_failure("testing", Effect::Write, lost()).class(), Class::OutcomeUnknown);
        assert_eq!(of_failure("testing", Effect::Read, lost()).class(), Class::Transient { after: None });
        assert_eq!(of_failure("testing", Effect::Write, not_sent).class(), Class::Transient { after: None });
    }
}
