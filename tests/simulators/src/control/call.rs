//! The log of calls.

use http::Method;
use jiff::Timestamp;
use serde::Serialize;

use super::Control;

/// One request that a simulator has received.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Call {
    /// HTTP method.
    pub method: String,
    /// Path and query as sent.
    pub path: String,
    /// Status answered; 0 when no reply reached the client.
    pub status: u16,
    /// Requests in flight at the same endpoint when this one began, itself included. Paths that differ only in letter case, in
    /// the query or in an id are one endpoint.
    pub in_flight: usize,
    /// Length of the response body.
    pub bytes: usize,
    /// When the request arrived, by the simulator's clock.
    pub at: Timestamp,
}

/// A request that is being answered. Dropping it unfinished (the client went away) logs the call with status 0.
pub(super) struct InFlight {
    control: Control,
    endpoint: String,
    call: Option<Call>,
}

impl InFlight {
    pub(super) fn begin(control: Control, method: &Method, path: &str) -> Self {
        let endpoint = endpoint(path);
        let at = control.clock().now();
        let in_flight = {
            let mut state = control.state();
            let count = state.in_flight.entry(endpoint.clone()).or_default();
            *count += 1;
            *count
        };
        let call = Call { method: method.to_string(), path: path.to_owned(), status: 0, in_flight, bytes: 0, at };
        Self { control, endpoint, call: Some(call) }
    }

    pub(super) fn finish(mut self, status: u16, bytes: usize) {
        if let Some(call) = &mut self.call {
            call.status = status;
            call.bytes = bytes;
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let mut state = self.control.state();
        if let Some(count) = state.in_flight.get_mut(&self.endpoint) {
            *count -= 1;
            if *count == 0 {
                state.in_flight.remove(&self.endpoint);
            }
        }
        state.calls.extend(self.call.take());
    }
}

fn endpoint(path: &str) -> String {
    let path = path.split('?').next().unwrap_or_default().to_ascii_lowercase();
    path.split('/').map(|segment| if is_id(segment) { "{id}" } else { segment }).collect::<Vec<_>>().join("/")
}

fn is_id(segment: &str) -> bool {
    let number = !segment.is_empty() && segment.bytes().all(|byte| byte.is_ascii_digit());
    // The API version, as in `/api/2/tenants`, counts as an id too: it is the same for all calls, so nothing is lost.
    number || uuid::Uuid::try_parse(segment).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_path_without_its_ids_case_and_query() {
        assert_eq!(endpoint("/v1.0/Tickets/12345?x=1"), endpoint("/V1.0/tickets/7"));
        assert_eq!(
            endpoint("/alerts/6C1E4A0B-90D3-4B6B-8C53-3B1C6A2D9F10"),
            endpoint("/alerts/0b1c2d3e-8888-4abc-8def-001122334466")
        );
        assert_ne!(endpoint("/v1.0/Tickets/query"), endpoint("/v1.0/Tickets/1"));
    }
}
