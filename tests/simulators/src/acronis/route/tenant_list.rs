//! Several tenants: lists, children, search.

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde::Serialize;
use serde_json::{Value, json};

use super::super::Acronis;
use super::super::account_error::Refusal;
use super::super::id::TenantId;
use super::super::parameter::{Cursor, Parameters, parse_time};
use super::super::tenant::{Tenant, account_time};
use super::super::tenant_body::bad;
use super::super::tenant_row::{Detail, Row};
use super::super::world::World;
use super::tenant_id;

const DEFAULT_LIMIT: usize = 5_000;
const MOST_IDS: usize = 100;
const SEARCH_LIMIT: usize = 10;
const SEARCH_LIMIT_MAX: usize = 300;

#[derive(Serialize)]
struct Page<'a> {
    timestamp: String,
    items: Vec<Row<'a>>,
    paging: Value,
}

/// `GET /tenants`: by ids, by parent, or a whole subtree; pages go forward only.
pub(super) async fn list(State(acronis): State<Acronis>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    acronis.account(&headers, |world, caller| {
        let request = Parameters::parse(&query.unwrap_or_default());
        let limit = request
            .limit(DEFAULT_LIMIT, world.quirks.max_tenant_limit)
            .ok_or_else(|| bad("limit: not a positive number"))?;
        let after = request.cursor()?;
        let (parameters, passed) = match &after {
            Some(cursor) => (cursor.parameters(), cursor.key.parse().map_err(|_| bad("after: not a cursor"))?),
            None => (request, 0),
        };
        let detail = detail(&parameters)?;
        let mut chosen = select(world, caller, &parameters, passed)?;
        let tenants: Vec<&Tenant> = chosen.by_ref().take(limit).collect();
        let mut cursors = json!({});
        if let (Some(last), Some(_)) = (tenants.last(), chosen.next()) {
            cursors["after"] = json!(Cursor::new(&parameters, last.number.to_string(), last.id.to_string()).encode());
        }
        let items = tenants.into_iter().map(|tenant| world.hierarchy.row(tenant, detail)).collect();
        let paging = json!({ "cursors": cursors });
        Ok(Json(Page { timestamp: account_time(world.now), items, paging }).into_response())
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
        let deleted = parameters.is_on("allow_deleted");
        let children = below(world, caller, id).filter(|child| deleted || child.deleted_at.is_none());
        let items: Vec<Value> = if parameters.is_on("include_details") {
            children.map(|child| json!(world.hierarchy.row(child, Detail::Full { contacts: false }))).collect()
        } else {
            children.map(|child| json!(child.id)).collect()
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
        let living = world.hierarchy.all().filter(|tenant| tenant.deleted_at.is_none() && matches(tenant, &text));
        let found = living.filter(|tenant| is_in_subtree(world, caller, root, tenant)).take(limit);
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

/// The tenants that a request chooses, behind the one with this number, oldest first.
fn select<'a>(
    world: &'a World,
    caller: TenantId,
    parameters: &Parameters,
    passed: u64,
) -> Result<Box<dyn Iterator<Item = &'a Tenant> + 'a>, Refusal> {
    let deleted = parameters.is_on("allow_deleted");
    let since = parameters.one("updated_since");
    let since = since.map(|since| parse_time(since).ok_or_else(|| bad("updated_since: not a time"))).transpose()?;
    let is_meant = move |tenant: &&Tenant| {
        tenant.number > passed
            && (deleted || tenant.deleted_at.is_none())
            && since.is_none_or(|since| tenant.updated_at >= since)
    };
    let chosen = (parameters.one("uuids"), parameters.one("parent_id"), parameters.one("subtree_root_id"));
    match chosen {
        (Some(ids), None, None) => Ok(Box::new(by_ids(world, caller, ids)?.into_iter().filter(is_meant))),
        (None, Some(parent), None) => {
            let parent = tenant_id(parent)?;
            world.hierarchy.visible(caller, parent)?;
            Ok(Box::new(below(world, caller, parent).filter(is_meant)))
        }
        (None, None, Some(root)) => {
            let root = tenant_id(root)?;
            world.hierarchy.visible(caller, root)?;
            let rest = world.hierarchy.all_from(passed).filter(is_meant);
            Ok(Box::new(rest.filter(move |tenant| is_in_subtree(world, caller, root, tenant))))
        }
        _ => Err(bad("exactly one of uuids, parent_id and subtree_root_id is required")),
    }
}

fn by_ids<'a>(world: &'a World, caller: TenantId, ids: &str) -> Result<Vec<&'a Tenant>, Refusal> {
    let ids: Vec<TenantId> =
        ids.split(',').map(|id| id.trim().parse()).collect::<Result<_, _>>().map_err(|_| bad("uuids: not ids"))?;
    if ids.len() > MOST_IDS {
        return Err(bad("uuids: more than 100"));
    }
    let found = ids.into_iter().filter_map(|id| world.hierarchy.get(id));
    let mut tenants: Vec<&Tenant> = found.filter(|tenant| world.hierarchy.sees(caller, tenant.id)).collect();
    tenants.sort_by_key(|tenant| tenant.number);
    tenants.dedup_by_key(|tenant| tenant.number);
    Ok(tenants)
}

/// The children, deleted or not; none of a tenant that manages itself.
fn below(world: &World, caller: TenantId, parent: TenantId) -> impl Iterator<Item = &Tenant> {
    let sees_inside = world.hierarchy.sees_inside(caller, parent);
    world.hierarchy.children_or_deleted(parent).filter(move |_| sees_inside)
}

fn is_in_subtree(world: &World, caller: TenantId, root: TenantId, tenant: &Tenant) -> bool {
    world.hierarchy.is_within(tenant.id, root) && world.hierarchy.sees(caller, tenant.id)
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
