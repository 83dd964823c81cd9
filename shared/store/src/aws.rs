//! What the AWS adapters share. `aws-config` is left out on purpose: in Lambda the region and the credentials are in the
//! environment, and looking anywhere else costs start-up time. Clients are cheap to make and share one HTTP client, whose
//! connections and trust anchors come into being at the first call.

mod http;

use std::fmt;
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::timeout::TimeoutConfig;
use runtime::config;
use secrecy::ExposeSecret;

#[cfg(feature = "table")]
pub(crate) use http::never_connected;

/// One attempt of one call, connecting included. DynamoDB and SQS answer in milliseconds; what takes longer is stuck, and a
/// worker with a batch of records cannot wait for it.
const ATTEMPT: Duration = Duration::from_secs(5);

/// Makes the AWS clients of one process.
#[derive(Clone)]
pub struct Aws {
    account: config::Aws,
    http: SharedHttpClient,
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws").field("region", &self.account.region).finish_non_exhaustive()
    }
}

/// Fills what every SDK's configuration builder has in common; a macro, as each SDK has a builder type of its own.
#[cfg(any(feature = "table", feature = "queue", feature = "secrets"))]
macro_rules! configure {
    ($sdk:ident, $aws:expr, $attempts:expr) => {{
        let aws = $aws;
        let mut config = $sdk::Config::builder()
            .behavior_version($sdk::config::BehaviorVersion::v2026_01_12())
            .region($sdk::config::Region::new(aws.account.region.clone()))
            .credentials_provider(aws.credentials())
            .http_client(aws.http.clone())
            .timeout_config(time_outs())
            .retry_config(
                aws_smithy_types::retry::RetryConfig::standard()
                    .with_max_attempts($attempts)
                    .with_initial_backoff(Duration::from_millis(50)),
            )
            .stalled_stream_protection($sdk::config::StalledStreamProtectionConfig::disabled());
        config.set_endpoint_url(aws.account.endpoint_url.clone());
        $sdk::Client::from_conf(config.build())
    }};
}

impl Aws {
    /// Clients that reach AWS, or the emulator that the environment names.
    #[must_use]
    pub fn new(account: config::Aws) -> Self {
        Self { account, http: SharedHttpClient::new(http::Https::default()) }
    }

    /// Clients whose calls `http` answers, for example an engine in the same process.
    #[must_use]
    pub fn answered_by(account: config::Aws, http: SharedHttpClient) -> Self {
        Self { account, http }
    }

    /// A DynamoDB client that never repeats a call by itself: whether a write may be repeated is for
    /// [`Table`](crate::table::Table) to say.
    #[cfg(feature = "table")]
    #[must_use]
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        configure!(aws_sdk_dynamodb, self, 1)
    }

    /// An SQS client. A hint that is sent twice does no harm, so calls are repeated.
    #[cfg(feature = "queue")]
    #[must_use]
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        configure!(aws_sdk_sqs, self, 3)
    }

    /// A Secrets Manager client. Reading and overwriting may be repeated.
    #[cfg(feature = "secrets")]
    #[must_use]
    pub fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        configure!(aws_sdk_secretsmanager, self, 3)
    }

    #[cfg(any(feature = "table", feature = "queue", feature = "secrets"))]
    fn credentials(&self) -> Credentials {
        let config::Aws { access_key_id, secret_access_key, session_token, .. } = &self.account;
        let token = session_token.as_ref().map(|token| token.expose_secret().to_owned());
        Credentials::new(access_key_id, secret_access_key.expose_secret(), token, None, "environment")
    }
}

#[cfg(any(feature = "table", feature = "queue", feature = "secrets"))]
fn time_outs() -> TimeoutConfig {
    TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).build()
}

/// An error with its causes in one line. The SDK's own rendering adds debug output, which holds whole answers: a secret's too.
#[must_use]
pub fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
