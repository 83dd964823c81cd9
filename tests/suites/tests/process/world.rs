//! Both simulators in a process of their own, and the product in another, which may die and come back.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use runtime::clock::Clock;
use runtime::http::{HeaderName, HeaderValue, Method, Outbound, Request, Response, StatusCode, Transport as _, header};
use runtime::http::{TransportError, Url};
use serde_json::{Value, json};
use sha2::Sha256;
use simulators::{acronis, autotask};
use tempfile::TempDir;

use super::program::Program;

/// Signs alert webhooks.
const SECRET: &str = "whsec_cHJvY2Vzcy10ZXN0LXdlYmhvb2sta2V5LTAwMDE=";
/// Opens the console.
pub const TOKEN: &str = "process-test-console-token";
const ENVIRONMENT: [(&str, &str); 2] = [("LOCAL_WEBHOOK_SECRET", SECRET), ("LOCAL_CONSOLE_TOKEN", TOKEN)];

/// Everything.
pub struct World {
    network: Outbound,
    clock: Clock,
    pub simulators: Program,
    folder: TempDir,
    local: Option<Program>,
    pub console: String,
}

impl World {
    /// Simulators with customers; the product is not started yet.
    pub async fn outside() -> Self {
        let simulators = Program::start("simulators", &["--acronis-port", "0", "--autotask-port", "0"], &[]).await;
        Self {
            network: Outbound::new().unwrap(),
            clock: Clock::system(),
            simulators,
            folder: tempfile::tempdir().unwrap(),
            local: None,
            console: String::new(),
        }
    }

    /// Simulators, and the product after its demonstration.
    pub async fn demonstrated() -> Self {
        let mut world = Self::outside().await;
        world.start().await;
        world
    }

    /// Starts the product, on the same folder and port as before.
    pub async fn start(&mut self) {
        let options = self.options();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let local = Program::start("local", &options, &ENVIRONMENT).await;
        self.console = local.value("console").to_owned();
        self.local = Some(local);
    }

    /// Starts the product and kills it after a while, ready or not.
    pub async fn start_for(&self, time: Duration) {
        let options = self.options();
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        Program::start_for(time, "local", &options, &ENVIRONMENT).await;
    }

    fn options(&self) -> [String; 8] {
        let port = self.console.rsplit(':').next().filter(|port| !port.is_empty()).unwrap_or("0");
        let folder = self.folder.path().to_str().unwrap();
        let (acronis, autotask) = (self.simulators.value("acronis"), self.simulators.value("autotask"));
        ["--port", port, "--data", folder, "--acronis-url", acronis, "--autotask-url", autotask].map(str::to_owned)
    }

    /// The running product.
    pub fn local(&self) -> &Program {
        self.local.as_ref().expect("it was started")
    }

    /// Kills the product.
    pub fn kill(&mut self) {
        self.local.take().expect("it was started").kill();
    }

    pub async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.network.send(request).await
    }

    /// Asks the running product for something that only it can do, and returns its answer.
    pub async fn ask(&self, path: &str, body: Value) -> Value {
        let url = Url::parse(&format!("{}{path}", self.console)).unwrap();
        let token = HeaderValue::try_from(format!("Bearer {TOKEN}")).unwrap();
        let mut request = Request::new(Method::POST, url).header(header::AUTHORIZATION, token).json(&body);
        request.timeout = Duration::from_secs(60);
        let answer = self.send(request).await.unwrap();
        let body = answer.json().unwrap_or_default();
        assert_eq!(answer.status, StatusCode::OK, "{path}: {body}; {}", self.local().errors());
        body
    }

    /// Lets everything be done that can be done now.
    pub async fn settle(&self) {
        let settled = self.ask("/local/settle", json!({})).await;
        assert_eq!((&settled["settled"], &settled["dead_letters"]), (&json!(true), &json!(0)), "{settled}");
    }

    /// Lets time pass for everybody.
    pub async fn pass(&self, seconds: u32) {
        let url = Url::parse(&format!("{}/_simulator/clock", self.simulators.value("acronis"))).unwrap();
        let moved = self.send(Request::new(Method::POST, url).json(&json!({ "advance_s": seconds }))).await.unwrap();
        assert_eq!(moved.status, StatusCode::OK);
        self.ask("/local/clock", json!({ "advance_s": seconds })).await;
    }

    /// Raises an alert in Acronis and returns it as a relay would post it.
    pub async fn raise(&self, kind: &str, tenant: acronis::TenantId, workload: &str) -> Value {
        let bearer = self.acronis_token().await;
        let details = json!({ "resourceId": workload, "resourceName": workload });
        let alert = json!({ "type": kind, "tenantID": tenant.to_string(), "details": details });
        let url = Url::parse(&format!("{}/api/alert_manager/v1/alerts", self.simulators.value("acronis"))).unwrap();
        let request = Request::new(Method::POST, url).header(header::AUTHORIZATION, bearer).json(&alert);
        let id = self.send(request).await.unwrap().json().unwrap()["id"].clone();
        json!({ "id": id, "type": kind, "tenant": { "uuid": tenant.to_string() }, "details": details })
    }

    /// Today, where the installation is.
    pub fn today(&self) -> jiff::civil::Date {
        self.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date()
    }

    /// A log-in at Acronis.
    pub async fn acronis_token(&self) -> HeaderValue {
        let (id, secret) = (acronis::seed::CLIENT_ID, acronis::seed::CLIENT_SECRET);
        let basic = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
        let url = Url::parse(&format!("{}/api/2/idp/token", self.simulators.value("acronis"))).unwrap();
        let request = Request::new(Method::POST, url)
            .header(header::AUTHORIZATION, HeaderValue::try_from(basic).unwrap())
            .body("application/x-www-form-urlencoded", "grant_type=client_credentials");
        let token = self.send(request).await.unwrap().json().unwrap();
        HeaderValue::try_from(format!("Bearer {}", token["access_token"].as_str().unwrap())).unwrap()
    }

    /// All tickets in Autotask.
    pub async fn tickets(&self) -> Vec<Value> {
        tickets(&self.network, self.simulators.value("autotask")).await
    }

    /// A request of a relay, signed now.
    pub fn signed(&self, alert: &Value) -> Request {
        signed(&self.console, alert, self.clock.now())
    }
}

/// All tickets in this Autotask.
pub async fn tickets(network: &Outbound, autotask_url: &str) -> Vec<Value> {
    let user = autotask::seed::API_USER;
    let url = Url::parse(&format!("{autotask_url}/atservicesrest/v1.0/Tickets/query")).unwrap();
    let request = Request::new(Method::POST, url)
        .header(HeaderName::from_static("username"), HeaderValue::from_static(user.user))
        .header(HeaderName::from_static("secret"), HeaderValue::from_static(user.secret))
        .header(HeaderName::from_static("apiintegrationcode"), HeaderValue::from_static(user.code))
        .json(&json!({ "MaxRecords": 500, "filter": [{ "op": "exist", "field": "id" }] }));
    let answer = network.send(request).await.unwrap().json().unwrap();
    answer["items"].as_array().unwrap().clone()
}

/// A relay's request, signed at this time.
pub fn signed(console: &str, alert: &Value, at: Timestamp) -> Request {
    let (id, seconds, body) = ("msg_process", at.as_second().to_string(), alert.to_string());
    let key = STANDARD.decode(SECRET.strip_prefix("whsec_").unwrap()).unwrap();
    let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let mac = mac.chain_update(format!("{id}.{seconds}.{body}")).finalize();
    let signature = format!("v1,{}", STANDARD.encode(mac.into_bytes()));
    let value = |text: &str| HeaderValue::try_from(text).unwrap();
    Request::new(Method::POST, Url::parse(&format!("{console}/webhooks/acronis")).unwrap())
        .header(HeaderName::from_static("webhook-id"), value(id))
        .header(HeaderName::from_static("webhook-timestamp"), value(&seconds))
        .header(HeaderName::from_static("webhook-signature"), value(&signature))
        .body("application/json", body)
}
