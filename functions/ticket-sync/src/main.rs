//! The worker on AWS.

use runtime::config::Environment;
use runtime::lambda::{self, Invocation};
use runtime::telemetry;
use store::aws::Aws;
use systems::Systems;
use ticket_sync::{Deps, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::from_process();
    telemetry::init(&environment)?;
    let systems = Systems::on_aws(&environment, &Aws::new(environment.aws()?))?;
    // A process of the service takes one event at a time, so it is one worker.
    let worker = systems.random.id(&systems.clock).to_string();
    let deps = Deps { systems, process: worker.clone(), worker, is_only_process: false };
    lambda::serve(async |event, invocation: Invocation| Box::pin(handle(&deps, event, invocation.deadline)).await).await
}
