//! The worker on AWS.

use std::sync::Arc;

use autotask::CALLS_PER_HOUR;
use runtime::clock::Clock;
use runtime::config::Environment;
use runtime::http::{BaseUrl, Outbound};
use runtime::lambda::{self, Invocation};
use runtime::random::Random;
use runtime::telemetry;
use store::aws::{self, Aws};
use store::secrets::SecretsManager;
use store::table::Table;
use systems::{Options, Systems};
use ticket_sync::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::from_process();
    telemetry::init(&environment)?;
    let account = environment.aws()?;
    let aws = Aws::new(aws::Environment {
        region: account.region,
        access_key_id: account.access_key_id,
        secret_access_key: account.secret_access_key,
        session_token: account.session_token,
        endpoint_url: account.endpoint_url,
    });
    let loopback = environment.parsed("ALLOW_LOOPBACK")?.unwrap_or(false);
    let discovery = environment.text("AUTOTASK_DISCOVERY_URL").unwrap_or("https://webservices.autotask.net");
    let options = Options {
        discovery_url: if loopback { BaseUrl::loopback_allowed(discovery)? } else { BaseUrl::parse(discovery)? },
        loopback,
        autotask_calls_per_hour: environment.parsed("AUTOTASK_CALLS_PER_HOUR")?.unwrap_or(CALLS_PER_HOUR),
    };
    let table = Table::new(aws.dynamodb(), environment.table_name()?);
    let secrets = Arc::new(SecretsManager::new(aws.secrets_manager(), environment.secret_prefix()?));
    let (clock, random) = (Clock::system(), Random::from_os());
    // A process of the service takes one event at a time, so it is one worker.
    let worker = random.id(&clock).to_string();
    let systems = Systems::new(table, secrets, Arc::new(Outbound::new()?), clock, random, options);
    let deps = Deps { systems, process: worker.clone(), worker, is_only_process: false };
    lambda::serve(async |event, invocation: Invocation| Box::pin(handle(&deps, event, invocation.deadline)).await).await
}
