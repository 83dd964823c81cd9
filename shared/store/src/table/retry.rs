//! Which calls are repeated at once. Longer waits are the worker's: it sets a due time and goes on with other work.

use std::error::Error as StdError;
use std::time::Duration;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::Error;
use super::error::{Effect, sort};

/// Tries of one call in all.
const ATTEMPTS: u32 = 3;
/// Longest pause after the first failure, and how much longer it may be after each further one.
const PAUSE: Duration = Duration::from_millis(50);

type Answer<T, E> = Result<T, SdkError<E, HttpResponse>>;

/// Repeats a read that failed for a passing reason.
pub(super) async fn reading<T, E, F>(call: impl Fn() -> F) -> Result<T, Error>
where
    E: ProvideErrorMetadata + StdError + 'static,
    F: Future<Output = Answer<T, E>>,
{
    repeat(Effect::Read, call).await.map_err(|error| sort(Effect::Read, &error))
}

/// Repeats a write that was certainly refused for a passing reason. The refusal is returned as it is, as the caller looks for
/// refused conditions in it.
pub(super) async fn writing<T, E, F>(call: impl Fn() -> F) -> Answer<T, E>
where
    E: ProvideErrorMetadata + StdError + 'static,
    F: Future<Output = Answer<T, E>>,
{
    repeat(Effect::Write, call).await
}

async fn repeat<T, E, F>(effect: Effect, call: impl Fn() -> F) -> Answer<T, E>
where
    E: ProvideErrorMetadata + StdError + 'static,
    F: Future<Output = Answer<T, E>>,
{
    // A missing answer to a write is sorted as `OutcomeUnknown`, so what is repeated here had no effect.
    let again = |error: &Error| matches!(error, Error::Throttled(_) | Error::Unreachable(_));
    let mut attempt = 1;
    loop {
        let error = match call().await {
            Ok(answer) => return Ok(answer),
            Err(error) => error,
        };
        if attempt >= ATTEMPTS || !again(&sort(effect, &error)) {
            return Err(error);
        }
        pause(attempt).await;
        attempt += 1;
    }
}

/// A random pause, longer after each of `attempts` failures.
pub(super) async fn pause(attempts: u32) {
    tokio::time::sleep((PAUSE * attempts).mul_f64(fastrand::f64())).await;
}
