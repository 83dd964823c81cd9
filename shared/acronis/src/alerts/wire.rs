//! One alert as the Alert Manager writes it. Only what an alert cannot be handled without is required: its id, its type and
//! the time of its raise. The details are free-form, filled by many products, and taken for what they are.

use bridge_core::alert::{Alert, Details, Severity, Tenant};
use bridge_core::id::{AlertId, TenantId};
use jiff::Timestamp;
use runtime::http::lenient::{field, quote, text, time};
use serde_json::Value;

/// Deeper chains of errors than this are cut; real ones have three or four links.
const CHAIN_MAX: usize = 12;
/// Plain values beyond these are not told.
const MORE_MAX: usize = 20;

/// Reads one item of a list.
pub(super) fn alert(item: &Value) -> Result<Alert, String> {
    let id = text(item, "id").ok_or("an alert without an id")?;
    let lacks = |what: &str| format!("alert {}: {what}", quote(&id, 64));
    let kind = text(item, "type").ok_or_else(|| lacks("no type"))?;
    let received_at = time(item, "receivedAt");
    // The first reception stays the same as long as the raise does, so it can stand in; the last change could not.
    let created_at = time(item, "createdAt").or(received_at).ok_or_else(|| lacks("no readable createdAt"))?;
    Ok(Alert {
        id: AlertId::new(&id),
        kind,
        severity: text(item, "severity").as_deref().and_then(Severity::parse),
        category: text(item, "category"),
        created_at,
        received_at,
        updated_at: time(item, "updatedAt"),
        deleted_at: time(item, "deletedAt"),
        tenant: field(item, "tenant").map(tenant).unwrap_or_default(),
        details: field(item, "details").map(details).unwrap_or_default(),
    })
}

fn tenant(tenant: &Value) -> Tenant {
    Tenant { uuid: text(tenant, "uuid").map(TenantId::from), number: text(tenant, "id") }
}

fn details(details: &Value) -> Details {
    let message = field(details, "errorMessage");
    let chain = field(details, "error").map(chain).unwrap_or_default();
    let mut error_texts = chain.texts;
    if error_texts.is_empty() {
        error_texts = message.map(effect_and_cause).unwrap_or_default();
    }
    Details {
        incident_id: text(details, "incidentId"),
        edr_alert_id: text(details, "edrAlertId"),
        resource_id: text(details, "resourceId"),
        resource_name: text(details, "resourceName"),
        plan_id: text(details, "planId"),
        plan_name: text(details, "planName"),
        title: text(details, "title"),
        error_texts,
        error_code: chain.code,
        reason: message.and_then(|message| text(message, "reason").or_else(|| text(message, "code"))),
        kb_code: message.and_then(kb_code),
        link: text(details, "redirectLink"),
        more: more(details),
    }
}

/// Plain values that have no place of their own in [`Details`]. Identifiers mean nothing to people and are left out.
fn more(details: &Value) -> Vec<(String, String)> {
    const ELSEWHERE: &[&str] = &["resourceName", "planName", "title", "redirectLink"];
    let fields = details.as_object().into_iter().flatten();
    let told =
        fields.filter(|(name, _)| !ELSEWHERE.contains(&name.as_str()) && !name.to_ascii_lowercase().ends_with("id"));
    told.filter_map(|(name, value)| Some((name.clone(), moment(name, value).or_else(|| plain(value))?)))
        .take(MORE_MAX)
        .collect()
}

/// Times are written as seconds since 1970.
fn moment(name: &str, value: &Value) -> Option<String> {
    let seconds = value.as_i64().filter(|_| name.ends_with("Time"))?;
    Some(Timestamp::from_second(seconds).ok()?.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()).filter(|text| !text.trim().is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(if *truth { "yes" } else { "no" }.to_owned()),
        Value::Array(values) => {
            let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        }
        Value::Null | Value::Object(_) => None,
    }
}

#[derive(Default)]
struct Chain {
    texts: Vec<String>,
    code: Option<String>,
}

/// Follows an error to its cause: texts from the outside in, without repeats, and the innermost code.
fn chain(error: &Value) -> Chain {
    let mut chain = Chain::default();
    let links = std::iter::successors(Some(error), |error| field(error, "suberror"));
    for link in links.take(CHAIN_MAX) {
        if let Some(text) = text(link, "text") {
            push_new(&mut chain.texts, text);
        }
        chain.code = text(link, "code").or(chain.code);
    }
    chain
}

/// Products without an error chain describe effect and cause in the message's context.
fn effect_and_cause(message: &Value) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(context) = field(message, "context") {
        for text in ["effect_str", "cause_str"].iter().filter_map(|name| text(context, name)) {
            push_new(&mut texts, text);
        }
    }
    texts
}

fn push_new(texts: &mut Vec<String>, text: String) {
    if !texts.contains(&text) {
        texts.push(text);
    }
}

fn kb_code(message: &Value) -> Option<String> {
    field(message, "kbLink").and_then(|link| text(link, "serCode")).or_else(|| text(message, "serCode"))
}
