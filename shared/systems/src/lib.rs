//! The foreign systems as this installation has them configured.
//!
//! [`Systems`] gives a worker what it needs to act: the settings ([`Config`], cached by the installation's generation number, so
//! that an invocation costs one small read), a client for Autotask and for each connection ([`Systems::autotask`],
//! [`Systems::acronis`], refused while that system is paused, rule X7), and the account that an alert belongs to
//! ([`Systems::owner_of`], [`Systems::owner_of_tenant`]).
#![warn(missing_docs)]

mod config;
mod credentials;
mod gate;
pub mod ledger;
mod open;
mod owner;
#[cfg(feature = "aws")]
mod start;
mod walk;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bridge_core::failure::Class;
use bridge_core::id::ConnectionId;
use bridge_core::system;
use runtime::clock::Clock;
use runtime::http::{BaseUrl, Transport};
use runtime::random::Random;
use store::secrets::Secrets;
use store::table::Table;

pub use config::Config;
pub use credentials::{AcronisCredentials, AutotaskCredentials};
pub use gate::Use;
pub use open::{Open, OpenAlerts};
pub use owner::{Belongs, Customer};
pub use walk::Walk;

/// What the installation is run with; the same in every function.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where Autotask's zone is asked for.
    pub discovery_url: BaseUrl,
    /// Local mode: systems may be on this machine, without TLS.
    pub loopback: bool,
    /// Calls that bulk reads may make of Autotask in an hour (rule X6).
    pub autotask_calls_per_hour: u32,
}

/// Everything that reaches the foreign systems. One per process; cloning is cheap.
#[derive(Clone)]
pub struct Systems {
    /// The table.
    pub table: Table,
    /// The secret store.
    pub secrets: Arc<dyn Secrets>,
    /// The network.
    pub transport: Arc<dyn Transport>,
    /// The time.
    pub clock: Clock,
    /// Jitter and identifiers.
    pub random: Random,
    /// What the installation is run with.
    pub options: Arc<Options>,
    cache: Arc<Mutex<Cache>>,
}

/// What is kept between invocations of a warm process, for one generation.
#[derive(Default)]
struct Cache {
    config: Option<Arc<Config>>,
    autotask: Option<autotask::Client>,
    acronis: HashMap<ConnectionId, acronis::Client>,
    /// Log-ins refused since the configuration was read: the rest of a batch must not knock again (rule X7).
    refused: HashMap<system::Id, system::State>,
    tenants: owner::Tenants,
}

/// Why a system cannot be used now.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing was entered for it yet.
    #[error("{0} is not configured: enter its credentials on the Log in tab")]
    NotConfigured(String),
    /// Its stored credentials cannot be used.
    #[error("the stored credentials of {system} are unusable: {reason}. Enter them again on the Log in tab")]
    Unusable {
        /// Which system.
        system: String,
        /// What is wrong with them.
        reason: String,
    },
    /// It refused a log-in and is left alone (rule X7).
    #[error("{system} is paused since it refused the log-in: {reason}")]
    Paused {
        /// Which system.
        system: String,
        /// What it said.
        reason: String,
        /// When it may be probed; `None`: when a person resumes.
        until: Option<jiff::Timestamp>,
    },
    /// The table.
    #[error(transparent)]
    Table(#[from] store::table::Error),
    /// The secret store.
    #[error(transparent)]
    Secrets(#[from] store::secrets::SecretsError),
    /// Acronis.
    #[error(transparent)]
    Acronis(#[from] acronis::Error),
    /// Autotask.
    #[error(transparent)]
    Autotask(#[from] autotask::Error),
}

impl Error {
    /// What the failure means for the work that met it.
    #[must_use]
    pub fn class(&self) -> Class {
        match self {
            Self::NotConfigured(_) | Self::Unusable { .. } | Self::Paused { .. } => Class::NeedsOperator,
            Self::Table(error) => error.class(),
            Self::Secrets(error) => error.class(),
            Self::Acronis(error) => error.class(),
            Self::Autotask(error) => error.class(),
        }
    }
}

impl Systems {
    /// Reaches nothing yet.
    #[must_use]
    pub fn new(
        table: Table,
        secrets: Arc<dyn Secrets>,
        transport: Arc<dyn Transport>,
        clock: Clock,
        random: Random,
        options: Options,
    ) -> Self {
        Self { table, secrets, transport, clock, random, options: Arc::new(options), cache: Arc::default() }
    }

    fn cached<T>(&self, look: impl FnOnce(&mut Cache) -> T) -> T {
        // Nothing in the cache is left half-changed by a panic.
        look(&mut self.cache.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// A URL of an installation's system: https, or this machine in local mode.
    ///
    /// # Errors
    /// Says what is wrong with it.
    pub fn base_url(&self, text: &str) -> Result<BaseUrl, runtime::http::BaseUrlError> {
        if self.options.loopback { BaseUrl::loopback_allowed(text) } else { BaseUrl::parse(text) }
    }
}
