//! A client at its desk: speaks to the simulator in process, as the integration unless told otherwise.

use axum::body::{Body, to_bytes};
use http::{HeaderMap, Method, Request};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use simulators::Seed;
use simulators::autotask::seed::{API_USER, Login};
use simulators::autotask::{Autotask, TicketId};
use simulators::control::{Clock, Control};
use tower::ServiceExt;

pub const BASE_URL: &str = "http://127.0.0.1:8082";
/// The first customer of the demo world.
pub const ALDER: i64 = 174;
/// The second.
pub const BIRCH: i64 = 175;

pub struct Desk {
    pub autotask: Autotask,
    login: Login,
    impersonates: Option<i64>,
    zone: &'static str,
}

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes)
            .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&self.bytes)))
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.bytes));
        self.json()
    }

    #[track_caller]
    pub fn id(self) -> i64 {
        self.ok()["itemId"].as_i64().expect("an id")
    }

    /// The texts of a refusal in the service's own shape.
    #[track_caller]
    pub fn errors(self) -> Vec<String> {
        assert_eq!(self.status, 500, "{}", String::from_utf8_lossy(&self.bytes));
        self.json()["errors"]
            .as_array()
            .expect("errors")
            .iter()
            .map(|error| error.as_str().expect("text").to_owned())
            .collect()
    }

    #[track_caller]
    pub fn refused_with(self, text: &str) {
        assert_eq!(self.errors(), [text]);
    }

    #[track_caller]
    pub fn not_offered(self, method: &str) {
        let status = self.status;
        let message = format!("The requested resource does not support http method '{method}'.");
        assert_eq!((status, self.json()), (405, json!({ "Message": message })));
    }
}

impl Desk {
    pub fn new() -> Self {
        Self::seeded(Seed::Demo)
    }

    pub fn seeded(seed: Seed) -> Self {
        Self::starting(seed, "2026-11-22T10:15:00Z")
    }

    pub fn starting(seed: Seed, at: &str) -> Self {
        let clock = Clock::manual(at.parse().unwrap());
        let autotask = Autotask::new(Control::new(clock), seed, BASE_URL.to_owned());
        Self { autotask, login: API_USER, impersonates: None, zone: "" }
    }

    pub fn as_user(&self, login: Login) -> Self {
        Self { login, ..self.again() }
    }

    pub fn impersonating(&self, resource: i64) -> Self {
        Self { impersonates: Some(resource), ..self.again() }
    }

    pub fn in_zone(&self, zone: &'static str) -> Self {
        Self { zone, ..self.again() }
    }

    fn again(&self) -> Self {
        Self { autotask: self.autotask.clone(), login: self.login, impersonates: self.impersonates, zone: self.zone }
    }

    pub fn now(&self) -> Timestamp {
        self.autotask.control().clock().now()
    }

    pub fn pass(&self, seconds: i64) {
        self.autotask.control().clock().advance(SignedDuration::from_secs(seconds));
    }

    /// Any request, to a path as it stands.
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.autotask.router().oneshot(request).await.expect("a router never fails");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec();
        Answer { status, headers, bytes }
    }

    pub fn request(&self, method: Method, path: &str, body: Option<&Value>) -> Request<Body> {
        let path = path
            .strip_prefix(BASE_URL)
            .map_or_else(|| format!("{}/atservicesrest/v1.0{path}", self.zone), str::to_owned);
        let mut request = Request::builder().method(method).uri(path).header("UserName", self.login.user);
        request = request.header("Secret", self.login.secret).header("ApiIntegrationCode", self.login.code);
        if let Some(resource) = self.impersonates {
            request = request.header("ImpersonationResourceId", resource);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        request.header("Content-Type", "application/json").body(body).unwrap()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path, None)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path, Some(&body))).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PATCH, path, Some(&body))).await
    }

    pub async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::PUT, path, Some(&body))).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(self.request(Method::DELETE, path, None)).await
    }

    /// The ids of the records that satisfy these conditions.
    pub async fn ids(&self, collection: &str, filter: Value) -> Vec<i64> {
        let found = self.post(&format!("/{collection}/query"), json!({ "filter": filter })).await.ok();
        found["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect()
    }

    pub async fn item(&self, path: &str) -> Value {
        self.get(path).await.ok()["item"].clone()
    }

    /// Creates a ticket for Alder & Sons with these further fields.
    pub async fn create_ticket(&self, fields: Value) -> Answer {
        self.post("/Tickets", ticket(&fields)).await
    }

    pub async fn ticket(&self) -> TicketId {
        TicketId(self.create_ticket(json!({})).await.id())
    }
}

/// The body of a complete ticket, with these fields added or replaced; null takes one away.
pub fn ticket(fields: &Value) -> Value {
    let mut body = json!({
        "id": 0, "companyID": ALDER, "title": "Backup failed on SRV-1", "description": "Acronis alert", "status": 1, "priority": 2,
        "queueID": 8, "source": 8, "ticketType": 5, "dueDateTime": "2026-11-23T17:00:00Z",
    });
    for (name, value) in fields.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body.as_object_mut().expect("an object").retain(|_, value| !value.is_null());
    body
}
