//! The poll on AWS.

use std::sync::Arc;

use alert_poll::{Deps, Recent, handle};
use autotask::CALLS_PER_HOUR;
use runtime::clock::Clock;
use runtime::config::Environment;
use runtime::http::{BaseUrl, Outbound};
use runtime::lambda::{self, Invocation};
use runtime::random::Random;
use runtime::telemetry;
use serde::de::IgnoredAny;
use store::aws::{self, Aws};
use store::queue::{Sqs, Urls};
use store::secrets::SecretsManager;
use store::table::Table;
use systems::{Options, Systems};

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
    let queues = environment.queues()?;
    let deps = Deps {
        systems: Systems::new(table, secrets, Arc::new(Outbound::new()?), clock, random, options),
        queue: Arc::new(Sqs::new(aws.sqs(), Urls { alerts: queues.alerts_url, accounts: queues.accounts_url })),
        recent: Recent::default(),
    };
    // Which schedule calls makes no difference: every run looks at everything.
    lambda::serve(async |_: IgnoredAny, invocation: Invocation| Box::pin(handle(&deps, invocation.deadline)).await).await
}
