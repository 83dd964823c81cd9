//! Activation reports of integrations.

use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::super::Acronis;
use super::super::account_error::Refusal;
use super::super::parameter::Parameters;
use super::super::tenant_body::bad;
use super::{json_object, tenant_id};

/// `POST /status`: an integration reports what it is and that it was switched on or off.
pub(super) async fn report(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let mut report = json_object(&headers, &body)?;
        check(&report)?;
        let parameters = Parameters::parse(&query.unwrap_or_default());
        let tenant = parameters.one("tenantID").map_or(Ok(caller), tenant_id)?;
        world.hierarchy.visible(caller, tenant)?;
        report.insert("tenantID".to_owned(), json!(tenant));
        world.reports.push(Value::Object(report));
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

fn check(report: &Map<String, Value>) -> Result<(), Refusal> {
    let code = report.get("application_code");
    if code.is_some() == report.contains_key("application_id") {
        return Err(bad("application_code or application_id, exactly one"));
    }
    if code.is_some_and(|code| !has_length(Some(code), 1_000)) {
        return Err(bad("application_code: 1 to 1000 characters"));
    }
    if !has_length(report.get("module").and_then(|module| module.get("name")), 255) {
        return Err(bad("module.name: 1 to 255 characters"));
    }
    if report.get("vendor_system").is_some_and(|system| !has_length(system.get("name"), 255)) {
        return Err(bad("vendor_system.name: required"));
    }
    let events = report.get("events").and_then(Value::as_array);
    for event in events.into_iter().flatten() {
        if !has_length(event.get("category"), 150) || !has_length(event.get("action"), 500) {
            return Err(bad("events: category up to 150, action up to 500 characters"));
        }
    }
    Ok(())
}

fn has_length(text: Option<&Value>, max: usize) -> bool {
    text.and_then(Value::as_str).is_some_and(|text| (1..=max).contains(&text.chars().count()))
}
