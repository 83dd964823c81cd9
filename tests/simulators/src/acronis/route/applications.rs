//! Applications: which there are, and which a tenant has.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde_json::{Value, json};

use super::super::Acronis;
use super::super::application::{self, Application, PLATFORM};
use super::super::offer;
use super::tenant_id;

/// `GET /tenants/{id}/applications`: the ids of those of which something is on.
pub(super) async fn of_tenant(State(acronis): State<Acronis>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    acronis.account(&headers, |world, caller| {
        let tenant = world.hierarchy.visible(caller, tenant_id(&id)?)?.id;
        let on: Vec<_> =
            world.items.of(tenant).filter(|(_, item)| item.is_on).map(|(offer, _)| offer.offer()).collect();
        let has = |application: &Application| {
            application.kind == PLATFORM || on.iter().any(|offer| offer.application == application)
        };
        let ids: Vec<Value> = application::ALL.iter().filter(|known| has(known)).map(|known| json!(known.id)).collect();
        Ok(Json(json!({ "items": ids })).into_response())
    })
}

/// `GET /applications`.
pub(super) async fn list(State(acronis): State<Acronis>, headers: HeaderMap) -> Response {
    acronis.account(&headers, |_, _| {
        let usages = |application: &Application| {
            let names = offer::all().filter(|(_, offer)| offer.application == application);
            names.filter_map(|(_, offer)| offer.usage_name).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        };
        let items: Vec<Value> = application::ALL.iter().map(|known| known.to_json(&usages(known))).collect();
        Ok(Json(json!({ "items": items })).into_response())
    })
}
