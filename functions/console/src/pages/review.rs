//! *Review*: what waits for a person. Held changes are approved or declined, parked messages tried again or discarded
//! (rules P12, B2).

mod given_up;
mod held;

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use super::Endpoint;
use super::form::Form;
use super::frame::{Frame, told};
use super::words::{When, counted, query};
use crate::auth::Actor;
use crate::document::Parameters;
use crate::error::Error;
use crate::page::Window;
use crate::{Deps, parked, unmapped};

const PATH: &str = "/review";
/// Rows of what stands below the held changes.
const ROWS: usize = 50;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, "Review", get(show)),
        Endpoint::post("/review/held/{id}/approve", "Let a held change happen", post(held::approve)),
        Endpoint::post("/review/held/{id}/decline", "Decline a held change", post(held::decline)),
        Endpoint::get("/review/parked/{id}", "A parked message", get(show_parked)),
        Endpoint::post("/review/parked/{id}/retry", "Try a parked message again", post(retry)),
        Endpoint::post("/review/parked/{id}/discard", "Discard a parked message", post(discard)),
        Endpoint::get("/review/dead-letters", "Messages that were given up", get(given_up::show)),
        Endpoint::post("/review/dead-letters/{queue}/redrive", "Send given-up messages again", post(given_up::redrive)),
    ]
}

/// What is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    account: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    search: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    parked_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unmapped_after: Option<String>,
}

#[derive(Template)]
#[template(path = "review.html")]
struct Page {
    frame: Frame,
    asked: Asked,
    held: held::Part,
    parked: Vec<Parked>,
    parked_next: Option<String>,
    unmapped: Vec<Unmapped>,
    unmapped_next: Option<String>,
    unreadable: usize,
}

struct Parked {
    view: parked::View,
    last: When,
    times: String,
}

struct Unmapped {
    view: unmapped::View,
    last: When,
    alerts: String,
}

#[derive(Template)]
#[template(path = "review/parked.html")]
struct Message {
    frame: Frame,
    whole: parked::Whole,
    first: When,
    last: When,
}

async fn show(
    State(deps): State<Arc<Deps>>,
    frame: Frame,
    Parameters(asked): Parameters<Asked>,
) -> Result<Response, Error> {
    let held = held::Part::read(&deps, &asked, &frame.zone).await?;
    let window = |after: &Option<String>| Window { limit: Some(ROWS), after: after.clone() };
    let parked = parked::list(&deps, window(&asked.parked_after)).await?;
    let unmapped = unmapped::list(&deps, window(&asked.unmapped_after)).await?;
    let zone = &frame.zone;
    let page = Page {
        parked_next: parked.next.map(|after| Asked { parked_after: Some(after), ..asked.clone() }.at("parked")),
        unmapped_next: unmapped.next.map(|after| Asked { unmapped_after: Some(after), ..asked.clone() }.at("unmapped")),
        unreadable: held.unreadable + parked.unreadable + unmapped.unreadable,
        held,
        parked: parked.items.into_iter().map(|view| Parked::of(view, zone)).collect(),
        unmapped: unmapped.items.into_iter().map(|view| Unmapped::of(view, zone)).collect(),
        asked,
        frame: frame.clone(),
    };
    frame.show(&page)
}

async fn retry(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let done = parked::retry(&deps, &by, &id).await;
    told(PATH, done.map(|()| "The message is tried again. It comes back here if it fails once more.".to_owned()))
}

async fn discard(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let done = parked::discard(&deps, &by, &id, &reason(&form)).await;
    told(PATH, done.map(|()| "Discarded.".to_owned()))
}

async fn show_parked(State(deps): State<Arc<Deps>>, frame: Frame, Path(id): Path<String>) -> Result<Response, Error> {
    let whole = parked::read(&deps, &id).await?;
    let (first, last) = (When::new(whole.parked.first_at, &frame.zone), When::new(whole.parked.last_at, &frame.zone));
    frame.show(&Message { frame: frame.clone(), whole, first, last })
}

fn reason(form: &Form) -> parked::Given {
    parked::Given { reason: form.text("reason").to_owned() }
}

impl Asked {
    /// The page that is asked for, at one of its parts.
    fn at(&self, part: &str) -> String {
        format!("{}#{part}", query(PATH, self))
    }
}

impl Parked {
    fn of(view: parked::View, zone: &jiff::tz::TimeZone) -> Self {
        Self { last: When::new(view.last_at, zone), times: counted(view.count, "time"), view }
    }
}

impl Unmapped {
    fn of(view: unmapped::View, zone: &jiff::tz::TimeZone) -> Self {
        Self { last: When::new(view.last_at, zone), alerts: counted(view.count, "alert"), view }
    }
}
