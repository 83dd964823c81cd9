//! The page of an account: how it stands and why, what waits, its tickets, its own switches (rules P14, P15, V8, X4).
//!
//! What is stored is shown at once. What both systems have to be asked for, contracts and quotas, is a part of its own that a
//! browser loads afterwards, so a system that is slow or does not answer takes nothing else away.

mod decisions;
mod quotas;
mod switches;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use bridge_core::id::{ConnectionId, TenantId};

use super::Endpoint;
use super::frame::{Frame, part};
use super::mapping::Badge;
use super::unfinished::{self, Work};
use super::words::{When, counted};
use crate::accounts::{Answer, CreationView, Detail, Earlier, ExceptionView};
use crate::document::AccountNumber;
use crate::error::Error;
use crate::{Deps, accounts, activity, held, tenants, tickets};
use switches::Shown;

/// Writes to tickets that the tickets are found in.
const WRITES: usize = 50;

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/accounts/{id}", "An account", get(show)),
        Endpoint::get("/accounts/{id}/quotas", "Its contracts, quotas and usage", get(quotas::show)),
        Endpoint::get("/accounts/{id}/switches", "Its own switches", get(switches::show)),
        Endpoint::post("/accounts/{id}/switches", "Save its own switches", post(switches::save)),
        Endpoint::post("/accounts/{id}/run", "Run now for the account", post(decisions::run)),
        Endpoint::post("/accounts/{id}/creation", "Decide about its new tenant", post(decisions::decide)),
        Endpoint::post("/accounts/{id}/exceptions", "Make a hand edit permanent", post(decisions::except)),
        Endpoint::post(
            "/accounts/{id}/exceptions/end",
            "Let an item follow the contracts again",
            post(decisions::unexcept),
        ),
    ]
}

#[derive(Template)]
#[template(path = "account.html")]
struct Page {
    frame: Frame,
    id: i64,
    name: String,
    badge: Badge,
    words: Vec<String>,
    /// Its first plan waits for somebody's consent.
    awaits_consent: bool,
    tenant: Option<String>,
    connection: Option<String>,
    mapped: Option<When>,
    synced: Option<When>,
    /// When it was last tried to make it as it must be, where that came to nothing.
    tried: Option<When>,
    unsold: Option<When>,
    creation: Option<Creation>,
    exceptions: Vec<Exception>,
    held: Result<Vec<Held>, String>,
    tickets: Result<Tickets, String>,
    unfinished: Vec<Work>,
    switches: Option<Shown>,
}

/// The making of its tenant.
struct Creation {
    view: CreationView,
    began: When,
    /// The tenant that the account should perhaps be mapped to instead, with its name.
    suggested: Option<Earlier>,
}

struct Exception {
    view: ExceptionView,
    at: When,
    application: String,
    infra: String,
}

struct Held {
    view: held::View,
    since: When,
}

/// Its tickets.
struct Tickets {
    written: Vec<Ticket>,
    /// There may be others that were not looked for.
    is_cut: bool,
}

struct Ticket {
    view: tickets::View,
    last: When,
    /// Of alerts that were raised more than once (rule T4).
    repeated: Option<Repeated>,
}

/// How often, and when first and last.
struct Repeated {
    times: String,
    first: Option<When>,
    last: Option<When>,
}

async fn show(
    State(deps): State<Arc<Deps>>,
    AccountNumber(id): AccountNumber,
    frame: Frame,
) -> Result<Response, Error> {
    let detail = accounts::detail(&deps, id).await?;
    let when = |at| When::new(at, &frame.zone);
    let Detail { account: view, mapped_at, tried_at, creation, exceptions, unsold_since, .. } = detail;
    let switches = match &view.switches {
        Some(switches) => Some(Shown::of(&deps, switches, &frame).await),
        None => None,
    };
    let page = Page {
        id,
        badge: Badge::of(&view),
        awaits_consent: view.awaits_consent,
        connection: connection_name(&deps, view.connection.as_ref()).await?,
        tenant: view.tenant_name,
        mapped: mapped_at.map(when),
        synced: view.synced_at.map(when),
        tried: tried_at.filter(|tried| view.synced_at.is_none_or(|synced| synced < *tried)).map(when),
        unsold: unsold_since.map(when),
        creation: match creation {
            Some(creation) => Some(Creation::of(&deps, creation, &frame).await),
            None => None,
        },
        exceptions: exceptions.into_iter().map(|view| Exception::of(view, &frame)).collect(),
        held: part(held(&deps, id, &frame).await)?,
        tickets: part(tickets(&deps, id, &frame).await)?,
        unfinished: Work::all(crate::unfinished::of(&deps, id).await?, &frame),
        name: view.name,
        words: view.words,
        switches,
        frame: frame.clone(),
    };
    frame.show(&page)
}

async fn held(deps: &Deps, id: i64, frame: &Frame) -> Result<Vec<Held>, Error> {
    let filter = held::Filter { account: Some(id), ..held::Filter::default() };
    let page = held::list(deps, filter).await?;
    Ok(page.items.into_iter().map(|view| Held { since: When::new(view.since, &frame.zone), view }).collect())
}

async fn tickets(deps: &Deps, id: i64, frame: &Frame) -> Result<Tickets, Error> {
    let asked = tickets::Asked { account: Some(id), limit: Some(WRITES), after: None };
    let page = tickets::list(deps, asked).await?;
    let ticket = |view: tickets::View| Ticket {
        last: When::new(view.last_at, &frame.zone),
        repeated: view.raises.as_ref().and_then(|raises| Repeated::of(raises, frame)),
        view,
    };
    Ok(Tickets { written: page.items.into_iter().map(ticket).collect(), is_cut: page.next.is_some() })
}

async fn connection_name(deps: &Deps, connection: Option<&ConnectionId>) -> Result<Option<String>, Error> {
    let Some(id) = connection else { return Ok(None) };
    let config = deps.systems.config().await?;
    Ok(Some(config.connections.get(id).map_or_else(|| id.to_string(), |connection| connection.name.clone())))
}

impl Creation {
    async fn of(deps: &Deps, view: CreationView, frame: &Frame) -> Self {
        let suggested = match &view.suggested {
            // A name is no reason to fail.
            Some(tenant) => {
                let directory = tenants::Directory::read(deps, &view.connection).await.ok();
                let node = directory.as_ref().and_then(|directory| directory.get(tenant));
                Some(Earlier {
                    tenant: tenant.clone(),
                    name: node.map_or_else(|| tenant.to_string(), |node| node.name.clone()),
                })
            }
            None => None,
        };
        Self { began: When::new(view.began_at, &frame.zone), suggested, view }
    }

    fn may(&self, answer: Answer) -> bool {
        self.view.answers.contains(&answer)
    }

    /// Where nothing is asked, it goes on by itself.
    fn is_waiting(&self) -> bool {
        self.view.question.is_some() || self.view.problem.is_some()
    }

    fn tenant(&self) -> Option<&TenantId> {
        self.view.tenant.as_ref()
    }
}

impl Ticket {
    fn name(&self) -> String {
        self.view.number.clone().unwrap_or_else(|| format!("id {}", self.view.ticket))
    }
}

impl Repeated {
    fn of(raises: &tickets::Raises, frame: &Frame) -> Option<Self> {
        let when = |at| When::new(at, &frame.zone);
        raises.are_several().then(|| Self {
            times: counted(raises.count, "time"),
            first: raises.first_at.map(when),
            last: raises.last_at.map(when),
        })
    }
}

impl Exception {
    fn of(view: ExceptionView, frame: &Frame) -> Self {
        let infra = view.item.infra.as_ref().map(ToString::to_string).unwrap_or_default();
        Self { at: When::new(view.at, &frame.zone), application: view.item.application.to_string(), infra, view }
    }
}
