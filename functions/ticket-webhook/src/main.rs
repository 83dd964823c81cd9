//! The ticket webhook on AWS.

use std::convert::Infallible;
use std::sync::Arc;

use runtime::clock::Clock;
use runtime::config::Environment;
use runtime::{lambda, telemetry};
use store::aws::{self, Aws};
use store::queue::{Sqs, Urls};
use store::secrets::{Cached, SecretsManager};
use ticket_webhook::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::from_process();
    telemetry::init(&environment)?;
    let (account, queues) = (environment.aws()?, environment.queues()?);
    let aws = Aws::new(aws::Environment {
        region: account.region,
        access_key_id: account.access_key_id,
        secret_access_key: account.secret_access_key,
        session_token: account.session_token,
        endpoint_url: account.endpoint_url,
    });
    let secrets = SecretsManager::new(aws.secrets_manager(), environment.secret_prefix()?);
    let deps = Deps {
        queue: Arc::new(Sqs::new(aws.sqs(), Urls { alerts: queues.alerts_url, accounts: queues.accounts_url })),
        secrets: Cached::new(Arc::new(secrets), Clock::system()),
    };
    lambda::serve(async |request, _| Ok::<_, Infallible>(handle(&deps, request).await)).await
}
