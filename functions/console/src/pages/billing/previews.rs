//! What settings would do before they are saved, and what became of it once they were (rules P1, P13, V1, V6).

use std::sync::Arc;

use askama::Template;
use axum::Extension;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use bridge_core::id::AccountId;
use bridge_core::settings::billing::Pricing;
use http::StatusCode;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::changes::{self, Difference, Known};
use super::terms::edition_in_words;
use crate::auth::Actor;
use crate::document::Parameters;
use crate::error::Error;
use crate::page::{Page, Window};
use crate::pages::Endpoint;
use crate::pages::form::{Form, Refusal};
use crate::pages::frame::{Frame, Tone, back, see};
use crate::pages::words::{When, counted, query};
use crate::previews::{AccountState, Asked, Brief, Digest, Drafts, Filter, Numbers, Only, Row, Stage, View};
use crate::services;
use crate::{Deps, previews, products, settings, wording};

const PATH: &str = "/billing/previews";
/// Accounts on a page, each with all of its changes.
const ROWS: usize = 20;
/// Previews in the list.
const LISTED: usize = 20;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, "The previews of the last days", get(list)),
        Endpoint::post(PATH, "Start a preview", post(start)),
        Endpoint::get("/billing/previews/{id}", "A preview", get(show)),
        Endpoint::get("/billing/previews/{id}/progress", "How far it is", get(progress)),
        Endpoint::post("/billing/previews/{id}/apply", "Apply a preview", post(apply)),
    ]
}

/// Where a preview is shown.
pub(super) fn path(id: &str) -> String {
    format!("{PATH}/{id}")
}

/// Which part of the list.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Place {
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

/// Which accounts.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Which {
    #[serde(skip_serializing_if = "String::is_empty")]
    search: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    state: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "billing/previews.html")]
struct List {
    frame: Frame,
    previews: Vec<Listed>,
    next: Option<String>,
}

struct Listed {
    view: Brief,
    at: When,
    of: String,
}

#[derive(Template)]
#[template(path = "billing/preview.html")]
struct One {
    frame: Frame,
    view: View,
    refusal: Option<Refusal>,
    at: When,
    expires_at: When,
    has_expired: bool,
    /// Somebody has saved since what its draft was made from.
    is_stale: bool,
    /// What its draft would save.
    differences: Vec<Difference>,
    sections: Vec<Section>,
    which: Which,
}

/// Accounts of one sort.
struct Section {
    id: &'static str,
    title: &'static str,
    says: &'static str,
    /// It is shown when it is asked for.
    is_folded: bool,
    accounts: Vec<Row>,
    next: Option<String>,
}

/// What of a preview changes by itself, to be asked for again and again.
#[derive(Template)]
#[template(path = "billing/preview_progress.html")]
struct Part {
    frame: Frame,
    view: View,
}

async fn list(
    State(deps): State<Arc<Deps>>,
    frame: Frame,
    Parameters(place): Parameters<Place>,
) -> Result<Response, Error> {
    let page = previews::list(&deps, Window { limit: Some(LISTED), after: place.after }).await?;
    let next = page.next.map(|after| query(PATH, &Place { after: Some(after) }));
    let previews = page.items.into_iter().map(|view| Listed::of(view, &frame.zone)).collect();
    frame.show(&List { frame: frame.clone(), previews, next })
}

/// Starts one for an account, with the draft of an earlier one, or of everything as it is.
async fn start(State(deps): State<Arc<Deps>>, Extension(by): Extension<Actor>, form: Form) -> Result<Response, Error> {
    let accounts = form.number("account")?.map(|account| vec![AccountId(account)]);
    let again = match form.filled("again") {
        Some(id) => Some(previews::read(&deps, id).await?),
        None => None,
    };
    let asked = match &again {
        Some(View { accounts, draft, .. }) => Asked { accounts: accounts.clone(), draft: draft.clone() },
        None => Asked { accounts, draft: Drafts::default() },
    };
    match (previews::start(&deps, &by, asked).await, again) {
        (Ok(preview), _) => Ok(see(&path(&preview.id))),
        (Err(Error::Stale { .. } | Error::Invalid(_)), Some(again)) => {
            let text = "What this preview was made from has been changed since. Its values are filled in here: look at them and apply again.";
            Ok(back(&format!("{}?draft={}", super::PATH, again.id), Tone::Warn, text))
        }
        (Err(error), _) => Err(error),
    }
}

async fn show(
    State(deps): State<Arc<Deps>>,
    frame: Frame,
    Path(id): Path<String>,
    Parameters(which): Parameters<Which>,
) -> Result<Response, Error> {
    let page = One::read(&deps, &frame, &id, which, None).await?;
    frame.show(&page)
}

async fn progress(State(deps): State<Arc<Deps>>, frame: Frame, Path(id): Path<String>) -> Result<Response, Error> {
    let view = previews::read(&deps, &id).await?;
    frame.show(&Part { frame: frame.clone(), view })
}

async fn apply(
    State(deps): State<Arc<Deps>>,
    Extension(by): Extension<Actor>,
    frame: Frame,
    Path(id): Path<String>,
    form: Form,
) -> Result<Response, Error> {
    let given = Digest { digest: form.text("digest").to_owned() };
    match previews::apply(&deps, &by, &id, &given).await {
        Ok(_) => Ok(back(
            &path(&id),
            Tone::Good,
            "Applied. The accounts follow within a few minutes; their progress is shown here.",
        )),
        Err(error) => {
            let refusal = Some(Refusal::of(error)?);
            let page = One::read(&deps, &frame, &id, Which::default(), refusal).await?;
            frame.show_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

impl One {
    async fn read(deps: &Deps, frame: &Frame, id: &str, which: Which, refusal: Option<Refusal>) -> Result<Self, Error> {
        let view = previews::read(deps, id).await?;
        let sections = match view.state {
            Stage::Queued | Stage::Running | Stage::Failed => Vec::new(),
            Stage::Ready | Stage::Applying | Stage::Applied => sections(deps, &view, &which).await?,
        };
        let (differences, is_stale) = match view.state {
            Stage::Applying | Stage::Applied => (Vec::new(), false),
            Stage::Queued | Stage::Running | Stage::Failed | Stage::Ready => differences(deps, &view.draft).await?,
        };
        let (at, expires_at) = (When::new(view.at, &frame.zone), When::new(view.expires_at, &frame.zone));
        let has_expired = deps.systems.clock.now() > view.expires_at;
        let frame = frame.clone();
        Ok(Self { frame, refusal, at, expires_at, has_expired, is_stale, differences, sections, which, view })
    }

    fn can_be_applied(&self) -> bool {
        let is_open = matches!(self.view.state, Stage::Ready | Stage::Applying);
        is_open && !self.is_too_old() && !self.is_stale && self.has_something_to_apply()
    }

    /// What is being applied already has no age.
    fn is_too_old(&self) -> bool {
        self.has_expired && self.view.state == Stage::Ready
    }

    fn has_something_to_apply(&self) -> bool {
        self.has_draft() || self.view.totals.accounts > 0
    }

    /// What would happen, or wait, without the draft too.
    fn without_draft(&self) -> usize {
        let Numbers { changes, held, by_draft, .. } = &self.view.totals;
        (changes + held).saturating_sub(by_draft.changes)
    }

    fn has_draft(&self) -> bool {
        self.view.draft != Drafts::default()
    }

    fn first_plans(&self) -> String {
        counted(i128::try_from(self.view.totals.first_plans).unwrap_or(i128::MAX), "first plan")
    }

    /// What it is about.
    fn of(&self) -> String {
        of(self.view.accounts.as_ref().map(Vec::len), self.has_draft())
    }
}

/// The accounts: what was asked for, or what the draft does before everything else.
async fn sections(deps: &Deps, view: &View, which: &Which) -> Result<Vec<Section>, Error> {
    let is_narrowed = !which.search.is_empty() || !which.state.is_empty() || which.after.is_some();
    let sections = match is_narrowed {
        true => vec![ASKED],
        false if view.draft == Drafts::default() => vec![FIRST, AS_IT_IS],
        false => vec![BY_DRAFT, FIRST, WITHOUT_DRAFT],
    };
    let mut found = Vec::new();
    for Sort { id, title, says, state } in sections {
        let which = if is_narrowed { which.clone() } else { Which { state: state.to_owned(), ..Which::default() } };
        let Page { items: accounts, next, .. } = previews::accounts(deps, &view.id, which.filter()).await?;
        let next = next.map(|after| query(&path(&view.id), &Which { after: Some(after), ..which }));
        let is_folded = id == WITHOUT_DRAFT.id;
        found.push(Section { id, title, says, is_folded, accounts, next });
    }
    // Of first plans nothing is said where there is none.
    found.retain(|section| section.id != FIRST.id || !section.accounts.is_empty());
    Ok(found)
}

/// A sort of accounts.
#[derive(Clone, Copy)]
struct Sort {
    id: &'static str,
    title: &'static str,
    says: &'static str,
    /// As [`Which`] has it.
    state: &'static str,
}

const ASKED: Sort = Sort { id: "accounts", title: "What would happen to each account", says: "", state: "" };
const AS_IT_IS: Sort = Sort { state: "without_draft", ..ASKED };
const BY_DRAFT: Sort = Sort {
    id: "by-draft",
    title: "Because of your edit",
    says: "Without it nothing, or something else, would happen to these items.",
    state: "by_draft",
};
const FIRST: Sort = Sort {
    id: "first",
    title: "First plans",
    says: "Nothing was ever written for these customers. Applying this preview is the consent to all that is listed of them.",
    state: "first",
};
const WITHOUT_DRAFT: Sort = Sort {
    id: "without-draft",
    title: "Due or waiting without your edit too",
    says: "Your edit changes nothing about this. What is held stays held on Review.",
    state: "without_draft",
};

impl Which {
    fn filter(&self) -> Filter {
        let only = match self.state.as_str() {
            "changes" => Some(Only::Changes),
            "held" => Some(Only::Held),
            "problems" => Some(Only::Problems),
            "creates" => Some(Only::Creates),
            "disables" => Some(Only::Disables),
            "first" => Some(Only::First),
            "by_draft" => Some(Only::ByDraft),
            "without_draft" => Some(Only::WithoutDraft),
            _ => None,
        };
        let search = Some(self.search.trim()).filter(|search| !search.is_empty()).map(str::to_owned);
        Filter { search, state: only, limit: Some(ROWS), after: self.after.clone() }
    }
}

impl Listed {
    fn of(view: Brief, zone: &TimeZone) -> Self {
        Self { at: When::new(view.at, zone), of: of(view.accounts, view.has_draft), view }
    }
}

fn of(accounts: Option<usize>, has_draft: bool) -> String {
    match (accounts, has_draft) {
        (Some(accounts), _) => {
            format!("{}, as things are", counted(i128::try_from(accounts).unwrap_or(i128::MAX), "account"))
        }
        (None, true) => "all accounts, with edited settings".to_owned(),
        (None, false) => "all accounts, as things are".to_owned(),
    }
}

/// A worker is still at it.
fn is_being_worked_out(view: &View) -> bool {
    matches!(view.state, Stage::Queued | Stage::Running)
}

/// Accounts are still on their way.
fn is_being_applied(view: &View) -> bool {
    let is_waiting = view.progress.as_ref().is_some_and(|progress| progress.waiting > 0);
    view.state == Stage::Applying || is_waiting
}

/// In words, with the class of its badge.
fn stage(stage: &Stage) -> (&'static str, &'static str) {
    match stage {
        Stage::Queued => ("waiting for its turn", ""),
        Stage::Running => ("being worked out", "accent"),
        Stage::Ready => ("ready", "good"),
        Stage::Applying => ("being applied", "accent"),
        Stage::Applied => ("applied", "good"),
        Stage::Failed => ("could not be worked out", "bad"),
    }
}

/// What became of an account, where something can have become of it.
fn outcome(state: &AccountState) -> Option<(&'static str, &'static str)> {
    match state {
        AccountState::Previewed => None,
        AccountState::Waiting => Some(("waiting", "")),
        AccountState::Applied => Some(("done", "good")),
        AccountState::Moved => Some(("moved, nothing was done", "warn")),
        AccountState::Stopped => Some(("stopped", "bad")),
    }
}

fn when(at: &Timestamp, zone: &TimeZone) -> When {
    When::new(*at, zone)
}

/// In what a draft differs from what is saved now, and whether that is another version than it was made from.
async fn differences(deps: &Deps, draft: &Drafts) -> Result<(Vec<Difference>, bool), Error> {
    let (mut differences, mut is_stale) = (Vec::new(), false);
    if *draft == Drafts::default() {
        return Ok((differences, is_stale));
    }
    let config = deps.systems.config().await?;
    let connections = config.connections.iter().map(|(id, connection)| (id.clone(), connection.name.clone()));
    let mut known = Known { connections: connections.collect(), ..Known::default() };
    // Names are no reason to fail: what cannot be read is told by its id.
    if let Some(services) = services::last_known(deps).await {
        known.names.services = services.services.iter().map(|service| (service.id, service.name.clone())).collect();
    }
    if let Some(edited) = &draft.billing {
        let settings::Document { version, settings } = settings::read(deps).await?;
        is_stale |= version != edited.version;
        differences.extend(changes::of_billing(&settings.billing, &edited.billing, &known));
    }
    for edited in &draft.products {
        let connection = &edited.products.connection;
        let current = products::read(deps, connection).await?;
        is_stale |= current.version != edited.version;
        let storages = changes::storages_of(&current.products, &edited.products);
        known.names.storages = wording::storages(deps, &config, connection, &storages).await;
        differences.extend(changes::of_products(&current.products, &edited.products, &known));
    }
    Ok((differences, is_stale))
}
