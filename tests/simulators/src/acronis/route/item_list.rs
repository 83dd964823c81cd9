//! The offering items of a whole subtree. A big provider has tens of thousands: a page costs what is on it.

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::HeaderMap;
use serde::Serialize;
use serde_json::{Value, json};

use super::super::Acronis;
use super::super::account_error::Refusal;
use super::super::id::TenantId;
use super::super::item::Item;
use super::super::item_filter::ItemFilter;
use super::super::item_row::Row;
use super::super::offer::OfferId;
use super::super::parameter::{Cursor, Parameters};
use super::super::tenant::{Tenant, account_time};
use super::super::tenant_body::bad;
use super::super::world::World;
use super::tenant_id;

const DEFAULT_LIMIT: usize = 5_000;

#[derive(Serialize)]
struct Page {
    timestamp: String,
    items: Vec<Row>,
    paging: Value,
}

/// `GET /tenants/offering_items?subtree_root_tenant_id=`: tenant by tenant; pages go forward only.
pub(super) async fn list(State(acronis): State<Acronis>, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    acronis.account(&headers, |world, caller| {
        let request = Parameters::parse(&query.unwrap_or_default());
        let limit = request
            .limit(DEFAULT_LIMIT, world.quirks.max_item_limit)
            .ok_or_else(|| bad("limit: not a positive number"))?;
        let after = request.cursor()?;
        let parameters = after.as_ref().map_or(request, Cursor::parameters);
        let passed = after.as_ref().map(Place::of_cursor).transpose()?;
        let root = parameters.one("subtree_root_tenant_id").ok_or_else(|| bad("subtree_root_tenant_id: required"))?;
        let root = tenant_id(root)?;
        world.hierarchy.visible(caller, root)?;
        let listing =
            Listing { world, caller, root, parameters: &parameters, filter: ItemFilter::of_subtree(&parameters)? };

        let (rows, last) = listing.page(passed, limit);
        let mut cursors = json!({});
        if let Some(Place { tenant, offer }) = last {
            cursors["after"] = json!(Cursor::new(&parameters, tenant.to_string(), offer.to_string()).encode());
        }
        let paging = json!({ "cursors": cursors });
        Ok(Json(Page { timestamp: account_time(world.now), items: rows, paging }).into_response())
    })
}

/// Where a page ends: number of the tenant and of the offer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    tenant: u64,
    offer: u16,
}

impl Place {
    fn of_cursor(cursor: &Cursor) -> Result<Self, Refusal> {
        match (cursor.key.parse(), cursor.id.parse()) {
            (Ok(tenant), Ok(offer)) => Ok(Self { tenant, offer }),
            _ => Err(bad("after: not a cursor")),
        }
    }
}

/// One request for a list.
struct Listing<'a> {
    world: &'a World,
    caller: TenantId,
    root: TenantId,
    parameters: &'a Parameters,
    filter: ItemFilter,
}

impl Listing<'_> {
    /// The rows behind a place, and the place of the last of them if there are more.
    fn page(&self, passed: Option<Place>, limit: usize) -> (Vec<Row>, Option<Place>) {
        let (mut rows, mut last) = (Vec::new(), None);
        for tenant in self.world.hierarchy.all_from(passed.map_or(0, |passed| passed.tenant)) {
            let place = |offer: OfferId| Place { tenant: tenant.number, offer: offer.number() };
            let mut items =
                self.items(tenant).filter(|(offer, _)| passed.is_none_or(|passed| place(*offer) > passed)).peekable();
            if items.peek().is_none() || !self.is_listed(tenant) {
                continue;
            }
            for (offer, item) in items {
                if rows.len() == limit {
                    return (rows, last);
                }
                rows.push(Row::new(tenant.id, offer.offer(), &item, &self.world.quirks));
                last = Some(place(offer));
            }
        }
        (rows, None)
    }

    fn is_listed(&self, tenant: &Tenant) -> bool {
        let hierarchy = &self.world.hierarchy;
        (tenant.deleted_at.is_none() || self.parameters.is_on("allow_deleted"))
            && hierarchy.is_within(tenant.id, self.root)
            && hierarchy.sees(self.caller, tenant.id)
    }

    fn items<'a>(&'a self, tenant: &'a Tenant) -> impl Iterator<Item = (OfferId, Item)> + 'a {
        let World { items, hierarchy, quirks, .. } = self.world;
        let listed =
            if quirks.subtree_lists_untouched_items { items.listed(hierarchy, tenant, true) } else { Vec::new() };
        let touched = items.of(tenant.id).filter(|_| !quirks.subtree_lists_untouched_items);
        let all = listed.into_iter().chain(touched.map(|(offer, item)| (offer, item.clone())));
        all.filter(|(offer, item)| self.filter.takes(*offer, item))
    }
}
