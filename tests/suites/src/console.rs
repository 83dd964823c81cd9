//! The console over both simulators and the embedded table and queue, called in process as a program calls it.

mod accounts;

use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use axum::Router;
use axum::body::Body;
use bridge_core::hint::Message;
use bridge_core::id::{AccountId, ConnectionId};
use bridge_core::settings::{Activation, Settings};
use console::auth::Auth;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use local::engine::Engine;
use local::queue::{LocalQueue, Policy};
use local::secrets::MemorySecrets;
use runtime::clock::Clock;
use runtime::random::Random;
use serde_json::{Value, json};
use simulators::Seed;
use simulators::acronis::Acronis;
use simulators::acronis::seed as acronis_seed;
use simulators::autotask::Autotask;
use simulators::autotask::seed as autotask_seed;
use simulators::control::Control;
use store::queue::QueueName;
use store::record::all_activations;
use store::table::{Read, Record, Stored, Table};
use systems::{Options, Systems};
use tower::ServiceExt as _;

use crate::in_process::{ACRONIS_URL, DISCOVERY_URL, InProcess, ZONE_URL};
use crate::world::World;

/// The token that programs sign in with.
pub const TOKEN: &str = "canary-console-token";
/// The key of the one-time link.
pub const ONE_TIME: &str = "canary-one-time-key";

/// Where browsers reach the console.
pub const PUBLIC_URL: &str = "https://bridge.msp.example";

/// The console and what is around it.
pub struct Console {
    /// The API.
    pub router: Router,
    /// The functions' clock.
    pub clock: Clock,
    /// Acronis.
    pub acronis: Acronis,
    /// Autotask.
    pub autotask: Autotask,
    /// The queues.
    pub queue: LocalQueue,
    /// What the functions work with.
    pub systems: Systems,
}

/// What was answered.
#[derive(Debug)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub text: String,
}

impl Console {
    /// Nothing is configured yet.
    ///
    /// # Errors
    /// The embedded engine does not start.
    pub async fn fresh() -> Result<Self> {
        let start: Timestamp = "2026-11-22T09:00:00Z".parse()?;
        let clock = Clock::manual(start);
        let outside = simulators::control::Clock::manual(start);
        let random = Random::seeded(1);
        let acronis = Acronis::new(Control::new(outside.clone()), Seed::Demo);
        let autotask = Autotask::new(Control::new(outside), Seed::Demo, ZONE_URL.to_owned());
        let engine = Engine::memory(clock.clone())?;
        engine.create_table("bridge").await?;
        let policy = Policy { visibility: SignedDuration::from_secs(30), max_receive_count: 3 };
        let queue = LocalQueue::open(&engine, "queue", policy, clock.clone(), random.clone()).await?;
        let systems = Systems::new(
            Table::new(engine.client(), "bridge"),
            Arc::new(MemorySecrets::default()),
            Arc::new(InProcess::new(acronis.router(), autotask.router())),
            clock.clone(),
            random,
            Options {
                discovery_url: runtime::http::BaseUrl::parse(DISCOVERY_URL)?,
                loopback: false,
                autotask_calls_per_hour: 2_000,
            },
        );
        let router = Router::new();
        let console = Self { router, clock, acronis, autotask, queue, systems };
        Ok(Self { router: console.router_anew(), ..console })
    }

    /// The API as another process has it, over the same table.
    pub fn router_anew(&self) -> Router {
        let auth = Auth::Local { token: Some(TOKEN.into()), one_time: ONE_TIME.into() };
        self.router_with(auth, self.systems.clone(), Some(PUBLIC_URL))
    }

    /// The API with another sign-in, or with other systems around it.
    pub fn router_with(&self, auth: Auth, systems: Systems, public_url: Option<&str>) -> Router {
        let public_url = public_url.map(str::to_owned);
        console::router(console::Deps { systems, public_url, ..self.deps(auth) })
    }

    /// What the operations behind the API are called with.
    #[must_use]
    pub fn deps(&self, auth: Auth) -> console::Deps {
        console::Deps {
            systems: self.systems.clone(),
            queue: Arc::new(self.queue.clone()),
            dead_letters: Arc::new(self.queue.clone()),
            auth,
            public_url: None,
            recent: console::Recent::default(),
        }
    }

    /// The console of a world.
    #[must_use]
    pub fn of(world: &World) -> Self {
        let auth = Auth::Local { token: Some(TOKEN.into()), one_time: ONE_TIME.into() };
        let console = Self {
            router: Router::new(),
            clock: world.clock.clone(),
            acronis: world.acronis.clone(),
            autotask: world.autotask.clone(),
            queue: world.queue.clone(),
            systems: world.systems.clone(),
        };
        Self { router: console.router_with(auth, world.systems.clone(), None), ..console }
    }

    /// Both systems are connected, through the API itself; ticket synchronization is off and nobody is mapped.
    ///
    /// # Errors
    /// The API refused something.
    pub async fn connected() -> Result<Self> {
        let console = Self::fresh().await?;
        console.put("/api/v1/autotask", &autotask_log_in()).await?.expect(200)?;
        console.put("/api/v1/connections", &connection_log_in()).await?.expect(200)?;
        Ok(console)
    }

    /// As [`Console::connected`], with ticket synchronization on, set as in the demo.
    ///
    /// # Errors
    /// The API refused something.
    pub async fn enabled() -> Result<Self> {
        let console = Self::connected().await?;
        console.save(&crate::world::settings()).await?.expect(200)?;
        Ok(console)
    }

    /// Saves settings at the version that is there.
    ///
    /// # Errors
    /// No answer was given.
    pub async fn save(&self, settings: &Settings) -> Result<Answer> {
        let version = self.get("/api/v1/settings").await?.expect(200)?.json()?["version"].clone();
        self.put("/api/v1/settings", &json!({"version": version, "settings": settings})).await
    }

    /// Applies edits of the mapping.
    ///
    /// # Errors
    /// The batch as a whole was refused.
    pub async fn map(&self, edits: Value) -> Result<Value> {
        self.put("/api/v1/mapping", &json!({"edits": edits})).await?.expect(200)?.json()
    }

    /// Approves what is held for an account with this kind, as *Review* shows it.
    ///
    /// # Errors
    /// Nothing of the kind is held, or the API refused it.
    pub async fn approve(&self, kind: &str, account: Option<AccountId>) -> Result<()> {
        let held = self.held(kind, account).await?;
        let path = format!("/api/v1/held/{}/approve", held["id"].as_str().context("an id")?);
        self.post(&path, &json!({"version": held["version"], "digest": held["digest"]})).await?.expect(204).map(drop)
    }

    /// Declines it.
    ///
    /// # Errors
    /// Nothing of the kind is held, or the API refused it.
    pub async fn decline(&self, kind: &str, account: Option<AccountId>, reason: &str) -> Result<()> {
        let held = self.held(kind, account).await?;
        let path = format!("/api/v1/held/{}/decline", held["id"].as_str().context("an id")?);
        self.post(&path, &json!({"version": held["version"], "reason": reason})).await?.expect(204).map(drop)
    }

    async fn held(&self, kind: &str, account: Option<AccountId>) -> Result<Value> {
        let of = account.map_or_else(String::new, |account| format!("&account={account}"));
        let page = self.get(&format!("/api/v1/held?kind={kind}{of}")).await?.expect(200)?.json()?;
        let items = page["items"].as_array().context("a list")?;
        ensure!(items.len() == 1, "expected one {kind}, found {items:#?}");
        Ok(items[0].clone())
    }

    /// Reads something.
    ///
    /// # Errors
    /// No answer was given.
    pub async fn get(&self, path: &str) -> Result<Answer> {
        self.call("GET", path, None).await
    }

    /// Saves something.
    ///
    /// # Errors
    /// No answer was given.
    pub async fn put(&self, path: &str, body: &Value) -> Result<Answer> {
        self.call("PUT", path, Some(body)).await
    }

    /// Does something.
    ///
    /// # Errors
    /// No answer was given.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Answer> {
        self.call("POST", path, Some(body)).await
    }

    /// Takes something away.
    ///
    /// # Errors
    /// No answer was given.
    pub async fn delete(&self, path: &str) -> Result<Answer> {
        self.call("DELETE", path, None).await
    }

    /// Any call, with the token.
    ///
    /// # Errors
    /// No answer was given.
    pub async fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Answer> {
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {TOKEN}"));
        self.send(request.body(body)?).await
    }

    /// Any request as it is.
    ///
    /// # Errors
    /// No answer was given.
    pub async fn send(&self, request: Request<Body>) -> Result<Answer> {
        let (parts, body) = self.router.clone().oneshot(request).await?.into_parts();
        let text = String::from_utf8(body.collect().await?.to_bytes().to_vec())?;
        Ok(Answer { status: parts.status, headers: parts.headers, text })
    }

    /// A record as the table has it.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn record<R: Record>(&self, id: &R::Id) -> Result<Option<R>> {
        let stored: Option<Stored<R>> = self.systems.table.get(id, Read::Strong).await?;
        Ok(stored.map(|stored| stored.value))
    }

    /// What was switched on, by scope.
    ///
    /// # Errors
    /// The table cannot be read.
    pub async fn activations(&self) -> Result<Vec<Activation>> {
        Ok(all_activations(&self.systems.table).await?.iter().cloned().collect())
    }

    /// The hints that were sent.
    ///
    /// # Errors
    /// The queue failed, or has something else than hints.
    pub async fn hints(&self) -> Result<Vec<Message>> {
        self.hints_on(QueueName::Alerts).await
    }

    /// The hints that were sent on this queue.
    ///
    /// # Errors
    /// The queue failed, or has something else than hints.
    pub async fn hints_on(&self, queue: QueueName) -> Result<Vec<Message>> {
        let received = self.queue.receive(queue, 100).await?;
        received.iter().map(|message| Message::parse(&message.body).map_err(anyhow::Error::msg)).collect()
    }
}

impl Answer {
    /// The answer if it has this status.
    ///
    /// # Errors
    /// It has another one.
    #[track_caller]
    pub fn expect(self, status: u16) -> Result<Self> {
        ensure!(self.status.as_u16() == status, "expected {status}, got {self:?}");
        Ok(self)
    }

    /// The body.
    ///
    /// # Errors
    /// It is not JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_str(&self.text).with_context(|| format!("not JSON: {self:?}"))
    }

    /// The code of a refusal.
    ///
    /// # Errors
    /// It is not JSON.
    pub fn code(&self) -> Result<String> {
        Ok(self.json()?["error"]["code"].as_str().unwrap_or_default().to_owned())
    }

    /// The fields that a refusal names.
    ///
    /// # Errors
    /// It is not JSON.
    pub fn fields(&self) -> Result<Vec<String>> {
        let json = self.json()?;
        let fields = json["error"]["fields"].as_array().into_iter().flatten();
        Ok(fields.filter_map(|field| field["field"].as_str().map(str::to_owned)).collect())
    }
}

/// The demo's log-in for Autotask.
#[must_use]
pub fn autotask_log_in() -> Value {
    let user = autotask_seed::API_USER;
    json!({"user_name": user.user, "secret": user.secret, "integration_code": user.code})
}

/// The demo's log-in for Acronis.
#[must_use]
pub fn connection_log_in() -> Value {
    json!({
        "name": "Demo partner",
        "base_url": ACRONIS_URL,
        "client_id": acronis_seed::CLIENT_ID,
        "client_secret": acronis_seed::CLIENT_SECRET,
        "enabled": true,
    })
}

/// The demo's connection.
#[must_use]
pub fn connection() -> ConnectionId {
    acronis_seed::ROOT_PARTNER.to_string().into()
}
