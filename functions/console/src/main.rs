//! The console on AWS.

use std::sync::Arc;

use console::auth::{Auth, openid};
use console::{Deps, Recent, router};
use runtime::config::Environment;
use runtime::{lambda, telemetry};
use store::aws::Aws;
use store::queue::{Sqs, SqsDeadLetters};
use systems::Systems;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda::Error> {
    let environment = Environment::from_process();
    telemetry::init(&environment)?;
    let aws = Aws::new(environment.aws()?);
    let systems = Systems::on_aws(&environment, &aws)?;
    let openid = openid::Settings::from_environment(&environment, systems.options.loopback)?;
    let deps = Deps {
        systems,
        queue: Arc::new(Sqs::new(aws.sqs(), environment.queues()?)),
        dead_letters: Arc::new(SqsDeadLetters::new(aws.sqs(), environment.dead_letters()?, environment.queues()?)),
        auth: openid.map_or(Auth::Stored, |settings| Auth::OpenId(Box::new(settings))),
        public_url: environment.text("PUBLIC_URL").map(str::to_owned),
        recent: Recent::default(),
    };
    lambda_http::run(router(deps)).await
}
