use std::error::Error as StdError;

use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Deadline;
use crate::clock::Clock;
use crate::telemetry;

/// No invocation lasts for a day, and no time that it ends at is within the first day of 1970.
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Why a process ends. `main` returns it, so that the service shows it as the cause of a failed start.
pub type Error = lambda_runtime::Error;

/// What the service says about one invocation.
#[derive(Debug, Clone)]
pub struct Invocation {
    /// The service's own name for it, also in the service's own log lines.
    pub request_id: String,
    /// When it will be ended.
    pub deadline: Deadline,
}

/// Takes events from the service and hands them to `handler`, one at a time, until the process is ended.
///
/// An error of the handler is logged here, once and with its sources, and reported to the service, which then decides by the
/// kind of event whether to repeat it. A panic costs the invocation and not the process.
///
/// # Errors
/// The service's own interface cannot be reached any more.
pub async fn serve<E, R, X, H>(handler: H) -> Result<(), Error>
where
    E: DeserializeOwned,
    R: Serialize,
    X: StdError,
    H: AsyncFn(E, Invocation) -> Result<R, X>,
{
    let handler = &handler;
    let service = service_fn(move |event: LambdaEvent<E>| async move {
        let LambdaEvent { payload, context, .. } = event;
        let invocation =
            Invocation { request_id: context.request_id, deadline: deadline(context.deadline, Clock::system().now()) };
        handler(payload, invocation).await.map_err(|error| reported(&error))
    });
    lambda_runtime::run(service).await
}

/// The service states the time of the end, in milliseconds since 1970; `cargo lambda`, on a developer's machine, how long it is until
/// then. A time beyond the calendar would be a defect; then nothing is started.
fn deadline(unix_ms: u64, now: Timestamp) -> Deadline {
    let ms = i64::try_from(unix_ms).unwrap_or(i64::MAX);
    if unix_ms < DAY_MS {
        return Deadline::at(now + SignedDuration::from_millis(ms));
    }
    Deadline::at(Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH))
}

fn reported(error: &dyn StdError) -> Diagnostic {
    tracing::error!(error = telemetry::chain(error), "the invocation failed");
    Diagnostic { error_type: "InvocationFailed".to_owned(), error_message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn an_absurd_deadline_allows_nothing() {
        let now = Timestamp::from_second(1_700_000_000).expect("in range");
        assert!(deadline(1_700_000_003_000, now).allows(now, Duration::from_secs(3)));
        assert!(!deadline(u64::MAX, now).allows(now, Duration::from_millis(1)));
    }

    #[test]
    fn a_deadline_that_is_a_duration_counts_from_now() {
        let now = Timestamp::from_second(1_700_000_000).expect("in range");
        assert_eq!(deadline(600_000, now).remaining(now), Duration::from_secs(600));
        assert_eq!(deadline(0, now).remaining(now), Duration::ZERO);
    }
}
