//! The function with its surroundings, and a relay that posts to it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use alert_webhook::{Deps, handle};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bridge_core::hint::{Hint, Message};
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderName, HeaderValue};
use jiff::Timestamp;
use runtime::clock::Clock;
use runtime::webhook::{Request, Response};
use secrecy::SecretString;
use serde_json::json;
use sha2::Sha256;
use store::queue::{Queue, QueueName, SendError};
use store::secrets::{Cached, SecretName, Secrets, SecretsError};

/// Secrets of the sample events (`events/alert-webhook/README.md`).
pub const CURRENT: &str = "whsec_YWxlcnQtd2ViaG9vay10ZXN0LWtleS1jdXJyZW50LTE=";
pub const PREVIOUS: &str = "whsec_YWxlcnQtd2ViaG9vay10ZXN0LWtleS1wcmV2aW91czE=";
pub const RETIRED: &str = "whsec_YWxlcnQtd2ViaG9vay10ZXN0LWtleS1yZXRpcmVkLTE=";
pub const TOKEN: &str = "test-token-of-a-relay";

/// When the sample events were sent.
pub fn sent_at() -> Timestamp {
    "2026-03-14T09:26:53Z".parse().unwrap()
}

/// The function, warm for as long as the value lives.
pub struct Door {
    pub clock: Clock,
    pub queue: Arc<Recorder>,
    pub secrets: Arc<Keeper>,
    deps: Deps,
}

impl Door {
    /// With the secrets of the sample events, at the time when they were sent.
    pub fn open() -> Self {
        Self::with(json!({"current": CURRENT, "previous": PREVIOUS, "bearer": TOKEN}).to_string())
    }

    pub fn with(record: impl Into<String>) -> Self {
        let clock = Clock::manual(sent_at());
        let (queue, secrets) = (Arc::new(Recorder::default()), Arc::new(Keeper::default()));
        secrets.set(record);
        let cached = Cached::new(secrets.clone(), clock.clone());
        let deps = Deps { queue: queue.clone(), secrets: cached, clock: clock.clone() };
        Self { clock, queue, secrets, deps }
    }

    pub async fn post(&self, request: Request) -> Response {
        handle(&self.deps, request).await
    }

    /// Posts and answers with the status alone.
    pub async fn status(&self, request: Request) -> i64 {
        self.post(request).await.status_code
    }
}

/// A queue in memory.
#[derive(Default)]
pub struct Recorder {
    messages: Mutex<Vec<Message>>,
    pub calls: AtomicUsize,
    pub is_broken: AtomicBool,
}

impl Recorder {
    pub fn messages(&self) -> Vec<Message> {
        self.messages.lock().unwrap().clone()
    }

    /// The messages in words: `alerts a-1@t-1 a-2`, `unreadable <reason>`.
    pub fn in_words(&self) -> Vec<String> {
        self.messages().iter().map(in_words).collect()
    }
}

fn in_words(message: &Message) -> String {
    match &message.hint {
        Hint::Alerts { alerts, connection: None } => alerts.iter().fold("alerts".to_owned(), |words, alert| {
            let tenant = alert.tenant.as_ref().map(|tenant| format!("@{tenant}")).unwrap_or_default();
            format!("{words} {}{tenant}", alert.id)
        }),
        Hint::Unreadable { source, reason, .. } if source == "alert-webhook" => format!("unreadable: {reason}"),
        other => panic!("the alert webhook never sends {other:?}"),
    }
}

#[async_trait]
impl Queue for Recorder {
    async fn send(&self, queue: QueueName, messages: &[Message]) -> Result<(), SendError> {
        assert_eq!(queue, QueueName::Alerts);
        self.calls.fetch_add(1, Ordering::SeqCst);
        if self.is_broken.load(Ordering::SeqCst) {
            return Err(SendError::Unreachable { queue, reason: "connection reset".into() });
        }
        self.messages.lock().unwrap().extend_from_slice(messages);
        Ok(())
    }
}

/// A secret store in memory with one secret.
#[derive(Default)]
pub struct Keeper {
    record: Mutex<Option<String>>,
    pub reads: AtomicUsize,
    pub is_broken: AtomicBool,
}

impl Keeper {
    pub fn set(&self, record: impl Into<String>) {
        *self.record.lock().unwrap() = Some(record.into());
    }

    pub fn clear(&self) {
        *self.record.lock().unwrap() = None;
    }

    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Secrets for Keeper {
    async fn get(&self, name: &SecretName) -> Result<Option<SecretString>, SecretsError> {
        assert_eq!(*name, SecretName::AcronisWebhook);
        self.reads.fetch_add(1, Ordering::SeqCst);
        if self.is_broken.load(Ordering::SeqCst) {
            return Err(SecretsError::Unreachable { name: name.clone(), reason: "time-out".into() });
        }
        Ok(self.record.lock().unwrap().as_deref().map(SecretString::from))
    }

    async fn put(&self, _: &SecretName, _: SecretString) -> Result<(), SecretsError> {
        panic!("the webhook never writes a secret")
    }
}

/// A request that nobody has signed.
pub fn unsigned(body: &[u8]) -> Request {
    let mut request = Request::default();
    request.body = Some(STANDARD.encode(body));
    request.is_base64_encoded = true;
    request
}

pub fn header(mut request: Request, name: &'static str, value: &str) -> Request {
    request.headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    request
}

/// A request signed with `secret` at `at`, as a relay signs it.
pub fn signed(secret: &str, at: Timestamp, body: &[u8]) -> Request {
    let (id, seconds) = ("msg_test", at.as_second().to_string());
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
    let mac = mac.chain_update(format!("{id}.{seconds}.")).chain_update(body).finalize();
    let signature = format!("v1,{}", STANDARD.encode(mac.into_bytes()));
    let request = header(header(unsigned(body), "webhook-id", id), "webhook-timestamp", &seconds);
    header(request, "webhook-signature", &signature)
}

/// The folder of this function's sample events.
pub fn events() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events/alert-webhook")
}

/// A sample event.
pub fn event(name: &str) -> Request {
    let text = std::fs::read_to_string(events().join(format!("{name}.json"))).unwrap();
    serde_json::from_str(&text).unwrap()
}
