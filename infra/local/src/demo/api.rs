//! The console's JSON API, as a program uses it.

use anyhow::{Context as _, bail};
use axum::Router;
use axum::body::{Body, to_bytes};
use http::{Method, Request, header};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tower::ServiceExt as _;

/// No answer of the console is longer.
const ANSWER_MAX_BYTES: usize = 16 * 1024 * 1024;

/// The console, signed in.
pub(super) struct Api {
    console: Router,
    token: SecretString,
}

impl Api {
    pub(super) fn new(console: Router, token: SecretString) -> Self {
        Self { console, token }
    }

    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, path, Body::empty()).await
    }

    pub(super) async fn put(&self, path: &str, document: &Value) -> anyhow::Result<Value> {
        self.call(Method::PUT, path, Body::from(document.to_string())).await
    }

    pub(super) async fn post(&self, path: &str, document: &Value) -> anyhow::Result<Value> {
        self.call(Method::POST, path, Body::from(document.to_string())).await
    }

    async fn call(&self, method: Method, path: &str, body: Body) -> anyhow::Result<Value> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token.expose_secret()))
            .body(body)?;
        let answer = self.console.clone().oneshot(request).await.unwrap_or_else(|never| match never {});
        let status = answer.status();
        let body = to_bytes(answer.into_body(), ANSWER_MAX_BYTES).await?;
        let body: Value = serde_json::from_slice(&body).with_context(|| format!("{path} answered {status}"))?;
        if !status.is_success() {
            bail!("{} {}", body["error"]["message"].as_str().unwrap_or_default(), body["error"]["fields"]);
        }
        Ok(body)
    }
}
