//! A bare client: it sends requests to the router in process and shows what came back.

use axum::Router;
use axum::body::{Body, to_bytes};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use http::{HeaderMap, Method, Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use simulators::Seed;
use simulators::acronis::{Acronis, AlertId, Raise, seed};
use simulators::control::{Clock, Control, DroppedConnection};
use tower::ServiceExt;

pub const TOKEN: &str = "/api/2/idp/token";
pub const ALERTS: &str = "/api/alert_manager/v1/alerts";
pub const START: &str = "2026-01-05T09:00:00Z";

/// A world, its router, and a token of the root partner.
pub struct Session {
    pub world: Acronis,
    pub router: Router,
    pub token: String,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub dropped: bool,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {self:?}"))
    }

    /// The code in the account server's envelope.
    pub fn code(&self) -> Value {
        self.json()["error"]["code"].clone()
    }

    /// One field of every item.
    pub fn each(&self, field: &str) -> Vec<Value> {
        self.json()["items"].as_array().unwrap().iter().map(|item| item[field].clone()).collect()
    }

    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self
    }
}

impl Session {
    pub async fn demo() -> Self {
        Self::with(Seed::Demo).await
    }

    pub async fn with(seed: Seed) -> Self {
        let clock = Clock::manual(START.parse().unwrap());
        let world = Acronis::new(Control::new(clock), seed);
        let router = world.router();
        let mut session = Self { world, router, token: String::new() };
        session.token = session.log_in(seed::CLIENT_ID, seed::CLIENT_SECRET).await;
        session
    }

    pub async fn log_in(&self, id: &str, secret: &str) -> String {
        let answer = self.ask_token(TOKEN, id, secret).await.expect(200);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub async fn ask_token(&self, path: &str, id: &str, secret: &str) -> Answer {
        let basic = BASE64_STANDARD.encode(format!("{id}:{secret}"));
        self.form(path, &format!("Basic {basic}"), "grant_type=client_credentials").await
    }

    pub async fn form(&self, path: &str, authorization: &str, form: &str) -> Answer {
        let request = Request::post(path)
            .header("authorization", authorization)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(Body::from(form.to_owned()));
        self.send(request.unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PATCH, path, Some(body)).await
    }

    pub async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request =
            Request::builder().method(method).uri(path).header("authorization", format!("Bearer {}", self.token));
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.send(request.unwrap()).await
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let dropped = response.extensions().get::<DroppedConnection>().is_some();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text, dropped }
    }

    /// An alert of this type at *Birch Dental*.
    pub fn raise(&self, alert_type: &str) -> AlertId {
        self.world.raise(Raise::new(alert_type).at(seed::BIRCH_DENTAL).on("SRV-1").plan("Servers daily")).unwrap()
    }

    pub fn wait(&self, seconds: i64) {
        self.world.control().clock().advance(SignedDuration::from_secs(seconds));
    }

    pub fn now(&self) -> Timestamp {
        self.world.control().clock().now()
    }

    /// The types of the alerts that a query lists.
    pub async fn types(&self, query: &str) -> Vec<Value> {
        self.get(&format!("{ALERTS}?{query}")).await.expect(200).each("type")
    }

    /// A new customer below the root partner.
    pub async fn create_customer(&self, name: &str) -> Value {
        let body = json!({ "name": name, "kind": "customer", "parent_id": seed::ROOT_PARTNER });
        self.post("/api/2/tenants", body).await.expect(201).json()
    }
}
