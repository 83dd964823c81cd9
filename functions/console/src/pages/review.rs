//! *Review*: what waits for a person. Held changes are approved or declined, parked messages tried again or discarded
//! (rules P12, B2).

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};

use super::Endpoint;
use super::form::Form;
use super::frame::{Frame, Tone, back};
use super::words::{When, counted, query};
use crate::auth::Actor;
use crate::document::Parameters;
use crate::error::Error;
use crate::held::kinds::KINDS;
use crate::page::Window;
use crate::{Deps, dead_letters, held, parked, unmapped};

const PATH: &str = "/review";
/// Accounts named with an entry that is about several.
const NAMED: usize = 20;
/// Rows of what stands below the held changes.
const ROWS: usize = 50;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, "Review", get(show)),
        Endpoint::post("/review/held/{id}/approve", "Let a held change happen", post(approve)),
        Endpoint::post("/review/held/{id}/decline", "Decline a held change", post(decline)),
        Endpoint::get("/review/parked/{id}", "A parked message", get(show_parked)),
        Endpoint::post("/review/parked/{id}/retry", "Try a parked message again", post(retry)),
        Endpoint::post("/review/parked/{id}/discard", "Discard a parked message", post(discard)),
        Endpoint::post("/review/dead-letters/{queue}/redrive", "Send given-up messages again", post(redrive)),
    ]
}

/// What is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Asked {
    #[serde(skip_serializing_if = "String::is_empty")]
    account: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    kind: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "review.html")]
struct Page {
    frame: Frame,
    asked: Asked,
    held: Vec<Held>,
    next: Option<String>,
    parked: Vec<Parked>,
    given_up: Vec<GivenUp>,
    unmapped: Vec<Unmapped>,
    unreadable: usize,
}

struct Held {
    view: held::View,
    since: When,
    named: Vec<held::Named>,
    /// How many accounts are not named.
    others: usize,
}

struct Parked {
    view: parked::View,
    last: When,
    times: String,
}

/// What a queue has given up.
struct GivenUp {
    queue: &'static str,
    letters: Vec<(When, String)>,
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
    let held = held::list(&deps, asked.filter()?).await?;
    let window = || Window { limit: Some(ROWS), after: None };
    let parked = parked::list(&deps, window()).await?;
    let unmapped = unmapped::list(&deps, window()).await?;
    let zone = &frame.zone;
    let letters = dead_letters::list(&deps).await?.items;
    let page = Page {
        given_up: given_up(letters, zone),
        next: held.next.map(|after| query(PATH, &Asked { after: Some(after), ..asked.clone() })),
        unreadable: held.unreadable + parked.unreadable,
        held: held.items.into_iter().map(|view| Held::of(view, zone)).collect(),
        parked: parked.items.into_iter().map(|view| Parked::of(view, zone)).collect(),
        unmapped: unmapped.items.into_iter().map(|view| Unmapped::of(view, zone)).collect(),
        asked,
        frame: frame.clone(),
    };
    frame.show(&page)
}

async fn approve(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let shown = held::Shown { digest: form.filled("digest").map(str::to_owned) };
    let done = held::approve(&deps, &by, &id, &shown).await;
    told(done, "Approved. It happens within a few seconds, and the activity tells what came of it.")
}

async fn decline(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    told(held::decline(&deps, &by, &id, &reason(&form)).await, "Declined.")
}

async fn retry(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    told(parked::retry(&deps, &by, &id).await, "The message is tried again. It comes back here if it fails once more.")
}

async fn discard(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    told(parked::discard(&deps, &by, &id, &reason(&form)).await, "Discarded.")
}

async fn redrive(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    Path(queue): Path<String>,
) -> Result<Response, Error> {
    let redriven = dead_letters::redrive(&deps, &by, &queue).await?;
    let more = if redriven.is_partial { " There may be more: send again." } else { "" };
    let count = i128::try_from(redriven.sent).unwrap_or(i128::MAX);
    Ok(back(PATH, Tone::Good, format!("{} sent again.{more}", counted(count, "message"))))
}

async fn show_parked(State(deps): State<Arc<Deps>>, frame: Frame, Path(id): Path<String>) -> Result<Response, Error> {
    let whole = parked::read(&deps, &id).await?;
    let (first, last) = (When::new(whole.parked.first_at, &frame.zone), When::new(whole.parked.last_at, &frame.zone));
    frame.show(&Message { frame: frame.clone(), whole, first, last })
}

fn reason(form: &Form) -> parked::Given {
    parked::Given { reason: form.text("reason").to_owned() }
}

/// Back to the list, which shows how things stand by now; what a person can mend is told there.
fn told(done: Result<(), Error>, text: &str) -> Result<Response, Error> {
    match done {
        Ok(()) => Ok(back(PATH, Tone::Good, text)),
        Err(error @ (Error::Invalid(_) | Error::Refused { .. } | Error::NotFound(_) | Error::PreviewNeeded(_))) => {
            let fields = error.fields().into_iter().map(|field| field.message);
            let lines: Vec<String> = std::iter::once(error.to_string()).chain(fields).collect();
            Ok(back(PATH, Tone::Bad, lines.join("\n")))
        }
        Err(error) => Err(error),
    }
}

impl Asked {
    fn filter(&self) -> Result<held::Filter, Error> {
        let account = self.account.trim();
        let wrong = |_| Error::field("account", format!("“{account}” is no id of an account, which is a number"));
        let account = if account.is_empty() { None } else { Some(account.parse().map_err(wrong)?) };
        let kind = Some(self.kind.trim()).filter(|kind| !kind.is_empty()).map(str::to_owned);
        Ok(held::Filter { account, kind, after: self.after.clone(), ..held::Filter::default() })
    }

    /// It asks for a sort that a later release has written.
    fn is_unknown(&self) -> bool {
        !self.kind.is_empty() && KINDS.iter().all(|(code, _)| *code != self.kind)
    }
}

fn given_up(letters: Vec<dead_letters::View>, zone: &jiff::tz::TimeZone) -> Vec<GivenUp> {
    let mut queues: Vec<GivenUp> = Vec::new();
    for letter in letters {
        let said = (When::new(letter.sent_at, zone), letter.body);
        match queues.iter_mut().find(|given_up| given_up.queue == letter.queue) {
            Some(given_up) => given_up.letters.push(said),
            None => queues.push(GivenUp { queue: letter.queue, letters: vec![said] }),
        }
    }
    queues
}

impl Held {
    fn of(mut view: held::View, zone: &jiff::tz::TimeZone) -> Self {
        let since = When::new(view.since, zone);
        let mut named = std::mem::take(&mut view.accounts);
        let others = named.len().saturating_sub(NAMED);
        named.truncate(NAMED);
        Self { view, since, named, others }
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
