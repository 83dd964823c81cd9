//! Several users.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde_json::{Value, json};

use super::super::Acronis;
use super::super::account_error::Refusal;
use super::super::id::{TenantId, UserId};
use super::super::parameter::{Cursor, Parameters, parse_time};
use super::super::tenant::account_time;
use super::super::tenant_body::bad;
use super::super::user::User;
use super::super::world::World;
use super::tenant_id;

const DEFAULT_LIMIT: usize = 2_000;

/// `GET /users`: by ids, by the integrator's ids within a tenant, or of a whole subtree; pages go forward only.
pub(super) async fn list(State(acronis): State<Acronis>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    acronis.account(&headers, |world, caller| {
        let request = Parameters::parse(&query.unwrap_or_default());
        let limit = request
            .limit(DEFAULT_LIMIT, world.quirks.max_item_limit)
            .ok_or_else(|| bad("limit: not a positive number"))?;
        let after = request.cursor()?;
        let (parameters, first) = match &after {
            Some(cursor) => (cursor.parameters(), cursor.key.parse().map_err(|_| bad("after: not a cursor"))?),
            None => (request, 0),
        };
        let selection = Selection::read(&parameters)?;
        selection.check(world, caller)?;
        let since = parameters.one("updated_since");
        let since = since.map(|since| parse_time(since).ok_or_else(|| bad("updated_since: not a time"))).transpose()?;
        let is_meant = |user: &User| {
            (user.deleted_at.is_none() || parameters.is_on("allow_deleted"))
                && since.is_none_or(|since| user.updated_at >= since)
                && world.tenant_with_users(caller, user.tenant).is_ok()
                && selection.takes(world, user)
        };
        let mut users = world.users.all().skip(first).filter(|(_, user)| is_meant(user));
        let page: Vec<_> = users.by_ref().take(limit).collect();
        let mut cursors = json!({});
        if let (Some((place, last)), Some(_)) = (page.last(), users.next()) {
            cursors["after"] = json!(Cursor::new(&parameters, (place + 1).to_string(), last.id.to_string()).encode());
        }
        let items: Vec<Value> = page.into_iter().map(|(_, user)| user.to_json()).collect();
        Ok(Json(json!({ "timestamp": account_time(world.now), "items": items, "paging": { "cursors": cursors } }))
            .into_response())
    })
}

/// `GET /tenants/{id}/users`: ids.
pub(super) async fn of_tenant(State(acronis): State<Acronis>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    acronis.account(&headers, |world, caller| {
        let id = tenant_id(&id)?;
        world.tenant_with_users(caller, id)?;
        let ids: Vec<Value> = world.users.of(id).map(|user| json!(user.id)).collect();
        Ok(Json(json!({ "items": ids })).into_response())
    })
}

/// The ways to choose users.
enum Selection {
    Ids(Vec<UserId>),
    ExternalIds(TenantId, Vec<String>),
    Subtree(TenantId),
}

impl Selection {
    fn read(parameters: &Parameters) -> Result<Self, Refusal> {
        let of_list = |text: &str| text.split(',').map(|part| part.trim().to_owned()).collect::<Vec<_>>();
        let tenant = |name| parameters.one(name).map(tenant_id).transpose();
        match (parameters.one("uuids"), parameters.one("external_ids"), tenant("subtree_root_tenant_id")?) {
            (Some(ids), None, None) => {
                let ids: Result<_, _> = of_list(ids).iter().map(|id| id.parse()).collect();
                Ok(Self::Ids(ids.map_err(|_| bad("uuids: not ids"))?))
            }
            (None, Some(ids), None) => {
                let tenant = tenant("tenant_id")?.ok_or_else(|| bad("tenant_id: required with external_ids"))?;
                Ok(Self::ExternalIds(tenant, of_list(ids)))
            }
            (None, None, Some(root)) => Ok(Self::Subtree(root)),
            _ => Err(bad("exactly one of uuids, external_ids and subtree_root_tenant_id is required")),
        }
    }

    fn check(&self, world: &World, caller: TenantId) -> Result<(), Refusal> {
        match self {
            Self::Ids(_) => Ok(()),
            Self::ExternalIds(tenant, _) | Self::Subtree(tenant) => world.tenant_with_users(caller, *tenant).map(drop),
        }
    }

    fn takes(&self, world: &World, user: &User) -> bool {
        match self {
            Self::Ids(ids) => ids.contains(&user.id),
            Self::ExternalIds(tenant, ids) => {
                user.tenant == *tenant && user.external_id.as_ref().is_some_and(|id| ids.contains(id))
            }
            Self::Subtree(root) => world.hierarchy.is_within(user.tenant, *root),
        }
    }
}
