//! The accounts' poll on AWS.

use std::sync::Arc;

use account_poll::{Deps, handle};
use runtime::config::Environment;
use runtime::lambda::{self, Invocation};
use runtime::telemetry;
use serde::de::IgnoredAny;
use store::aws::Aws;
use store::queue::Sqs;
use systems::Systems;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::from_process();
    telemetry::init(&environment)?;
    let aws = Aws::new(environment.aws()?);
    let deps = Deps {
        systems: Systems::on_aws(&environment, &aws)?,
        queue: Arc::new(Sqs::new(aws.sqs(), environment.queues()?)),
    };
    // Which schedule calls makes no difference: every run looks at everything.
    lambda::serve(async |_: IgnoredAny, invocation: Invocation| Box::pin(handle(&deps, invocation.deadline)).await)
        .await
}
