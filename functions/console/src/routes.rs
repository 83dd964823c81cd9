//! Every operation of the API, once: its path, what it takes and gives, and its handler. The router and the description are made
//! from this table, so neither can know a route that the other does not. Pages have a table of their own, in [`mod@pages`].

use axum::handler::Handler;
use axum::routing::{self, MethodRouter};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use crate::openapi::shapes;
use crate::page::{Page, Window};
use crate::{
    Shared, accounts, activity, api, catalogue, connections, dead_letters, held, lists, log_in, mapping, pages, parked,
    previews,
};
use crate::{
    products, report, rights, run, services, settings, statistics, status, suggestions, systems, tenants, tickets,
    unmapped,
};

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
    /// Whether it may be left out.
    pub(crate) is_optional: bool,
    /// Body of the answer in JSON; nothing where the status says it all.
    pub(crate) gives: Option<Shape>,
    /// Type of an answer that is text, such as a file.
    pub(crate) gives_text: Option<&'static str>,
}

/// Every route there is.
#[must_use]
pub fn routes() -> Vec<Route> {
    let of_pages = pages::endpoints().into_iter().map(|endpoint| endpoint.route);
    endpoints().into_iter().map(|endpoint| endpoint.route).chain(of_pages).collect()
}

pub(crate) fn endpoints() -> Vec<Endpoint> {
    [of_everybody(), of_setup(), of_billing(), of_accounts(), of_operation(), of_knowledge()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_everybody() -> Vec<Endpoint> {
    vec![
        Endpoint::get("/healthz", "Whether the console runs", api::healthz).gives_text("text/plain"),
        Endpoint::get("/api/v1/openapi.json", "This description", api::openapi).gives::<Value>(),
    ]
}

/// What is set up.
fn of_setup() -> Vec<Endpoint> {
    use api::setup;
    vec![
        Endpoint::get("/api/v1/settings", "The settings", setup::settings).gives::<settings::Document>(),
        Endpoint::put("/api/v1/settings", "Save the settings", setup::save_settings)
            .takes::<settings::Document>()
            .gives::<settings::Saved>(),
        Endpoint::post("/api/v1/settings/effect", "What saving them opens and closes at once", setup::settings_effect)
            .takes::<settings::Document>()
            .gives::<settings::Effect>(),
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
    ]
}

/// What follows the contracts.
fn of_billing() -> Vec<Endpoint> {
    use api::billing;
    vec![
        Endpoint::get("/api/v1/services", "Services of Autotask", billing::services)
            .asks::<services::Filter>()
            .gives::<Page<services::View>>(),
        Endpoint::get("/api/v1/bundles", "Bundles with mapped services", billing::bundles)
            .gives::<Page<services::Bundle>>(),
        Endpoint::get("/api/v1/catalogue", "Items that customers can be given", billing::catalogue)
            .asks::<catalogue::Filter>()
            .gives::<catalogue::View>(),
        Endpoint::get("/api/v1/products/{connection}", "The product mapping", billing::products)
            .gives::<products::Document>(),
        Endpoint::put("/api/v1/products/{connection}", "Save the product mapping", billing::save_products)
            .takes::<products::Document>()
            .gives::<products::Document>(),
        Endpoint::post("/api/v1/previews", "Work out what a draft would do", billing::start_preview)
            .takes::<previews::Asked>()
            .gives::<previews::View>(),
        Endpoint::get("/api/v1/previews", "The previews of the last days", billing::previews)
            .asks::<Window>()
            .gives::<Page<previews::Brief>>(),
        Endpoint::get("/api/v1/previews/{id}", "A preview", billing::preview).gives::<previews::View>(),
        Endpoint::get("/api/v1/previews/{id}/accounts", "What would happen to each", billing::preview_accounts)
            .asks::<previews::Filter>()
            .gives::<Page<previews::Row>>(),
        Endpoint::post("/api/v1/previews/{id}/apply", "Save the draft and apply it", billing::apply_preview)
            .takes::<previews::Digest>()
            .gives::<previews::View>(),
    ]
}

/// Who is who.
fn of_accounts() -> Vec<Endpoint> {
    use api::{accounts as handlers, reading};
    vec![
        Endpoint::get("/api/v1/mapping", "Which account is which tenant", handlers::mapping)
            .asks::<mapping::Filter>()
            .gives::<Page<mapping::View>>(),
        Endpoint::put("/api/v1/mapping", "Apply staged edits of the mapping", handlers::apply_mapping)
            .takes::<mapping::Batch>()
            .gives::<mapping::Applied>(),
        Endpoint::get("/api/v1/mapping/export", "The mapping as a file", handlers::export_mapping)
            .gives_text("text/csv"),
        Endpoint::post("/api/v1/mapping/import", "The mapping from a file", handlers::import_mapping)
            .takes::<mapping::File>()
            .gives::<mapping::Checked>(),
        Endpoint::get("/api/v1/mapping/imports", "The files of the last month", handlers::imports)
            .asks::<Window>()
            .gives::<Page<mapping::Progress>>(),
        Endpoint::get("/api/v1/mapping/imports/{id}", "How far a file is", handlers::read_import)
            .gives::<mapping::Progress>(),
        Endpoint::post("/api/v1/mapping/imports/{id}/continue", "Go on with a file", handlers::go_on_with_import)
            .gives::<mapping::Progress>(),
        Endpoint::get("/api/v1/mapping/staged", "The edits that one has staged", handlers::staged)
            .gives::<mapping::Staged>(),
        Endpoint::post("/api/v1/mapping/staged", "Stage edits", handlers::stage)
            .takes::<mapping::Batch>()
            .gives::<mapping::Staged>(),
        Endpoint::delete("/api/v1/mapping/staged", "Undo staged edits", handlers::unstage).asks::<mapping::Which>(),
        Endpoint::post("/api/v1/mapping/staged/apply", "Apply what is staged", handlers::apply_staged)
            .gives::<mapping::Applied>(),
        Endpoint::get("/api/v1/suggestions", "Tenants that are probably an account's", handlers::suggestions)
            .asks::<suggestions::Filter>()
            .gives::<Page<suggestions::View>>(),
        Endpoint::get("/api/v1/accounts", "Accounts and how they stand", handlers::list)
            .asks::<accounts::Filter>()
            .gives::<Page<accounts::View>>(),
        Endpoint::get("/api/v1/accounts/{id}", "An account", handlers::detail).gives::<accounts::Detail>(),
        Endpoint::get("/api/v1/accounts/{id}/why", "Why its quotas are what they are", handlers::why)
            .gives::<accounts::Why>(),
        Endpoint::post("/api/v1/accounts/{id}/exceptions", "Make a hand edit permanent", handlers::except)
            .takes::<accounts::Entered>(),
        Endpoint::delete("/api/v1/accounts/{id}/exceptions", "End that", handlers::unexcept).asks::<accounts::Named>(),
        Endpoint::post("/api/v1/accounts/{id}/creation", "Decide about a tenant being made", handlers::decide)
            .takes::<accounts::Decision>(),
        Endpoint::get("/api/v1/tenants", "Customers of a connection", reading::tenants)
            .asks::<tenants::Filter>()
            .gives::<Page<tenants::View>>(),
        Endpoint::get("/api/v1/partners", "Partners and folders of a connection", reading::partners)
            .asks::<tenants::Asked>()
            .gives::<Page<tenants::Partner>>(),
    ]
}

/// What runs and what waits.
fn of_operation() -> Vec<Endpoint> {
    use api::operation;
    vec![
        Endpoint::get("/api/v1/status", "How fresh everything is", operation::status).gives::<status::View>(),
        Endpoint::get("/api/v1/systems", "The foreign systems' log-ins", operation::systems)
            .gives::<Page<systems::View>>(),
        Endpoint::post("/api/v1/systems/{id}/test", "Log in now", operation::test_system).gives::<systems::Tested>(),
        Endpoint::post("/api/v1/systems/{id}/resume", "Resume", operation::resume_system).gives::<systems::View>(),
        Endpoint::get("/api/v1/systems/{id}/rights", "The rights as last looked at", operation::rights)
            .gives::<rights::View>(),
        Endpoint::post("/api/v1/systems/{id}/rights", "Look which rights there are", operation::look_at_rights)
            .gives::<rights::View>(),
        Endpoint::post("/api/v1/test-ticket", "Test the rights to write with a ticket", operation::write_test_ticket)
            .may_take::<rights::Asked>()
            .gives::<rights::View>(),
        Endpoint::get("/api/v1/parked", "Work that could not be done", operation::parked)
            .asks::<Window>()
            .gives::<Page<parked::View>>(),
        Endpoint::get("/api/v1/parked/{id}", "A parked message", operation::parked_one).gives::<parked::Whole>(),
        Endpoint::post("/api/v1/parked/{id}/retry", "Try it again", operation::retry_parked),
        Endpoint::post("/api/v1/parked/{id}/discard", "Discard it", operation::discard_parked).takes::<parked::Given>(),
        Endpoint::get("/api/v1/dead-letters", "Work that was given up", operation::dead_letters)
            .gives::<Page<dead_letters::View>>(),
        Endpoint::post("/api/v1/dead-letters/{queue}/redrive", "Send it again", operation::redrive)
            .gives::<dead_letters::Redriven>(),
        Endpoint::get("/api/v1/held", "What waits for a decision", operation::held)
            .asks::<held::Filter>()
            .gives::<Page<held::View>>(),
        Endpoint::post(
            "/api/v1/held/{id}/approve",
            "Let it happen, where approve says what that does",
            operation::approve_held,
        )
        .takes::<held::Shown>(),
        Endpoint::post(
            "/api/v1/held/{id}/decline",
            "Do what decline says, where it says anything",
            operation::decline_held,
        )
        .takes::<held::Declined>(),
        Endpoint::post("/api/v1/run", "Run now", operation::run).takes::<run::Asked>().gives::<run::Begun>(),
    ]
}

/// What there is to know.
fn of_knowledge() -> Vec<Endpoint> {
    use api::reading;
    vec![
        Endpoint::get("/api/v1/unmapped", "Tenants with alerts and no account", reading::unmapped)
            .asks::<Window>()
            .gives::<Page<unmapped::View>>(),
        Endpoint::get("/api/v1/activity", "What was written and changed", reading::activity)
            .asks::<activity::Filter>()
            .gives::<Page<activity::View>>()
            .gives_text("text/csv"),
        Endpoint::get("/api/v1/report", "What was sold and used of each item", reading::report)
            .asks::<report::Filter>()
            .gives::<report::View>()
            .gives_text("text/csv"),
        Endpoint::get("/api/v1/tickets", "Tickets that were written to", reading::tickets)
            .asks::<tickets::Asked>()
            .gives::<Page<tickets::View>>(),
        Endpoint::get("/api/v1/statistics", "Alerts and tickets per day", reading::statistics)
            .asks::<statistics::Filter>()
            .gives::<statistics::View>(),
        Endpoint::get("/api/v1/pick-lists", "What Autotask offers to choose from", reading::pick_lists)
            .gives::<shapes::PickLists>(),
        Endpoint::get("/api/v1/company-types", "Types of companies in Autotask", reading::company_types)
            .gives::<Page<lists::CompanyType>>(),
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
        Self { route, handler, query: None, takes: None, is_optional: false, gives: None, gives_text: None }
    }

    fn asks<T: JsonSchema>(self) -> Self {
        Self { query: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    fn takes<T: JsonSchema>(self) -> Self {
        Self { takes: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    fn may_take<T: JsonSchema>(self) -> Self {
        Self { is_optional: true, ..self.takes::<T>() }
    }

    fn gives<T: JsonSchema>(self) -> Self {
        Self { gives: Some(SchemaGenerator::subschema_for::<T>), ..self }
    }

    fn gives_text(self, kind: &'static str) -> Self {
        Self { gives_text: Some(kind), ..self }
    }
}
