//! The alert webhook on AWS.

use std::convert::Infallible;
use std::sync::Arc;

use alert_webhook::{Deps, handle};
use runtime::clock::Clock;
use runtime::config::Environment;
use runtime::{lambda, telemetry};
use store::aws::Aws;
use store::queue::Sqs;
use store::secrets::{Cached, SecretsManager};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::from_process();
    telemetry::init(&environment)?;
    let aws = Aws::new(environment.aws()?);
    let clock = Clock::system();
    let secrets = SecretsManager::new(aws.secrets_manager(), environment.secret_prefix()?);
    let deps = Deps {
        queue: Arc::new(Sqs::new(aws.sqs(), environment.queues()?)),
        secrets: Cached::new(Arc::new(secrets), clock.clone()),
        clock,
    };
    lambda::serve(async |request, _| Ok::<_, Infallible>(handle(&deps, request).await)).await
}
