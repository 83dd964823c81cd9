//! The console on AWS.

use std::sync::Arc;

use console::auth::Auth;
use console::{Deps, router};
use runtime::config::Environment;
use runtime::{lambda, telemetry};
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
        // Programs show a token. People will sign in by OpenID Connect, which comes with the pages.
        auth: Auth::Stored,
        public_url: environment.text("PUBLIC_URL").map(str::to_owned),
    };
    lambda_http::run(router(deps)).await
}
