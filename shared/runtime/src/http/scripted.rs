//! A transport for the clients' own tests: it answers from a script and keeps what it was asked.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde_json::Value;

use super::{Request, Response, Transport, TransportError};

/// What the other side does with one request.
#[derive(Debug)]
pub enum Answer {
    /// Replies.
    Reply(Response),
    /// Cannot be reached.
    NotSent,
    /// Takes the request and never answers.
    Lost,
}

impl Answer {
    /// A JSON reply.
    #[must_use]
    pub fn json(status: u16, body: &Value) -> Self {
        Self::text(status, &body.to_string())
    }

    /// A reply of any text, also empty.
    #[must_use]
    pub fn text(status: u16, body: &str) -> Self {
        let status = StatusCode::from_u16(status).expect("the script names a valid status");
        Self::Reply(Response { status, headers: HeaderMap::new(), body: Bytes::from(body.to_owned()) })
    }

    /// The reply with a header more.
    #[must_use]
    pub fn with_header(self, name: HeaderName, value: &'static str) -> Self {
        match self {
            Self::Reply(mut response) => {
                response.headers.insert(name, HeaderValue::from_static(value));
                Self::Reply(response)
            }
            other => other,
        }
    }
}

/// Answers requests in the order of its script; a request beyond the end is a failure of the test.
#[derive(Debug, Default)]
pub struct Scripted {
    script: Mutex<VecDeque<Answer>>,
    calls: Mutex<Vec<Request>>,
}

impl Scripted {
    /// A transport that answers with `script`.
    #[must_use]
    pub fn new(script: impl IntoIterator<Item = Answer>) -> Self {
        Self { script: Mutex::new(script.into_iter().collect()), calls: Mutex::default() }
    }

    /// What was asked so far, as `METHOD path?query`.
    #[must_use]
    pub fn calls(&self) -> Vec<String> {
        let line = |call: &Request| {
            let query = call.url.query().map(|query| format!("?{query}")).unwrap_or_default();
            format!("{} {}{query}", call.method, call.url.path())
        };
        lock(&self.calls).iter().map(line).collect()
    }

    /// The request number `index`, counted from 0.
    ///
    /// # Panics
    /// When there were fewer.
    #[must_use]
    pub fn call(&self, index: usize) -> Request {
        lock(&self.calls)[index].clone()
    }

    /// The JSON body of request number `index`.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn sent(&self, index: usize) -> Value {
        let body = self.call(index).body.expect("the request has a body");
        serde_json::from_slice(&body).expect("the request's body is JSON")
    }

    /// Answers that were never asked for.
    #[must_use]
    pub fn left(&self) -> usize {
        lock(&self.script).len()
    }
}

#[async_trait]
impl Transport for Scripted {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        let host = request.host().to_owned();
        let asked = format!("{} {}", request.method, request.url);
        lock(&self.calls).push(request);
        let Some(answer) = lock(&self.script).pop_front() else { panic!("a call beyond the script: {asked}") };
        // As on a network, others get their turn before the reply is there.
        tokio::task::yield_now().await;
        match answer {
            Answer::Reply(response) => Ok(response),
            Answer::NotSent => Err(TransportError::NotSent { host, cause: "scripted".into() }),
            Answer::Lost => Err(TransportError::Lost { host, cause: "scripted".into() }),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
