//! The pages: what a person sees. Each is a template in `templates/` and a module here that fills it by calling the same operations
//! as the JSON API, so that pages can do nothing that the API cannot, and refuse nothing that it does not.
//!
//! A page is plain HTML with forms and links; every form answers with a redirect to the page that shows what came of it, or with
//! itself and what is wrong beside each field. htmx carries both out without a full load and keeps focus where it was. Nothing
//! needs it: with scripts off the same requests are made by the browser.

mod account;
mod activity;
mod assets;
mod billing;
mod choices;
mod explain;
mod form;
mod frame;
mod log_in;
mod mapping;
mod notice;
mod overview;
mod report;
mod review;
mod sessions;
pub(crate) mod signed_out;
mod tickets;
mod unfinished;
mod words;

use axum::routing::{MethodRouter, get};

use crate::routes::Route;
use crate::{Shared, auth};

pub(crate) use explain::explain;
pub(crate) use notice::carry;

/// A page, or what a form of a page is sent to.
pub(crate) struct Endpoint {
    pub(crate) route: Route,
    pub(crate) handler: MethodRouter<Shared>,
}

/// Every page there is.
pub(crate) fn endpoints() -> Vec<Endpoint> {
    [
        of_frame(),
        auth::endpoints(),
        sessions::endpoints(),
        overview::endpoints(),
        review::endpoints(),
        log_in::endpoints(),
        tickets::endpoints(),
        billing::endpoints(),
        activity::endpoints(),
        mapping::endpoints(),
        account::endpoints(),
        report::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What all pages need.
fn of_frame() -> Vec<Endpoint> {
    vec![Endpoint::get("/assets/{version}/{name}", "Style, script, icon", get(assets::read))]
}

impl Endpoint {
    pub(crate) fn get(path: &'static str, summary: &'static str, handler: MethodRouter<Shared>) -> Self {
        Self { route: Route { method: "GET", path, summary }, handler }
    }

    pub(crate) fn post(path: &'static str, summary: &'static str, handler: MethodRouter<Shared>) -> Self {
        Self { route: Route { method: "POST", path, summary }, handler }
    }
}
