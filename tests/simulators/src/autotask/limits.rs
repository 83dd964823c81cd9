//! How much the service takes: requests in a rolling hour, and calls in flight.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::quirks::Quirks;
use super::refusal::Refusal;

const HOUR: SignedDuration = SignedDuration::from_hours(1);
const THREADS: usize = 3;

/// Counts requests.
#[derive(Clone, Default)]
pub(super) struct Meter {
    requests: VecDeque<Timestamp>,
    in_flight: BTreeMap<Thread, usize>,
}

/// What the thread limit counts together: one integration at one endpoint.
pub(super) type Thread = (String, &'static str);

impl Meter {
    /// Counts a request, and says how long the service lets it wait.
    pub fn admit(&mut self, now: Timestamp, quirks: &Quirks) -> Result<Duration, Refusal> {
        let used = self.requests_in_the_last_hour(now);
        if used >= quirks.request_threshold {
            let text = "The request threshold of this database has been exceeded.".to_owned();
            return Err(Refusal::TooMany { text, retry_after: quirks.retry_after });
        }
        self.requests.push_back(now);
        let band = if quirks.latency_bands { latency(used, quirks.request_threshold) } else { Duration::ZERO };
        Ok(band + quirks.response_time)
    }

    /// Counts requests of other integrations of the same database.
    pub fn count_others(&mut self, requests: usize, now: Timestamp) {
        self.requests.extend(std::iter::repeat_n(now, requests));
    }

    /// Begins a call, unless too many of its kind are in flight. Every begun call must be ended by [`Meter::end`].
    pub fn begin(&mut self, thread: &Thread, quirks: &Quirks) -> Result<(), Refusal> {
        let in_flight = self.in_flight.entry(thread.clone()).or_default();
        if quirks.thread_limit && *in_flight >= THREADS {
            let text = format!("API thread threshold of {THREADS} threads has been exceeded");
            return Err(Refusal::TooMany { text, retry_after: quirks.retry_after });
        }
        *in_flight += 1;
        Ok(())
    }

    /// Ends a call.
    pub fn end(&mut self, thread: &Thread) {
        if let Some(in_flight) = self.in_flight.get_mut(thread) {
            *in_flight = in_flight.saturating_sub(1);
        }
    }

    /// What `ThresholdInformation` answers.
    pub fn report(&mut self, now: Timestamp, quirks: &Quirks) -> Value {
        json!({
            "externalRequestThreshold": quirks.request_threshold,
            "requestThresholdTimeframe": HOUR.as_mins(),
            "currentTimeframeRequestCount": self.requests_in_the_last_hour(now),
        })
    }

    fn requests_in_the_last_hour(&mut self, now: Timestamp) -> usize {
        while self.requests.front().is_some_and(|at| now.duration_since(*at) >= HOUR) {
            self.requests.pop_front();
        }
        self.requests.len()
    }
}

fn latency(used: usize, threshold: usize) -> Duration {
    match used.saturating_mul(100) / threshold.max(1) {
        0..50 => Duration::ZERO,
        50..75 => Duration::from_millis(500),
        _ => Duration::from_secs(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn calls_slow_down_from_half_and_again_from_three_quarters_of_the_threshold() {
        let quirks = Quirks { request_threshold: 100, latency_bands: true, ..Quirks::default() };
        let mut meter = Meter::default();
        let now = at("2026-11-22T10:00:00Z");
        meter.count_others(49, now);
        assert_eq!(meter.admit(now, &quirks), Ok(Duration::ZERO));
        assert_eq!(meter.admit(now, &quirks), Ok(Duration::from_millis(500)));
        meter.count_others(24, now);
        assert_eq!(meter.admit(now, &quirks), Ok(Duration::from_secs(1)));
    }

    #[test]
    fn a_request_counts_for_one_hour() {
        let quirks = Quirks { request_threshold: 1, ..Quirks::default() };
        let mut meter = Meter::default();
        assert!(meter.admit(at("2026-11-22T10:00:00Z"), &quirks).is_ok());
        assert!(meter.admit(at("2026-11-22T10:59:59Z"), &quirks).is_err());
        assert!(meter.admit(at("2026-11-22T11:00:00Z"), &quirks).is_ok());
    }
}
