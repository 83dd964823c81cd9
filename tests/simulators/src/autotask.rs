//! A simulated Autotask PSA: one customer database behind the documented REST API.
//!
//! The engine knows no entity by name. Tables of records and a schema that is data ([`schema`]) give every entity its queries,
//! metadata and checks; [`behaviour`] adds what tickets, contracts, webhooks and others do beyond that. The units that a contract
//! sells are computed by an engine of their own ([`units`]). People act through the domain verbs of
//! [`Autotask`] or, from outside, through the same API: with `ImpersonationResourceId`, or as the second API user
//! [`HUMAN_USER`](seed::HUMAN_USER), whose resource is a technician.
//!
//! Where the documents are silent, [`Quirks`] has a switch.
//!
//! ```
//! use serde_json::json;
//! use simulators::{Seed, autotask::{Autotask, seed}, control::{Clock, Control}};
//!
//! let clock = Clock::manual("2026-11-22T10:15:00Z".parse().unwrap());
//! let autotask = Autotask::new(Control::new(clock), Seed::Demo, "http://127.0.0.1:8082".to_owned());
//! let ticket = autotask.create_ticket_as(seed::TECHNICIAN, &json!({
//!     "companyID": 174, "title": "Printer on fire", "status": 1, "priority": 1, "dueDateTime": "2026-11-22",
//! })).unwrap();
//! assert_eq!(autotask.ticket(ticket).unwrap()["ticketNumber"], "T20261122.0001");
//! ```

mod access;
mod address;
mod adjustments;
mod answer;
mod behaviour;
mod catalogue;
mod changes;
mod companies;
mod contracts;
mod dates;
mod deals;
mod filter;
mod hooks;
mod ids;
mod limits;
mod lines;
mod metadata;
mod notes;
mod paging;
mod picks;
mod query;
mod quirks;
mod record;
mod refusal;
mod row;
mod schema;
pub mod seed;
mod service;
mod stamps;
mod table;
mod tickets;
mod units;
mod validate;
mod verbs;
mod world;
mod write;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use jiff::Timestamp;
use tokio::task::JoinSet;

use crate::Seed;
use crate::control::{Control, wrap};
use world::World;

pub use hooks::{Delivery, DeliveryId};
pub use ids::{BundleId, CategoryId, CompanyId, ContractId, ResourceId, ServiceId, TicketId};
pub use picks::{Complete, PickValue};
pub use quirks::{DateOnly, DateShape, MissingId, Quirks, StatusRule};
pub use record::Record;
pub use refusal::Refusal;
pub use verbs::ContractDraft;

const LOOK_FOR_CALLOUTS_EVERY: Duration = Duration::from_millis(100);

/// A simulated Autotask. Clones share one database.
#[derive(Clone)]
pub struct Autotask {
    control: Control,
    world: Arc<Mutex<World>>,
}

/// What the database held at some moment.
#[derive(Clone)]
pub struct Moment(World);

impl Autotask {
    /// A database with what `seed` says, reached at `base_url` (scheme and authority, such as `http://127.0.0.1:8082`).
    pub fn new(control: Control, seed: Seed, base_url: String) -> Self {
        control.set_error_shape(|_, status| {
            refusal::errors(status, &["The service refuses the request on purpose.".to_owned()])
        });
        let mut world = World::new(control.clock().clone(), without_slash(base_url));
        seed::plant(&mut world, seed);
        Self { control, world: Arc::new(Mutex::new(world)) }
    }

    /// The API, with call log and faults in front of it.
    pub fn router(&self) -> Router {
        wrap(Router::new().fallback(service::serve).with_state(self.clone()), self.control.clone())
    }

    /// Sets the address at which the API is reached, once the port is known.
    pub fn set_base_url(&self, base_url: String) {
        self.world().base_url = without_slash(base_url);
    }

    /// Call log, faults and clock.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// The database as it is, to go [back](Self::back_to) to.
    pub fn moment(&self) -> Moment {
        Moment(self.world().clone())
    }

    /// Makes the database what it was then. Calls that were logged since stay so, and the clock is the caller's.
    pub fn back_to(&self, moment: &Moment) {
        self.world().clone_from(&moment.0);
    }

    /// Changes how the service behaves where the documents are silent.
    pub fn quirks(&self, change: impl FnOnce(&mut Quirks)) {
        change(&mut self.world().quirks);
    }

    /// The webhook callouts that are due at `now`: at most one for each webhook.
    pub fn pending_deliveries(&self, now: Timestamp) -> Vec<Delivery> {
        self.world().callouts.due(now)
    }

    /// Reports how a callout went: the status answered within ten seconds, or why there was none.
    pub fn delivered(&self, id: DeliveryId, answer: Result<u16, String>) {
        hooks::delivered(&mut self.world(), id, answer);
    }

    /// Makes the webhook callouts as they become due, over plain HTTP, for ever.
    pub async fn deliver_webhooks(self) {
        loop {
            let mut callouts = JoinSet::new();
            for delivery in self.pending_deliveries(self.control.clock().now()) {
                let autotask = self.clone();
                callouts.spawn(async move { autotask.delivered(delivery.id, hooks::post(&delivery).await) });
            }
            if callouts.is_empty() {
                tokio::time::sleep(LOOK_FOR_CALLOUTS_EVERY).await;
            }
            callouts.join_all().await;
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn without_slash(mut url: String) -> String {
    url.truncate(url.trim_end_matches('/').len());
    url
}
