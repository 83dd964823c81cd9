//! Repeating reads, and reading how long the other side wants to be left alone.

use std::future::Future;
use std::time::Duration;

use http::HeaderMap;
use http::header::RETRY_AFTER;
use jiff::Timestamp;
use jiff::fmt::rfc2822;

use super::{Response, TransportError};
use crate::clock::Clock;
use crate::random::Random;

/// How often a failed read is repeated at most.
pub const REPEATS: usize = 2;

/// Shortest and longest wish of a `Retry-After` that is believed.
const RETRY_AFTER_MIN: Duration = Duration::from_secs(1);
const RETRY_AFTER_MAX: Duration = Duration::from_secs(60 * 60);

/// Makes a read, and repeats it up to [`REPEATS`] times, 1 to 2 seconds apart, while there is no reply or `passes_by` says of
/// the reply that it is a trouble that passes. The last outcome is returned as it is. Never for a call that changes something.
///
/// # Errors
/// The last attempt's.
pub async fn repeat_read<F, R>(
    clock: &Clock,
    random: &Random,
    passes_by: impl Fn(&Response) -> bool,
    mut attempt: F,
) -> Result<Response, TransportError>
where
    F: FnMut() -> R,
    R: Future<Output = Result<Response, TransportError>>,
{
    for _ in 0..REPEATS {
        match attempt().await {
            Ok(response) if !passes_by(&response) => return Ok(response),
            Err(error @ TransportError::TooLarge { .. }) => return Err(error),
            Ok(_) | Err(TransportError::NotSent { .. } | TransportError::Lost { .. }) => {
                clock.sleep(Duration::from_secs(1) + Duration::from_secs(1).mul_f64(random.fraction())).await;
            }
        }
    }
    attempt().await
}

/// The wish of a `Retry-After` header, in seconds or as a date, within 1 second and 1 hour; `None` without a readable one.
#[must_use]
pub fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let wish = match text.parse::<u64>() {
        Ok(seconds) => Duration::from_secs(seconds),
        // More digits than a number holds is still a wish for a long time.
        Err(_) if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) => RETRY_AFTER_MAX,
        Err(_) => {
            let until = rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
            Duration::try_from(until.duration_since(now)).unwrap_or(RETRY_AFTER_MIN)
        }
    };
    Some(wish.clamp(RETRY_AFTER_MIN, RETRY_AFTER_MAX))
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use bytes::Bytes;
    use http::{HeaderValue, StatusCode};
    use proptest::prelude::*;

    use super::*;

    fn reply(status: u16) -> Response {
        Response { status: StatusCode::from_u16(status).expect("valid"), headers: HeaderMap::new(), body: Bytes::new() }
    }

    fn not_sent() -> TransportError {
        TransportError::NotSent { host: "host".into(), cause: "refused".into() }
    }

    fn with_header(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(value).expect("valid"));
        headers
    }

    /// Runs the attempts through `repeat_read`; returns the last status and how many attempts were made.
    async fn run(outcomes: &[Option<u16>]) -> (Option<u16>, usize) {
        let made = Cell::new(0);
        let result = repeat_read(
            &Clock::system(),
            &Random::seeded(1),
            |response| response.status.is_server_error(),
            || {
                let outcome = outcomes[made.replace(made.get() + 1)];
                async move { outcome.map(reply).ok_or_else(not_sent) }
            },
        )
        .await;
        (result.ok().map(|response| response.status.as_u16()), made.get())
    }

    #[tokio::test(start_paused = true)]
    async fn a_read_is_repeated_twice_and_then_given_up() {
        assert_eq!(run(&[Some(200)]).await, (Some(200), 1));
        assert_eq!(run(&[Some(503), None, Some(200)]).await, (Some(200), 3));
        assert_eq!(run(&[Some(503), Some(503), Some(500), Some(200)]).await, (Some(500), 3));
        assert_eq!(run(&[None, None, None, Some(200)]).await, (None, 3));
        assert_eq!(run(&[Some(429), Some(200)]).await, (Some(429), 1));
    }

    #[tokio::test(start_paused = true)]
    async fn repeats_are_one_to_two_seconds_apart() {
        let start = tokio::time::Instant::now();
        run(&[None, None, Some(200)]).await;
        let took = start.elapsed();
        assert!(took >= Duration::from_secs(2) && took <= Duration::from_secs(4), "{took:?}");
    }

    #[test]
    fn a_date_counts_from_now() {
        let now = "1994-11-06T08:49:07Z".parse().expect("valid");
        assert_eq!(retry_after(&with_header("Sun, 06 Nov 1994 08:49:37 GMT"), now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after(&with_header("Sun, 06 Nov 1994 08:00:00 GMT"), now), Some(RETRY_AFTER_MIN));
        assert_eq!(retry_after(&with_header("soon"), now), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    proptest! {
        #[test]
        fn any_number_of_seconds_is_clamped(digits in "[0-9]{1,40}") {
            let wish = retry_after(&with_header(&digits), Timestamp::UNIX_EPOCH).expect("digits are a wish");
            prop_assert!((RETRY_AFTER_MIN..=RETRY_AFTER_MAX).contains(&wish));
            if let Ok(seconds @ 1..=3600) = digits.parse::<u64>() {
                prop_assert_eq!(wish, Duration::from_secs(seconds));
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[ -~]{0,40}") {
            let _ = retry_after(&with_header(&text), Timestamp::UNIX_EPOCH);
        }
    }
}
