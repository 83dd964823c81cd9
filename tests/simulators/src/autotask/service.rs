//! From an HTTP request to a change of the world, and back.

use std::collections::{BTreeMap, HashMap};

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use serde_json::{Value, json};

use super::address::{Address, Part, Target};
use super::answer::Answer;
use super::filter::Bounds;
use super::limits::Thread;
use super::paging::{Paging, children, page};
use super::query::Query;
use super::quirks::MissingId;
use super::refusal::Refusal;
use super::row::View;
use super::schema::Entity;
use super::world::{Actor, World};
use super::write::{self, Mode};
use super::{Autotask, access, hooks, metadata};

const MAX_BODY_BYTES: usize = 8 * 1024 * 1024;
/// Longer addresses are not found.
const MAX_URL_CHARS: usize = 2_048;

/// Answers one request.
pub(super) async fn serve(State(autotask): State<Autotask>, request: Request) -> Response {
    match answer(&autotask, request).await {
        Ok(answer) => answer.into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

async fn answer(autotask: &Autotask, request: Request) -> Result<Answer, Refusal> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, MAX_BODY_BYTES).await.map_err(|_| Refusal::text("The request body is too large."))?;
    if parts.uri.path_and_query().is_some_and(|url| url.as_str().len() > MAX_URL_CHARS) {
        return Err(Refusal::UnknownPath);
    }
    let address = Address::read(parts.uri.path()).ok_or(Refusal::UnknownPath)?;
    let call = Call { target: address.target, parameters: parameters(&parts.uri), method: parts.method, body };
    match call.target {
        Target::Zone => return zone(&autotask.world(), &call),
        Target::Versions => return call.only_get(|| json!({ "apiVersions": ["1.0"] })),
        Target::Threshold | Target::Of(..) => {}
    }
    let (actor, wait, _in_flight) = admit(autotask, &call, &address.zone, &parts.headers)?;
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    perform(&mut autotask.world(), &call, actor)
}

struct Call {
    target: Target,
    method: Method,
    parameters: HashMap<String, String>,
    body: Bytes,
}

impl Call {
    fn only_get(&self, answer: impl FnOnce() -> Value) -> Result<Answer, Refusal> {
        if self.method == Method::GET { Answer::of(&answer()) } else { Err(self.not_offered()) }
    }

    fn not_offered(&self) -> Refusal {
        Refusal::Method(self.method.clone())
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    fn json(&self) -> Result<Value, Refusal> {
        serde_json::from_slice(&self.body).map_err(|_| Refusal::text("The request body is not valid JSON."))
    }
}

/// A call counted as in flight until this is dropped.
struct InFlight<'a> {
    autotask: &'a Autotask,
    thread: Thread,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.autotask.world().meter.end(&self.thread);
    }
}

fn admit<'a>(
    autotask: &'a Autotask,
    call: &Call,
    zone: &Option<String>,
    headers: &HeaderMap,
) -> Result<(Actor, std::time::Duration, InFlight<'a>), Refusal> {
    let mut world = autotask.world();
    let world = &mut *world;
    if *zone != world.quirks.zone.as_ref().map(|zone| zone.to_ascii_lowercase()) {
        return Err(Refusal::Unauthorized);
    }
    let (caller, code) = access::authenticate(world, headers)?;
    let wait = world.meter.admit(world.clock.now(), &world.quirks)?;
    let actor = access::impersonate(world, caller, headers, access::action(&call.method, call.target))?;
    let thread = (code, call.target.endpoint());
    world.meter.begin(&thread, &world.quirks)?;
    Ok((actor, wait, InFlight { autotask, thread }))
}

fn perform(world: &mut World, call: &Call, actor: Actor) -> Result<Answer, Refusal> {
    hooks::expire_error_logs(world);
    let (entity, part) = match call.target {
        Target::Of(entity, part) => (entity, part),
        Target::Threshold | Target::Zone | Target::Versions => {
            let now = world.now();
            return call.only_get(|| world.meter.report(now, &world.quirks));
        }
    };
    match part {
        Part::Query => query(world, entity, call),
        Part::NextPage => next_page(world, entity, call),
        Part::Count => count(world, entity, call),
        Part::Information => call.only_get(|| metadata::information(entity, &world.quirks)),
        Part::Fields => call.only_get(|| metadata::fields(entity, &world.picks, &world.quirks)),
        // The documents: 404 for entities without user-defined fields.
        Part::UserDefinedFields if !entity.can.udf => Err(Refusal::UnknownPath),
        Part::UserDefinedFields => call.only_get(|| metadata::user_defined_fields(entity)),
        Part::Collection => change(world, actor, entity, None, call),
        Part::Children(owner) if call.method == Method::GET => list(world, entity, owner),
        Part::Children(owner) => change(world, actor, entity, Some(owner), call),
        Part::Item(id) => item(world, actor, entity, None, id, call),
        Part::Child(owner, id) => item(world, actor, entity, Some(owner), id, call),
    }
}

fn query(world: &World, entity: &'static Entity, call: &Call) -> Result<Answer, Refusal> {
    let (search, query) = read_query(world, entity, call)?;
    page(world, entity, &query, &Paging::first(query.max_records), search)
}

fn next_page(world: &World, entity: &'static Entity, call: &Call) -> Result<Answer, Refusal> {
    // The address of a page of a query by POST carries no search: it answers to the same POST again, and to nothing else.
    if call.method == Method::GET && call.parameter("search").is_none() {
        return Err(call.not_offered());
    }
    let (search, query) = read_query(world, entity, call)?;
    page(world, entity, &query, &Paging::read(call.parameter("paging").unwrap_or_default())?, search)
}

fn count(world: &World, entity: &'static Entity, call: &Call) -> Result<Answer, Refusal> {
    let (_, query) = read_query(world, entity, call)?;
    let bounds = query.condition.bounds();
    let count = world.readable(entity, &bounds).filter(|(_, row)| query.condition.holds(row)).count();
    Answer::of(&json!({ "queryCount": count }))
}

fn read_query<'a>(world: &World, entity: &'static Entity, call: &'a Call) -> Result<(Option<&'a str>, Query), Refusal> {
    let quirks = &world.quirks;
    match call.method {
        Method::GET => {
            let search = call.parameter("search").unwrap_or_default();
            Ok((Some(search), Query::read(entity, search.as_bytes(), quirks)?))
        }
        Method::POST => Ok((None, Query::read(entity, &call.body, quirks)?)),
        _ => Err(call.not_offered()),
    }
}

fn list(world: &World, entity: &'static Entity, owner: i64) -> Result<Answer, Refusal> {
    if !entity.can.query {
        return Err(Refusal::Method(Method::GET));
    }
    let parent = entity.parent.as_ref().ok_or(Refusal::UnknownPath)?;
    children(world, entity, parent, owner)
}

fn change(
    world: &mut World,
    actor: Actor,
    entity: &'static Entity,
    owner: Option<i64>,
    call: &Call,
) -> Result<Answer, Refusal> {
    let no_patch = entity.path == "Tickets" && world.quirks.no_ticket_patch;
    let id = match call.method {
        Method::POST if entity.can.create => write::create(world, actor, entity, owner, &call.json()?)?,
        Method::PATCH if entity.can.update && !no_patch => {
            write::update(world, actor, entity, owner, &call.json()?, Mode::Partial)?
        }
        Method::PUT if entity.can.update => write::update(world, actor, entity, owner, &call.json()?, Mode::Full)?,
        _ => return Err(call.not_offered()),
    };
    // Adjustments are carried out and cannot be read again: their answer names no record.
    Answer::of(&json!({ "itemId": entity.can.query.then_some(id) }))
}

fn item(
    world: &mut World,
    actor: Actor,
    entity: &'static Entity,
    owner: Option<i64>,
    id: i64,
    call: &Call,
) -> Result<Answer, Refusal> {
    match call.method {
        Method::GET if entity.can.query => {
            let found = world.readable(entity, &Bounds::of_id(id)).map(|(_, row)| row).find(|row| {
                let parent = entity.parent.as_ref().zip(owner);
                parent.is_none_or(|(parent, owner)| row.is_of(&parent.field, owner))
            });
            match (found, world.quirks.missing_id) {
                (Some(row), _) => {
                    let view = View::new(entity, None, &world.quirks);
                    Answer::of(&BTreeMap::from([("item", view.of(row))]))
                }
                (None, MissingId::NullItem) => Answer::of(&json!({ "item": null })),
                (None, MissingId::NotFound) => Err(Refusal::NoRecord),
            }
        }
        Method::DELETE if entity.can.delete && owner.is_some() == entity.parent.is_some() => {
            write::delete(world, actor, entity, owner, id)?;
            Answer::of(&json!({ "itemId": id }))
        }
        _ => Err(call.not_offered()),
    }
}

/// Answers to anybody, in any zone.
fn zone(world: &World, call: &Call) -> Result<Answer, Refusal> {
    if call.method != Method::GET {
        return Err(call.not_offered());
    }
    if call.parameter("user").and_then(|name| world.user(name)).is_none() {
        return Err(Refusal::text("Zone information could not be determined"));
    }
    Answer::of(&json!({
        "zoneName": world.quirks.zone.as_deref().unwrap_or("Simulator"),
        "url": world.zone_url(),
        "webUrl": format!("{}/", world.base_url),
        "ci": super::seed::DATABASE,
    }))
}

fn parameters(uri: &Uri) -> HashMap<String, String> {
    let pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.into_owned())).collect()
}
