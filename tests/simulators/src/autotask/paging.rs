//! Pages of a query's result, and the addresses of their neighbours.

use serde::{Deserialize, Serialize};
use serde_json::json;
use url::form_urlencoded::byte_serialize;

use super::answer::Answer;
use super::filter::Bounds;
use super::query::Query;
use super::refusal::Refusal;
use super::row::{Shown, View};
use super::schema::{Entity, Parent};
use super::world::World;

/// Ids begin at 0, so the first page is the one after this id.
const BEFORE_ALL: i64 = -1;

/// The `paging` parameter of a page's address.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Paging {
    page_size: usize,
    /// After which ids the earlier pages began.
    previous_ids: Vec<i64>,
    /// After which id this page begins.
    next_ids: Vec<i64>,
}

impl Paging {
    /// The first page.
    pub fn first(page_size: usize) -> Self {
        Self { page_size, previous_ids: Vec::new(), next_ids: vec![BEFORE_ALL] }
    }

    /// Reads the `paging` parameter.
    pub fn read(parameter: &str) -> Result<Self, Refusal> {
        serde_json::from_str(parameter).map_err(|_| Refusal::text("The paging parameter is not valid."))
    }

    fn after(&self) -> i64 {
        self.next_ids.last().copied().unwrap_or(BEFORE_ALL)
    }

    fn next(&self, last_id: i64) -> Self {
        let mut previous_ids = self.previous_ids.clone();
        previous_ids.push(self.after());
        Self { page_size: self.page_size, previous_ids, next_ids: vec![last_id] }
    }

    fn previous(&self) -> Option<Self> {
        let (after, earlier) = self.previous_ids.split_last()?;
        Some(Self { page_size: self.page_size, previous_ids: earlier.to_vec(), next_ids: vec![*after] })
    }
}

/// The answer to a query.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    items: Vec<Shown<'a>>,
    page_details: PageDetails,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PageDetails {
    count: usize,
    request_count: usize,
    prev_page_url: Option<String>,
    next_page_url: Option<String>,
}

/// One page of a query. `search` is the original parameter of a query by GET, which the addresses of further pages repeat.
pub(super) fn page(
    world: &World,
    entity: &'static Entity,
    query: &Query,
    paging: &Paging,
    search: Option<&str>,
) -> Result<Answer, Refusal> {
    let bounds = query.condition.bounds().after(paging.after());
    let mut matching = world.readable(entity, &bounds).filter(|(_, row)| query.condition.holds(row));
    let rows: Vec<_> = matching.by_ref().take(paging.page_size).collect();
    let has_more = matching.next().is_some();
    let next = rows.last().filter(|_| has_more).map(|(id, _)| paging.next(*id));
    if next.is_some()
        && query.include.as_ref().is_some_and(|names| !names.iter().any(|name| name.eq_ignore_ascii_case("id")))
    {
        return Err(Refusal::text("IncludeFields must contain id when the result has more than one page."));
    }
    let url = |paging: Paging| page_url(world, entity, &paging, search);
    let page_details = PageDetails {
        count: rows.len(),
        request_count: paging.page_size,
        prev_page_url: paging.previous().map(url),
        next_page_url: next.map(url),
    };
    let view = View::new(entity, query.include.as_deref(), &world.quirks);
    Answer::of(&Page { items: rows.into_iter().map(|(_, row)| view.of(row)).collect(), page_details })
}

/// All children of one owner.
pub(super) fn children(
    world: &World,
    entity: &'static Entity,
    parent: &'static Parent,
    owner: i64,
) -> Result<Answer, Refusal> {
    let is_indexed = entity.field(&parent.field).is_some_and(|field| field.indexed);
    let bounds = if is_indexed { Bounds::of_key(&parent.field, owner) } else { Bounds::default() };
    let rows = world.readable(entity, &bounds).filter(|(_, row)| row.is_of(&parent.field, owner));
    let view = View::new(entity, None, &world.quirks);
    let items: Vec<_> = rows.map(|(_, row)| view.of(row)).collect();
    let count = items.len();
    let page_details = PageDetails { count, request_count: count, prev_page_url: None, next_page_url: None };
    Answer::of(&Page { items, page_details })
}

fn page_url(world: &World, entity: &Entity, paging: &Paging, search: Option<&str>) -> String {
    let paging = json!(paging).to_string();
    let mut url = format!("{}V1.0/{}/query/next?paging=", world.zone_url(), entity.path);
    url.extend(byte_serialize(paging.as_bytes()));
    if let Some(search) = search {
        url.push_str("&search=");
        url.extend(byte_serialize(search.as_bytes()));
    }
    url
}
