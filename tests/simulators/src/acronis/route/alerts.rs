//! Alerts: list, read, create, dismiss.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Map, Value, json};

use super::super::Acronis;
use super::super::alert::Alert;
use super::super::alert_error::AlertRefusal;
use super::super::alert_filter::{Filter, alert_id};
use super::super::alert_page::{Order, Place, page};
use super::super::id::{AlertId, TenantId};
use super::super::parameter::Parameters;
use super::super::raise::Raise;
use super::super::severity;
use super::super::world::World;
use super::json_object;

/// `GET /alerts`.
pub(super) async fn list(State(acronis): State<Acronis>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    acronis.alerting(&headers, |world, caller| {
        let request = Parameters::parse(&query.unwrap_or_default());
        let limit = request.limit(world.quirks.default_alert_limit, world.quirks.max_alert_limit);
        let limit = limit.ok_or_else(|| bad("limit: not a positive number"))?;
        let place = Place::parse(&request)?;
        let filters = place.filters(request);
        let order = Order::parse(&filters)?;
        let alerts = select(world, caller, &filters)?;
        let (alerts, paging) = page(alerts, order, &place, limit, &filters);
        let items: Vec<Value> =
            alerts.into_iter().map(|alert| alert.to_json(&world.hierarchy, &world.quirks)).collect();
        Ok(Json(json!({ "items": items, "paging": paging })).into_response())
    })
}

/// `GET /alerts/{id}`.
pub(super) async fn read(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.alerting(&headers, |world, caller| {
        let alert = reachable(world, caller, alert_id(&id)?)?;
        let with_dismissed = Parameters::parse(&query.unwrap_or_default()).is_on("show_deleted");
        let hidden = !with_dismissed || world.quirks.dismissed_unreadable_by_id;
        if alert.deleted_at.is_some() && hidden {
            return Err(AlertRefusal::NotFound);
        }
        Ok(Json(alert.to_json(&world.hierarchy, &world.quirks)).into_response())
    })
}

/// `POST /alerts`: any type and any details; an id that exists is raised again.
pub(super) async fn create(State(acronis): State<Acronis>, headers: HeaderMap, body: Bytes) -> Response {
    acronis.alerting(&headers, |world, caller| {
        let body = json_object(&headers, &body)?;
        let tenant = posted_tenant(world, caller, &body)?;
        let raise = posted(&body)?;
        if let Some(id) = raise.id
            && world.alerts.contains_key(&id)
        {
            reachable(world, caller, id)?;
        }
        let id = world.raise(raise, tenant);
        let written = world.alerts.get(&id).map(|alert| alert.written_id(&world.quirks));
        Ok(Json(json!({ "id": written })).into_response())
    })
}

/// `DELETE /alerts/{id}`.
pub(super) async fn dismiss(State(acronis): State<Acronis>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    acronis.alerting(&headers, |world, caller| {
        let id = reachable(world, caller, alert_id(&id)?)?.id;
        let was_open = world.dismiss(id).unwrap_or(false);
        if was_open {
            world.dismissals.push(id);
        } else if !world.quirks.dismissing_twice_succeeds {
            return Err(AlertRefusal::NotFound);
        }
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `DELETE /alerts?<filters>`: everything that the filters leave, so without one everything in reach.
pub(super) async fn dismiss_filtered(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.alerting(&headers, |world, caller| {
        let parameters = Parameters::parse(&query.unwrap_or_default());
        let ids: Vec<AlertId> = select(world, caller, &parameters)?.into_iter().map(|alert| alert.id).collect();
        for id in ids {
            if world.dismiss(id) == Some(true) {
                world.dismissals.push(id);
            }
        }
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

/// `PATCH /alerts/{id}/false_positive`.
pub(super) async fn mark_false_positive(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    body: Bytes,
) -> Response {
    acronis.alerting(&headers, |world, caller| {
        let mark = json_object(&headers, &body)?.get("falsePositive").and_then(Value::as_bool);
        let mark = mark.ok_or_else(|| bad("falsePositive: required"))?;
        let id = reachable(world, caller, alert_id(&id)?)?.id;
        let now = world.now;
        let alert = world.alerts.get_mut(&id).ok_or(AlertRefusal::NotFound)?;
        alert.false_positive = mark;
        alert.updated_at = now;
        Ok(StatusCode::NO_CONTENT.into_response())
    })
}

fn select<'a>(world: &'a World, caller: TenantId, parameters: &Parameters) -> Result<Vec<&'a Alert>, AlertRefusal> {
    let filter = Filter::parse(parameters, &world.hierarchy, &world.quirks)?;
    let keeps = |alert: &&Alert| filter.keeps(alert, &world.hierarchy, &world.quirks) && world.shows(caller, alert);
    Ok(world.alerts.values().filter(keeps).collect())
}

/// An alert that exists and is within the caller's reach.
fn reachable(world: &World, caller: TenantId, id: AlertId) -> Result<&Alert, AlertRefusal> {
    let alert = world.alerts.get(&id).ok_or(AlertRefusal::NotFound)?;
    match (world.hierarchy.sees_inside(caller, alert.tenant), world.shows(caller, alert)) {
        (_, true) => Ok(alert),
        (true, false) => Err(AlertRefusal::NotFound),
        (false, false) => Err(AlertRefusal::Forbidden),
    }
}

fn posted_tenant(world: &World, caller: TenantId, body: &Map<String, Value>) -> Result<TenantId, AlertRefusal> {
    let Some(text) = text(body, "tenantID")? else { return Ok(caller) };
    let id = text.parse().map_err(|_| bad("tenantID: not a tenant id"))?;
    if world.hierarchy.get(id).is_none() {
        return Err(bad("tenantID: no such tenant"));
    }
    if world.hierarchy.sees_inside(caller, id) { Ok(id) } else { Err(AlertRefusal::Forbidden) }
}

fn posted(body: &Map<String, Value>) -> Result<Raise, AlertRefusal> {
    let alert_type =
        text(body, "type")?.filter(|alert_type| !alert_type.is_empty()).ok_or_else(|| bad("type: required"))?;
    let details = body.get("details").ok_or_else(|| bad("details: required"))?;
    let severity = text(body, "severity")?;
    if severity.is_some_and(|severity| severity::rank(severity).is_none()) {
        return Err(bad("severity: ok, information, warning, error or critical"));
    }
    let created_at =
        text(body, "createdAt")?.map(|at| at.parse().map_err(|_| bad("createdAt: not a time"))).transpose()?;
    let owned = |name| text(body, name).map(|value| value.map(str::to_owned));
    Ok(Raise {
        id: text(body, "id")?.map(alert_id).transpose()?,
        category: owned("category")?,
        severity: severity.map(str::to_owned),
        created_at,
        affinity: owned("affinity")?,
        source: owned("_source")?,
        source_time_stamp: owned("_sourceTimeStamp")?,
        ..Raise::new(alert_type).details(details.clone())
    })
}

/// A text of the body; absent and null are the same.
fn text<'a>(body: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, AlertRefusal> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(AlertRefusal::BadRequest(format!("{name}: not a text"))),
    }
}

fn bad(reason: &str) -> AlertRefusal {
    AlertRefusal::BadRequest(reason.to_owned())
}
