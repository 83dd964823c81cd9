//! Every operation of the API, once: its path, what it takes and gives, and its handler. The router and the description are made
//! from this table, so neither can know a route that the other does not.

use axum::handler::Handler;
use axum::routing::{self, MethodRouter};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::openapi::shapes;
use crate::page::{Page, Window};
use crate::{Shared, accounts, activity, api, auth, connections, held, lists, log_in, mapping, parked, run, settings};
use crate::{systems, tenants, tickets, unmapped};

/// A route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// Its method, in capitals.
    pub method: &'static str,
    /// Its path, with parameters in braces.
    pub path: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
}

/// Makes the schema of a type.
pub(crate) type Shape = fn(&mut SchemaGenerator) -> Schema;

/// A route with everything that is needed to answer and to describe it.
pub(crate) struct Endpoint {
    pub(crate) route: Route,
    pub(crate) handler: MethodRouter<Shared>,
    /// Parameters after the question mark.
    pub(crate) query: Option<Shape>,
    /// Body of the request.
    pub(crate) takes: Option<Shape>,
    /// Body of the answer; nothing where the status says it all.
    pub(crate) gives: Option<Shape>,
}

/// Every route there is.
#[must_use]
pub fn routes() -> Vec<Route> {
    endpoints().into_iter().map(|endpoint| endpoint.route).collect()
}

pub(crate) fn endpoints() -> Vec<Endpoint> {
    use api::{operation, reading, setup};
    vec![
        Endpoint::get("/healthz", "Whether the console runs", api::healthz),
        Endpoint::get("/sign-in", "Begin a session with a one-time link", api::sign_in).asks::<auth::Link>(),
        Endpoint::get("/", "Where to begin", api::index).gives::<api::Index>(),
        Endpoint::get("/api/v1/openapi.json", "This description", api::openapi),
        // What is set up.
        Endpoint::get("/api/v1/settings", "The settings", setup::settings).gives::<settings::Document>(),
        Endpoint::put("/api/v1/settings", "Save the settings", setup::save_settings)
            .takes::<settings::Document>()
            .gives::<settings::Saved>(),
        Endpoint::get("/api/v1/autotask", "The log-in for Autotask", setup::autotask).gives::<log_in::LogIn>(),
        Endpoint::put("/api/v1/autotask", "Check and save the log-in for Autotask", setup::save_autotask)
            .takes::<log_in::Entered>()
            .gives::<log_in::Saved>(),
        Endpoint::get("/api/v1/connections", "The connections to Acronis", setup::connections)
            .gives::<Page<connections::View>>(),
        Endpoint::put("/api/v1/connections", "Check and save a connection", setup::save_connection)
            .takes::<connections::Entered>()
            .gives::<connections::Saved>(),
        Endpoint::delete("/api/v1/connections/{id}", "Stop using a connection", setup::disable_connection),
        Endpoint::get("/api/v1/mapping", "Which account is which tenant", setup::mapping)
            .asks::<mapping::Filter>()
            .gives::<Page<mapping::View>>(),
        Endpoint::put("/api/v1/mapping", "Apply staged edits of the mapping", setup::apply_mapping)
            .takes::<mapping::Batch>()
            .gives::<mapping::Applied>(),
        Endpoint::get("/api/v1/accounts", "Accounts that can be mapped", reading::accounts)
            .asks::<accounts::Filter>()
            .gives::<Page<accounts::View>>(),
        Endpoint::get("/api/v1/tenants", "Customers of a connection", reading::tenants)
            .asks::<tenants::Filter>()
            .gives::<Page<tenants::View>>(),
        // What runs and what waits.
        Endpoint::get("/api/v1/systems", "The foreign systems' log-ins", operation::systems)
            .gives::<Page<systems::View>>(),
        Endpoint::post("/api/v1/systems/{id}/test", "Log in now", operation::test_system).gives::<systems::Tested>(),
        Endpoint::post("/api/v1/systems/{id}/resume", "Resume", operation::resume_system).gives::<systems::View>(),
        Endpoint::get("/api/v1/parked", "Work that could not be done", operation::parked)
            .asks::<Window>()
            .gives::<Page<parked::View>>(),
        Endpoint::get("/api/v1/parked/{id}", "A parked message", operation::parked_one).gives::<parked::Whole>(),
        Endpoint::post("/api/v1/parked/{id}/retry", "Try it again", operation::retry_parked),
        Endpoint::post("/api/v1/parked/{id}/discard", "Discard it", operation::discard_parked).takes::<parked::Given>(),
        Endpoint::get("/api/v1/held", "What waits for a decision", operation::held)
            .asks::<Window>()
            .gives::<Page<held::View>>(),
        Endpoint::post("/api/v1/held/{id}/approve", "Let it happen", operation::approve_held),
        Endpoint::post("/api/v1/held/{id}/decline", "Do not let it happen", operation::decline_held)
            .takes::<parked::Given>(),
        Endpoint::post("/api/v1/run", "Run now", operation::run).takes::<run::Asked>().gives::<run::Begun>(),
        // What there is to know.
        Endpoint::get("/api/v1/unmapped", "Tenants with alerts and no account", reading::unmapped)
            .asks::<Window>()
            .gives::<Page<unmapped::View>>(),
        Endpoint::get("/api/v1/activity", "What was written and changed", reading::activity)
            .asks::<activity::Filter>()
            .gives::<Page<activity::View>>(),
        Endpoint::get("/api/v1/tickets", "Tickets that were written to", reading::tickets)
            .asks::<tickets::Asked>()
            .gives::<Page<tickets::View>>(),
        Endpoint::get("/api/v1/pick-lists", "What Autotask offers to choose from", reading::pick_lists)
            .gives::<shapes::PickLists>(),
        Endpoint::get("/api/v1/alert-types", "Types of alerts", reading::alert_types).gives::<lists::AlertTypes>(),
    ]
}

impl Endpoint {
    fn get<H: Handler<T, Shared>, T: 'static>(path: &'static str, summary: &'static str, handler: H) -> Self {
        Self::new(Route { method: "GET", path, summary }, routing::get(handler))
    }

    fn put<H: Handler<T, Shared>, T: 'static>(path: &'static str, summary: &'static str, handler: H) -> Self {
        Self::new(Route { method: "PUT", path, summary }, routing::put(handler))
    }

    fn post<H: Handler<T, Shared>, T: 'static>(path: &'static str, summary: &'static str, handler: H) -> Self {
        Self::new(Route { method: "POST", path, summary }, routing::post(handler))
    }

    fn delete<H: Handler<T, Shared>, T: 'static>(path: &'static str, summary: &'static str, handler: H) -> Self {
        Self::new(Route { method: "DELETE", path, summary }, routing::delete(handler))
    }

    fn new(route: Route, handler: MethodRouter<Shared>) -> Self {
        Self { route, handler, query: None, takes: None, gives: None }
    }

    fn asks<T: JsonSchema>(self) -> Self {
        Self { query: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    fn takes<T: JsonSchema>(self) -> Self {
        Self { takes: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    fn gives<T: JsonSchema>(self) -> Self {
        Self { gives: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }
}
