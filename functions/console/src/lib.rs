//! The administrator's side of the integration: what may be asked, saved and decided, on pages and as a JSON API under `/api/v1`.
//!
//! Every operation is a function over [`Deps`] in the module that is named after its subject ([`settings::save`],
//! [`mapping::apply`], [`held::approve`], …). The handlers behind [`router`] only read the request and call one of them, so pages
//! can call the same functions. Which operations there are, with what they take and give, is one table in [`mod@routes`]: the
//! router, the sign-in check and the description at `/api/v1/openapi.json` are all made from it.
//!
//! Three promises hold for all of them. A save carries the version that it edited and is refused when somebody else was first
//! (rule B3). A refusal says which field is wrong and what to do. Credentials go to the secret store and never come back (rule L2).
#![warn(missing_docs)]

pub mod accounts;
mod activations;
pub mod activity;
mod api;
pub mod auth;
mod callback;
pub mod catalogue;
pub mod connections;
pub mod dead_letters;
mod deadline;
mod document;
pub mod error;
pub mod held;
mod hints;
mod journal;
mod labels;
pub mod lists;
pub mod log_in;
pub mod mapping;
mod openapi;
pub mod page;
mod pages;
pub mod parked;
pub mod previews;
pub mod products;
mod recent;
pub mod report;
pub mod rights;
pub mod routes;
pub mod run;
pub mod services;
pub mod settings;
pub mod statistics;
pub mod status;
pub mod suggestions;
pub mod systems;
pub mod tenants;
mod text;
pub mod tickets;
mod token;
pub mod unfinished;
pub mod unmapped;
mod walk;
mod wording;

use std::sync::Arc;

use axum::Router;
use axum::extract::FromRef;
use axum::middleware::{from_fn, from_fn_with_state};
use store::queue::{DeadLetters, Queue};

use auth::{Auth, Guard};
pub use recent::Recent;

/// What the console works with.
pub struct Deps {
    /// Both systems, the table and the clock.
    pub systems: ::systems::Systems,
    /// Where hints go.
    pub queue: Arc<dyn Queue>,
    /// Messages that no worker could do.
    pub dead_letters: Arc<dyn DeadLetters>,
    /// Who may come in.
    pub auth: Auth,
    /// Where browsers and Autotask reach this installation, for example `https://bridge.msp.example`; `None` when nobody outside
    /// does.
    pub public_url: Option<String>,
    /// What was read lately; empty at first.
    pub recent: Recent,
}

/// What the router carries along.
#[derive(Clone)]
pub(crate) struct Shared {
    deps: Arc<Deps>,
    guard: Arc<Guard>,
}

impl FromRef<Shared> for Arc<Deps> {
    fn from_ref(shared: &Shared) -> Self {
        Arc::clone(&shared.deps)
    }
}

impl FromRef<Shared> for Arc<Guard> {
    fn from_ref(shared: &Shared) -> Self {
        Arc::clone(&shared.guard)
    }
}

/// The pages and the API, behind their sign-in.
pub fn router(deps: Deps) -> Router {
    let guard = Arc::new(Guard::new(&deps));
    let shared = Shared { deps: Arc::new(deps), guard };
    let of_api = routes::endpoints().into_iter().map(|endpoint| (endpoint.route.path, endpoint.handler));
    let of_pages = pages::endpoints().into_iter().map(|endpoint| (endpoint.route.path, endpoint.handler));
    let routes = of_api.chain(of_pages).fold(Router::new(), |router, (path, handler)| router.route(path, handler));
    routes
        .fallback(api::unknown_path)
        .method_not_allowed_fallback(api::unknown_method)
        // Around everything, the fallbacks included: what is not named as open is closed.
        .layer(from_fn_with_state(shared.clone(), auth::admit))
        .layer(from_fn_with_state(shared.clone(), pages::carry))
        .layer(from_fn(deadline::keep))
        .layer(from_fn(pages::explain))
        .layer(axum::middleware::map_response(api::harden))
        .with_state(shared)
}
