//! The Acronis simulator: account server, alert manager and integration management of one data centre.
//!
//! [`Acronis`] is the world. Its router speaks the documented APIs; its verbs let a test play the parts that a client cannot
//! see: agents that raise and clear alerts, administrators who suspend tenants, the platform that revokes tokens.
//! Where the documents are silent, [`Quirks`] chooses.

mod access;
mod account_error;
mod alert;
mod alert_error;
mod alert_filter;
mod alert_page;
pub mod alert_type;
mod application;
mod hierarchy;
mod id;
mod item;
mod item_body;
mod item_change;
mod item_filter;
mod item_row;
mod offer;
mod parameter;
mod quirks;
mod raise;
mod route;
pub mod seed;
pub mod severity;
mod storage;
mod tenant;
mod tenant_body;
mod tenant_change;
mod tenant_row;
mod usage;
mod user;
mod user_body;
mod user_change;
mod verb;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;

pub use alert::Alert;
pub use id::{AlertId, InfraId, LocationId, TenantId, UserId};
pub use item::{Item, Quota};
pub use quirks::Quirks;
pub use raise::Raise;
pub use tenant::{Kind, Pricing, PricingMode, Tenant};
pub use user::{Role, User};
pub use verb::{ItemName, Unknown};

use crate::Seed;
use crate::control::{Control, wrap};
use world::World;

/// The simulated data centre. Clones share the same world.
#[derive(Clone)]
pub struct Acronis {
    control: Control,
    world: Arc<Mutex<World>>,
}

/// What the data centre held at some moment.
#[derive(Clone)]
pub struct Moment(World);

impl Acronis {
    /// A data centre that holds what `seed` says.
    pub fn new(control: Control, seed: Seed) -> Self {
        control.set_error_shape(route::fault);
        let world = World::new(seed, control.clock().now());
        Self { control, world: Arc::new(Mutex::new(world)) }
    }

    /// The HTTP side, with call log and faults in front.
    pub fn router(&self) -> Router {
        wrap(route::router(self.clone()), self.control.clone())
    }

    /// Call log, faults and clock.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Changes how the simulator behaves where the documents leave it open.
    pub fn quirks(&self, change: impl FnOnce(&mut Quirks)) {
        change(&mut self.world().quirks);
    }

    /// The world as it is, to go [back](Self::back_to) to.
    pub fn moment(&self) -> Moment {
        Moment(self.world().clone())
    }

    /// Makes the world what it was then. Calls that were logged since stay so, and the clock is the caller's.
    pub fn back_to(&self, moment: &Moment) {
        self.world.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&moment.0);
    }

    /// The world as of now. A lock poisoned by a failed test is used all the same: its own failure tells more.
    fn world(&self) -> MutexGuard<'_, World> {
        let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        world.pass_time(self.control.clock().now());
        world
    }
}
