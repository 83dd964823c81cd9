//! The systems as a Lambda function starts with them.

use std::sync::Arc;

use runtime::clock::Clock;
use runtime::config::Environment;
use runtime::http::{BaseUrl, Outbound};
use runtime::random::Random;
use store::aws::Aws;
use store::secrets::SecretsManager;
use store::table::Table;

use crate::{Options, Systems};

/// Any zone's host answers for all.
const DISCOVERY_URL: &str = "https://webservices.autotask.net";

impl Systems {
    /// On AWS, as the environment says: `TABLE_NAME`, `SECRET_PREFIX`, and where wanted `AUTOTASK_CALLS_PER_HOUR`. An AWS
    /// emulator also sets `ALLOW_LOOPBACK` and `AUTOTASK_DISCOVERY_URL`, to reach simulators on the same machine.
    ///
    /// # Errors
    /// A variable is missing or cannot be understood, or the HTTP client cannot be made.
    pub fn on_aws(environment: &Environment, aws: &Aws) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        let loopback = environment.parsed("ALLOW_LOOPBACK")?.unwrap_or(false);
        let discovery = environment.text("AUTOTASK_DISCOVERY_URL").unwrap_or(DISCOVERY_URL);
        let options = Options {
            discovery_url: if loopback { BaseUrl::loopback_allowed(discovery) } else { BaseUrl::parse(discovery) }?,
            loopback,
            autotask_calls_per_hour: environment.parsed("AUTOTASK_CALLS_PER_HOUR")?.unwrap_or(autotask::CALLS_PER_HOUR),
        };
        let table = Table::new(aws.dynamodb(), environment.table_name()?);
        // Without a cache: what is kept between invocations is the clients, for as long as the settings stand still.
        let secrets = SecretsManager::new(aws.secrets_manager(), environment.secret_prefix()?);
        let transport = Arc::new(Outbound::new()?);
        Ok(Self::new(table, Arc::new(secrets), transport, Clock::system(), Random::from_os(), options))
    }
}
