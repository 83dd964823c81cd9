//! The worker on AWS.

use std::sync::Arc;

use account_sync::{Deps, handle};
use runtime::config::Environment;
use runtime::lambda::{self, Invocation};
use runtime::telemetry;
use store::aws::Aws;
use store::queue::Sqs;
use systems::Systems;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::from_process();
    telemetry::init(&environment)?;
    let aws = Aws::new(environment.aws()?);
    let systems = Systems::on_aws(&environment, &aws)?;
    // A process of the service takes one event at a time, so it is one worker.
    let worker = systems.random.id(&systems.clock).to_string();
    let queue = Arc::new(Sqs::new(aws.sqs(), environment.queues()?));
    let deps = Deps { systems, queue, process: worker.clone(), worker, is_only_process: false };
    lambda::serve(async |event, invocation: Invocation| Box::pin(handle(&deps, event, invocation.deadline)).await).await
}
