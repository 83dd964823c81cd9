//! The queue of callouts: in order for each webhook, repeated when they fail, given up in the end.

use std::collections::{BTreeMap, VecDeque};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::payload::{Payload, signature, to_bytes};

const RETRY_AFTER: SignedDuration = SignedDuration::from_secs(30);
const ATTEMPTS: u32 = 5;
const FAILURES_TO_DEACTIVATION: u32 = 25;

/// Names one callout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeliveryId(u64);

/// A callout that is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Names it when its outcome is reported.
    pub id: DeliveryId,
    /// Where to POST it.
    pub url: String,
    /// Its headers; a notice of deactivation has no signature.
    pub headers: Vec<(&'static str, String)>,
    /// Exactly the bytes that are signed.
    pub body: Vec<u8>,
}

/// What is still to be told to all webhooks.
#[derive(Clone, Default)]
pub(in super::super) struct Callouts {
    lines: BTreeMap<i64, Line>,
    /// Notices of deactivation: told once.
    notices: Vec<Delivery>,
    last_id: u64,
}

#[derive(Clone, Default)]
struct Line {
    sequence: i64,
    failures_in_a_row: u32,
    waiting: VecDeque<Callout>,
}

#[derive(Clone)]
struct Callout {
    delivery: Delivery,
    sequence: i64,
    attempts: u32,
    due: Timestamp,
}

/// What follows from the outcome of a callout.
pub(super) struct Outcome {
    pub webhook: i64,
    /// The callout whose last attempt failed.
    pub given_up: Option<Lost>,
    /// So many failures in a row that the webhook is switched off.
    pub exhausted: bool,
}

/// A callout that was given up.
pub(super) struct Lost {
    pub body: Vec<u8>,
    pub sequence: i64,
}

impl Callouts {
    /// The number of a webhook's next callout.
    pub(super) fn next_sequence(&mut self, webhook: i64) -> i64 {
        let line = self.lines.entry(webhook).or_default();
        line.sequence += 1;
        line.sequence
    }

    /// Queues a signed callout.
    pub(super) fn enqueue(&mut self, webhook: i64, url: &str, payload: &Payload<'_>, secret: &str, now: Timestamp) {
        let body = to_bytes(payload);
        let signed = ("X-Hook-Signature", signature(secret, &body));
        let delivery = self.delivery(url, body, Some(signed));
        let callout = Callout { delivery, sequence: payload.sequence_number, attempts: 0, due: now };
        self.lines.entry(webhook).or_default().waiting.push_back(callout);
    }

    /// Queues the unsigned notice of a deactivation.
    pub(super) fn enqueue_notice(&mut self, url: &str, notice: &Value) {
        let notice = self.delivery(url, to_bytes(notice), None);
        self.notices.push(notice);
    }

    /// The callouts to make now: at most one for each webhook, so that its events arrive in order.
    pub fn due(&self, now: Timestamp) -> Vec<Delivery> {
        let heads = self.lines.values().filter_map(|line| line.waiting.front()).filter(|head| head.due <= now);
        heads.map(|head| &head.delivery).chain(&self.notices).cloned().collect()
    }

    /// Takes note of an attempt; none for a notice, or a callout that is no longer waiting.
    pub(super) fn delivered(&mut self, id: DeliveryId, succeeded: bool, now: Timestamp) -> Option<Outcome> {
        self.notices.retain(|notice| notice.id != id);
        let is_head = |line: &Line| line.waiting.front().is_some_and(|head| head.delivery.id == id);
        let (webhook, line) = self.lines.iter_mut().find(|(_, line)| is_head(line))?;
        let mut given_up = None;
        if succeeded {
            line.failures_in_a_row = 0;
            line.waiting.pop_front();
        } else {
            line.failures_in_a_row += 1;
            let head = line.waiting.front_mut()?;
            head.attempts += 1;
            head.due = now.saturating_add(RETRY_AFTER).unwrap_or(now);
            if head.attempts >= ATTEMPTS {
                given_up =
                    line.waiting.pop_front().map(|lost| Lost { body: lost.delivery.body, sequence: lost.sequence });
            }
        }
        Some(Outcome { webhook: *webhook, given_up, exhausted: line.failures_in_a_row >= FAILURES_TO_DEACTIVATION })
    }

    /// Starts counting failures anew, for a webhook that was switched on again.
    pub(super) fn forgive(&mut self, webhook: i64) {
        self.lines.entry(webhook).or_default().failures_in_a_row = 0;
    }

    /// Drops what is waiting for a webhook.
    pub(super) fn forget(&mut self, webhook: i64) {
        self.lines.entry(webhook).or_default().waiting.clear();
    }

    fn delivery(&mut self, url: &str, body: Vec<u8>, signed: Option<(&'static str, String)>) -> Delivery {
        self.last_id += 1;
        let mut headers = vec![("Content-Type", "application/json".to_owned())];
        headers.extend(signed);
        Delivery { id: DeliveryId(self.last_id), url: url.to_owned(), headers, body }
    }
}
