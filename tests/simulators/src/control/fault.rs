//! Faults to order for coming requests.

use std::time::Duration;

use http::Method;
use serde::Deserialize;

/// What goes wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The status is answered and nothing happens.
    Status,
    /// The connection is dropped before anything happens.
    DropBefore,
    /// The request takes effect, then the connection is dropped without a reply.
    EffectThenDrop,
    /// The request is handled late.
    Delay,
    /// A page as a proxy would send it is answered and nothing happens.
    Html,
}

/// An order to let one or several coming requests fail.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Only requests with this method; all when absent.
    #[serde(default)]
    pub method: Option<String>,
    /// Only requests whose path (and query) begins so, letter case aside; `*` stands for any run of characters. Empty: all.
    #[serde(default)]
    pub path: String,
    /// What happens.
    pub kind: Kind,
    /// The status of `status` (500 when absent) and `html` (200 when absent).
    #[serde(default)]
    pub status: Option<u16>,
    /// `Retry-After` in seconds on `status` and `html`.
    #[serde(default)]
    pub retry_after: Option<u64>,
    /// How many requests are struck; 1 when absent.
    #[serde(default)]
    pub times: Option<u32>,
    /// How late `delay` is; 2,000 when absent.
    #[serde(default)]
    pub delay_ms: Option<u64>,
}

impl Fault {
    /// A fault that strikes the next request to `path`, whatever its method.
    pub fn new(kind: Kind, path: impl Into<String>) -> Self {
        Self { method: None, path: path.into(), kind, status: None, retry_after: None, times: None, delay_ms: None }
    }

    /// Only requests with this method.
    pub fn on(mut self, method: &Method) -> Self {
        self.method = Some(method.to_string());
        self
    }

    /// The status to answer.
    pub fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The `Retry-After` to answer, in seconds.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// How many requests are struck.
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// How late `delay` is.
    pub fn delay(&self) -> Duration {
        Duration::from_millis(self.delay_ms.unwrap_or(2_000))
    }

    pub(super) fn strikes(&self, method: &Method, path: &str) -> bool {
        let method_fits = self.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()));
        method_fits && self.times != Some(0) && begins_like(path, &self.path)
    }

    /// Uses the fault once and tells whether it is spent.
    pub(super) fn use_up(&mut self) -> bool {
        let left = self.times.unwrap_or(1).saturating_sub(1);
        self.times = Some(left);
        left == 0
    }
}

fn begins_like(path: &str, pattern: &str) -> bool {
    let (path, pattern) = (path.to_ascii_lowercase(), pattern.to_ascii_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = path.strip_prefix(first) else { return false };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_pattern_is_a_prefix_whatever_the_case_with_stars_for_anything() {
        assert!(begins_like("/api/2/tenants?limit=1", "/api/2/Tenants"));
        assert!(begins_like("/api/2/tenants/42/children", "/api/2/tenants/*/children"));
        assert!(begins_like("/anything", "*"));
        assert!(begins_like("/anything", ""));
        assert!(!begins_like("/api/2/tenants/42/pricing", "/api/2/tenants/*/children"));
        assert!(!begins_like("/v2/api/2/tenants", "/api/2/tenants"));
    }

    #[test]
    fn a_fault_strikes_once_unless_told_more_often() {
        let mut once = Fault::new(Kind::DropBefore, "/x");
        assert!(once.use_up());
        let mut twice = Fault::new(Kind::DropBefore, "/x").times(2);
        assert!(!twice.use_up());
        assert!(twice.use_up());
    }

    #[test]
    fn a_fault_for_one_method_leaves_the_others_alone() {
        let fault = Fault::new(Kind::Status, "/x").on(&Method::POST);
        assert!(fault.strikes(&Method::POST, "/x"));
        assert!(!fault.strikes(&Method::GET, "/x"));
    }
}
