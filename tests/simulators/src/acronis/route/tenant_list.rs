//! Several tenants: lists, children, search.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde_json::{Value, json};

use super::super::Acronis;
use super::super::account_error::Refusal;
use super::super::id::TenantId;
use super::super::parameter::{Cursor, Parameters, parse_time};
use super::super::tenant::{Detail, Tenant, account_time};
use super::super::tenant_body::bad;
use super::super::world::World;
use super::tenant_id;

const DEFAULT_LIMIT: usize = 5_000;
const MOST_IDS: usize = 100;
const SEARCH_LIMIT: usize = 10;
const SEARCH_LIMIT_MAX: usize = 300;

/// `GET /tenants`: by ids, by parent, or a whole subtree; pages go forward only.
pub(super) async fn list(State(acronis): State<Acronis>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    acronis.account(&headers, |world, caller| {
        let request = Parameters::parse(&query.unwrap_or_default());
        let limit = request
            .limit(DEFAULT_LIMIT, world.quirks.max_tenant_limit)
            .ok_or_else(|| bad("limit: not a positive number"))?;
        let after = request
            .one("after")
            .map(|text| Cursor::decode(text).ok_or_else(|| bad("after: not a cursor")))
            .transpose()?;
        let (parameters, passed) = match &after {
            Some(cursor) => (cursor.parameters(), cursor.key.parse().map_err(|_| bad("after: not a cursor"))?),
            None => (request, 0),
        };
        let detail = detail(&parameters)?;
        let mut tenants = select(world, caller, &parameters)?;
        tenants.retain(|tenant| tenant.number > passed);
        let more = tenants.len() > limit;
        tenants.truncate(limit);

        let mut cursors = json!({});
        if let (true, Some(last)) = (more, tenants.last()) {
            cursors["after"] = json!(Cursor::new(&parameters, last.number.to_string(), last.id.to_string()).encode());
        }
        let items = world.hierarchy.json(&tenants, detail);
        Ok(Json(json!({ "timestamp": account_time(world.now), "items": items, "paging": { "cursors": cursors } }))
            .into_response())
    })
}

/// `GET /tenants/{id}/children`.
pub(super) async fn children(
    State(acronis): State<Acronis>,
    headers: HeaderMap,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    acronis.account(&headers, |world, caller| {
        let id = tenant_id(&id)?;
        world.hierarchy.visible(caller, id)?;
        let parameters = Parameters::parse(&query.unwrap_or_default());
        let children = below(world, caller, id, parameters.is_on("allow_deleted"));
        let items = if parameters.is_on("include_details") {
            world.hierarchy.json(&children, Detail::Full { contacts: false })
        } else {
            children.into_iter().map(|child| json!(child.id)).collect()
        };
        Ok(Json(json!({ "items": items, "paging": { "cursors": {} } })).into_response())
    })
}

/// `GET /search`: tenants with a word that begins with the text.
pub(super) async fn search(State(acronis): State<Acronis>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    acronis.account(&headers, |world, caller| {
        let parameters = Parameters::parse(&query.unwrap_or_default());
        let root = parameters.one("tenant").map_or(Ok(caller), tenant_id)?;
        world.hierarchy.visible(caller, root)?;
        let text = parameters.one("text").unwrap_or_default().to_lowercase();
        if text.chars().count() < 3 {
            return Err(bad("text: shorter than 3 characters"));
        }
        let limit = parameters.limit(SEARCH_LIMIT, SEARCH_LIMIT_MAX).ok_or_else(|| bad("limit: not a positive number"))?;
        let found = subtree(world, caller, root, false).into_iter().filter(|tenant| matches(tenant, &text)).take(limit);
        let items: Vec<Value> = found
            .map(|tenant| {
                let mut path: Vec<_> = world.hierarchy.upward(tenant.parent).map(|above| above.name.clone()).collect();
                path.reverse();
                json!({
                    "obj_type": "tenant", "id": tenant.id, "parent_id": tenant.parent, "kind": tenant.kind, "name": tenant.name,
                    "path": path,
                })
            })
            .collect();
        Ok(Json(json!({ "items": items })).into_response())
    })
}

fn select<'a>(world: &'a World, caller: TenantId, parameters: &Parameters) -> Result<Vec<&'a Tenant>, Refusal> {
    let deleted = parameters.is_on("allow_deleted");
    let chosen = (parameters.one("uuids"), parameters.one("parent_id"), parameters.one("subtree_root_id"));
    let mut tenants = match chosen {
        (Some(ids), None, None) => by_ids(world, caller, ids, deleted)?,
        (None, Some(parent), None) => {
            let parent = tenant_id(parent)?;
            world.hierarchy.visible(caller, parent)?;
            below(world, caller, parent, deleted)
        }
        (None, None, Some(root)) => {
            let root = tenant_id(root)?;
            world.hierarchy.visible(caller, root)?;
            subtree(world, caller, root, deleted)
        }
        _ => return Err(bad("exactly one of uuids, parent_id and subtree_root_id is required")),
    };
    if let Some(since) = parameters.one("updated_since") {
        let since = parse_time(since).ok_or_else(|| bad("updated_since: not a time"))?;
        tenants.retain(|tenant| tenant.updated_at >= since);
    }
    Ok(tenants)
}

fn by_ids<'a>(world: &'a World, caller: TenantId, ids: &str, deleted: bool) -> Result<Vec<&'a Tenant>, Refusal> {
    let ids: Vec<TenantId> =
        ids.split(',').map(|id| id.trim().parse()).collect::<Result<_, _>>().map_err(|_| bad("uuids: not ids"))?;
    if ids.len() > MOST_IDS {
        return Err(bad("uuids: more than 100"));
    }
    let mut tenants = subtree(world, caller, caller, deleted);
    tenants.retain(|tenant| ids.contains(&tenant.id));
    Ok(tenants)
}

fn below(world: &World, caller: TenantId, parent: TenantId, deleted: bool) -> Vec<&Tenant> {
    if !world.hierarchy.sees_inside(caller, parent) {
        return Vec::new();
    }
    if deleted { world.hierarchy.children_or_deleted(parent) } else { world.hierarchy.children(parent) }
}

fn subtree(world: &World, caller: TenantId, root: TenantId, deleted: bool) -> Vec<&Tenant> {
    let hierarchy = &world.hierarchy;
    let is_meant = |tenant: &Tenant| {
        (deleted || tenant.deleted_at.is_none())
            && hierarchy.is_within(tenant.id, root)
            && hierarchy.sees(caller, tenant.id)
    };
    hierarchy.all().into_iter().filter(|tenant| is_meant(tenant)).collect()
}

fn detail(parameters: &Parameters) -> Result<Detail, Refusal> {
    match parameters.one("lod") {
        Some("stamps") => Ok(Detail::Stamps),
        Some("basic") => Ok(Detail::Basic),
        Some("full") | None => Ok(Detail::Full { contacts: parameters.is_on("with_contacts") }),
        Some(_) => Err(bad("lod: stamps, basic or full")),
    }
}

fn matches(tenant: &Tenant, text: &str) -> bool {
    let contact = ["firstname", "lastname", "email"].map(|key| tenant.contact.get(key).and_then(Value::as_str));
    let fields = [Some(tenant.name.as_str()), tenant.customer_id.as_deref()].into_iter().chain(contact).flatten();
    fields
        .map(str::to_lowercase)
        .any(|field| field.starts_with(text) || field.split_whitespace().any(|word| word.starts_with(text)))
}
