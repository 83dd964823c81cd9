//! *Log in*: both systems' credentials and how each stands, the installation's time zone, and where its daily ticket and its webhooks
//! are (manual 3.2; rules L1, L2, L3, X7, X8).

mod autotask;
mod connection;
mod notice;
mod rights;
mod standing;
mod system;
mod zone;

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;

use super::Endpoint;
use super::choices;
use super::form::{Form, Refusal};
use super::frame::Frame;
use crate::document::Parameters;
use crate::error::Error;
use crate::{Deps, connections, log_in, settings};
use standing::Standing;
pub(super) use standing::state;

const PATH: &str = "/log-in";

pub(super) fn endpoints() -> Vec<Endpoint> {
    vec![
        Endpoint::get(PATH, "Log in", get(show)),
        Endpoint::post("/log-in/autotask", "Check and save the log-in for Autotask", post(autotask::save)),
        Endpoint::get("/log-in/connections/new", "A new connection", get(connection::show_new)),
        Endpoint::get("/log-in/connections/{id}", "A connection", get(connection::show)),
        Endpoint::post("/log-in/connections", "Check and save a connection", post(connection::save)),
        Endpoint::post("/log-in/connections/{id}/stop", "Stop using a connection", post(connection::stop)),
        Endpoint::post("/log-in/systems/{id}/test", "Test a log-in again", post(system::test)),
        Endpoint::post("/log-in/systems/{id}/resume", "Call a system again", post(system::resume)),
        Endpoint::get("/log-in/systems/{id}/rights", "The rights in a system", get(rights::show)),
        Endpoint::post("/log-in/systems/{id}/rights", "Look which rights there are", post(rights::look)),
        Endpoint::post("/log-in/test-ticket", "Test the rights to write with a ticket", post(rights::write_ticket)),
        Endpoint::post("/log-in/zone", "Save the time zone", post(zone::save)),
        Endpoint::get("/log-in/zones.json", "Time zones to choose from", get(zone::offered)),
        Endpoint::get("/log-in/notice", "The daily ticket", get(notice::show)),
        Endpoint::post("/log-in/notice", "Save where the daily ticket goes", post(notice::save)),
        Endpoint::get("/log-in/accounts.json", "Accounts to choose from", get(accounts)),
    ]
}

/// A form that was refused, as it was filled in.
struct Draft {
    form: Form,
    refusal: Refusal,
}

/// The forms of the page that were refused; at most one was sent.
#[derive(Default)]
struct Drafts {
    autotask: Option<Draft>,
    zone: Option<Draft>,
}

#[derive(Template)]
#[template(path = "log_in.html")]
struct Page {
    frame: Frame,
    user_name: String,
    is_entered: bool,
    autotask: Standing,
    autotask_refusal: Option<Refusal>,
    connections: Vec<Connection>,
    version: u64,
    zone: String,
    zone_refusal: Option<Refusal>,
    /// The account of the daily ticket.
    notice: Option<String>,
    public_url: Option<String>,
}

struct Connection {
    view: connections::View,
    standing: Standing,
}

async fn show(State(deps): State<Arc<Deps>>, frame: Frame) -> Result<Response, Error> {
    render(&deps, &frame, Drafts::default()).await
}

async fn render(deps: &Deps, frame: &Frame, drafts: Drafts) -> Result<Response, Error> {
    let is_refused = drafts.autotask.is_some() || drafts.zone.is_some();
    let page = load(deps, frame, drafts).await?;
    frame.show_with(if is_refused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }, &page)
}

async fn load(deps: &Deps, frame: &Frame, drafts: Drafts) -> Result<Page, Error> {
    let mut standing = standing::all(deps, frame).await?;
    let stored = log_in::read(deps).await?.user_name;
    let is_entered = stored.is_some();
    let settings::Document { version, settings } = settings::read(deps).await?;
    let autotask = standing.remove(standing::AUTOTASK).ok_or_else(no_standing)?;
    let mut connections = Vec::new();
    for view in connections::list(deps).await?.items {
        let standing = standing.remove(view.id.as_str()).ok_or_else(no_standing)?;
        connections.push(Connection { view, standing });
    }
    let (entered, autotask_refusal) = drafts.autotask.map(|draft| (draft.form, draft.refusal)).unzip();
    let (zone, zone_refusal) = drafts.zone.map(|draft| (draft.form, draft.refusal)).unzip();
    let notice = match settings.notice.account {
        None => None,
        account => Some(choices::text(deps, account).await?),
    };
    Ok(Page {
        frame: frame.clone(),
        user_name: entered.map_or(stored.unwrap_or_default(), |form| form.text("user_name").to_owned()),
        is_entered,
        autotask,
        autotask_refusal,
        connections,
        version,
        zone: zone.map_or(settings.time_zone, |form| form.text("time_zone").to_owned()),
        zone_refusal,
        notice,
        public_url: deps.public_url.as_ref().map(|url| url.trim_end_matches('/').to_owned()),
    })
}

impl Page {
    fn wrong(&self, field: &str) -> Option<&str> {
        self.autotask_refusal.as_ref().and_then(|refusal| refusal.at(field))
    }

    fn wrong_zone(&self) -> Option<&str> {
        self.zone_refusal.as_ref().and_then(|refusal| refusal.at("time_zone"))
    }
}

/// A connection was saved between two reads.
fn no_standing() -> Error {
    Error::Unavailable("a connection was changed at this moment: load the page again".to_owned())
}

async fn accounts(
    State(deps): State<Arc<Deps>>,
    Parameters(typed): Parameters<choices::Typed>,
) -> Result<axum::Json<Vec<String>>, Error> {
    choices::offered(&deps, &typed).await
}
