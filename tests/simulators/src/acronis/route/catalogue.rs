//! Types, categories and counts of the alert manager.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde_json::{Value, json};

use super::super::Acronis;
use super::super::alert::{Alert, tenant_json};
use super::super::alert_error::AlertRefusal;
use super::super::alert_type;
use super::super::id::TenantId;
use super::super::parameter::Parameters;

/// `GET /types?os_type=…`.
pub(super) async fn types(State(acronis): State<Acronis>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    acronis.alerting(&headers, |_, _| {
        let parameters = Parameters::parse(&query.unwrap_or_default());
        let systems: Vec<_> = parameters.all("os_type").collect();
        if systems.is_empty() {
            return Err(AlertRefusal::BadRequest("os_type: required".to_owned()));
        }
        let categories: Vec<_> = parameters.all("category").collect();
        let items: Vec<_> = alert_type::all()
            .filter(|known| known.systems.iter().any(|system| systems.contains(system)))
            .filter(|known| categories.is_empty() || categories.contains(&known.category))
            .map(|known| known.to_json())
            .collect();
        Ok(Json(json!({ "items": items })).into_response())
    })
}

/// `GET /types/{id}`.
pub(super) async fn one_type(State(acronis): State<Acronis>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    acronis.alerting(&headers, |_, _| {
        let known = alert_type::find(&id).ok_or(AlertRefusal::NotFound)?;
        Ok(Json(known.to_json()).into_response())
    })
}

/// `GET /categories`.
pub(super) async fn categories(State(acronis): State<Acronis>, headers: HeaderMap) -> Response {
    acronis.alerting(&headers, |_, _| {
        let items: Vec<_> = alert_type::categories().into_iter().map(|name| json!({ "name": name })).collect();
        Ok(Json(json!({ "items": items })).into_response())
    })
}

/// `GET /count`: open alerts, in total and as asked for.
pub(super) async fn count(State(acronis): State<Acronis>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    acronis.alerting(&headers, |world, caller| {
        let parameters = Parameters::parse(&query.unwrap_or_default());
        let open = world.alerts.values().filter(|alert| alert.deleted_at.is_none() && world.shows(caller, alert));
        let open: Vec<&Alert> = open.collect();
        let mut count = counts(&open, &parameters);
        if parameters.is_on("embed_tenants") {
            let mut by_tenant: BTreeMap<TenantId, Vec<&Alert>> = BTreeMap::new();
            for alert in &open {
                by_tenant.entry(alert.tenant).or_default().push(alert);
            }
            let tenants = by_tenant.into_iter().map(|(id, alerts)| {
                let mut tenant = tenant_json(&world.hierarchy, id, &world.quirks);
                if let (Value::Object(tenant), Value::Object(counts)) = (&mut tenant, counts(&alerts, &parameters)) {
                    tenant.extend(counts);
                }
                tenant
            });
            count["tenants"] = tenants.collect();
        }
        Ok(Json(count).into_response())
    })
}

/// Counting by category shuts counting by type and severity out.
fn counts(alerts: &[&Alert], parameters: &Parameters) -> Value {
    let mut count = json!({ "total": alerts.len() });
    let by_category = parameters.is_on("embed_categories");
    let by_type = parameters.is_on("embed_types") && !by_category;
    let by_severity = parameters.is_on("embed_severities") && !by_category;
    if by_category {
        count["categories"] = tally(alerts, |alert| &alert.category);
    }
    if by_type {
        count["types"] = tally(alerts, |alert| &alert.alert_type);
    }
    if by_severity {
        count["severities"] = tally(alerts, |alert| &alert.severity);
    }
    if by_type && by_severity {
        let severities = tally(alerts, |alert| &alert.severity);
        let of = |severity: &str| {
            let alerts: Vec<_> = alerts.iter().copied().filter(|alert| alert.severity == severity).collect();
            tally(&alerts, |alert| &alert.alert_type)
        };
        let severities = severities.as_object().into_iter().flat_map(|map| map.keys());
        count["severitiesAndTypes"] = severities.map(|severity| (severity.clone(), of(severity))).collect();
    }
    count
}

fn tally<'a>(alerts: &[&'a Alert], key: impl Fn(&'a Alert) -> &'a str) -> Value {
    let mut tally: BTreeMap<&str, u64> = BTreeMap::new();
    for alert in alerts {
        *tally.entry(key(alert)).or_default() += 1;
    }
    json!(tally)
}
