//! Between HTTP and API Gateway's JSON (HTTP API, payload format 2.0).

use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

/// A request as the functions see it. A body that is not text travels in base64, as there.
pub fn of_request(parts: &Parts, body: &[u8], id: &str, now: Timestamp) -> Value {
    let (method, path) = (parts.method.as_str(), parts.uri.path());
    let route = format!("{method} {path}");
    let (body, is_base64) = match str::from_utf8(body) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (STANDARD.encode(body), true),
    };
    let headers = headers(&parts.headers);
    let host = headers.get(header::HOST.as_str()).cloned().unwrap_or_default();
    json!({
        "version": "2.0",
        "routeKey": route,
        "rawPath": path,
        "rawQueryString": parts.uri.query().unwrap_or_default(),
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": host,
            "domainPrefix": "local",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": headers.get(header::USER_AGENT.as_str()),
            },
            "requestId": id,
            "routeKey": route,
            "stage": "$default",
            "time": now.to_zoned(TimeZone::UTC).strftime("%d/%b/%Y:%H:%M:%S %z").to_string(),
            "timeEpoch": now.as_millisecond(),
        },
        "headers": headers,
        "body": body,
        "isBase64Encoded": is_base64,
    })
}

/// Names in small letters, and several values of one name joined by commas.
fn headers(headers: &HeaderMap) -> BTreeMap<&str, String> {
    let mut joined: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        joined
            .entry(name.as_str())
            .and_modify(|values| {
                values.push(',');
                values.push_str(&value);
            })
            .or_insert_with(|| value.into_owned());
    }
    joined
}

/// What a function answers, as far as it matters here.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// A function's answer as an HTTP response; `None` when it is none.
pub fn to_response(answer: &Value) -> Option<Response> {
    let Answer { status_code, headers, body, is_base64_encoded } = Answer::deserialize(answer).ok()?;
    let body = body.unwrap_or_default();
    let body = if is_base64_encoded { STANDARD.decode(body).ok()? } else { body.into_bytes() };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status_code).ok()?;
    for (name, value) in headers {
        response.headers_mut().append(HeaderName::try_from(name).ok()?, HeaderValue::try_from(value).ok()?);
    }
    Some(response)
}

#[cfg(test)]
mod tests {
    use http::Request;
    use runtime::webhook;

    use super::*;

    fn request(body: &[u8]) -> webhook::Request {
        let request = Request::post("/webhooks/acronis?a=b").header("Webhook-Id", "m-1").header("X-Two", "1");
        let (parts, ()) = request.header("x-two", "2").body(()).unwrap().into_parts();
        let event = of_request(&parts, body, "r-1", "2026-03-14T09:26:53Z".parse().unwrap());
        serde_json::from_value(event).unwrap()
    }

    #[test]
    fn a_request_is_what_a_function_expects() {
        let request = request(b"{}");
        assert_eq!(webhook::raw_body(&request).unwrap().as_ref(), b"{}");
        assert_eq!(webhook::header(&request.headers, "webhook-id"), Some("m-1"));
        assert_eq!(webhook::header(&request.headers, "x-two"), Some("1,2"));
        assert_eq!(request.raw_query_string.as_deref(), Some("a=b"));
        assert_eq!(request.request_context.time.as_deref(), Some("14/Mar/2026:09:26:53 +0000"));
        assert_eq!(request.request_context.request_id.as_deref(), Some("r-1"));
    }

    #[test]
    fn a_body_that_is_not_text_arrives_byte_for_byte() {
        let request = request(b"\xff\x00{");
        assert!(request.is_base64_encoded);
        assert_eq!(webhook::raw_body(&request).unwrap().as_ref(), b"\xff\x00{");
    }

    #[test]
    fn an_answer_becomes_a_response() {
        let refused = webhook::answer("a-function", Err(webhook::Refused::Unsigned.into()));
        let response = to_response(&serde_json::to_value(refused).unwrap()).unwrap();
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/json");
        assert!(to_response(&json!({ "statusCode": "none" })).is_none());
    }
}
