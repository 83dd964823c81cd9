//! DynamoDB as an embedded engine (SQLite below), reached by the AWS SDK through its own seam for HTTP clients. The SDK signs,
//! serialises and reads typed errors as it does on AWS; only the network is missing. So there is one code path to the table, and
//! the seam is also where tests count, delay, fail and cut off calls ([`Interceptor`]) and read the units used ([`Units`]).
//!
//! On a file the engine keeps a write-ahead log with SQLite's default of a full synchronisation at every commit: what was
//! acknowledged survives a killed process and a power cut.

mod calls;
mod connector;
mod schema;
mod seam;
mod units;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dynoxide::Database;
use dynoxide::errors::DynoxideError;
use dynoxide::storage_backend::Clock as EngineClock;
use runtime::clock::Clock;
use runtime::config;
use secrecy::SecretString;
use store::aws::Aws;

use connector::Connector;
pub use schema::CreateError;
pub use seam::{Call, Cut, Interceptor};
pub use units::{Consumed, Units};

/// The engine could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file is of another kind, of a later version, or cannot be written.
    #[error("the table's file {path} cannot be opened: {reason}")]
    File {
        /// The file.
        path: String,
        /// What the engine says.
        reason: String,
    },
    /// The engine refused to start in memory.
    #[error("the engine does not start: {0}")]
    Memory(String),
}

/// The engine. Clones share the data, the interceptor and the counters.
#[derive(Clone)]
pub struct Engine {
    database: Database,
    connector: Connector,
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Engine")
    }
}

impl Engine {
    /// An engine that forgets everything with the process. Records expire by `clock`.
    ///
    /// # Errors
    /// The engine does not start.
    pub fn memory(clock: Clock) -> Result<Self, OpenError> {
        let database = Database::memory_with_clock(Arc::new(Time(clock)));
        database.map(Self::over).map_err(|error| OpenError::Memory(error.to_string()))
    }

    /// An engine on a file, made when it is missing. Records expire by the system's clock, the only one that the engine offers
    /// for files.
    ///
    /// # Errors
    /// The file is not one of the engine's, or cannot be read and written.
    pub fn file(path: &Path) -> Result<Self, OpenError> {
        let failed = |reason: String| OpenError::File { path: path.display().to_string(), reason };
        let text = path.to_str().ok_or_else(|| failed("its name is not UTF-8".to_owned()))?;
        Database::new(text).map(Self::over).map_err(|error| failed(error.to_string()))
    }

    fn over(database: Database) -> Self {
        Self { connector: Connector::new(database.clone()), database }
    }

    /// An AWS client that this engine answers, with the same settings as the functions use on AWS.
    #[must_use]
    pub fn client(&self) -> Client {
        let account = config::Aws {
            region: "local".to_owned(),
            access_key_id: "local".to_owned(),
            secret_access_key: SecretString::from("local"),
            session_token: None,
            endpoint_url: Some("http://localhost".to_owned()),
        };
        Aws::answered_by(account, SharedHttpClient::new(self.connector.clone())).dynamodb()
    }

    /// Puts an interceptor around every later call, in place of an earlier one.
    pub fn intercept(&self, interceptor: Arc<dyn Interceptor>) {
        self.connector.intercept(Some(interceptor));
    }

    /// Takes the interceptor away.
    pub fn let_pass(&self) {
        self.connector.intercept(None);
    }

    /// What the calls so far would have cost on AWS.
    #[must_use]
    pub fn units(&self) -> &Units {
        self.connector.units()
    }

    /// Removes records whose time to live is over; returns how many.
    ///
    /// # Errors
    /// The engine's storage failed.
    pub fn sweep(&self) -> Result<usize, DynoxideError> {
        self.database.sweep_ttl()
    }
}

struct Time(Clock);

impl EngineClock for Time {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or(0)
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().duration_since(jiff::Timestamp::UNIX_EPOCH).as_secs_f64()
    }
}
